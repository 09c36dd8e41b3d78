"""Tells a delivery again that the log knows: as its next generation, so that it really sends."""

from collections.abc import Callable, Sequence
from uuid import uuid4

from hookline.claim import GIVEN_UP, TOLD
from hookline.models import Message
from local.commands.errors import No
from local.commands.history import OPEN
from local.commands.wanted import Row

REPLAYABLE = frozenset({*TOLD, *GIVEN_UP})


class CannotReplay(No):
    """The delivery can't be told again; the sentence says why."""


def is_forgotten(row: Row) -> bool:
    """Return whether nobody knows any more what the row said."""
    return bool(row.get("private")) and "text" not in row


def again(rows: Sequence[Row], now_ms: int, new_id: Callable[[], str] = lambda: str(uuid4())) -> Message:
    """Return what the latest row of a delivery told, as a message that is sent whatever became of it.

    It is queued now, so it is not too old; its request is a new one, so it is nobody's copy. Raises CannotReplay.
    """
    row = rows[-1]
    if row["status"] in OPEN:
        raise CannotReplay(f"It is still {row['status']} and goes out by itself; `hookline log {row['id']}` says more.")
    if "chat" not in row:
        raise CannotReplay("It never was a message for a chat, so there is nothing to send; send the webhook again.")
    if is_forgotten(row):
        raise CannotReplay("It is private and was sent, so its text is kept nowhere; let its sender send it again.")
    if row["status"] not in REPLAYABLE:
        raise CannotReplay(f"It is {row['status']} and not told on its own; `hookline log {row['id']}` says more.")
    renewed = {"delivery_id": row["id"], "type": "message", "request_id": new_id(), "queued_at": now_ms}
    return Message.model_validate({**row, **renewed, "replay": True})
