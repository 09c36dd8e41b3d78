"""Time as the project counts it: milliseconds since 1970, UTC; and as a person says it."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

SECOND_MS = 1000
MINUTE, HOUR, DAY = 60, 3600, 86_400  # seconds
EARLIEST_S, LATEST_S = 10**8, 10**10  # the years 1973 and 2286
LONGEST_TIME = 64  # characters; a longer text is no time, and nobody need try
_EPOCH = re.compile(r"[0-9]{9,13}(?:\.[0-9]{1,9})?")
# Zones by name are those that RFC 2822 knows: of any other the library makes UTC.
_MAIL = re.compile(
    r"(?:[A-Za-z]{3},\s*)?[0-9]{1,2}\s[A-Za-z]{3}\s[1-9][0-9]{3}\s[0-9]{2}:[0-9]{2}(?::[0-9]{2})?"
    r"\s(?:[+-][0-9]{4}|UTC?|GMT|[ECMP][SD]T)(?:\s\([A-Za-z ]*\))?"
)


def to_datetime(ms: int) -> datetime:
    """Return the moment as an aware datetime in UTC."""
    return datetime.fromtimestamp(ms / SECOND_MS, UTC)


def read(value: object) -> datetime | None:
    """Return the moment that a value names, or None: ISO 8601, RFC 2822, seconds or milliseconds since 1970.

    A text without a zone is UTC. A number has to name a moment from 1973 to 2286, in one unit or the other: a smaller
    one is rather a count of something.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _since_1970(value)
    text = value.strip() if isinstance(value, str) and len(value) <= LONGEST_TIME else ""
    if _EPOCH.fullmatch(text):
        return _since_1970(float(text) if "." in text else int(text))
    try:
        moment = parsedate_to_datetime(text) if _MAIL.fullmatch(text) else datetime.fromisoformat(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _since_1970(number: float) -> datetime | None:
    for unit in (1, SECOND_MS):
        if EARLIEST_S * unit <= number < LATEST_S * unit:  # what NaN isn't
            return datetime.fromtimestamp(number / unit, UTC)
    return None


def say(seconds: float) -> str:
    """Return a length of time in its largest unit or two: ``45 s``, ``5 min``, ``2 h 10 min``, ``3 d 4 h``."""
    whole = max(0, int(seconds))
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return f"{whole // MINUTE} min"
    if whole < DAY:
        return _two(whole // HOUR, "h", whole % HOUR // MINUTE, "min")
    return _two(whole // DAY, "d", whole % DAY // HOUR, "h")


def _two(large: int, unit: str, small: int, small_unit: str) -> str:
    return f"{large} {unit} {small} {small_unit}" if small else f"{large} {unit}"
