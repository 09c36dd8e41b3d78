"""What `--help` shows: no wider than a terminal, and in colour where that is wanted."""

import shutil
import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from local.commands.manual import Command, Manual, manual
from local.commands.terminal import is_coloured, paint

WIDEST = 100  # columns; longer lines are hard to read
_NARROWEST = 24  # columns for what a thing is for, however little is left
_LONGEST_NAMES = 24  # columns; longer ones have a line of their own
_MARGIN, _GAP = "  ", "  "

Row = tuple[str, str]  # names, and what they are for


def helped(page: Manual, width: int) -> str:
    """Return the page in lines of at most so many columns; an example goes whole, to be copied."""
    return "\n".join(_lines(page, width))


def _lines(page: Manual, width: int) -> Iterator[str]:
    yield from textwrap.wrap(
        page.synopsis,
        width,
        initial_indent="Usage: ",
        subsequent_indent=" " * len("Usage: "),
        break_long_words=False,
        break_on_hyphens=False,
    )
    for paragraph in (page.summary, *page.more):
        yield ""
        yield from textwrap.wrap(paragraph, width, break_on_hyphens=False)
    if page.examples:
        yield from ["", _heading("Examples" if page.examples[1:] else "Example")]
        yield from (f"{_MARGIN}{example}" for example in page.examples)
    for tables in (_commands(page), _entries(page)):
        column = _column(names for rows in tables.values() for names, _ in rows)
        for heading, rows in tables.items():
            yield from ["", _heading(heading)]
            yield from _rows(rows, column, width)
    yield ""
    yield from textwrap.wrap(exits(page), width)


def exits(page: Manual) -> str:
    """Return what the exit codes of the command mean."""
    no = f" 1 {page.no.rstrip('.')};" if page.no else ""
    return f"Exit code: 0 {'yes' if no else 'done'};{no} 2 the call was wrong, or can't be answered here."


def _commands(page: Manual) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for one in page.commands:
        found.setdefault(one.heading or "Commands", []).append((one.path.removeprefix(f"{page.path} "), one.summary))
    return found


def _entries(page: Manual) -> dict[str, list[Row]]:
    return {heading: [(entry.names, entry.said) for entry in entries] for heading, entries in page.headings().items()}


def _column(names: Iterable[str]) -> int:
    return max((len(name) for name in names if len(name) <= _LONGEST_NAMES), default=0)


def _rows(rows: list[Row], column: int, width: int) -> Iterator[str]:
    """Give the names with what they are for beside them, below each other."""
    beside = len(_MARGIN) + column + len(_GAP)
    for names, about in rows:
        first, *more = textwrap.wrap(about, max(_NARROWEST, width - beside), break_on_hyphens=False) or [""]
        shown = f"{_MARGIN}{_named(names)}"
        if len(names) <= column:
            yield f"{shown}{' ' * (column - len(names))}{_GAP}{first}"
        else:
            yield from [shown, " " * beside + first]
        yield from (" " * beside + line for line in more)


def _heading(words: str) -> str:
    return paint(words, bold=True)


def _named(names: str) -> str:
    return paint(names, "cyan")


def _shown(command: Command, context: typer.Context) -> str:
    context.color = is_coloured()  # what Typer prints this with
    return helped(manual(command, context), min(shutil.get_terminal_size().columns, WIDEST))


class HelpedCommand(TyperCommand):
    """A command whose help looks like that of all."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write(_shown(self, ctx))


class HelpedGroup(TyperGroup):
    """The same for a command that has others below it."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write(_shown(self, ctx))
