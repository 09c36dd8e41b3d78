"""The order of a FIFO queue: groups of entries, each either waiting in its place or in flight until a moment."""

import heapq
from bisect import bisect_left, insort
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from operator import attrgetter
from typing import Any

_PLACE = attrgetter("place")


@dataclass(eq=False)
class Group:
    id: str
    waiting: list["Entry"] = field(default_factory=list)
    in_flight: set["Entry"] = field(default_factory=set)


@dataclass(eq=False)
class Entry:
    """A message and its place, which it keeps for as long as it is in the queue."""

    place: int
    group: Group
    message: Any
    received_at: float = 0
    visible_at: float = 0

    @property
    def is_in_flight(self) -> bool:
        return self in self.group.in_flight


class Groups:
    """A group is ready when something of it waits and nothing of it is in flight: it takes its turn after the others.

    No step costs more with more messages than a shift of one group's list. Times are numbers of the caller's clock.
    """

    def __init__(self) -> None:
        self._groups: dict[str, Group] = {}
        self._ready: OrderedDict[str, Group] = OrderedDict()
        self._expiries: list[tuple[float, int, Entry]] = []
        self._places = count()
        self.waiting = 0
        self.in_flight = 0

    def append(self, group_id: str, message: Any) -> None:
        group = self._groups.setdefault(group_id, Group(group_id))
        group.waiting.append(Entry(next(self._places), group, message))
        self.waiting += 1
        self._settle(group)

    def take(self, most: int, admit: Callable[[Entry], bool], visible_at: float) -> list[Entry]:
        """Put the next entries in flight, as many of one group as possible; what isn't admitted is gone."""
        taken: list[Entry] = []
        while self._ready and len(taken) < most:
            _, group = self._ready.popitem(last=False)
            while group.waiting and len(taken) < most:
                entry = group.waiting.pop(0)
                self.waiting -= 1
                if admit(entry):
                    group.in_flight.add(entry)
                    self.in_flight += 1
                    self.hide(entry, visible_at)
                    taken.append(entry)
            self._settle(group)
        return taken

    def hide(self, entry: Entry, visible_at: float) -> None:
        """Let an entry that is in flight stay so until then."""
        entry.visible_at = visible_at
        heapq.heappush(self._expiries, (visible_at, entry.place, entry))

    def surface(self, now: float) -> None:
        """Put whatever has been in flight for long enough back into its place."""
        while self.next_change() <= now:
            _, _, entry = heapq.heappop(self._expiries)
            self._land(entry)
            insort(entry.group.waiting, entry, key=_PLACE)
            self.waiting += 1
            self._settle(entry.group)

    def next_change(self) -> float:
        """Return when the next entry becomes visible by itself; infinity for never."""
        # An entry that was deleted or hidden anew has left its old moment behind.
        while self._expiries:
            visible_at, _, entry = self._expiries[0]
            if entry.is_in_flight and entry.visible_at == visible_at:
                return visible_at
            heapq.heappop(self._expiries)
        return float("inf")

    def remove(self, entry: Entry) -> None:
        if entry.is_in_flight:
            self._land(entry)
        else:
            del entry.group.waiting[bisect_left(entry.group.waiting, entry.place, key=_PLACE)]
            self.waiting -= 1
        self._settle(entry.group)

    def _land(self, entry: Entry) -> None:
        entry.group.in_flight.remove(entry)
        self.in_flight -= 1

    def _settle(self, group: Group) -> None:
        if group.in_flight or not group.waiting:
            self._ready.pop(group.id, None)
        else:
            self._ready.setdefault(group.id, group)
        if not group.in_flight and not group.waiting:
            self._groups.pop(group.id, None)
