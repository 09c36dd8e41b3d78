"""What became of an event, as lines for a person: each message with its chats, or why there is none."""

from collections.abc import Iterator
from itertools import groupby
from textwrap import indent

from hookline.models import Message
from local.commands.rehearse import Rehearsal

MARGIN = " " * 4


def told(rehearsal: Rehearsal) -> str:
    """Return the messages, those that go to several chats alike once; else why nobody hears; and what was warned of."""
    said = [
        f"{rule} -> {', '.join(message.chat_name for message in alike)}{about}\n{indented(text)}"
        for (rule, about, text), alike in groupby(rehearsal.messages, _what)
    ]
    reason = [rehearsal.routed.reason] if rehearsal.routed.reason else []
    return "\n".join(said + reason + [f"warning: {warning}" for warning in rehearsal.warnings])


def facts(message: Message) -> list[str]:
    """Return what a message says besides its text."""
    return list(_facts(message))


def indented(text: str) -> str:
    return indent(text, MARGIN)


def _what(message: Message) -> tuple[str, str, str]:
    about = facts(message)
    return message.rule, f" [{', '.join(about)}]" if about else "", message.text


def _facts(message: Message) -> Iterator[str]:
    if message.urgent:
        yield "urgent"
    for name in ("effect", "thread", "reply_to"):
        if value := getattr(message, name):
            yield f"{name} {value}"
    if message.link_preview:
        yield "link_preview " + " ".join(f"{name} {value}" for name, value in message.link_preview.items())
    if message.fallbacks:
        yield "fallback " + " ".join(chat.name for chat in message.fallbacks)
