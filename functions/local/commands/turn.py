"""Waits a moment for what a person has just queued, and says what became of it."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import typer

from hookline.models import Message
from hookline.status import Status
from local.commands.history import OPEN, History, is_given_up
from local.commands.kept import kept
from local.commands.lines import trouble
from local.commands.terminal import NO, say, say_json
from local.commands.wanted import Row

PATIENCE_SECONDS = 6.0  # a function that was asleep takes a second or two to wake
LOOK_SECONDS = 0.2


@dataclass(frozen=True)
class Turn:
    """A queued message and the row of its turn, which is None while it hasn't come."""

    message: Message
    row: Row | None = None

    @property
    def is_lost(self) -> bool:
        return self.row is not None and is_given_up(self.row)

    def sentence(self) -> str:
        more = f"`hookline log {self.message.delivery_id}` says more."
        if self.row is None:
            return f"Its turn has not come yet; {more}"
        word = "has failed" if self.row["status"] == Status.FAILED else f"is {self.row['status']}"
        told = trouble(self.row) or kept(self.row)
        return f"It {word}: {told}. {more}" if told else f"It {word}."

    def shown(self) -> dict[str, object]:
        """Return it for machines."""
        row, message = self.row or {}, self.message
        known: dict[str, object] = {
            "delivery_id": message.delivery_id,
            "chat": message.chat,
            "chat_name": message.chat_name,
        }
        more: dict[str, object] = {name: row[name] for name in ("generation", "message_id", "error") if name in row}
        return {**known, "status": row.get("status", "queued"), **more}


def turn(
    history: History,
    message: Message,
    after: int = 0,
    patience: float = PATIENCE_SECONDS,
    pause: Callable[[float], None] = time.sleep,
) -> Turn:
    """Return the turn that comes after generation ``after``, when it has ended or patience (seconds) has."""
    give_up = time.monotonic() + patience
    while True:
        rows = [row for row in history.generations(message.delivery_id) if row["generation"] > after]
        if (rows and rows[-1]["status"] not in OPEN) or time.monotonic() >= give_up:
            return Turn(message, rows[-1] if rows else None)
        pause(LOOK_SECONDS)


def tell(turn: Turn, *, as_json: bool) -> None:
    """Print what became of it. Raises Exit with 1 when it was given up."""
    if as_json:
        say_json(turn.shown())
    else:
        say(turn.sentence())
    if turn.is_lost:
        raise typer.Exit(NO)
