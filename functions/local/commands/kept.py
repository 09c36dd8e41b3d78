"""What is said of a message that doesn't go out by itself: it is held or parked, or a digest has told it."""

from hookline.status import WAITING, Status
from local.commands.wanted import Row

_SAID = {
    Status.HELD: "it goes out with what else waits when its chat's pace or quiet hours allow it",
    Status.PARKED: "it goes out with what else waits when somebody replies or reacts",
    Status.DIGESTED: "told with others in one text",
}


def kept(row: Row) -> str:
    """Return what became of it, or will; nothing of any other row."""
    said = _SAID.get(row["status"], "")
    return f"{said}, and a fallback was told" if row["status"] in WAITING and "fallback_to" in row else said


def kept_in_short(row: Row, length: int) -> str:
    """Return what a line has room for, with so many characters of an id."""
    if row["status"] == Status.DIGESTED:
        return f"in {row['digest'][:length]}"
    return "a fallback was told" if row["status"] == Status.PARKED and "fallback_to" in row else ""
