"""What the entries of a chat say, for the chat itself or for each who stands in. Pure."""

from dataclasses import dataclass, field, replace
from typing import Any

from hookline.conversation import Due
from hookline.digest import Entry, Summary
from hookline.models import Destination
from hookline.room import Room
from hookline.state import State

MOST_FALLBACKS = 10  # of a digest


@dataclass(slots=True)
class Heap:
    """What the entries up to a number say: together, or to each who stands in what they haven't heard."""

    upto: int
    after: int = 0  # what was read already
    summary: Summary = field(default_factory=Summary)
    told: dict[str, tuple[Destination, Summary]] = field(default_factory=dict)
    fallbacks: tuple[Destination, ...] = ()  # of their rules
    is_unheard: bool = False  # nobody stands in for one of them

    def add(self, entry: Entry, state: State, room: Room, due: Due) -> None:
        """Take in the next entry."""
        who = _stands_in(entry, room)
        to = entry.to or (who.name if who and entry.number <= state.passed_upto else "")
        if due is not Due.PASS:
            self.summary.add(replace(entry, to=to) if to else entry)
            named = tuple(Destination(name=name, id=chat, limit=limit) for name, chat, limit in entry.fallbacks)
            self.fallbacks = tuple(dict.fromkeys([*self.fallbacks, *named]))[:MOST_FALLBACKS]
        elif who is None:
            self.is_unheard = self.is_unheard or not to
        elif not to:
            self.told.setdefault(who.id, (who, Summary()))[1].add(entry)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {
            "upto": self.upto,
            "after": self.after,
            "summary": self.summary.to_dict(),
            "told": [[who.model_dump(), summary.to_dict()] for who, summary in self.told.values()],
            "fallbacks": [one.model_dump() for one in self.fallbacks],
            "is_unheard": self.is_unheard,
        }

    @classmethod
    def from_dict(cls, saved: dict[str, Any]) -> "Heap":
        """Return the one that was saved."""
        told = [(Destination.model_validate(who), Summary.from_dict(said)) for who, said in saved["told"]]
        return cls(
            saved["upto"],
            saved["after"],
            Summary.from_dict(saved["summary"]),
            {who.id: (who, summary) for who, summary in told},
            tuple(Destination.model_validate(one) for one in saved["fallbacks"]),
            saved["is_unheard"],
        )


def _stands_in(entry: Entry, room: Room) -> Destination | None:
    """Return who hears of an entry whose chat has to answer first: of its rule's fallbacks, then of the chat's own."""
    named = (Destination(name=name, id=chat, limit=limit) for name, chat, limit in entry.fallbacks)
    return next((one for one in (*named, *room.fallbacks) if one.id not in (*entry.tried, room.id)), None)
