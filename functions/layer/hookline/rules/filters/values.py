"""What a filter is given, read within bounds: the value as a text, an argument as a whole number."""

import json
from typing import Any

MOST_TEXT = 64 * 1024  # characters that a filter returns; a message has a thirtieth of that
_LONGEST_INTEGER = 2048  # bits
_JSON = json.JSONEncoder(ensure_ascii=False, skipkeys=True, default=lambda _: None)


def text(value: Any) -> str:
    """Return the value as a text: null is empty, lists and objects are JSON. Raises ValueError if it is too long."""
    return fitting(beginning(value, MOST_TEXT + 1))


def beginning(value: Any, length: int) -> str:
    """Return so many characters of the value as a text, and write no more of it than that. Raises ValueError."""
    if isinstance(value, str):
        return str(value[:length])
    if isinstance(value, list | tuple | dict):
        return _json(value, length)
    if isinstance(value, int) and value.bit_length() > _LONGEST_INTEGER:
        raise ValueError("this number has too many digits to be written out")
    return str(value)[:length] if isinstance(value, int | float) else ""


def _json(value: Any, length: int) -> str:
    written, count = [], 0
    try:
        for part in _JSON.iterencode(value):
            written.append(part)
            count += len(part)
            if count >= length:
                break
    except (ValueError, RecursionError):
        raise ValueError("this list or object is too deep, or has too large a number, to be written out") from None
    return "".join(written)[:length]


def fitting(written: str) -> str:
    """Return the text if it isn't too long. Raises ValueError."""
    check_length(len(written))
    return written


def check_length(length: int) -> None:
    """Raise ValueError for more characters than a filter returns."""
    if length > MOST_TEXT:
        raise ValueError(f"this makes a text of more than {MOST_TEXT} characters")


def whole(name: str, value: Any, least: int, most: int) -> int:
    """Return an argument that has to be a whole number within these. Raises ValueError."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(f"{name} has to be a whole number from {least} to {most}")
    return int(value)
