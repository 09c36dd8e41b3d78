"""Moments as people write and read them at a terminal: in the time zone of their machine."""

import re
from datetime import datetime, timedelta

from hookline.clock import SECOND_MS, to_datetime

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_AGO = re.compile(r"([1-9][0-9]{0,5})\s*([smhd])")


def since(text: str, now: datetime) -> int:
    """Return the moment in ms: so long ago (``30m``, ``2h``, ``1d``), or a date and time. Raises ValueError."""
    try:
        if ago := _AGO.fullmatch(text.strip()):
            return to_ms(now - timedelta(**{_UNITS[ago[2]]: int(ago[1])}))
        return to_ms(datetime.fromisoformat(text.strip()).astimezone())
    except (ValueError, OverflowError):
        sentence = f"{text!r} is no moment; write 30m, 2h or 1d, or a date as in 2026-11-02T14:00."
        raise ValueError(sentence) from None


def to_ms(moment: datetime) -> int:
    return int(moment.timestamp() * SECOND_MS)


def full(ms: int) -> str:
    """Return date and time to the second."""
    return to_datetime(ms).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def short(ms: int, now: datetime) -> str:
    """Return the time, with the date when that isn't today's."""
    at = to_datetime(ms).astimezone()
    return at.strftime("%H:%M" if at.date() == now.astimezone().date() else "%Y-%m-%d %H:%M")
