"""The versions of the rules that were pushed to a table, and the pointer to the one that runs."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from hookline.rulebook import ID, POINTER, content, key, stored
from local.commands.errors import No

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MOST_BYTES = 390_000  # DynamoDB takes 400 KB in a row; the rest is for the names and the note
OVERTAKEN = {"None", "ConditionalCheckFailed", "TransactionConflict"}  # why a transaction of somebody else's went first


@dataclass(frozen=True)
class Version:
    """What is known of a version without its text. ``follows`` is what ran before it, 0 for the deployed file."""

    version: int
    pushed_at: int  # ms
    follows: int
    size: int  # bytes of the text
    sha256: str
    note: str = ""

    @classmethod
    def of(cls, row: Any) -> "Version":
        """Read a row of the table."""
        return cls(
            version=int(row["generation"]["N"]),
            pushed_at=int(row["pushed_at"]["N"]),
            follows=int(row["follows"]["N"]),
            size=int(row["size"]["N"]),
            sha256=row["sha256"]["S"],
            note=row.get("note", {}).get("S", ""),
        )

    def shown(self, current: int) -> dict[str, Any]:
        """Return it for machines."""
        return {**asdict(self), "current": self.version == current}


@dataclass(frozen=True)
class Versions:
    """What is in the table. Every method raises ClientError or BotoCoreError."""

    client: "DynamoDBClient"
    table: str

    def current(self) -> int:
        """Return the version that is meant to run, 0 when nothing was ever pushed."""
        found = self.client.get_item(TableName=self.table, Key=key(POINTER), ConsistentRead=True)
        return int(found.get("Item", {}).get("version", {}).get("N", POINTER))

    def all(self) -> list[Version]:
        """Return every version, the first pushed first: one query, without their texts."""
        names = {f"#{name}": name for name in ("generation", "pushed_at", "follows", "size", "sha256", "note")}
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            ConsistentRead=True,
            KeyConditionExpression="id = :id AND #generation > :pointer",
            ProjectionExpression=", ".join(names),
            ExpressionAttributeNames=names,
            ExpressionAttributeValues={":id": {"S": ID}, ":pointer": {"N": str(POINTER)}},
        )
        return [Version.of(item) for page in pages for item in page["Items"]]

    def one(self, version: int) -> Version:
        """Return what is known of it. Raises No when there is no such version."""
        return Version.of(self._row(version))

    def text(self, version: int) -> bytes:
        """Return its text. Raises No when there is no such version, ValueError when it was changed since."""
        return content(self._row(version))

    def push(self, text: bytes, note: str, current: int, now_ms: int) -> int:
        """Put the next version and point at it, both or nothing, if ``current`` still runs; return its number.

        Raises No when the text is too large, or when somebody else was faster.
        """
        version = self._last() + 1
        held = stored(text)
        if (size := sum(len(value) for value in held["content"].values())) > MOST_BYTES:
            raise No(
                f"The rules are too large to be pushed: packed they have {size:,} bytes, and a version has room for "
                f"{MOST_BYTES:,}. Make them smaller, or deploy them in the package with RulesSource=package."
            )
        told: dict[str, Any] = {
            "pushed_at": {"N": str(now_ms)},
            "follows": {"N": str(current)},
            "size": {"N": str(len(text))},
            **({"note": {"S": note}} if note else {}),
        }
        put = {
            "TableName": self.table,
            "Item": {**key(version), **held, **told},
            "ConditionExpression": "attribute_not_exists(id)",
        }
        try:
            self.client.transact_write_items(
                TransactItems=[{"Put": put}, {"Update": self._pointing(version, current, now_ms)}]  # type: ignore[typeddict-item]
            )
        except self.client.exceptions.TransactionCanceledException as error:
            reasons: Any = error.response.get("CancellationReasons", [])
            if {reason.get("Code") for reason in reasons} <= OVERTAKEN:
                _overtaken(error)
            raise
        return version

    def point(self, version: int, current: int, now_ms: int) -> None:
        """Let another version run, if ``current`` still does. Raises No when somebody else was faster."""
        conflicts = self.client.exceptions
        try:
            self.client.update_item(**self._pointing(version, current, now_ms))
        except (conflicts.ConditionalCheckFailedException, conflicts.TransactionConflictException) as error:
            _overtaken(error)

    def _last(self) -> int:
        """Return the highest number, also of a version that nothing points at."""
        found = self.client.query(
            TableName=self.table,
            ConsistentRead=True,
            KeyConditionExpression="id = :id",
            ProjectionExpression="generation",
            ExpressionAttributeValues={":id": {"S": ID}},
            ScanIndexForward=False,
            Limit=1,
        )["Items"]
        return int(found[0]["generation"]["N"]) if found else POINTER

    def _row(self, version: int) -> Any:
        found = self.client.get_item(TableName=self.table, Key=key(version), ConsistentRead=True)
        if version == POINTER or "Item" not in found:
            raise No(f"There is no version {version} of the rules; `hookline push --list` shows those that there are.")
        return found["Item"]

    def _pointing(self, version: int, current: int, now_ms: int) -> dict[str, Any]:
        return {
            "TableName": self.table,
            "Key": key(POINTER),
            "UpdateExpression": "SET #version = :version, updated_at = :now",
            "ConditionExpression": "#version = :current" if current else "attribute_not_exists(#version)",
            "ExpressionAttributeNames": {"#version": "version"},
            "ExpressionAttributeValues": {
                ":version": {"N": str(version)},
                ":now": {"N": str(now_ms)},
                **({":current": {"N": str(current)}} if current else {}),
            },
        }


def _overtaken(error: Exception) -> NoReturn:
    raise No(
        "Somebody else pushed rules at the same moment, so nothing was changed. `hookline push --list` shows what "
        "runs now; push again if yours should."
    ) from error
