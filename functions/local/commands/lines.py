"""How the log looks at a terminal: a row as one line, a delivery as a page."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.table import Column, Table
from rich.text import Text

from hookline.status import GIVEN_UP, TOLD, WAITING, Status
from local.commands import moments
from local.commands.alerts import OPEN, PRIVATE, Alerts
from local.commands.history import SHORTEST_BEGINNING, created_at, is_given_up
from local.commands.kept import kept, kept_in_short
from local.commands.printable import printable
from local.commands.terminal import NO_EDGE
from local.commands.wanted import Row

if TYPE_CHECKING:
    from rich.console import RenderableType

MISSING = "-"
ROOMY = 110  # columns, from which on a line has room for all
_SHOWN = ("thread", "effect", "reply_to", "variant", "protocol", "channel_type", "message_id", "copies")
_LINKS = {"fallback_of": "stands in for", "fallback_to": "passed on to", "digest": "in the digest"}
_STYLES = {"retrying": "yellow", "sending": "cyan", "held": "cyan", "parked": "magenta", "digested": "green"}


class Lines:
    """Makes lines whose columns stay below each other, also of rows that come later.

    Where there is little room, the text has it: a line says no year and no rule then.
    """

    def __init__(self, width: int = NO_EDGE, at: Callable[[Row], int] = created_at) -> None:
        self._at = at
        self._is_narrow = width < ROOMY
        self._widths: dict[str, int] = {}

    def line(self, row: Row, alerts: Alerts | None = None) -> Text:
        """Return the row in one line; ``alerts`` know whether somebody takes care of it."""
        told, waits = trouble(row), kept_in_short(row, SHORTEST_BEGINNING)
        return Text.assemble(
            ((moments.within_a_year if self._is_narrow else moments.full)(self._at(row)), "dim"),
            f"  {row['id'][:SHORTEST_BEGINNING]}  ",
            (self._column("status", row["status"]), style(row["status"])),
            f"  {self._column('chat', row.get('chat_name', MISSING))}",
            "  " if self._is_narrow else f"  {self._column('rule', row.get('rule', MISSING))}  ",
            # Before the text, which may be long: a terminal cuts the line at its edge.
            (f"[{told}]  " if told else "", "red"),
            (f"[{waits}]  " if waits else "", style(row["status"])),
            _mark(row, alerts) if alerts else "",
            _first_line(row),
        )

    def fit(self, rows: Sequence[Row]) -> None:
        """Make the columns wide enough for all of these."""
        for row in rows:
            self.line(row)

    def _column(self, name: str, content: str) -> str:
        content = printable(content)
        width = self._widths[name] = max(self._widths.get(name, 0), cell_len(content))
        return content + " " * (width - cell_len(content))


def _mark(row: Row, alerts: Alerts) -> tuple[str, str]:
    if found := alerts.acknowledged(row):
        return f"{found.said(datetime.now(UTC))}  ", "green"
    return (OPEN, "yellow") if alerts.is_open(row) else ("", "")


def _first_line(row: Row) -> str:
    if row.get("private"):
        return PRIVATE
    first, _, more = printable(str(row.get("text", ""))).strip().partition("\n")
    return first + ("…" if more else "")


def whole(rows: Sequence[Row], alerts: Alerts | None = None) -> Iterator["RenderableType"]:
    """Give a delivery with everything that happened to it, one generation after the other."""
    for row in rows:
        about = Table.grid(Column(no_wrap=True), Column(overflow="fold"), padding=(0, 2))
        for word, content in _about(row, len(rows), alerts or Alerts(rows)):
            about.add_row(Text(word, "dim"), Text(printable(content), style(row["status"]) if word == "status" else ""))
        yield about
        yield Text()
        if attempts := row.get("attempts"):
            yield _attempts(attempts)
            yield Text()


def _about(row: Row, generations: int, alerts: Alerts) -> Iterator[tuple[str, str]]:
    yield "delivery", row["id"]
    if generations > 1:
        yield "generation", f"{row['generation']} of {generations}"
    yield "status", row["status"] + (f": {told}" if (told := trouble(row) or kept(row)) else "")
    if row["status"] in WAITING:
        yield f"{row['status']} since", moments.full(row["updated_at"])
    yield "time", f"{moments.full(created_at(row))}, last changed {moments.full(row['updated_at'])}"
    if "chat" in row:
        yield "chat", f"{row.get('chat_name', '')} ({row['chat']})"
    for name in ("source", "rule", "because", "reason", "event_id", "request_id", *_SHOWN):
        if row.get(name):
            yield name.replace("_", " "), str(row[name])
    for name, words in _LINKS.items():
        if isinstance(row.get(name), str):
            yield words, row[name]
    if found := alerts.acknowledged(row):
        yield "acknowledged", f"{moments.full(found.at)} ({found.by})"
    yield "text", str(row.get("text", PRIVATE if row.get("private") else ""))


def _attempts(attempts: Sequence[Mapping[str, Any]]) -> Table:
    table = Table("attempt", "ms", "verdict", "http", "code", "reason", box=None, pad_edge=False, header_style="dim")
    for attempt in attempts:
        told = [attempt.get(name, MISSING) for name in ("took", "verdict", "http_status", "code", "reason")]
        table.add_row(moments.full(attempt["at"]), *(Text(printable(str(content))) for content in told))
    return table


def trouble(row: Row) -> str:
    """Return what went wrong, in the provider's words; nothing of a row with which all is well."""
    is_error = "error" in row and row["status"] == Status.DROPPED
    if not (is_given_up(row) or row["status"] == Status.RETRYING or is_error):
        return _in_one_line(str(row.get("reason", "")))
    attempts = row.get("attempts") or [{}]
    error: Mapping[str, Any] = row.get("error") or attempts[-1]
    answer = " ".join(str(error[name]) for name in ("http_status", "code") if error.get(name))
    last = f"last: {error['last']}" if error.get("last") else ""
    said = ": ".join(filter(None, [answer, str(error.get("reason") or "").rstrip(".")]))
    return _in_one_line(", ".join(filter(None, [said, last])))


def _in_one_line(text: str) -> str:
    return printable(" ".join(text.split()))


def machine(row: Row) -> Row:
    """Return the row for machines: as it is, under the name that the sender was told."""
    return {"delivery_id": row["id"], **{name: value for name, value in row.items() if name != "id"}}


def style(status: str) -> str:
    """Return the colour of a status."""
    if status in TOLD:
        return "green"
    return "red" if status in GIVEN_UP else _STYLES.get(status, "")
