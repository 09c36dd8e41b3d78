"""A chat's options as a person writes them, and whether its quiet hours are now."""

from datetime import datetime
from zoneinfo import ZoneInfo

from hookline.rules.model import Chat
from hookline.rules.written import DAYS, UNITS, Pace, Quiet


def pace(given: Pace | None) -> str:
    """Return a pace as in the rules file."""
    return "off" if given is None else f"{given.texts} per {_length(given.seconds)}"


def quiet(given: Quiet) -> str:
    """Return quiet hours as in the rules file."""
    days = "" if len(given.days) == len(DAYS) else ",".join(DAYS[day] for day in given.days) + " "
    return f"{days}{_time(given.begin)}-{_time(given.end)} {given.zone}"


def is_quiet(chat: Chat, at: datetime) -> bool:
    """Return whether one of the chat's quiet hours is at that moment."""
    return any(_holds(hours, at.astimezone(ZoneInfo(hours.zone))) for hours in chat.quiet)


def _holds(hours: Quiet, there: datetime) -> bool:
    """What begins on one day and ends on the next belongs to the day on which it began."""
    minute, today = there.hour * 60 + there.minute, there.weekday()
    if hours.begin < hours.end:
        return today in hours.days and hours.begin <= minute < hours.end
    yesterday = (today - 1) % len(DAYS)
    return (today in hours.days and minute >= hours.begin) or (yesterday in hours.days and minute < hours.end)


def _length(seconds: int) -> str:
    unit = max((unit for unit, size in UNITS.items() if seconds % size == 0), key=UNITS.__getitem__)
    return f"{seconds // UNITS[unit]}{unit}"


def _time(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
