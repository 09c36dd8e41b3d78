"""Who may send a message now: the table that the delivery log decides by. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from hookline.clock import SECOND_MS
from hookline.models import Message


class Status(StrEnum):
    """Where a delivery stands."""

    SENDING = "sending"
    RETRYING = "retrying"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    HELD = "held"  # until its chat's pace or quiet hours let a digest through
    PARKED = "parked"  # until its recipient answers, or the wait is over
    DIGESTED = "digested"  # told as part of a digest
    FAILED = "failed"
    DEAD = "dead"
    DROPPED = "dropped"
    UNMATCHED = "unmatched"


TOLD = (Status.SENT, Status.DELIVERED, Status.READ)  # a receipt moves a row along these, never back
WAITING = frozenset({Status.HELD, Status.PARKED})  # with its chat
GIVEN_UP = frozenset({Status.FAILED, Status.DEAD})
MAX_LOST_LEASES = 3  # a message whose worker died this often is closed untouched


class Decision(StrEnum):
    """What a worker does that finds a row."""

    CLAIM = "claim"
    LEAVE = "leave"  # on the queue, until the lease ends
    COPY = "copy"  # acknowledge: it is told already, or will be
    NEXT = "next"  # tell it again, as the next generation
    CLOSE = "close"  # it stopped its worker too often
    ALONE = "alone"  # claim it when nothing else is under way: it may have stopped its worker


@dataclass(frozen=True, slots=True)
class Row:
    """The part of a row that decides. Times are ms since 1970; ``lease_until`` is 0 when nobody holds it."""

    status: Status
    request_id: str
    event_id: str = ""
    lease_until: int = 0
    lost_leases: int = 0
    told_at: int = 0
    closed_at: int = 0  # of a row that is closed
    is_passed_on: bool = False  # to a fallback
    fallback_of: str | None = None


def decide(row: Row, message: Message, now: int) -> Decision:
    """Return what to do with the message, given the row of its latest generation.

    ================  ==========================  =======================================
    status            lease live                  lease run out, or none
    ================  ==========================  =======================================
    sending           leave                       claim, the third time close
    retrying          leave                       claim
    held, parked      copy: it will be told
    sent and further, copy; next when its content may be told again, or by hand
    digested
    failed, dead      copy of what was asked before it failed, or of content that a fallback
                      told and that may not be told again yet; next for a later one
    ================  ==========================  =======================================
    """
    if row.status in {Status.SENDING, Status.RETRYING}:
        if now < row.lease_until:
            return Decision.LEAVE
        is_lost = row.status is Status.SENDING and row.lost_leases + 1 >= MAX_LOST_LEASES
        return Decision.CLOSE if is_lost else Decision.CLAIM
    if row.status in WAITING or (row.request_id, row.fallback_of) == (message.request_id, message.fallback_of):
        # The queue brings the same record again: it was closed, but the worker died before it could say so. What stands
        # in for another chat of the same request is another record: it finds the text told, or may have better luck.
        return Decision.COPY
    if message.replay:
        return Decision.NEXT
    if row.status in GIVEN_UP:
        is_known = _was_asked_before(row, message) or _was_told_by_a_fallback(row, message)
        return Decision.COPY if is_known else Decision.NEXT
    is_same_event = message.once and row.event_id == message.event_id
    return Decision.NEXT if _may_be_told_again(row.told_at, message) and not is_same_event else Decision.COPY


def _was_asked_before(row: Row, message: Message) -> bool:
    """A sender's retry that waited behind the first try must not fail as that did, nor tell the fallback twice.

    Except when nobody could be told because of its age: then the later one still has time.
    """
    is_too_old = row.status is Status.DEAD and row.lost_leases < MAX_LOST_LEASES
    if is_too_old and not row.is_passed_on:
        return False
    return message.queued_at is not None and message.queued_at <= row.closed_at


def _was_told_by_a_fallback(row: Row, message: Message) -> bool:
    """An unchanged alert of a chat that is gone must not storm the fallback with each update of its group."""
    return row.is_passed_on and message.repeat is not None and not _may_be_told_again(row.closed_at, message)


def _may_be_told_again(told_at: int, message: Message) -> bool:
    """Count from when it was told, not from when it was asked for: repeats that piled up in an outage are copies."""
    return message.repeat is not None and message.accepted_at >= told_at + message.repeat * SECOND_MS
