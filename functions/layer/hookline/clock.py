"""Time as the project counts it: milliseconds since 1970, UTC; and as a person says it."""

from datetime import UTC, datetime

SECOND_MS = 1000
MINUTE, HOUR, DAY = 60, 3600, 86_400  # seconds


def to_datetime(ms: int) -> datetime:
    """Return the moment as an aware datetime in UTC."""
    return datetime.fromtimestamp(ms / SECOND_MS, UTC)


def read(value: object) -> datetime | None:
    """Return the moment that an ISO 8601 text names, or None. A text without a zone is UTC."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


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
