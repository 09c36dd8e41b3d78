"""Prints the log: rows as lines, one delivery whole, what waits."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain

from hookline.errors import RulesError
from hookline.rules.closest import meant
from hookline.rules.model import Chat
from hookline.status import Status
from local.commands import moments
from local.commands.alerts import Alerts, missing_digests
from local.commands.conversations import Conversation, conversations
from local.commands.errors import ended
from local.commands.follow import changes, updated_at
from local.commands.history import History, is_digest
from local.commands.lines import Lines, machine, whole
from local.commands.progress import underway
from local.commands.receipts import NO_RECEIPTS, seem_missing
from local.commands.stack import Stack
from local.commands.terminal import console, say, say_json
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
        """Print the delivery whose id begins so, and what it told if it is a digest. Raises like ``History.one``."""
        with self._reading() as history:
            rows = history.one(given)
            told = history.told_in(rows[0]["id"]) if is_digest(rows[0]) else []
        if self.as_json:
            shown = {"delivery_id": rows[0]["id"], "generations": [machine(row) for row in rows]}
            say_json({**shown, "tells": [row["id"] for row in told]} if is_digest(rows[0]) else shown)
            return
        printer = console()
        for part in whole(rows, self._alerts(rows)):
            printer.print(part)
        if told:
            say("It tells 1 message:" if len(told) == 1 else f"It tells {len(told)} messages:")
            self._print_lines(told, Lines(console().width))

    def waiting(self) -> None:
        """Print what waits in the queue and in the chats, and since when."""
        waiting, kept = self._look(), self._kept()
        if self.as_json:
            say_json({**waiting.shown(), "chats": [one.shown() for one in kept]})
            return
        now = datetime.now(UTC)
        say("\n".join([waiting.sentence(now), *(one.sentence(now) for one in kept)]))

    def log(self, wanted: Wanted, limit: int, *, follow: bool, hint: Callable[[], str] = str) -> None:
        """Print the latest rows, and go on with what changes until Ctrl-C; without any, what ``hint`` gives."""
        now = datetime.now(UTC)
        # With JSON on the other stream: people see it, and what reads the rows doesn't stumble over it.
        say(self._look().sentence(now), err=self.as_json)
        kept = self._kept()
        for one in kept:
            say(one.sentence(now), err=self.as_json)
        with self._reading() as history:
            rows = history.latest(wanted, limit)
        if not rows and (said := hint()):
            say(said, err=True)
        is_parked = any(one.state.parked_at for one in kept)
        if seem_missing(rows, now, is_parked=is_parked) and not self.history.has_receipts():
            say(NO_RECEIPTS.format(self.place.receipts_url or "the stack's ReceiptsUrl"), err=True)
        if not follow:
            self._print(rows)
            return
        with suppress(KeyboardInterrupt):
            self._print_on(chain([rows], changes(self.history, wanted, rows, moments.to_ms(now))))

    @contextmanager
    def _reading(self) -> Iterator[History]:
        """Give the history for what may take a while: the whole table is looked at."""
        with underway("Reading the log", is_shown=not self.as_json) as progress:
            yield replace(self.history, looked=progress.advance)

    def _look(self) -> Waiting:
        place = self.place
        waiting = count(place.clients("sqs"), place.queue_url, place.dead_letter_queue_url)
        if not waiting.count:
            return waiting
        since = [self.history.oldest_open()]
        if place.is_deployed:
            since.append(oldest_by_metric(place.clients("cloudwatch"), place.queue_url, datetime.now(UTC)))
        return replace(waiting, oldest=min(filter(None, since), default=None))

    def _kept(self) -> list[Conversation]:
        """Return the chats of which something waits, under the names that the rules give them."""
        return conversations(self.history, lambda: {chat.id: name for name, chat in _chats(self.place).items()})

    def _alerts(self, rows: Sequence[Row]) -> Alerts:
        digests = self.history.rows([{"id": digest, "generation": 1} for digest in missing_digests(rows)])
        return Alerts([*rows, *digests])

    def _print(self, rows: Sequence[Row]) -> None:
        alerts = self._alerts(rows)
        if self.as_json:
            say_json([machine(row) for row in rows])
        else:
            self._print_lines(rows, Lines(console().width), alerts)
        if not rows and not self.as_json:
            say("The log has no such message.", err=True)
        if open_ := alerts.summary():
            say(open_, err=self.as_json)

    def _print_on(self, looks: "chain[list[Row]]") -> None:
        # What has changed is listed at the time of its change.
        lines, seen = Lines(console().width, updated_at), dict[tuple[str, int], Row]()
        for rows in looks:
            seen |= {(row["id"], row["generation"]): row for row in rows}
            if self.as_json:
                for row in rows:
                    say_json(machine(row))
            else:
                self._print_lines(rows, lines, self._alerts([*seen.values()]))

    def _print_lines(self, rows: Sequence[Row], lines: Lines, alerts: Alerts | None = None) -> None:
        printer = console()
        lines.fit(rows)
        for row in rows:
            printer.print(lines.line(row, alerts), no_wrap=True, overflow="ellipsis")


def wanted(place: Stack, chat: str | None, source: str | None, statuses: Sequence[str], since: str | None) -> Wanted:
    """Return what the options ask for. Raises ValueError for a status or a moment that is none."""
    if unknown := [status for status in statuses if status not in list(Status)]:
        raise ValueError(f"There is no status {unknown[0]}; {ended(meant(unknown[0], list(Status)))}")
    one_of = {"source": [source] if source else [], "status": statuses, **(_of_chat(place, chat) if chat else {})}
    return Wanted(
        {name: values for name, values in one_of.items() if values},
        {"created_at": moments.since(since, datetime.now(UTC))} if since else {},
    )


def unknown(place: Stack, chat: str | None, source: str | None) -> str:
    """Return what to say where nothing was found: that the rules don't have what was asked for, if they don't."""
    from local.commands.by_hand import SOURCE  # it brings the provider's client along

    try:
        rules = place.rules()
    except RulesError:
        return ""
    if chat and not chat.startswith("chat_") and chat not in rules.chats:
        return f"The rules have no chat {chat}; {ended(meant(chat, list(rules.chats)))}"
    if source and source not in {*rules.sources, SOURCE}:
        return f"The rules have no source {source}; {ended(meant(source, list(rules.sources)))}"
    return ""


def _of_chat(place: Stack, chat: str) -> dict[str, list[str]]:
    """Return what to look for: the id where the rules have it, else the name that the rows carry."""
    if chat.startswith("chat_"):
        return {"chat": [chat]}
    chats = _chats(place)
    return {"chat": [chats[chat].id]} if chat in chats else {"chat_name": [chat]}


def _chats(place: Stack) -> dict[str, Chat]:
    try:
        return place.rules().chats
    except RulesError:
        return {}  # a log must be readable also while the rules are being mended
