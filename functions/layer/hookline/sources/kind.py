"""What every kind of source has to bring."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hookline.models import JSON, Event

MAX_TEXT = 600  # characters of a default text: what one reads on a lock screen and one scroll
_LONGEST_LINK = 300


@dataclass(frozen=True, slots=True)
class Greeting:
    """What a sender hears that only wants to know whether anybody is there; ``reason`` is for the log.

    ``confirm`` is an address that has to be fetched once before it sends anything. What ``is_alarming`` somebody should
    look at.
    """

    reason: str
    content: Mapping[str, JSON] = field(default_factory=dict)
    confirm: str = ""
    is_alarming: bool = False


# An object's names with what lies under them, a list of what all its items are, or None: anything.
Shape = Mapping[str, "Shape"] | list["Shape"] | None


@dataclass(frozen=True, slots=True)
class Kind:
    """``reads`` names the bodies it takes: json, form, text. Keys are None where the content identifies nothing.

    ``shape`` holds the names that its payloads can have, in objects and lists as they lie in each other. ``sender`` is
    what people call it. ``proofs`` are the ways of ``auth`` that it knows, the best first; ``signature`` and ``token``
    are the options of `hmac` and `token` as it uses them. Its own id of a delivery is in the first of ``id_headers`` or
    of ``id_paths`` that is there. ``greet`` answers what is no event, such as a test of the address. ``setup`` says
    what to enter on its side.
    """

    name: str
    reads: frozenset[str]
    describe: Callable[[JSON, datetime], Event]
    content_key: Callable[[JSON], str] | None = None
    describe_item: Callable[[JSON, datetime], Event] | None = None
    item_key: Callable[[JSON], str | None] | None = None
    shape: Shape = None
    sender: str = ""
    proofs: tuple[str, ...] = ("bearer", "basic", "token", "hmac")
    signature: Mapping[str, Any] = field(default_factory=dict)
    token: Mapping[str, Any] = field(default_factory=dict)
    id_headers: tuple[str, ...] = ()
    id_paths: tuple[tuple[str, ...], ...] = ()
    hides: tuple[str, ...] = ()  # names in its payload under which a credential lies
    greet: Callable[[JSON], Greeting | None] | None = None
    setup: str = ""


def at(payload: JSON, *path: str) -> JSON:
    """Return what lies at the path, or None where it ends before."""
    for name in path:
        payload = payload.get(name) if isinstance(payload, dict) else None
    return payload


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
