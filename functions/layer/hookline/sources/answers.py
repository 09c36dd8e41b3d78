"""The answers to a form that somebody else hosts, told like those to a form of one's own."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from hookline.fit import cut
from hookline.models import JSON, Event
from hookline.sources.form import LONG_FIELD, MESSAGES, letter
from hookline.sources.kind import MAX_TEXT, words

_NAME = re.compile(
    r"(?:what(?:['’]?s| is) )?(?:your |my |the )?(?:full |first and last )?"
    r"(?P<part>first |last |given |family )?(?:name|surname)\W{0,3}",
    re.IGNORECASE,
)
_ID = re.compile("[A-Za-z0-9_-]{1,64}")
_MAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}\.[^@\s.]{1,60}")
_LONG_TITLE, _LONG_QUESTION, _LONG_MESSAGE = 100, 60, 260
_ROOM_FOR_COUNT = len("… and 99999 more fields") + 1


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody said to a question; ``is_long`` of what the form has a large box for."""

    question: str
    said: str
    is_long: bool = False


def tell(form: str, answers: Iterable[Answer], *, url: str = "") -> Event:
    """Put the form and who wrote first, the short answers line by line, the longest of the long ones last."""
    given = [answer for answer in answers if answer.said.strip()]
    who, by = _who(given)
    message = max((answer for answer in given if answer.is_long), key=lambda answer: len(answer.said), default=None)
    title = words(form, _LONG_TITLE) or "New answers"
    body = cut(message.said.strip(), _LONG_MESSAGE) if message else ""
    below = f"{_asked(message)}\n{body}".strip() if message else ""
    lines = [_line(answer) for answer in given if answer is not message and answer not in by]
    room = MAX_TEXT - len(letter(title, who, [], below, 0)) - _ROOM_FOR_COUNT
    return Event(
        title=title,
        text=letter(title, who, lines, below, room),
        icon="✉️",
        body=body,
        url=url,
        fields={answer.question: answer.said for answer in given},
    )


def plain_id(value: JSON) -> str:
    """Return an id that may stand in an address, or nothing."""
    return value if isinstance(value, str) and _ID.fullmatch(value) else ""


def _who(given: list[Answer]) -> tuple[str, list[Answer]]:
    """Return who wrote, and by which answers that is known: a name, or first and last; else the address."""
    asked = [(answer, match) for answer in given if (match := _NAME.fullmatch(words(answer.question, LONG_FIELD)))]
    whole = [answer for answer, match in asked if not match["part"]]
    by = whole[:1] or [answer for answer, _ in asked[:2]]
    by = by or [answer for answer in given if _MAIL.fullmatch(answer.said.strip())][:1]
    return words(" ".join(answer.said for answer in by), _LONG_TITLE), by


def _asked(message: Answer) -> str:
    """Return the question above a long answer, unless it only asks for a message."""
    question = words(message.question, _LONG_QUESTION)
    plain = question.lower().strip(" ?:*").replace(" ", "-")
    return "" if plain in MESSAGES else question


def _line(answer: Answer) -> str:
    question, said = words(answer.question, _LONG_QUESTION), words(answer.said, LONG_FIELD)
    return f"{question}{'' if question.endswith(('?', ':', '…', '.')) else ':'} {said}" if question else said
