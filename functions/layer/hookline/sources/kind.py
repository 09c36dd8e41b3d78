"""What every kind of source has to bring."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from hookline.models import JSON, Event

MAX_TEXT = 600  # characters of a default text: what one reads on a lock screen and one scroll
_LONGEST_LINK = 300


# An object's names with what lies under them, a list of what all its items are, or None: anything.
Shape = Mapping[str, "Shape"] | list["Shape"] | None


@dataclass(frozen=True, slots=True)
class Kind:
    """``reads`` names the bodies it takes: json, form, text. Keys are None where the content identifies nothing.

    ``shape`` holds the names that its payloads can have, in objects and lists as they lie in each other.
    """

    name: str
    reads: frozenset[str]
    describe: Callable[[JSON, datetime], Event]
    content_key: Callable[[JSON], str] | None = None
    describe_item: Callable[[JSON, datetime], Event] | None = None
    item_key: Callable[[JSON], str | None] | None = None
    shape: Shape = None


def words(value: object, limit: int = 300) -> str:
    """Return a value as one line for a person: white space folded, cut at a word."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    line = " ".join(str(value).split()) if isinstance(value, str | int | float) else ""
    return line if len(line) <= limit else line[:limit].rsplit(" ", 1)[0] + "…"


def link(value: object) -> str:
    """Return an address whole or not at all: half a link leads nowhere."""
    return value.strip() if isinstance(value, str) and len(value) <= _LONGEST_LINK else ""


def first(values: Iterable[str]) -> str:
    """Return the first text that says something, or an empty one."""
    return next(filter(None, values), "")


def fitting(parts: Iterable[str], room: int) -> list[str]:
    """Return the parts up to the first that finds no room in so many characters, line breaks counted."""
    kept = []
    for part in parts:
        room -= len(part) + 1
        if room < 0:
            break
        kept.append(part)
    return kept


def lines(*parts: str) -> str:
    """Put the parts that say something below each other, as many as fit into a default text."""
    text = ""
    for part in parts:
        if part and len(text) + len(part) < MAX_TEXT:
            text += ("\n" if text else "") + part
    return text


def mapping(value: object) -> dict[str, JSON]:
    """Return the value if it is an object, else an empty one: a payload may have anything anywhere."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[JSON]:
    """Return the value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []
