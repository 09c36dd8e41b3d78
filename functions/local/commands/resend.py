"""Sends again what the log knows: one delivery, or all that were given up."""

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import typer

from hookline.errors import QueueRefused
from hookline.models import Message
from hookline.queue import BATCH, Queue
from local.commands import moments
from local.commands.errors import No, Wrong
from local.commands.history import History
from local.commands.progress import underway
from local.commands.replay import again, is_forgotten, is_told_otherwise
from local.commands.stack import Stack
from local.commands.terminal import say, say_json
from local.commands.turn import Turn, tell, turn


@dataclass(frozen=True)
class Resend:
    history: History
    queue: Queue
    as_json: bool

    @classmethod
    def of(cls, place: Stack, *, as_json: bool) -> "Resend":
        history = History(place.clients("dynamodb"), place.table)
        return cls(history, Queue(place.clients("sqs"), place.queue_url), as_json)

    def one(self, given: str, *, wait: bool) -> None:
        """Queue the delivery whose id begins so. Raises like ``History.one`` and ``again``."""
        rows = self.history.one(given)
        # Somebody waits for it: neither quiet hours nor pace hold it up.
        message = again(rows, _now_ms()).model_copy(update={"urgent": True})
        self.queue.put([message])
        if not self.as_json:
            say(f"{message.delivery_id} is queued again for {message.chat_name}.")
        tell(turn(self.history, message, after=rows[-1]["generation"]) if wait else Turn(message), as_json=self.as_json)

    def many(self, statuses: Sequence[str], since: str | None, *, ask: bool) -> None:
        """Queue all that ended so, oldest first. Raises No when there are none, or the person says so."""
        begin = moments.since(since, datetime.now(UTC)) if since else 0
        with underway("Reading the log", is_shown=not self.as_json) as progress:
            rows = replace(self.history, looked=progress.advance).given_up(statuses, begin)
        # Without a chat it is no delivery.
        left = (row for row in rows if "chat" in row and not is_told_otherwise(row) and not is_forgotten(row))
        messages = [again([row], _now_ms()) for row in left]
        if not messages:
            raise No(f"Nothing is {' or '.join(statuses)}" + (f" since {moments.full(begin)}." if begin else "."))
        chats = ", ".join(f"{count} for {chat}" for chat, count in Counter(m.chat_name for m in messages).items())
        if ask and not sys.stdin.isatty():
            raise Wrong(f"This really sends {len(messages)} ({chats}); where nobody can be asked, say --yes.")
        if ask and not typer.confirm(f"Really send {len(messages)} ({chats})?", err=True):
            raise No("Nothing was sent.")
        self._put(messages)
        if self.as_json:
            say_json([Turn(message).shown() for message in messages])
        else:
            say(f"{len(messages)} queued again: {chats}. `hookline log --follow` shows what becomes of them.")

    def _put(self, messages: Sequence[Message]) -> None:
        queued = 0
        with underway("Queueing", len(messages), is_shown=not self.as_json) as progress:
            try:
                for start in range(0, len(messages), BATCH):
                    batch = messages[start : start + BATCH]
                    self.queue.put(batch)
                    queued += len(batch)
                    progress.advance(len(batch))
            except QueueRefused as error:
                raise Wrong(f"{queued} of {len(messages)} were queued, then {error}.") from error
            except KeyboardInterrupt:
                say(f"{queued} of {len(messages)} were queued already, and go out.", err=True)
                raise


def _now_ms() -> int:
    return moments.to_ms(datetime.now(UTC))
