"""A time zone by its name, and what was meant when there is none of that name."""

from difflib import get_close_matches
from zoneinfo import ZoneInfo, available_timezones

LONGEST_NAME = 50  # characters; the longest there is has 32


def zone(name: str) -> ZoneInfo:
    """Return the zone. Raises ValueError."""
    try:
        return ZoneInfo(name[: LONGEST_NAME + 1])
    except (KeyError, ValueError, OSError):
        close = get_close_matches(name[:LONGEST_NAME], available_timezones(), 1)
        hint = f"did you mean '{close[0]}'?" if close else "they are named as in Europe/Berlin"
        raise ValueError(f"there is no time zone '{name[:LONGEST_NAME]}'; {hint}") from None
