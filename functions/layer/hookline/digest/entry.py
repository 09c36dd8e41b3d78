"""A message that waits, in the few words that a digest has for it."""

import json
from dataclasses import asdict, dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Entry:
    """One of those that a chat holds, in order of their numbers."""

    number: int
    id: str
    generation: int
    at: int  # ms since 1970, when it was accepted
    title: str
    where: str
    phase: str  # firing | resolved | info
    thread: str  # what has the same is one story
    to: str = ""  # the name of the chat that was told of it meanwhile, as a fallback
    stands_for: int = 1  # messages: none for a further part of a text, many for what tells what another chat held
    private: bool = False
    tried: tuple[str, ...] = ()  # ids of the chats that it was meant for before
    fallbacks: tuple[tuple[str, str, int | None], ...] = ()  # of its rule: name, id and limit of each

    def to_json(self) -> str:
        """Return it without its number, and without what is as it mostly is."""
        given = {name: value for name, value in asdict(self).items() if value != _MOSTLY.get(name)}
        del given["number"]
        return json.dumps(given, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, number: int, text: str) -> Self:
        """Return what was written; a field that this version doesn't know is passed over."""
        said = json.loads(text).get  # by hand, because one digest may read a hundred thousand
        return cls(
            number,
            said("id"),
            said("generation", 1),
            said("at"),
            said("title", ""),
            said("where", ""),
            said("phase", "info"),
            said("thread", ""),
            said("to", ""),
            said("stands_for", 1),
            said("private") is True,
            tuple(said("tried", ())),
            tuple((name, chat, limit) for name, chat, limit in said("fallbacks", ())),
        )


_MOSTLY: dict[str, object] = {
    "generation": 1, "title": "", "where": "", "phase": "info", "thread": "", "to": "", "stands_for": 1,
    "private": False, "tried": (), "fallbacks": (),
}  # fmt: skip
