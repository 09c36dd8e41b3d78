"""Works through a batch of queue records: chats side by side, each chat strictly in order."""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import Discriminator, Tag, TypeAdapter, ValidationError

from hookline import correlation
from hookline.clock import SECOND_MS
from hookline.errors import QueueRefused, RulesUnavailable
from hookline.models import Message, Receipt, Wake
from hookline.outbox import Outbox
from hookline.status import Status
from hookline.turn import Settled

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

logger = logging.getLogger(__name__)

Record = dict[str, Any]  # one of an SQS event's "Records"
# Seconds until the table is tried again, times the number of tries, at most: an outage of days must not use up the
# queue's maxReceiveCount.
LOG_OUT_OF_REACH_WAIT, LONGEST_LOG_WAIT = 10.0, 180.0
# Before a record is looked at there must be time for its claim, one attempt and its close; each call takes a while.
LOG_CALLS_MS = 4000.0
_PRIVATE = '"private":true'  # as our own JSON says it; inside a text its quotes are written otherwise
MAX_BODY_KEPT = 100_000  # characters; a row holds 400 KB
# What has no type was queued by an earlier version: a message.
_CONTENT: TypeAdapter[Message | Receipt | Wake] = TypeAdapter(
    Annotated[
        Annotated[Message, Tag("message")] | Annotated[Receipt, Tag("receipt")] | Annotated[Wake, Tag("wake")],
        Discriminator(lambda content: content.get("type", "message") if isinstance(content, dict) else None),
    ]
)
# The queue gives up after 1000 receives, whatever we decide. Twenty hours of three minutes' backoff stay below OFTEN;
# what has come more often comes so rarely that it doesn't reach the thousand in the queue's 14 days of retention.
OFTEN, RARE_WAIT = 820, 7200.0  # receives, seconds
# What something of ours stumbles over before it can be claimed is closed at last. Not sooner: a record that waited
# behind others has come often without having stumbled, and once it is claimed its third lost lease closes it.
MOST_STUMBLES = OFTEN
MAX_VISIBILITY = 43_000  # seconds; SQS allows 12 hours


class Batch:
    """Delivers the records of an SQS event and reports those that must stay on the queue."""

    def __init__(  # noqa: PLR0913 - its collaborators, wired once
        self,
        *,
        outbox: Outbox,
        record_unreadable: Callable[[str, Status, dict[str, Any]], None],
        client: "SQSClient",
        queue_url: str,
        executor: Executor,
        attempt_seconds: float,
        count: Callable[[str], None],
    ) -> None:
        self._outbox = outbox
        self._record_unreadable = record_unreadable
        self._client = client
        self._queue_url = queue_url
        self._executor = executor
        self._attempt_ms = attempt_seconds * SECOND_MS + LOG_CALLS_MS
        self._count = count

    def work(self, records: Sequence[Record], remaining_ms: Callable[[], int]) -> dict[str, list[dict[str, str]]]:
        """Return the partial batch response of Lambda's event source mapping."""
        chats: dict[str, list[Record]] = {}
        for record in records:
            chats.setdefault(record["attributes"]["MessageGroupId"], []).append(record)
        turns = self._executor.map(lambda chat: self._chat(chat, remaining_ms, is_alone=False), chats.values())
        left: list[Record] = []
        suspects: list[list[Record]] = []
        for given_back, put_off in turns:
            left += given_back
            suspects += [put_off] if put_off else []
        # All others are done: what stops the worker now stops nobody else's message.
        for records_of_chat in suspects:
            left += self._chat(records_of_chat, remaining_ms, is_alone=True)[0]
        return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in left]}

    def _chat(
        self, records: list[Record], remaining_ms: Callable[[], int], *, is_alone: bool
    ) -> tuple[list[Record], list[Record]]:
        """Deliver one chat's records until one has to wait; return that one and all behind it, as given back.

        The second list is the same of a chat whose turn must come again in this batch, when nothing else is at work.
        """
        rest = list(records)
        while rest:
            if remaining_ms() < self._attempt_ms:
                return self._give_back(rest, 0), []
            # What came behind another one has been received as often without being looked at.
            settled = self._one(rest[0], remaining_ms, is_first=rest[0] is records[0], is_alone=is_alone)
            if settled.is_suspect:
                return [], rest
            if settled.wait is None:
                del rest[0]
            elif settled.wait > 0 and not (settled.is_stuck and self._is_only_the_head(rest, remaining_ms, is_alone)):
                return self._give_back(rest, settled.wait), []
        return [], []

    def _is_only_the_head(self, rest: list[Record], remaining_ms: Callable[[], int], is_alone: bool) -> bool:  # noqa: FBT001 - handed on
        """Let the next message behind a stuck one be tried once; if that gets an answer, the stuck one must give way.

        Receipts and copies of the stuck message itself keep their places. Returns whether the chat can go on; what is
        done with is taken off ``rest``.
        """
        stuck = Message.model_validate_json(rest[0]["body"])
        # What waits with the chat is told behind the stuck one, as soon as it is woken: its digest gets an answer.
        for record in [record for record in rest[1:] if _is_wake(record)]:
            if remaining_ms() >= self._attempt_ms and self._one(record, remaining_ms, is_alone=is_alone).wait is None:
                rest.remove(record)
        for record in [record for record in rest[1:] if _is_another(record, stuck)]:
            if remaining_ms() < self._attempt_ms:
                return False
            settled = self._one(record, remaining_ms, is_alone=is_alone)
            if settled.wait is not None or settled.is_suspect:
                return False
            rest.remove(record)
            if settled.is_definite:
                return remaining_ms() >= self._attempt_ms and self._gives_way(stuck, rest, remaining_ms, is_alone)
        return False

    def _gives_way(
        self,
        stuck: Message,
        rest: list[Record],
        remaining_ms: Callable[[], int],
        is_alone: bool,  # noqa: FBT001 - handed on
    ) -> bool:
        """Close the stuck head if it fails once more: the provider may have come back between the two attempts."""
        again = self._one(rest[0], remaining_ms, is_alone=is_alone)
        if again.is_stuck:
            has_time = partial(self._has_time, remaining_ms)
            again = self._guarded(rest[0], stuck.event_id, lambda: self._outbox.give_up_head(stuck, has_time))
        is_closed = again.wait is None and not again.is_suspect
        if is_closed:
            del rest[0]
        return is_closed

    def _one(
        self, record: Record, remaining_ms: Callable[[], int], *, is_alone: bool, is_first: bool = False
    ) -> Settled:
        try:
            content = _CONTENT.validate_json(record["body"])
        except ValidationError as error:
            return self._unreadable(record, error)

        has_time = partial(self._has_time, remaining_ms)
        match content:
            case Receipt():
                tries = _tries(record) if is_first else 1
                return self._guarded(record, content.event_id, lambda: self._outbox.note(content, tries, has_time))
            case Wake():
                return self._guarded(record, "", lambda: self._outbox.wake(content, has_time))
        work = partial(self._outbox.deliver, content, is_alone=is_alone, has_time=has_time)
        return self._guarded(record, content.event_id, work)

    def _has_time(self, remaining_ms: Callable[[], int]) -> bool:
        """Return whether there is time for one more attempt, or as much else."""
        return remaining_ms() >= self._attempt_ms

    def _guarded(self, record: Record, event_id: str, work: Callable[[], Settled]) -> Settled:
        with correlation.about(event_id):
            return self._done(record, work)

    def _done(self, record: Record, work: Callable[[], Settled]) -> Settled:
        try:
            return work()
        except (ClientError, BotoCoreError):
            logger.exception("The delivery log is out of reach.", extra={"record_id": record["messageId"]})
        except (QueueRefused, RulesUnavailable):
            logger.exception("What it needs is out of reach.", extra={"record_id": record["messageId"]})
        except ValidationError as error:
            # Nothing that can be sent can be made of it, now or later.
            return self._unreadable(record, error)
        except Exception as error:
            # A mistake of ours must not fail the whole batch, again and again, with the chats that have no part in it.
            # What was claimed loses its lease by this, and is closed after the third time.
            logger.exception("A delivery failed in an unknown way.", extra={"record_id": record["messageId"]})
            if _tries(record) >= MOST_STUMBLES:
                return self._unreadable(record, error)
        return self._stumbled(record)

    def _stumbled(self, record: Record) -> Settled:
        """Leave a record where it is, by no fault of its own."""
        self._count("Stumbled")
        return Settled("unknown", _log_wait(record))

    def _unreadable(self, record: Record, error: Exception) -> Settled:
        """Close what nobody can deliver, so that its chat goes on; the row keeps it for a person."""
        logger.error("A queue record could not be read.", extra={"record_id": record["messageId"]})
        # An error of validation quotes what it is about.
        is_private = _PRIVATE in record["body"]
        why = type(error).__name__ if is_private else str(error)[:500]
        about = {
            "text": record["body"][:MAX_BODY_KEPT],
            "error": {"code": "unreadable_record", "reason": why},
            **({"private": True} if is_private else {}),
        }
        try:
            self._record_unreadable(record["messageId"], Status.DEAD, about)
        except (ClientError, BotoCoreError):
            return self._stumbled(record)
        self._count("Dead")
        return Settled(Status.DEAD)

    def _give_back(self, records: list[Record], wait: float) -> list[Record]:
        """Let the whole rest of the chat wait as long as its head: any record in flight would block the chat longer."""
        if wait > 0 and max(map(_tries, records)) >= OFTEN:
            wait = max(wait, RARE_WAIT)
        seconds = min(MAX_VISIBILITY, max(0, -int(-wait // 1)))
        entries = [
            {"Id": str(n), "ReceiptHandle": record["receiptHandle"], "VisibilityTimeout": seconds}
            for n, record in enumerate(records)
        ]
        try:
            self._client.change_message_visibility_batch(QueueUrl=self._queue_url, Entries=entries)  # type: ignore[arg-type]
        except (ClientError, BotoCoreError):
            # They come back all the same, when the queue's own timeout ends.
            logger.exception("The visibility of %d records could not be set.", len(records))
        return records


def _is_another(record: Record, message: Message) -> bool:
    """Return whether the record is a message that says something else; what nobody can read is not."""
    try:
        content = _CONTENT.validate_json(record["body"])
    except ValidationError:
        return False
    return isinstance(content, Message) and content.delivery_id != message.delivery_id


def _is_wake(record: Record) -> bool:
    try:
        return isinstance(_CONTENT.validate_json(record["body"]), Wake)
    except ValidationError:
        return False


def _tries(record: Record) -> int:
    return int(record["attributes"].get("ApproximateReceiveCount", "1"))


def _log_wait(record: Record) -> float:
    return min(LONGEST_LOG_WAIT, LOG_OUT_OF_REACH_WAIT * _tries(record))
