"""A chat's options as a person writes them, and whether its quiet hours are now."""

from datetime import datetime

from hookline.clock import SECOND_MS
from hookline.quiet import until
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
    return until(chat.quiet, int(at.timestamp() * SECOND_MS)) is not None


def _length(seconds: int) -> str:
    unit = max((unit for unit, size in UNITS.items() if seconds % size == 0), key=UNITS.__getitem__)
    return f"{seconds // UNITS[unit]}{unit}"


def _time(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
