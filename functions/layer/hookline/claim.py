"""Who may send a message now: the table that is decided by, and the claim that it may come to. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from hookline.clock import SECOND_MS
from hookline.models import Message
from hookline.status import GIVEN_UP, WAITING, Status

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

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Self:
        """Return it of a row of the log."""
        return cls(
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

    @classmethod
    def of(cls, row: Mapping[str, Any], lease_until: int) -> Self:
        """Return the claim on a row of the log."""
        return cls(
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


@dataclass(frozen=True, slots=True)
class NotClaimed:
    """Why a message isn't sent now: a copy, closed, or left on the queue until ``until`` (ms).

    ``status`` is that of its row.
    """

    decision: Decision
    until: int = 0
    status: str = ""


class LeaseLost(Exception):
    """Another worker has claimed the message since."""


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
