"""The one table, as whatever keeps rows in it asks for one by its key and changes it on a condition."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from hookline.clock import DAY, SECOND_MS
from hookline.rows import plain, update

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True)
class Table:
    """Its rows live for ``days``. Every method raises ClientError or BotoCoreError when it can't be reached."""

    client: "DynamoDBClient"
    name: str
    days: int

    def row(self, row_key: dict[str, Any]) -> dict[str, Any]:
        """Return the row as it is written, or nothing."""
        found = self.client.get_item(TableName=self.name, Key=row_key, ConsistentRead=True)
        return plain(found.get("Item", {}))

    def update(
        self, row_key: dict[str, Any], changes: dict[str, Any], only_if: dict[str, Any], *, without: Sequence[str] = ()
    ) -> bool:
        """Set the attributes and remove those of ``without``.

        Return False when the row is no longer as ``only_if`` says (a list: one of these).
        """
        try:
            self.client.update_item(**update(self.name, row_key, changes, only_if, without=without))
        except self.client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def expires_at(self, now: int) -> int:
        """Return when a row may go that is written now (ms), in seconds."""
        return now // SECOND_MS + self.days * DAY


def is_outdated(error: ClientError) -> bool:
    """Return whether a condition was not met, and nothing else was the matter."""
    code = error.response.get("Error", {}).get("Code")
    if code == "TransactionCanceledException":
        reasons: Any = error.response.get("CancellationReasons", [])
        return {reason.get("Code", "None") for reason in reasons} - {"None"} == {"ConditionalCheckFailed"}
    return code == "ConditionalCheckFailedException"
