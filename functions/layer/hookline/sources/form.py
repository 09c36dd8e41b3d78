"""A form on a web page: urlencoded, multipart or JSON."""

import json
from datetime import datetime

from hookline.fit import cut
from hookline.models import JSON, Event
from hookline.sources.fields import addressed, is_noise, label, say, shown
from hookline.sources.kind import MAX_TEXT, Kind, fitting, mapping, words

_NAMES = ("name", "full_name", "fullname", "full-name", "your-name", "your_name", "contact_name", "contact-name")
_FIRST = ("first_name", "firstname", "first-name", "given_name", "given-name", "fname")
_LAST = ("last_name", "lastname", "last-name", "family_name", "family-name", "surname", "lname")
_MAILS = ("email", "e-mail", "mail", "your-email", "email_address")
MESSAGES = ("message", "msg", "comment", "comments", "body", "text", "your-message", "enquiry", "inquiry", "question")
_SUBJECTS = ("subject", "title", "topic", "your-subject")
_LONG_NAME, LONG_FIELD = 100, 200
_LIKE_A_MESSAGE = 120  # characters of a field that nobody called a message
_LEAST = 250  # characters of the message that are shown however many fields there are
_ROOM_FOR_COUNT = len("… and 999 more fields") + 1


def describe(payload: JSON, now: datetime) -> Event:  # noqa: ARG001 - every kind is asked the same way
    """Put who wrote first, the short fields line by line in the form's order, the message itself last."""
    fields = {name: value for name, value in mapping(payload).items() if not is_noise(name)}
    rest = dict(fields)
    subject, who = words(_take(rest, _SUBJECTS), _LONG_NAME), _who(rest)
    above, message = _message(rest)
    title = subject or (f"Message from {who}" if who else "New message")
    by = who if subject else ""
    told = ((name, words(shown(name, value), LONG_FIELD)) for name, value in addressed(rest))
    lines = [label(name) + said for name, said in told if said]
    room = MAX_TEXT - len(letter(title, by, [], above, 0)) - _ROOM_FOR_COUNT - min(len(message), _LEAST) - 2
    head = letter(title, by, lines, above, room)
    body = cut(message, MAX_TEXT - len(head) - 2) if message else ""
    text = letter(title, by, lines, above + body, room)
    return Event(title=title, text=text, icon="✉️", body=message, fields=fields)


def letter(title: str, who: str, said: list[str], message: str, room: int) -> str:
    """Put a message under its title and who wrote it, and under as many fields as have room in so many characters."""
    fit = fitting(said, room)
    left = len(said) - len(fit)
    more = f"… and {left} more {'field' if left == 1 else 'fields'}" if left else ""
    head = [f"✉️ {title}", f"from {who}" if who else "", *fit, more]
    return "\n".join(filter(None, head)) + (f"\n\n{message}" if message else "")


def content_key(payload: JSON) -> str:
    """Return the fields themselves: a double click sends the same ones, perhaps with another proof of being human."""
    fields = payload if not isinstance(payload, dict) else {n: v for n, v in payload.items() if not is_noise(n)}
    return json.dumps(fields, sort_keys=True)


def _who(rest: dict[str, JSON]) -> str:
    """Return who wrote, by name if there is one, and take it out of the rest."""
    whole = words(_take(rest, _NAMES), _LONG_NAME)
    parted = whole or words(f"{_take(rest, _FIRST)} {_take(rest, _LAST)}", _LONG_NAME)
    return parted or words(_take(rest, _MAILS), _LONG_NAME)


def _message(rest: dict[str, JSON]) -> tuple[str, str]:
    """Return the message, and take it out of the rest; one that the form calls otherwise has its name above it."""
    if named := _take(rest, MESSAGES).strip():
        return "", named
    longest = max((v.strip() for v in rest.values() if isinstance(v, str)), key=len, default="")
    if len(longest) < _LIKE_A_MESSAGE:
        return "", ""
    name = next(name for name, value in rest.items() if isinstance(value, str) and value.strip() == longest)
    del rest[name]
    return label(name).strip() + "\n" if label(name) else "", longest


def _take(rest: dict[str, JSON], names: tuple[str, ...]) -> str:
    """Return the filled-in field that is called most like one of the names, and take it out of the rest."""
    spelled = {name.lower(): name for name, value in rest.items() if isinstance(value, str) and value.strip()}
    found = next((spelled[name] for name in names if name in spelled), None)
    return "" if found is None else rest.pop(found)


__all__ = ["KIND", "LONG_FIELD", "MESSAGES", "content_key", "describe", "letter", "say"]

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
