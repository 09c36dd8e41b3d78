"""Moments as people write and read them at a terminal: in the time zone of their machine."""

from datetime import datetime, timedelta

from hookline.clock import SECOND_MS, to_datetime
from hookline.rules.written import seconds


def since(text: str, now: datetime) -> int:
    """Return the moment in ms: so long ago (``30m``, ``2h``, ``1d``), or a date and time. Raises ValueError."""
    try:
        return to_ms(_moment(text.strip(), now))
    except (ValueError, OverflowError):
        sentence = f"{text!r} is no moment; write 30m, 2h or 1d, or a date as in 2026-11-02T14:00."
        raise ValueError(sentence) from None


def _moment(text: str, now: datetime) -> datetime:
    try:
        return now - timedelta(seconds=seconds(text))
    except ValueError:
        return datetime.fromisoformat(text).astimezone()


def to_ms(moment: datetime) -> int:
    return int(moment.timestamp() * SECOND_MS)


def full(ms: int) -> str:
    """Return date and time to the second."""
    return to_datetime(ms).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def within_a_year(ms: int) -> str:
    """Return the same without the year."""
    return full(ms).partition("-")[2]


def short(ms: int, now: datetime) -> str:
    """Return the time, with the date when that isn't today's."""
    at = to_datetime(ms).astimezone()
    return at.strftime("%H:%M" if at.date() == now.astimezone().date() else "%Y-%m-%d %H:%M")
