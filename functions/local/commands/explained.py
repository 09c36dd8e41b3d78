"""How an explanation looks at a terminal."""

from collections.abc import Iterator

from hookline.rules.model import MAX_TEXT
from local.commands.explain import ChatNow, Line
from local.commands.values import UNDEFINED

_BELOW = " " * 16  # under the rule's name


def said(line: Line) -> Iterator[str]:
    """Give the rule's line, and below it the values that it read and what its chats do with a message."""
    to = f" -> {', '.join(line.chats)}" if line.chats else ""
    yield f"{line.verdict:<15} {line.rule}{to}   ({line.because})"
    for name, value in line.reads.items():
        yield f"{_BELOW}{name} is undefined" if value == UNDEFINED else f"{_BELOW}{name} = {value}"
    for chat in line.options:
        yield f"{_BELOW}{chat.chat}: {', '.join(_options(chat))}"
    if line.text:
        yield f"{_BELOW}{_count(line.messages)}: {line.text}"


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
