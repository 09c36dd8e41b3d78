"""Values that a rules file has its own way of writing: lengths of time, a pace, a budget, quiet hours."""

import re
from dataclasses import dataclass

from hookline.clock import DAY, HOUR, MINUTE
from hookline.rules.zone import zone

UNITS = {"s": 1, "m": MINUTE, "h": HOUR, "d": DAY}
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DAY_MINUTES = 24 * 60
MOST_IN_A_ROW = 100  # texts without an answer; the provider accepts eight at most
_LENGTH = r"([1-9][0-9]{0,5})\s*([smhd])"
_PACE = re.compile(rf"([1-9][0-9]{{0,3}})\s+per\s+{_LENGTH}")
_TIME = "([01]?[0-9]|2[0-4]):([0-5][0-9])"
_DAY = rf"(?:{'|'.join(DAYS)})"
_QUIET = re.compile(rf"(?:(?P<days>{_DAY}(?:[,-]{_DAY})*)\s+)?{_TIME}-{_TIME}\s+(?P<zone>\S+)")


@dataclass(frozen=True, slots=True)
class Pace:
    """So many texts in so many seconds."""

    texts: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Quiet:
    """From ``begin`` to ``end`` (minutes after midnight there), past midnight when the end comes first.

    ``days`` are the weekdays on which it begins, Monday being 0.
    """

    begin: int
    end: int
    zone: str
    days: tuple[int, ...] = tuple(range(7))


DEFAULT_PACE = Pace(3, MINUTE)


def seconds(value: object) -> int:
    """Read ``30s``, ``5m``, ``4h`` or ``1d``. Raises ValueError."""
    match = re.fullmatch(_LENGTH, value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(
            f"{_shown(value)} is not a length of time; write a number and s, m, h or d, as in 30s, 5m, 4h, 1d"
        )
    return int(match[1]) * UNITS[match[2]]


def pace(value: object) -> Pace | None:
    """Read ``3 per 1m``, or ``off`` as None; YAML reads a bare ``off`` as false. Raises ValueError."""
    if isinstance(value, Pace) or _is_off(value):
        return value if isinstance(value, Pace) else None
    match = _PACE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"{_shown(value)} is not a pace; write texts per length of time, as in `3 per 1m`, or `off`")
    return Pace(int(match[1]), int(match[2]) * UNITS[match[3]])


def budget(value: object) -> int | str | None:
    """Read ``auto``, a number of texts in a row, or ``off`` as None. Raises ValueError."""
    if value == "auto" or _is_off(value):
        return None if _is_off(value) else "auto"
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_IN_A_ROW:
        raise ValueError(f"{_shown(value)} is not a budget; write `auto`, a number from 1 to {MOST_IN_A_ROW}, or `off`")
    return value


def quiet(value: object) -> Quiet:
    """Read ``22:00-07:00 Europe/Berlin``, or ``Sat,Sun 00:00-24:00 Europe/Berlin``. Raises ValueError."""
    if isinstance(value, Quiet):
        return value
    match = _QUIET.fullmatch(value) if isinstance(value, str) else None
    hours = [int(part) for part in match.groups()[1:5]] if match else []
    begin, end = (hours[0] * 60 + hours[1], hours[2] * 60 + hours[3]) if hours else (0, 0)
    if match is None or begin == end or begin >= DAY_MINUTES or end > DAY_MINUTES:
        raise ValueError(
            f"{_shown(value)} are not quiet hours; write them as in `22:00-07:00 Europe/Berlin`, "
            "with days before them if they matter: `Sat,Sun 00:00-24:00 Europe/Berlin`"
        )
    return Quiet(begin, end, zone(match["zone"]).key, _days(match["days"]))


def _days(written: str | None) -> tuple[int, ...]:
    """Return the numbers of ``Mon-Fri,Sun``."""
    if written is None:
        return tuple(range(7))
    found: set[int] = set()
    for part in written.split(","):
        first, _, last = part.partition("-")
        begin, end = DAYS.index(first), DAYS.index(last.rpartition("-")[2] or first)
        found |= {day % 7 for day in range(begin, end + 1 if end >= begin else end + 8)}
    return tuple(sorted(found))


def _is_off(value: object) -> bool:
    return value is False or value == "off"


def _shown(value: object) -> str:
    return repr(value)[:50] if isinstance(value, str | int | float) else "this"
