"""How an explanation looks at a terminal."""

from collections.abc import Iterator
from textwrap import wrap

from hookline.rules.model import MAX_TEXT
from local.commands.explain import TAKEN, ChatNow, Line
from local.commands.printable import printable
from local.commands.terminal import paint
from local.commands.values import UNDEFINED

_COLOURS = {"matched": "green", "dropped": "yellow", "failed": "red"}
_BELOW = " " * 16  # under the rule's name


def said(line: Line, width: int) -> Iterator[str]:
    """Give the rule's line, and below it the values that it read and what its chats do with a message.

    None of what stands below is longer than ``width`` columns.
    """
    to = f" -> {', '.join(line.chats)}" if line.chats else ""
    rule = paint(printable(line.rule), bold=line.verdict in TAKEN)
    yield f"{paint(f'{line.verdict:<15}', _COLOURS.get(line.verdict, ''))} {rule}{to}   ({line.because})"
    for detail in _details(line):
        yield from wrap(detail, width, initial_indent=_BELOW, subsequent_indent=f"{_BELOW}  ", break_on_hyphens=False)


def _details(line: Line) -> Iterator[str]:
    for name, value in line.reads.items():
        yield f"{name} is undefined" if value == UNDEFINED else f"{name} = {value}"
    for chat in line.options:
        yield f"{chat.chat}: {', '.join(_options(chat))}"
    if line.text:
        yield f"{_count(line.messages)}: {line.text}"


def _options(chat: ChatNow) -> Iterator[str]:
    yield "urgent, so neither pace nor budget apply" if chat.is_urgent else f"pace {chat.pace}"
    if chat.quiet:
        yield f"quiet {' and '.join(chat.quiet)} ({_now(chat)})"
    if not chat.is_urgent:
        yield f"budget {chat.budget}"
    yield f"expires after {chat.expires}"
    yield f"fallback {', '.join(chat.fallback)}" if chat.fallback else "no fallback"
    if chat.limit != MAX_TEXT:
        yield f"limit {chat.limit}"


def _now(chat: ChatNow) -> str:
    if chat.holds:
        return "at that time, so it is held"
    return "at that time, but it is urgent" if chat.is_quiet else "not at that time"


def _count(messages: int) -> str:
    return "text" if messages == 1 else f"{messages} messages, the first"
