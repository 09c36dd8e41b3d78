"""The delivery log: one row per message and generation, in one DynamoDB table."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from hookline.claim import Claim, NotClaimed
from hookline.clock import SECOND_MS
from hookline.lease import Leases
from hookline.line import Line
from hookline.models import Message
from hookline.rows import TOLD_OF, given, item, key, update
from hookline.status import TOLD, Status
from hookline.table import Table, is_outdated
from hookline.threads import Threads

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BY_MESSAGE = "by_message"  # the index of the provider's message ids
MAX_ATTEMPTS_KEPT = 20  # of the attempts that a row tells of, the latest


class DeliveryLog:
    """Reads and writes rows; every write that matters is conditional.

    ``threads`` and ``line`` are small rows beside it, in the same table.
    """

    def __init__(
        self, client: "DynamoDBClient", table: str, now_ms: Callable[[], int], lease_seconds: float, days: int
    ) -> None:
        self._client = client
        self._now_ms = now_ms
        self._table = Table(client, table, days)
        self._leases = Leases(self._table, now_ms, int(lease_seconds * SECOND_MS))
        self.threads = Threads(self._table, now_ms)
        self.line = Line(self._table, now_ms)

    def claim(self, message: Message, body: str, *, is_alone: bool = True) -> Claim | NotClaimed:
        """Take the message for this worker, in one conditional put when it is new.

        One whose worker died is taken only when ``is_alone``: if it was the cause, no other message may lose another
        lease by it.
        Raises ClientError or BotoCoreError when the table can't be reached; nothing was changed then, or the change
        is found again at the next try.
        """
        return self._leases.take(message, body, is_alone=is_alone)

    def unclosed(self, claim: Claim) -> None:
        """Remember that this process is done with a lease, although it could not write so."""
        self._leases.unclosed(claim)

    def close(
        self,
        claim: Claim,
        status: Status,
        told: dict[str, Any],
        attempt: dict[str, Any] | None = None,
        *,
        begins: str | None = None,
    ) -> None:
        """Write what became of a claim and give up its lease, unless another worker has claimed it since.

        ``told`` are further attributes, such as the provider's message id. ``begins`` is the thread whose first
        message it is. Raises like ``claim``.
        """
        row = self.closing(claim, status, told, attempt)
        message_id = told.get("message_id")
        try:
            if begins and message_id:
                thread = self.threads.begins(claim.message.chat, begins, message_id)
                self._client.transact_write_items(TransactItems=[{"Update": row}, {"Put": thread}])  # type: ignore[typeddict-item]
            else:
                self._client.update_item(**row)
        except ClientError as error:
            if not is_outdated(error):
                self.unclosed(claim)
                raise
        except BotoCoreError:
            self.unclosed(claim)
            raise

    def closing(
        self, claim: Claim, status: Status, told: dict[str, Any], attempt: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the update that closes a claim, for a request of its own or as part of a transaction.

        What is private isn't kept longer than until it is sent; until then it is what every attempt sends.
        """
        now = self._now_ms()
        changes = {
            "status": status.value,
            "updated_at": now,
            "lease_until": 0,
            "lost_leases": 0,
            "attempts": _attempts(claim, attempt),
            "tries": claim.tries + (1 if attempt else 0),
            "expires_at": self._table.expires_at(now),
            **given(told),
        }
        # A digest that was dropped is told in another one's words.
        forgotten = TOLD_OF if claim.message.private and status in {Status.SENT, Status.DROPPED} else ()
        return update(self._table.name, *_guarded(claim, changes), without=forgotten)

    def amending(self, claim: Claim, variant: str, body: str) -> dict[str, Any]:
        """Return the update that says which other body is sent from now on, as part of a transaction."""
        return update(self._table.name, *_guarded(claim, {"variant": variant, "body": body}))

    def acknowledge(self, row_id: str, generation: int, at: int, by: str) -> bool:
        """Write that somebody takes care of what the row told, unless that is written. Raises like ``claim``."""
        changes = {"acknowledged_at": at, "acknowledged_by": by, "updated_at": self._now_ms()}
        is_told = {"acknowledged_at": None, "status": [*map(str, TOLD)]}
        return self._table.update(key(row_id, generation), changes, is_told)

    def decided(
        self, claim: Claim, status: Status, told: dict[str, Any], attempt: dict[str, Any] | None = None
    ) -> Claim | None:
        """Write what a claim is about to be closed as, and keep it; None when another worker has claimed it since.

        Raises like ``claim``.
        """
        now_told = replace(
            claim,
            attempts=_attempts(claim, attempt),
            tries=claim.tries + (1 if attempt else 0),
            closing=status.value,
        )
        changes = {"closing": status.value, "attempts": now_told.attempts, "tries": now_told.tries, **told}
        return now_told if self._table.update(*_guarded(claim, changes)) else None

    def of_message(self, message_id: str) -> tuple[Claim, Status] | None:
        """Return the row that a message of the provider's belongs to, as a claim that its lease doesn't guard.

        None also for as long as the index lags behind. Raises like ``claim``.
        """
        found = self._client.query(
            TableName=self._table.name,
            IndexName=BY_MESSAGE,
            KeyConditionExpression="message_id = :id",
            ExpressionAttributeValues={":id": {"S": message_id}},
            Limit=1,
        )["Items"]
        if not found:
            return None
        row = self.row(found[0]["id"]["S"], int(found[0]["generation"]["N"]))
        return Claim.of(row, int(row["lease_until"])), Status(row["status"])

    def progress(self, claim: Claim, status: Status, told: dict[str, Any]) -> None:
        """Move a row on to ``delivered`` or ``read``, unless it is there or beyond. Raises like ``claim``."""
        before = TOLD[: TOLD.index(status)]
        changes = {"status": status.value, "updated_at": self._now_ms(), **given(told)}
        row_key = key(claim.message.delivery_id, claim.generation)
        self._table.update(row_key, changes, {"status": [s.value for s in before]})

    def count_copy(self, message: Message) -> None:
        """Count a copy on the first generation's row. Raises like ``claim``."""
        self._client.update_item(
            TableName=self._table.name,
            Key=key(message.delivery_id, 1),
            UpdateExpression="ADD copies :one",
            ConditionExpression="attribute_exists(id)",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )

    def record(self, row_id: str, status: Status, attributes: dict[str, Any]) -> None:
        """Put a row that is no delivery: an event that nobody wanted, a record that nobody can read."""
        now = self._now_ms()
        row = {
            "id": row_id,
            "generation": 1,
            "status": status.value,
            "created_at": now,
            "updated_at": now,
            "expires_at": self._table.expires_at(now),
            **attributes,
        }
        self._client.put_item(TableName=self._table.name, Item=item(row))

    def row(self, row_id: str, generation: int) -> dict[str, Any]:
        """Return the row as it is written, or nothing. Raises like ``claim``."""
        return self._table.row(key(row_id, generation))


def _attempts(claim: Claim, latest: dict[str, Any] | None) -> list[dict[str, Any]]:
    return [*claim.attempts, *([latest] if latest else [])][-MAX_ATTEMPTS_KEPT:]


def _guarded(claim: Claim, changes: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Return what an update needs that only who holds the lease may make."""
    return key(claim.message.delivery_id, claim.generation), changes, {"lease_until": claim.lease_until}
