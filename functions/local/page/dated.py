"""Moments in a body, moved so that what it tells happens now."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from hookline.clock import DAY, SECOND_MS

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)")
_LONGEST_FRACTION, _SHORTEST_FRACTION = 9, 3  # digits; with milliseconds two clicks in one second are two events
_OF_THIS_EVENT = 366 * DAY * SECOND_MS  # a moment further off is a birthday, or stands for none


def brought_up_to(text: str, now: int) -> str:
    """Move all moments by as much as makes the latest one that has passed ``now``, in ms."""
    passed = [at for at in map(_read, _MOMENT.finditer(text)) if at is not None and at <= now]
    return moved(text, max(passed), now) if passed else text


def moved(text: str, anchor: int, now: int) -> str:
    """Move all moments so that ``anchor`` becomes ``now``, both in ms; those far from it stay."""
    return _MOMENT.sub(_moving(anchor, now - anchor), text)


def _moving(anchor: int, by: int) -> Callable[[re.Match[str]], str]:
    def move(found: re.Match[str]) -> str:
        at = _read(found)
        if at is None or abs(at - anchor) > _OF_THIS_EVENT:
            return found[0]
        day, fraction, zone = found.groups()
        wanted = datetime.fromisoformat(day) + timedelta(milliseconds=_thousandths(fraction) + by)
        rest = (fraction or "")[_SHORTEST_FRACTION:]  # what a thousandth of a second has no room for stays
        return f"{wanted.isoformat(timespec='milliseconds')}{rest}{zone}"

    return move


def _read(found: re.Match[str]) -> int | None:
    """Return the moment in ms; None for what only looks like one."""
    day, fraction, zone = found.groups()
    try:
        return round(datetime.fromisoformat(day + zone).timestamp() * SECOND_MS) + _thousandths(fraction)
    except (ValueError, OverflowError):
        return None


def _thousandths(fraction: str | None) -> int:
    return int((fraction or "0").ljust(_LONGEST_FRACTION, "0")[:_SHORTEST_FRACTION])
