"""What has one title, how often it was said and where; the many are kept, the rare only counted."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

from hookline.digest.words import natural

MOST_KEPT = 100  # when there are more, the rarer half is only counted
_FIRST_AND_LAST = 2


class Name(NamedTuple):
    """What a group is called; what is over is told apart from what isn't."""

    title: str
    is_resolved: bool = False


@dataclass(slots=True)
class Places:
    """The first and the last of all places in natural order, and whether there are more than these two."""

    first: str = ""
    last: str = ""
    has_more: bool = False

    def add(self, place: str) -> None:
        """Take in a place, or none."""
        if not place or place in {self.first, self.last}:
            return
        known = sorted({self.first or place, self.last or place, place}, key=natural)
        self.first, self.last = known[0], known[-1]
        self.has_more = len(known) > _FIRST_AND_LAST

    def __str__(self) -> str:
        if self.first == self.last:
            return self.first
        return f"{self.first}…{self.last}" if self.has_more else f"{self.first}, {self.last}"


@dataclass(slots=True)
class Group:
    """The messages of one name; ``nth`` is the place of the first among all."""

    nth: int
    times: int = 0
    places: Places = field(default_factory=Places)


class Groups:
    """All groups; ``others`` counts the messages of those that were given up."""

    def __init__(self) -> None:
        self.others = 0
        self._groups: dict[Name, Group] = {}

    def add(self, name: Name, where: str, nth: int, times: int = 1) -> None:
        """Count messages of that name."""
        group = self._groups.setdefault(name, Group(nth))
        group.nth = min(group.nth, nth)
        group.times += times
        group.places.add(where)

    def thin_out(self) -> None:
        """Give up the rarest, if there are too many: of these the oldest, so that what becomes frequent can come up."""
        if len(self._groups) <= MOST_KEPT:
            return
        by_worth = sorted(self._groups.items(), key=lambda item: (-item[1].times, -item[1].nth))
        self.others += sum(group.times for _, group in by_worth[MOST_KEPT // 2 :])
        self._groups = dict(by_worth[: MOST_KEPT // 2])

    def ranked(self) -> list[tuple[Name, Group]]:
        """Return them with the most frequent first, then the first seen."""
        return sorted(self._groups.items(), key=lambda item: (-item[1].times, item[1].nth))

    def to_list(self) -> list[Any]:
        """Return them as JSON can hold them."""
        return [self.others, *([*name, one.nth, one.times, *_saved(one.places)] for name, one in self._groups.items())]

    @classmethod
    def from_list(cls, saved: list[Any]) -> Self:
        """Return those that were saved."""
        groups = cls()
        groups.others = saved[0]
        for title, is_resolved, nth, times, *places in saved[1:]:
            groups._groups[Name(title, is_resolved)] = Group(nth, times, Places(*places))
        return groups


def _saved(places: Places) -> list[Any]:
    return [places.first, places.last, places.has_more]
