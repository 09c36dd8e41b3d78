"""What fired and may still turn out to be over: nothing else can be taken back."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, NamedTuple, Self

from hookline.digest.words import size

MOST_BYTES = 80_000  # of all in JSON
_SIZE = 110  # bytes of one beside its words
_HASH_SIZE = 9  # bytes; no two threads of one digest have the same


class Row(NamedTuple):
    """Where a message stands: among all entries, and in the log."""

    nth: int
    id: str
    generation: int


@dataclass(slots=True)
class Firing:
    """Something of one title at one place, and how often it was said."""

    title: str
    where: str
    nth: int
    times: int
    latest: Row


class Fired:
    """By thread, then by title and place: of what shares a thread, one may be over and another not."""

    def __init__(self) -> None:
        self._threads: dict[str, dict[tuple[str, str], Firing]] = {}
        self._bytes = 0

    def __iter__(self) -> Iterator[Firing]:
        return (firing for thread in self._threads.values() for firing in thread.values())

    def add(self, thread: str, title: str, where: str, row: Row) -> None:
        """Remember that it fired; what fires again is the same."""
        known = self._threads.setdefault(_key(thread), {})
        if firing := known.get((title, where)):
            firing.times += 1
            firing.latest = row
            return
        self._put(known, Firing(title, where, row.nth, 1, row))

    def is_over(self, thread: str, title: str, where: str) -> bool:
        """Forget what is resolved, if it had fired.

        Only what is called the same is over: of a thread several things may be told, and nobody may miss another one.
        """
        key = _key(thread)
        known = self._threads.get(key, {})
        if (title, where) not in known:
            return False
        self._bytes -= _bytes(known.pop((title, where)))
        if not known:
            del self._threads[key]
        return True

    def settled(self) -> Iterator[Firing]:
        """Take out what can't be remembered any more, that which fired first before all."""
        while self._bytes > MOST_BYTES:
            for firing in self._threads.pop(next(iter(self._threads))).values():
                self._bytes -= _bytes(firing)
                yield firing

    def to_list(self) -> list[Any]:
        """Return all as JSON can hold it."""
        return [
            [key, one.title, one.where, one.nth, one.times, *one.latest]
            for key, known in self._threads.items()
            for one in known.values()
        ]

    @classmethod
    def from_list(cls, saved: list[Any]) -> Self:
        """Return what was saved."""
        fired = cls()
        for key, title, where, nth, times, *latest in saved:
            fired._put(fired._threads.setdefault(key, {}), Firing(title, where, nth, times, Row(*latest)))
        return fired

    def _put(self, known: dict[tuple[str, str], Firing], firing: Firing) -> None:
        known[firing.title, firing.where] = firing
        self._bytes += _bytes(firing)


def _key(thread: str) -> str:
    return blake2b(thread.encode(errors="surrogatepass"), digest_size=_HASH_SIZE).hexdigest()


def _bytes(firing: Firing) -> int:
    return _SIZE + size(firing.title) + size(firing.where)
