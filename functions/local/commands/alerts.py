"""Which of the alerts that were told somebody takes care of, and which nobody yet. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from hookline.status import TOLD, Status
from local.commands.moments import short
from local.commands.printable import printable
from local.commands.wanted import Row

OPEN = "● "
PRIVATE = "(private)"
MOST_NAMED = 6
_LONGEST_NAME = 60  # characters

Story = tuple[str, ...]  # what all rows have in common that are about the same


@dataclass(frozen=True)
class Acknowledged:
    """When (ms) and by what somebody said so: a tapback, or a reply."""

    at: int
    by: str

    def said(self, now: datetime) -> str:
        """Return it as a person reads it."""
        return f"✓ acknowledged {short(self.at, now)} ({printable(self.by)})"


class Alerts:
    """What is known of the alerts among some rows, to which those of the digests belong that told them."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = list(rows)
        self._digests = {row["id"]: found for row in self._rows if (found := _of(row))}
        self._over: dict[Story, int] = {}
        self._heard: dict[Story, list[Acknowledged]] = {}
        for row in self._rows:
            if row.get("phase") == "resolved":
                self._over[_story(row)] = max(_happened_at(row), self._over.get(_story(row), 0))
            if found := self._own(row):
                self._heard.setdefault(_story(row), []).append(found)

    def acknowledged(self, row: Row) -> Acknowledged | None:
        """Return who takes care of what the row told: of itself, of its digest, or later of the same story."""
        if own := self._own(row):
            return own
        later = (found for found in self._heard.get(_story(row), ()) if found.at >= _told_at(row))
        return min(later, key=lambda found: found.at, default=None) if _is_alert(row) else None

    def is_open(self, row: Row) -> bool:
        """Return whether it is an alert that is neither over nor taken care of."""
        is_over = self._over.get(_story(row), 0) >= _happened_at(row)
        return _is_alert(row) and not is_over and self.acknowledged(row) is None

    def summary(self) -> str:
        """Return which alerts are open, each story once, in a sentence; empty when there are none."""
        stories: dict[Story, dict[str, str]] = {}  # with the chats that were told, and what they were told
        for row in self._rows:
            if self.is_open(row):
                stories.setdefault(_story(row), {})[str(row.get("chat_name", ""))] = _name(row)
        named = Counter((next(iter(told.values())), ", ".join(told)) for told in stories.values())
        if not named:
            return ""
        many = "1 alert is" if len(stories) == 1 else f"{len(stories)} alerts are"
        return f"{OPEN}Of these {many} not acknowledged yet: {', '.join(_named(named))}."

    def _own(self, row: Row) -> Acknowledged | None:
        return _of(row) or self._digests.get(str(row.get("digest", "")))


def missing_digests(rows: Sequence[Row]) -> list[str]:
    """Return the ids of the digests that told some of the rows and aren't among them."""
    known = {row["id"] for row in rows}
    return sorted({row["digest"] for row in rows if isinstance(row.get("digest"), str)} - known)


def _of(row: Row) -> Acknowledged | None:
    return Acknowledged(row["acknowledged_at"], str(row["acknowledged_by"])) if "acknowledged_at" in row else None


def _is_alert(row: Row) -> bool:
    return row.get("phase") == "firing" and row["status"] in {*TOLD, Status.DIGESTED}


def _story(row: Row) -> Story:
    return (row.get("source", ""), row["thread"]) if row.get("thread") else (row["id"],)


def _happened_at(row: Row) -> int:
    return int(row.get("accepted_at") or row["created_at"])


def _told_at(row: Row) -> int:
    return int(row.get("told_at") or row["created_at"])


def _name(row: Row) -> str:
    if row.get("private"):
        return PRIVATE
    said = row.get("title") or str(row.get("text", "")).strip().partition("\n")[0] or row.get("rule", "")
    name = printable(" ".join(str(said).split()))
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"


def _named(named: Counter[tuple[str, str]]) -> Iterator[str]:
    for (name, chats), times in list(named.items())[:MOST_NAMED]:
        yield f"{name}{f' x{times}' if times > 1 else ''} ({printable(chats)})"
    if others := sum(list(named.values())[MOST_NAMED:]):
        yield f"and {others} {'other' if others == 1 else 'others'}"
