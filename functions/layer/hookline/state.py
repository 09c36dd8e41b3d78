"""What is written of a chat: what it was told, what of it waits, what is on its way. Times are ms since 1970."""

import json
from dataclasses import asdict, dataclass, fields
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Frozen:
    """A digest that is on its way: ``message`` is its Message, ``upto`` the number of the last entry that it tells."""

    upto: int
    count: int  # entries that it tells
    message: dict[str, Any]
    thread: str = ""  # it tells only what belongs to this one
    is_last: bool = False  # sent although nobody answered: the wait is over
    is_answer: bool = False  # somebody answered, so they are awake


@dataclass(frozen=True, slots=True)
class Closing:
    """What became of a digest, to be written to the rows that it told; from the first entry on, page by page."""

    digest: str
    upto: int
    status: str
    at: int
    thread: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """The row of a chat. An entry is something of the chat that waits; entries are numbered from 1."""

    window_at: int = 0  # when the window of its pace began
    used: int = 0  # texts in that window
    streak: int = 0  # texts since the last answer
    sent_at: tuple[int, ...] = ()  # of these, the latest
    learned: int = 0  # so many in a row the provider took before it refused; 0 while it never has
    learned_at: int = 0
    answered_at: int = 0
    admitted: str = ""  # the delivery and generation that were let through last
    last: int = 0  # the number of the latest entry
    count: int = 0  # entries that no digest has told yet
    since: int = 0  # when the first of them was accepted
    due_at: int = 0  # when something has to happen by itself; 0 for never
    parked_at: int = 0  # since when it waits for an answer; 0 while it doesn't
    expires_at: int = 0  # until when
    refused_at: int = 0  # when the provider said so; 0 where only its budget does
    is_answered: bool = False  # what waits goes out now, also at night
    held_upto: int = 0  # no fallback was told of the latest entry but one of these
    passed_upto: int = 0  # who stands in has heard of all entries up to this
    is_unheard: bool = False  # … or there is nobody who does
    digests: int = 0  # how many there were
    gathering: dict[str, Any] | None = None  # of a digest that takes longer than one turn
    frozen: Frozen | None = None
    closing: Closing | None = None

    @property
    def is_waiting(self) -> bool:
        """Return whether what comes now has to join what waits."""
        return bool(self.count or self.frozen or self.parked_at)

    def to_json(self) -> str:
        """Return it without what is as at the beginning."""
        return json.dumps({k: v for k, v in asdict(self).items() if v != _DEFAULTS[k]}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return what was written; a field that this version doesn't know is passed over."""
        given = {name: value for name, value in json.loads(text).items() if name in _DEFAULTS}
        for name, kind in (("frozen", Frozen), ("closing", Closing)):
            if given.get(name):
                known = {field.name for field in fields(kind)}
                given[name] = kind(**{name: value for name, value in given[name].items() if name in known})
        return cls(**given | {"sent_at": tuple(given.get("sent_at", ()))})


_DEFAULTS = asdict(State())
