"""A form on a web page: urlencoded, multipart or JSON."""

import json
from datetime import datetime

from hookline.models import JSON, Event
from hookline.sources.kind import Kind, items, mapping, words

_NAMES = ("name", "full_name", "fullname", "your-name", "first_name", "firstname", "email")
_MESSAGES = ("message", "msg", "comment", "comments", "body", "text", "your-message", "enquiry", "inquiry", "question")
_SUBJECTS = ("subject", "title", "topic", "your-subject")
_LONG = 400  # characters of the message itself that a default text shows


def describe(payload: JSON, now: datetime) -> Event:  # noqa: ARG001 - every kind is asked the same way
    """Put who wrote first, the short fields line by line, the message itself last."""
    fields = mapping(payload)
    who, message, subject = _first(fields, _NAMES), _first(fields, _MESSAGES), _first(fields, _SUBJECTS)
    shown = {name: text for name in fields if name not in {who, message, subject} and (text := _say(fields[name]))}
    title = _say(fields.get(subject, "")) or ("Message from " + _say(fields[who]) if who else "New message")
    sender = f"from {_say(fields[who])}" if who and subject else ""
    body = _cut(str(fields.get(message, "")).strip())
    head = [f"✉️ {title}", sender, *(f"{_label(name)}: {text}" for name, text in shown.items())]
    text = "\n".join(line for line in head if line) + (f"\n\n{body}" if body else "")
    return Event(title=title, text=text, icon="✉️", body=body, fields=fields)


def content_key(payload: JSON) -> str:
    """Return the fields themselves: a double click sends the same ones."""
    return json.dumps(payload, sort_keys=True)


def _first(fields: dict[str, JSON], names: tuple[str, ...]) -> str:
    """Return the field that is called most like one of the names and is filled in, or an empty text."""
    spelled = {name.lower(): name for name, value in fields.items() if isinstance(value, str) and value.strip()}
    return next((spelled[name] for name in names if name in spelled), "")


def _say(value: JSON) -> str:
    """Return a field's value as a line; of a file its name, type and size, of several values all."""
    if isinstance(value, dict) and "filename" in value:
        return f"{words(value['filename'])} ({words(value.get('content_type'))}, {_size(value.get('size'))})"
    if isinstance(value, list):
        return ", ".join(filter(None, map(_say, items(value))))
    return words(value)


def _size(value: JSON) -> str:
    kilobyte = 1024
    size = value if isinstance(value, int) else 0
    return f"{size} bytes" if size < kilobyte else f"{size / kilobyte:.0f} KB"


def _label(name: str) -> str:
    return name.replace("_", " ").replace("-", " ").strip().capitalize()


def _cut(message: str) -> str:
    if len(message) <= _LONG:
        return message
    kept = message[:_LONG].rsplit(" ", 1)[0]
    return f"{kept}… ({len(message) - len(kept)} more characters)"


KIND = Kind(
    name="form",
    reads=frozenset({"json", "form"}),
    describe=describe,
    content_key=content_key,
)
