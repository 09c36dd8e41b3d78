"""The delivery log: one row per message and generation, in one DynamoDB table."""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from hookline.claim import TOLD, Decision, Row, Status, decide
from hookline.clock import DAY, SECOND_MS
from hookline.models import Message
from hookline.rows import chat_key, given, item, key, plain, update

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BY_MESSAGE = "by_message"  # the index of the provider's message ids
TOLD_OF = ("text", "body", "link_preview", "title", "where")  # what a private message says
REPLIES_FOR = 29 * DAY  # seconds; the provider lets nobody reply to what is older than 30 days
RECEIPTS = "receipts"  # the row that says since when they arrive
MAX_ATTEMPTS_KEPT = 20  # of the attempts that a row tells of, the latest


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to send one generation of a message, until ``lease_until``. ``body`` is what every attempt sends."""

    message: Message
    generation: int
    body: str
    lease_until: int
    attempts: list[dict[str, Any]] = field(default_factory=list)
    tries: int = 0
    variant: str = ""  # which of its bodies it is
    failing_since: int = 0  # ms; 0 while the provider gives answers
    unsure_since: int = 0  # ms; when the provider may first have accepted it unheard
    closing: str = ""  # the status that it is about to get, once its stand-in is on its way
    error: dict[str, Any] = field(default_factory=dict)
    request_id: str = ""  # that asked for this generation first; a copy may have claimed it since
    is_admitted: bool = False  # its chat's pace let it through at an earlier try


@dataclass(frozen=True, slots=True)
class NotClaimed:
    """Why a message isn't sent now: a copy, closed, or left on the queue until ``until`` (ms).

    ``status`` is that of its row.
    """

    decision: Decision
    until: int = 0
    status: str = ""


class DeliveryLog:
    """Reads and writes rows; every write that matters is conditional."""

    def __init__(
        self, client: "DynamoDBClient", table: str, now_ms: Callable[[], int], lease_seconds: float, days: int
    ) -> None:
        self._client = client
        self._table = table
        self._now_ms = now_ms
        self._lease_ms = int(lease_seconds * SECOND_MS)
        self._days = days
        # Leases that this process is done with although it could not write so: no worker was lost by them.
        self._unclosed: set[tuple[str, int, int]] = set()
        self._has_receipts = False

    def claim(self, message: Message, body: str, *, is_alone: bool = True) -> Claim | NotClaimed:
        """Take the message for this worker, in one conditional put when it is new.

        One whose worker died is taken only when ``is_alone``: if it was the cause, no other message may lose another
        lease by it.
        Raises ClientError or BotoCoreError when the table can't be reached; nothing was changed then, or the change
        is found again at the next try.
        """
        if message.first_part and not message.replay and self._is_of_another_split(message):
            return NotClaimed(Decision.COPY)
        generation = 1
        while True:
            lease_until = self._now_ms() + self._lease_ms
            found = self._put_new(message, generation, body, lease_until)
            if found is None:
                if generation > 1:
                    self._note_latest(message.delivery_id, generation)
                    if message.private:  # which this row says now
                        self._update(message.delivery_id, generation - 1, {"private": True}, {}, without=TOLD_OF)
                return Claim(message, generation, body, lease_until, request_id=message.request_id)
            decision = decide(self._row(found), message, self._now_ms())
            latest = int(found.get("latest", generation)) if generation == 1 else generation
            if decision is Decision.NEXT or latest > generation:
                # The first row knows the latest; a crash may have left that one behind by one, hence the loop.
                generation = latest if latest > generation else generation + 1
                continue
            if decision is Decision.CLAIM and self._row(found).status is Status.SENDING and not is_alone:
                return NotClaimed(Decision.ALONE)
            return self._claim_found(message, found, decision)

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
                thread = self._thread(claim.message.chat, begins, message_id)
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

    def unclosed(self, claim: Claim) -> None:
        """Remember that this process is done with a lease, although it could not write so."""
        self._unclosed.add((claim.message.delivery_id, claim.generation, claim.lease_until))

    def closing(
        self, claim: Claim, status: Status, told: dict[str, Any], attempt: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the update that closes a claim, for a request of its own or as part of a transaction.

        What is private isn't kept longer than until it is sent; until then it is what every attempt sends.
        """
        now = self._now_ms()
        attempts = [*claim.attempts, *([attempt] if attempt else [])][-MAX_ATTEMPTS_KEPT:]
        changes = {
            "status": status.value,
            "updated_at": now,
            "lease_until": 0,
            "lost_leases": 0,
            "attempts": attempts,
            "tries": claim.tries + (1 if attempt else 0),
            "expires_at": self._expires_at(now),
            **given(told),
        }
        # A digest that was dropped is told in another one's words.
        forgotten = TOLD_OF if claim.message.private and status in {Status.SENT, Status.DROPPED} else ()
        row_key, lease = key(claim.message.delivery_id, claim.generation), {"lease_until": claim.lease_until}
        return update(self._table, row_key, changes, lease, without=forgotten)

    def amending(self, claim: Claim, variant: str, body: str) -> dict[str, Any]:
        """Return the update that says which other body is sent from now on, as part of a transaction."""
        row_key, lease = key(claim.message.delivery_id, claim.generation), {"lease_until": claim.lease_until}
        return update(self._table, row_key, {"variant": variant, "body": body}, lease)

    def first_of(self, chat: str, thread: str) -> str | None:
        """Return the id of the message that the thread's others are replies to. Raises like ``claim``."""
        row = self.row(_thread_id(chat, thread), 0)
        return str(row["first"]) if row and row["expires_at"] > self._now_ms() // SECOND_MS else None

    def acknowledge(self, row_id: str, generation: int, at: int, by: str) -> bool:
        """Write that somebody takes care of what the row told, unless that is written. Raises like ``claim``."""
        changes = {"acknowledged_at": at, "acknowledged_by": by, "updated_at": self._now_ms()}
        return self._update(row_id, generation, changes, {"acknowledged_at": None, "status": [*map(str, TOLD)]})

    def note_receipts(self) -> None:
        """Keep since when receipts arrive: without them nothing can release a chat. Raises like ``claim``."""
        if self._has_receipts:
            return
        with suppress(self._client.exceptions.ConditionalCheckFailedException):
            self._client.put_item(
                TableName=self._table,
                Item=item({"id": RECEIPTS, "generation": 0, "first_at": self._now_ms()}),
                ConditionExpression="attribute_not_exists(id)",
            )
        self._has_receipts = True

    def decided(
        self, claim: Claim, status: Status, told: dict[str, Any], attempt: dict[str, Any] | None = None
    ) -> Claim | None:
        """Write what a claim is about to be closed as, and keep it; None when another worker has claimed it since.

        Raises like ``claim``.
        """
        now_told = replace(
            claim,
            attempts=[*claim.attempts, *([attempt] if attempt else [])][-MAX_ATTEMPTS_KEPT:],
            tries=claim.tries + (1 if attempt else 0),
            closing=status.value,
        )
        changes = {"closing": status.value, "attempts": now_told.attempts, "tries": now_told.tries, **told}
        lease = {"lease_until": claim.lease_until}
        return now_told if self._update(claim.message.delivery_id, claim.generation, changes, lease) else None

    def note_unauthorized(self, chat: str) -> None:
        """Keep that the provider took no key for this chat just now. Raises like ``claim``."""
        now = self._now_ms()
        self._client.update_item(
            TableName=self._table,
            Key=chat_key(chat),
            UpdateExpression="SET unauthorized_at = :now, expires_at = :later",
            ExpressionAttributeValues=item({":now": now, ":later": self._expires_at(now)}),
        )

    def unauthorized_at(self, chat: str) -> int:
        """Return when (ms) the provider took no key for this chat the last time, 0 for never. Raises like ``claim``."""
        found = self._client.get_item(TableName=self._table, Key=chat_key(chat), ConsistentRead=True)
        return int(plain(found.get("Item", {})).get("unauthorized_at", 0))

    def of_message(self, message_id: str) -> tuple[Claim, Status] | None:
        """Return the row that a message of the provider's belongs to, as a claim that its lease doesn't guard.

        None also for as long as the index lags behind. Raises like ``claim``.
        """
        found = self._client.query(
            TableName=self._table,
            IndexName=BY_MESSAGE,
            KeyConditionExpression="message_id = :id",
            ExpressionAttributeValues={":id": {"S": message_id}},
            Limit=1,
        )["Items"]
        if not found:
            return None
        row = self.row(found[0]["id"]["S"], int(found[0]["generation"]["N"]))
        return _claim_of(row, int(row["lease_until"])), Status(row["status"])

    def progress(self, claim: Claim, status: Status, told: dict[str, Any]) -> None:
        """Move a row on to ``delivered`` or ``read``, unless it is there or beyond. Raises like ``claim``."""
        before = TOLD[: TOLD.index(status)]
        changes = {"status": status.value, "updated_at": self._now_ms(), **given(told)}
        self._update(claim.message.delivery_id, claim.generation, changes, {"status": [s.value for s in before]})

    def count_copy(self, message: Message) -> None:
        """Count a copy on the first generation's row. Raises like ``claim``."""
        self._client.update_item(
            TableName=self._table,
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
            "expires_at": self._expires_at(now),
            **attributes,
        }
        self._client.put_item(TableName=self._table, Item=item(row))

    def _is_of_another_split(self, message: Message) -> bool:
        """Return whether the first part is one of so many others that the sender's retry would tell a lone last part.

        One that is under way is finished.
        """
        told_in = self._latest(message.first_part or "").get("parts")
        if told_in is None or told_in == message.parts:
            return False
        return self._latest(message.delivery_id).get("status") not in {Status.SENDING, Status.RETRYING}

    def _latest(self, row_id: str) -> dict[str, Any]:
        """Return the row of the latest generation, or nothing."""
        row = self.row(row_id, 1)
        return self.row(row_id, int(row["latest"])) if "latest" in row else row

    def row(self, row_id: str, generation: int) -> dict[str, Any]:
        """Return the row as it is written, or nothing. Raises like ``claim``."""
        found = self._client.get_item(TableName=self._table, Key=key(row_id, generation), ConsistentRead=True)
        return plain(found.get("Item", {}))

    def _put_new(self, message: Message, generation: int, body: str, lease_until: int) -> dict[str, Any] | None:
        """Put the row and return None, or return the row that is there already."""
        now = self._now_ms()
        row = {
            **message.model_dump(exclude={"delivery_id", "type", "replay"}, exclude_defaults=True),
            "id": message.delivery_id,
            "generation": generation,
            "status": Status.SENDING.value,
            "body": body,
            "lease_until": lease_until,
            "lost_leases": 0,
            "created_at": now,
            "updated_at": now,
            "expires_at": self._expires_at(now),
        }
        try:
            self._client.put_item(
                TableName=self._table,
                Item=item(row),
                ConditionExpression="attribute_not_exists(id)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            return self._found(error, message.delivery_id, generation)
        return None

    def _found(self, error: ClientError, row_id: str, generation: int) -> dict[str, Any]:
        """Return the row that a failed condition met. Engines that don't send it along are asked for it."""
        if error.response.get("Error", {}).get("Code") != "ConditionalCheckFailedException":
            raise error
        old: Any = error.response.get("Item")
        return plain(old) if old is not None else self.row(row_id, generation)

    def _claim_found(self, message: Message, found: dict[str, Any], decision: Decision) -> Claim | NotClaimed:
        lease = int(found.get("lease_until", 0))
        if decision in {Decision.COPY, Decision.LEAVE}:
            return NotClaimed(decision, lease, str(found["status"]))
        now = self._now_ms()
        lost = int(found.get("lost_leases", 0)) + (self._row(found).status is Status.SENDING)
        lease_until = now + self._lease_ms
        changes: dict[str, Any] = {"status": Status.SENDING.value, "lease_until": lease_until, "lost_leases": lost}
        if found["status"] == Status.SENDING.value:
            # Whoever lost the lease may have sent it.
            changes["unsure_since"] = found.setdefault("unsure_since", found["updated_at"])
        if decision is Decision.CLOSE:
            reason = {"code": "worker_stopped", "reason": f"stopped the worker {lost} times"}
            changes |= {"status": Status.DEAD.value, "lease_until": 0, "error": reason}
        as_found = {"lease_until": lease, "status": found["status"]}
        if not self._update(message.delivery_id, int(found["generation"]), {**changes, "updated_at": now}, as_found):
            return NotClaimed(Decision.LEAVE, lease_until)  # another worker was faster by a moment
        if decision is Decision.CLOSE:
            return NotClaimed(decision, status=Status.DEAD)
        return replace(_claim_of(found, lease_until), message=message)

    def _row(self, found: dict[str, Any]) -> Row:
        """Return the part that decides; a lease that this process could not give back is given back here."""
        row = _row(found)
        if (found["id"], int(found["generation"]), row.lease_until) in self._unclosed:
            return replace(row, status=Status.RETRYING, lease_until=0)
        return row

    def _thread(self, chat: str, thread: str, message_id: str) -> dict[str, Any]:
        """Return the row of a thread that begins: what an older one began is too old to be replied to."""
        expires_at = self._now_ms() // SECOND_MS + REPLIES_FOR
        row = {"id": _thread_id(chat, thread), "generation": 0, "first": message_id, "expires_at": expires_at}
        return {"TableName": self._table, "Item": item(row)}

    def _note_latest(self, row_id: str, generation: int) -> None:
        """Let the first row know, and live as long: the way to the others leads through it."""
        self._update(row_id, 1, {"latest": generation, "expires_at": self._expires_at(self._now_ms())}, {})

    def _update(
        self,
        row_id: str,
        generation: int,
        changes: dict[str, Any],
        only_if: dict[str, Any],
        *,
        without: Sequence[str] = (),
    ) -> bool:
        """Set the attributes and remove those of ``without``.

        Return False when the row is no longer as ``only_if`` says (a list: one of these).
        """
        request = update(self._table, key(row_id, generation), changes, only_if, without=without)
        try:
            self._client.update_item(**request)
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _expires_at(self, now: int) -> int:
        return now // SECOND_MS + self._days * DAY


def _row(found: dict[str, Any]) -> Row:
    return Row(
        status=Status(found["status"]),
        request_id=found.get("request_id", ""),
        event_id=found.get("event_id", ""),
        lease_until=int(found.get("lease_until", 0)),
        lost_leases=int(found.get("lost_leases", 0)),
        told_at=int(found.get("told_at", 0)),
        closed_at=int(found.get("updated_at", 0)),
        is_passed_on="fallback_to" in found,
        fallback_of=found.get("fallback_of"),
    )


def _claim_of(row: dict[str, Any], lease_until: int) -> Claim:
    return Claim(
        message=Message.model_validate({"text": "", **row, "delivery_id": row["id"]}),
        generation=int(row["generation"]),
        body=row.get("body", ""),
        lease_until=lease_until,
        attempts=list(row.get("attempts", [])),
        tries=int(row.get("tries", 0)),
        variant=row.get("variant", ""),
        failing_since=int(row.get("failing_since", 0)),
        unsure_since=int(row.get("unsure_since", 0)),
        closing=row.get("closing", ""),
        error=row.get("error", {}),
        request_id=row["request_id"],
        is_admitted=bool(row.get("admitted")),
    )


def is_outdated(error: ClientError) -> bool:
    """Return whether a condition was not met, and nothing else was the matter."""
    code = error.response.get("Error", {}).get("Code")
    if code == "TransactionCanceledException":
        reasons: Any = error.response.get("CancellationReasons", [])
        return {reason.get("Code", "None") for reason in reasons} - {"None"} == {"ConditionalCheckFailed"}
    return code == "ConditionalCheckFailedException"


def _thread_id(chat: str, thread: str) -> str:
    return f"thread {chat} {hashlib.sha256(thread.encode()).hexdigest()}"
