"""A form on a web page: urlencoded, multipart or JSON."""

import json
from datetime import datetime

from hookline.fit import cut
from hookline.models import JSON, Event
from hookline.sources.kind import Kind, fitting, mapping, words

_NAMES = ("name", "full_name", "fullname", "your-name", "first_name", "firstname", "email")
MESSAGES = ("message", "msg", "comment", "comments", "body", "text", "your-message", "enquiry", "inquiry", "question")
_SUBJECTS = ("subject", "title", "topic", "your-subject")
_LONG = 400  # characters of the message itself that a default text shows
_LONG_NAME, _LONG_LABEL, LONG_FIELD = 150, 40, 200
_ROOM_FOR_FIELDS = 800  # so that the message, which comes last, is never what a long form is cut by


def describe(payload: JSON, now: datetime) -> Event:  # noqa: ARG001 - every kind is asked the same way
    """Put who wrote first, the short fields line by line, the message itself last."""
    fields = mapping(payload)
    rest = dict(fields)
    message, subject = _take(rest, MESSAGES).strip(), words(_take(rest, _SUBJECTS), _LONG_NAME)
    who = words(_take(rest, _NAMES), _LONG_NAME)
    title = subject or (f"Message from {who}" if who else "New message")
    said = [_label(name) + text for name, value in rest.items() if (text := words(say(value), LONG_FIELD))]
    body = cut(message, _LONG)
    text = letter(title, who if subject else "", said, body, _ROOM_FOR_FIELDS)
    return Event(title=title, text=text, icon="✉️", body=body, fields=fields)


def letter(title: str, who: str, said: list[str], message: str, room: int) -> str:
    """Put a message under its title and who wrote it, and under as many fields as have room in so many characters."""
    shown = fitting(said, room)
    more = f"… and {len(said) - len(shown)} more fields" if len(shown) < len(said) else ""
    head = [f"✉️ {title}", f"from {who}" if who else "", *shown, more]
    return "\n".join(filter(None, head)) + (f"\n\n{message}" if message else "")


def content_key(payload: JSON) -> str:
    """Return the fields themselves: a double click sends the same ones."""
    return json.dumps(payload, sort_keys=True)


def _take(rest: dict[str, JSON], names: tuple[str, ...]) -> str:
    """Return the filled-in field that is called most like one of the names, and take it out of the rest."""
    spelled = {name.lower(): name for name, value in rest.items() if isinstance(value, str) and value.strip()}
    found = next((spelled[name] for name in names if name in spelled), None)
    return "" if found is None else rest.pop(found)


def say(value: JSON) -> str:
    """Return a field's value as a line; of a file its name, type and size, of several values all."""
    if isinstance(value, dict) and "filename" in value:
        return f"{words(value['filename'])} ({words(value.get('content_type'))}, {_size(value.get('size'))})"
    if isinstance(value, list):
        return ", ".join(filter(None, map(say, value)))
    return words(value)


def _size(value: JSON) -> str:
    kilobyte = 1024
    size = value if isinstance(value, int) else 0
    return f"{size} bytes" if size < kilobyte else f"{size / kilobyte:.0f} KB"


def _label(name: str) -> str:
    spaced = words(name.replace("_", " ").replace("-", " "), _LONG_LABEL)
    return f"{spaced[:1].upper()}{spaced[1:]}: " if spaced else ""


KIND = Kind(
    name="form",
    sender="a form on a web page",
    proofs=("none", "token"),
    setup=(
        'The form begins with <form action="{url}" method="post">. Whoever sees the page may post, so that there is '
        "no secret."
    ),
    reads=frozenset({"json", "form"}),
    describe=describe,
    content_key=content_key,
)
