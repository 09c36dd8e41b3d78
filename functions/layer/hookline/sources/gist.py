"""What of any JSON is worth a line to a person."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from hookline import clock
from hookline.models import JSON
from hookline.sources.kind import first, words
from hookline.sources.noise import is_noise, is_opaque, is_secret, snake

NAMES = ("title", "full_name", "name", "display_name", "friendly_name", "login", "username", "user_name", "email",
         "hostname", "label", "filename")  # fmt: skip
_STATES = ("conclusion", "state", "status", "phase")
_SHELLS = ("data", "payload", "object", "body", "event", "detail", "details", "attributes", "properties", "params",
           "metadata", "meta", "message", "result", "record", "content", "status", "state")  # fmt: skip
_PLANNED = re.compile(r"^(?:starts?|ends?|due|expires?|scheduled|deadline|appointment|departs?|arrives?)(?:_|$)")
_SECONDS = re.compile(r"(?:[_ ]in)?[_ ](?:seconds|secs?)$")
_MOST_JOINED, _MOST_LEAVES, _DEEPEST, _WIDEST = 3, 3, 4, 200
_LONGEST = 10 * 365 * clock.DAY  # what takes longer is no length of time
_LONG_LABEL, _LONG_LEAF, _LONG_NAME, _LONG_LINE = 40, 60, 150, 120


def unwrapped(payload: dict[str, JSON], depth: int = 0) -> dict[str, JSON]:
    """Return the fields with those of shells such as ``data`` among them; of two with one name, the outer one."""
    flat: dict[str, JSON] = {}
    for name, value in islice(payload.items(), _WIDEST):
        if isinstance(value, dict) and snake(name) in _SHELLS and depth < _DEEPEST:
            for inner, one in unwrapped(value, depth + 1).items():
                if inner not in payload:
                    flat.setdefault(inner, one)
        else:
            flat[name] = value
    return flat


def lines_about(fields: dict[str, JSON], said: Iterable[str]) -> Iterator[str]:
    """Give a line for each field that tells something that isn't said yet."""
    known = {word.casefold() for word in said if word}
    for name, value in islice(fields.items(), _WIDEST):
        about, told = _label(name), _telling(name, value, known)
        if told and told.casefold() not in known:
            yield words(f"{about}: {told}" if about else told, _LONG_LINE)


def raw_lines(value: JSON, path: str = "", depth: int = 0) -> Iterator[str]:
    """Give each leaf whatever it is, for when nothing else is left to tell; only secrets stay secret."""
    if isinstance(value, dict | list) and depth > _DEEPEST:
        return
    if isinstance(value, dict):
        for name, inner in value.items():
            if not is_secret(snake(name)):
                yield from raw_lines(inner, f"{path} {_label(name)}".strip(), depth + 1)
    elif isinstance(value, list):
        yield from ([f"{path}: {len(value)}"] if value and path else [])
    elif line := words(value, _LONG_LINE):
        yield f"{words(path, 2 * _LONG_LABEL)}: {line}" if path else line


def gist(value: JSON, but: frozenset[str] | set[str] = frozenset(), depth: int = 0) -> str:
    """Return a few words for a value: an object's name and state or some of its fields, a list's items or their number.

    ``but`` is what is said already, in small letters.
    """
    if isinstance(value, list):
        return _listed(value, depth)
    if not isinstance(value, dict):
        return words(value, _LONG_LINE)
    if depth >= _DEEPEST:
        return ""
    name, state = name_of(value), first(_text(value.get(state)) for state in _STATES)
    if name and name.casefold() not in but:
        return f"{name}, {state}" if state else name
    return _leaves(value, but, depth)


def name_of(value: JSON) -> str:
    """Return what an object calls itself."""
    if not isinstance(value, dict):
        return ""
    by_name = {snake(name): inner for name, inner in islice(value.items(), _WIDEST)}
    return first(_text(by_name.get(name)) for name in NAMES) or first(
        name_of(value.get(shell)) for shell in ("metadata", "attributes") if isinstance(value.get(shell), dict)
    )


def _listed(value: list[JSON], depth: int) -> str:
    few = value if len(value) <= _MOST_JOINED else []
    said = [
        name_of(one) if isinstance(one, dict) else "" if is_noise("", one) else words(one, _LONG_LEAF) for one in few
    ]
    return ", ".join(said) if few and all(said) else (str(len(value)) if value and not depth else "")


def _leaves(value: dict[str, JSON], but: frozenset[str] | set[str], depth: int) -> str:
    found = [
        (_label(name), told)
        for name, inner in islice(unwrapped(value).items(), _WIDEST)
        if (told := _telling(name, inner, but, depth + 1)) and told.casefold() not in but
    ]
    if depth and len(found) == 1 and not found[0][1].isdecimal():
        return found[0][1]  # of a health with nothing but a status, the status
    shown = [f"{name} {told}".strip() for name, told in found[:_MOST_LEAVES]]
    return ", ".join(shown) + (", …" if len(found) > _MOST_LEAVES else "")


def _telling(name: str, value: JSON, but: frozenset[str] | set[str], depth: int = 0) -> str:
    """Return what a field tells, or nothing where it is noise."""
    key = snake(name)
    if _PLANNED.search(key) and (moment := clock.read(value)):
        return f"{moment.day} {moment:%b %Y, %H:%M %Z}"
    if is_noise(key, value):
        return ""
    if _SECONDS.search(key) and isinstance(value, int | float) and 0 <= value < _LONGEST:
        return clock.say(value)
    return gist(value, but, depth)


def _text(value: JSON) -> str:
    return words(value, _LONG_NAME) if isinstance(value, str) and not is_opaque(value) else ""


def _label(name: str) -> str:
    said = name if " " in name.strip() else snake(name).replace("_", " ") or name
    return _SECONDS.sub("", words(said, _LONG_LABEL))
