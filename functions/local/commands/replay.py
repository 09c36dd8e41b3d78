"""Tells a delivery again that the log knows: as its next generation, so that it really sends."""

from collections.abc import Callable, Sequence
from uuid import uuid4

from hookline.chats import FAILED_WITH
from hookline.models import Message
from hookline.status import GIVEN_UP, TOLD, WAITING, Status
from local.commands.errors import No
from local.commands.history import OPEN
from local.commands.wanted import Row

REPLAYABLE = frozenset({*TOLD, *GIVEN_UP, Status.DIGESTED})


class CannotReplay(No):
    """The delivery can't be told again; the sentence says why."""


def is_forgotten(row: Row) -> bool:
    """Return whether nobody knows any more what the row said."""
    return bool(row.get("private")) and "text" not in row


def is_told_otherwise(row: Row) -> bool:
    """Return whether another row stands for this one: that of its fallback, or of the digest that failed with it."""
    return "fallback_to" in row or row.get("error", {}).get("code") == FAILED_WITH["code"]


def again(rows: Sequence[Row], now_ms: int, new_id: Callable[[], str] = lambda: str(uuid4())) -> Message:
    """Return what the latest row of a delivery told, as a message that is sent whatever became of it.

    It is queued now, so it is not too old; its request is a new one, so it is nobody's copy. Raises CannotReplay.
    """
    row = rows[-1]
    if row["status"] in OPEN:
        raise CannotReplay(f"It is still {row['status']} and goes out by itself; `hookline log {row['id']}` says more.")
    if row["status"] in WAITING:
        raise CannotReplay(
            f"It is {row['status']} and goes out by itself, with what else its chat has waiting; "
            "`hookline log` says when."
        )
    if "chat" not in row:
        raise CannotReplay("It never was a message for a chat, so there is nothing to send; send the webhook again.")
    if is_forgotten(row):
        raise CannotReplay("It is private and was sent, so its text is kept nowhere; let its sender send it again.")
    if row["status"] not in REPLAYABLE:
        raise CannotReplay(f"It is {row['status']} and not told on its own; `hookline log {row['id']}` says more.")
    # As a message like any other: neither one that closes what it tells, nor one that a digest told.
    renewed = {"delivery_id": row["id"], "type": "message", "request_id": new_id(), "queued_at": now_ms, "digest": None}
    return Message.model_validate({**row, **renewed, "replay": True})
