"""What became of an event, as lines for a person: each message with its chats, or why there is none."""

from collections.abc import Iterable, Iterator
from textwrap import indent

from hookline.models import Message
from local.commands.rehearse import Rehearsal

MARGIN = " " * 4


def told(rehearsal: Rehearsal) -> str:
    """Return the messages, those that go to several chats alike once; else why nobody hears; and what was warned of."""
    said = [_said(alike) for alike in _alike(rehearsal.messages)]
    reason = [rehearsal.reason] if rehearsal.reason else []
    return "\n".join(said + reason + [f"warning: {warning}" for warning in rehearsal.warnings])


def _alike(messages: Iterable[Message]) -> list[list[Message]]:
    """Put those that follow each other and differ in nothing but their chat together."""
    found: list[list[Message]] = []
    for message in messages:
        if found and _what(found[-1][0]) == _what(message) and message.chat not in {one.chat for one in found[-1]}:
            found[-1].append(message)
        else:
            found.append([message])
    return found


def _said(alike: list[Message]) -> str:
    rule, about, text = _what(alike[0])
    shown = f" [{', '.join(about)}]" if about else ""
    return f"{rule} -> {', '.join(message.chat_name for message in alike)}{shown}\n{indented(text)}"


def facts(message: Message) -> list[str]:
    """Return what a message says besides its text."""
    return list(_facts(message))


def indented(text: str) -> str:
    return indent(text, MARGIN)


def _what(message: Message) -> tuple[str, list[str], str]:
    return message.rule, facts(message), message.text


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
