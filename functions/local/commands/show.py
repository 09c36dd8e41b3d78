"""Prints the log: rows as lines, one delivery whole, what waits."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain

import typer

from hookline.claim import Status
from hookline.errors import RulesError
from local.commands import moments
from local.commands.follow import changes, updated_at
from local.commands.history import History
from local.commands.lines import Lines, machine, whole
from local.commands.stack import Stack
from local.commands.terminal import console, say_json
from local.commands.waiting import Waiting, count, oldest_by_metric
from local.commands.wanted import Row, Wanted


@dataclass(frozen=True)
class Show:
    place: Stack
    history: History
    as_json: bool

    @classmethod
    def of(cls, place: Stack, *, as_json: bool) -> "Show":
        return cls(place, History(place.clients("dynamodb"), place.table), as_json)

    def whole(self, given: str) -> None:
        """Print the delivery whose id begins so. Raises like ``History.one``."""
        rows = self.history.one(given)
        if self.as_json:
            say_json({"delivery_id": rows[0]["id"], "generations": [machine(row) for row in rows]})
            return
        printer = console()
        for part in whole(rows):
            printer.print(part)

    def waiting(self) -> None:
        """Print what waits in the queue, and since when."""
        waiting = self._look()
        if self.as_json:
            say_json(waiting.shown())
        else:
            typer.echo(waiting.sentence(datetime.now(UTC)))

    def log(self, wanted: Wanted, limit: int, *, follow: bool) -> None:
        """Print the latest rows, and go on with what changes until Ctrl-C."""
        # With JSON on the other stream: people see it, and what reads the rows doesn't stumble over it.
        typer.echo(self._look().sentence(datetime.now(UTC)), err=self.as_json)
        now_ms = moments.to_ms(datetime.now(UTC))
        rows = self.history.latest(wanted, limit)
        if not follow:
            self._print(rows)
            return
        with suppress(KeyboardInterrupt):
            self._print_on(chain([rows], changes(self.history, wanted, rows, now_ms)))

    def _look(self) -> Waiting:
        place = self.place
        waiting = count(place.clients("sqs"), place.queue_url, place.dead_letter_queue_url)
        if not waiting.count:
            return waiting
        since = [self.history.oldest_open()]
        if place.is_deployed:
            since.append(oldest_by_metric(place.clients("cloudwatch"), place.queue_url, datetime.now(UTC)))
        return replace(waiting, oldest=min(filter(None, since), default=None))

    def _print(self, rows: Sequence[Row]) -> None:
        if self.as_json:
            say_json([machine(row) for row in rows])
            return
        printer, lines = console(), Lines()
        lines.fit(rows)
        for row in rows:
            printer.print(lines.line(row), no_wrap=True, overflow="ellipsis")
        if not rows:
            typer.echo("The log has no such message.", err=True)

    def _print_on(self, looks: "chain[list[Row]]") -> None:
        # What has changed is listed at the time of its change.
        printer, lines = console(), Lines(at=updated_at)
        for rows in looks:
            lines.fit(rows)
            for row in rows:
                if self.as_json:
                    say_json(machine(row))
                else:
                    printer.print(lines.line(row), no_wrap=True, overflow="ellipsis")


def wanted(place: Stack, chat: str | None, source: str | None, statuses: Sequence[str], since: str | None) -> Wanted:
    """Return what the options ask for. Raises ValueError for a status or a moment that is none."""
    if unknown := [status for status in statuses if status not in list(Status)]:
        raise ValueError(f"There is no status {', '.join(unknown)}; there are {', '.join(Status)}.")
    one_of = {"source": [source] if source else [], "status": statuses, **(_of_chat(place, chat) if chat else {})}
    return Wanted(
        {name: values for name, values in one_of.items() if values},
        {"created_at": moments.since(since, datetime.now(UTC))} if since else {},
    )


def _of_chat(place: Stack, chat: str) -> dict[str, list[str]]:
    """Return what to look for: the id where the rules have it, else the name that the rows carry."""
    if chat.startswith("chat_"):
        return {"chat": [chat]}
    try:
        chats = place.rules().chats
    except RulesError:
        chats = {}  # a log must be readable also while the rules are being mended
    return {"chat": [chats[chat].id]} if chat in chats else {"chat_name": [chat]}
