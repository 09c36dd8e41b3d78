"""Counts what waits, and remembers what a text about it needs."""

from typing import Any, Self

from hookline import clock
from hookline.digest import say
from hookline.digest.entry import Entry
from hookline.digest.fired import Fired, Row
from hookline.digest.groups import Groups, Name
from hookline.digest.words import line

LONGEST_TITLE, LONGEST_PLACE = 60, 40  # characters
MOST_FALLBACKS = 5  # that are named
_OTHER_CHATS = "other chats"
_UNTITLED = "untitled"


class Summary:
    """What the entries say that were added to it, in order; it can be saved between any two of them."""

    def __init__(self) -> None:
        self.entries = 0  # how many were added
        self.count = 0  # the messages that these stand for
        self.first_at = 0  # ms since 1970, when the first of them was accepted; 0 while there is none
        self.is_private = False  # one of them is
        self.pairs = 0  # how often something was resolved that had fired
        self.went: dict[str, int] = {}  # how many a fallback was told of, by its name
        self._groups = Groups()
        self._fired = Fired()
        self._first: Row | None = None
        self._last: Row | None = None  # of those that nothing can cancel any more
        self._last_part: Row | None = None

    def add(self, entry: Entry) -> None:
        """Take in an entry, which comes after all before."""
        self.entries += 1
        row = Row(self.entries, entry.id, entry.generation)
        self._first = self._first or row
        self.first_at = min(self.first_at or entry.at, entry.at)
        self.is_private = self.is_private or entry.private
        self.count += entry.stands_for
        if not entry.stands_for:
            self._last_part = row
            return
        if entry.to:
            self._goes(line(entry.to, LONGEST_TITLE), entry.stands_for)
        self._says(entry, row)

    @property
    def only(self) -> tuple[str, int] | None:
        """The id and generation of an entry that is alone; there is nothing to sum up."""
        return self._first[1:] if self._first and self.entries == 1 else None

    @property
    def latest(self) -> tuple[str, int] | None:
        """The id and generation of the message to show: the last that is not over; of parts alone the last."""
        known = filter(None, [self._last, *(firing.latest for firing in self._fired)])
        last = max(known, default=self._last_part)
        return last[1:] if last else None

    def text(self, limit: int, now_ms: int, latest: str, whose: str = "") -> str:
        """Return what to send: how many there are, what they are about, and the text of the latest.

        ``whose`` is the chat that they were meant for, where somebody else is told.

        What is too long for the limit (at least 100 characters) is the latest, before all.
        """
        groups = Groups.from_list(self._groups.to_list())
        for firing in self._fired:
            groups.add(Name(firing.title), firing.where, firing.nth, firing.times)
        since = clock.say((now_ms - (self.first_at or now_ms)) / clock.SECOND_MS)
        begin = f"{self.count} more in {since}{f' for {line(whose, LONGEST_TITLE)}' if whose else ''}"
        over = f"{self.pairs} fired and resolved meanwhile" if self.pairs else ""
        went = [f"{times} went to {name}." for name, times in self.went.items()]
        head = say.head(begin, groups, over, went, limit)
        return head + say.latest(latest if self.latest else "", limit - len(head))

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it, in less than 150 KB."""
        return {
            **{name: getattr(self, name) for name in _COUNTS},
            "went": dict(self.went),
            "groups": self._groups.to_list(),
            "fired": self._fired.to_list(),
            **{name: list(row) for name in _ROWS if (row := getattr(self, f"_{name}"))},
        }

    @classmethod
    def from_dict(cls, saved: dict[str, Any]) -> Self:
        """Return the one that was saved."""
        summary = cls()
        for name in _COUNTS:
            setattr(summary, name, saved[name])
        for name in _ROWS:
            setattr(summary, f"_{name}", Row(*saved[name]) if name in saved else None)
        summary.went = dict(saved["went"])
        summary._groups = Groups.from_list(saved["groups"])
        summary._fired = Fired.from_list(saved["fired"])
        return summary

    def _goes(self, name: str, times: int) -> None:
        name = name if name in self.went or len(self.went) < MOST_FALLBACKS else _OTHER_CHATS
        self.went[name] = self.went.get(name, 0) + times

    def _says(self, entry: Entry, row: Row) -> None:
        title, where = line(entry.title, LONGEST_TITLE) or _UNTITLED, line(entry.where, LONGEST_PLACE)
        where = "" if where in title else where  # some titles say it themselves
        if entry.thread and entry.phase == "firing":
            self._fired.add(entry.thread, title, where, row)
            for firing in self._fired.settled():
                self._settle(Name(firing.title), firing.where, firing.latest, firing.times, firing.nth)
        elif entry.thread and entry.phase == "resolved" and self._fired.is_over(entry.thread, title, where):
            self.pairs += 1
        else:
            self._settle(Name(title, entry.phase == "resolved"), where, row, entry.stands_for)

    def _settle(self, name: Name, where: str, latest: Row, times: int = 1, nth: int = 0) -> None:
        self._groups.add(name, where, nth or latest.nth, times)
        self._groups.thin_out()
        self._last = max(self._last or latest, latest)


_COUNTS = ("entries", "count", "first_at", "is_private", "pairs")
_ROWS = ("first", "last", "last_part")
