"""Filters for moments and lengths of time."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import MINYEAR, datetime
from typing import Any

from hookline import amount, clock
from hookline.rules.zone import zone as zone_named

LONGEST_FORMAT = 100  # characters
# Not all of the C library's: it takes widths, too, and fills the memory with the zeros of ``%9999999d``.
_DIRECTIVE = re.compile("%(?:[aAbBdeHIjmMpSyYzZ%]|-[dHIjmMS])")
# Years and months are left out: their length depends on where they begin.
_ISO_DURATION = re.compile(
    r"P(?=.)(?:([0-9]{1,4})W)?(?:([0-9]{1,6})D)?"
    r"(?:T(?=.)(?:([0-9]{1,8})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,12})(?:\.[0-9]{1,9})?S)?)?"
)
_UNITS = (7 * clock.DAY, clock.DAY, clock.HOUR, clock.MINUTE, 1)
_now: ContextVar[datetime] = ContextVar("now")  # of this thread: the others may be rendering other events


@contextmanager
def at(now: datetime) -> Iterator[None]:
    """Let `ago` count from this moment, the event's own, while a template is rendered in this thread."""
    token = _now.set(now)
    try:
        yield
    finally:
        _now.reset(token)


def ago(value: Any) -> Any:
    """Say how long before the event a time was, or after it.

    ``{{ item.startsAt | ago }}`` is ``2 h 10 min ago``, ``in 5 min``, or ``just now`` for less than a minute. A time
    that was never set (Go's year 1) is an empty text; what is no time comes back as it is.
    """
    moment = clock.read(value)
    if moment is None or moment.year == MINYEAR:
        return _unread(value, moment)
    seconds = (_event_time() - moment).total_seconds()
    if abs(seconds) < clock.MINUTE:
        return "just now"
    return f"{clock.say(seconds)} ago" if seconds > 0 else f"in {clock.say(-seconds)}"


def duration(value: Any) -> Any:
    """Say a length of time that is given in seconds, or as in ISO 8601 without years and months.

    ``{{ 7800 | duration }}`` and ``{{ "PT2H10M" | duration }}`` are ``2 h 10 min``; what is none comes back as it is.
    """
    seconds = amount.read(value)
    match = _ISO_DURATION.fullmatch(value) if isinstance(value, str) and len(value) <= clock.LONGEST_TIME else None
    if match:
        return clock.say(sum(int(count or 0) * unit for count, unit in zip(match.groups(), _UNITS, strict=True)))
    if seconds is None:
        return "" if value is None else value
    return f"-{clock.say(float(-seconds))}" if seconds <= -1 else clock.say(float(seconds))


def datetime_(value: Any, zone: Any = "UTC", format: Any = "%d %b %H:%M") -> Any:  # noqa: A002 - its name in templates
    """Write a time as the clocks of a zone show it.

    ``{{ payload.at | datetime("Europe/Berlin") }}`` is ``02 Nov 13:00``; another form is
    ``datetime("Europe/Berlin", "%H:%M on %A")``, of the directives ``%a %A %b %B %d %e %H %I %j %m %M %p %S %y %Y %z
    %Z``, with ``%-d`` for no leading zero. What is no time comes back as it is.
    """
    place = zone_named(zone or "UTC") if isinstance(zone, str | None) else None
    if place is None:
        raise ValueError("a time zone is a text, as in Europe/Berlin")
    form = _checked(format)
    moment = clock.read(value)
    if moment is None or moment.year == MINYEAR:
        return _unread(value, moment)
    try:
        there = moment.astimezone(place)
    except (OverflowError, ValueError):  # before the year 1 or past 9999 there
        return value
    return _DIRECTIVE.sub(lambda directive: there.strftime(directive[0]), form)


def _checked(form: Any) -> str:
    if not isinstance(form, str) or len(form) > LONGEST_FORMAT:
        raise ValueError(f"a format of times is a text of at most {LONGEST_FORMAT} characters, as in '%d %b %H:%M'")
    if "%" in _DIRECTIVE.sub("", form):
        raise ValueError("a format of times has %a %A %b %B %d %e %H %I %j %m %M %p %S %y %Y %z %Z, and %% for %")
    return form


def _unread(value: Any, moment: datetime | None) -> Any:
    """Return what is no time as it is, so that no alert is lost to its form; a time that was never set as nothing."""
    return value if moment is None and value is not None else ""


def _event_time() -> datetime:
    try:
        return _now.get()
    except LookupError:
        raise ValueError("`ago` needs the time of an event, and there is none here") from None
