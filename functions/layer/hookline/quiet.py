"""Until when a chat wants quiet, by what the clock on the wall shows there. Pure.

An hour that comes twice in autumn is quiet both times or neither; an end that is left out in spring is where the clock
leaps over it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from hookline.clock import DAY, MINUTE, SECOND_MS, to_datetime
from hookline.rules.written import DAY_MINUTES, DAYS, Quiet
from hookline.rules.zone import zone

LONGEST = 8 * DAY  # seconds; quiet hours repeat every week, and what is quiet all week would never end


def until(hours: Sequence[Quiet], now_ms: int) -> int | None:
    """Return the ms since 1970 at which it is quiet no more, or None when it isn't now.

    Hours that overlap or touch are one. Of a chat that is always quiet, the end is after 8 days.
    """
    now = now_ms // SECOND_MS
    end, latest = now, now + LONGEST
    while end < latest and (ends := [_end(one, end) for one in hours if _holds(one, _there(one, end))]):
        end = max(ends)
    return None if end == now else min(end, latest) * SECOND_MS


def _holds(hours: Quiet, there: datetime) -> bool:
    """What begins on one day and ends on the next belongs to the day on which it began."""
    minute, today = there.hour * 60 + there.minute, there.weekday()
    if hours.begin < hours.end:
        return today in hours.days and hours.begin <= minute < hours.end
    yesterday = (today - 1) % len(DAYS)
    return (today in hours.days and minute >= hours.begin) or (yesterday in hours.days and minute < hours.end)


def _end(hours: Quiet, at: int) -> int:
    """Return until when hours that hold now surely do: to their end, or to where the clock is put forward or back."""
    there = _there(hours, at)
    minutes = (hours.end - there.hour * 60 - there.minute) % DAY_MINUTES or DAY_MINUTES
    end = at + minutes * MINUTE - there.second
    return end if _offset(hours, end) == there.utcoffset() else _change(hours, at, end)


def _change(hours: Quiet, before: int, after: int) -> int:
    """Return the first second at which the clock is other than it was before."""
    was = _offset(hours, before)
    while after - before > 1:
        middle = (before + after) // 2
        before, after = (middle, after) if _offset(hours, middle) == was else (before, middle)
    return after


def _offset(hours: Quiet, at: int) -> timedelta | None:
    return _there(hours, at).utcoffset()


def _there(hours: Quiet, at: int) -> datetime:
    return to_datetime(at * SECOND_MS).astimezone(zone(hours.zone))
