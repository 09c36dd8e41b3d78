"""What many messages that a chat held say in one text. Pure; times are ms since 1970.

A summary is filled entry by entry and stays small, whatever comes: a chat may have held a hundred thousand. What is
counted is exact; what is named is kept within bounds.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from typing import Any, NamedTuple, Self

from hookline import clock
from hookline.fit import cut

MOST_NAMED = 6  # groups; nobody reads on after so many on a phone
LONGEST_TITLE, LONGEST_PLACE = 60, 40  # characters
MOST_GROUPS = 100  # that are kept until the rarest half of them is only counted
MOST_UNENDED = 70_000  # bytes of what fired and may still be over; nothing else could be taken back
MOST_FALLBACKS = 50
_OTHER_CHATS = "other chats"  # what the fallbacks after these are called
_UNTITLED = "untitled"
_LONGEST_READ = 1000  # characters of a title that are looked at
_SHORTEST_LATEST = 40  # characters; less of a text says nothing
_UNENDED_SIZE = 100  # bytes of one beside its words
_JOINERS = "\u200c\u200d"  # they aren't printable, yet letters and emoji are made with them
_NUMBER = re.compile("([0-9]+)")


@dataclass(frozen=True, slots=True)
class Entry:
    """A message that waits, in the few words that a digest has for it."""

    number: int
    id: str
    generation: int
    at: int  # when it was accepted
    title: str
    where: str
    phase: str  # firing | resolved | info
    thread: str
    to: str = ""  # the name of the fallback that was told of it meanwhile
    is_part: bool = False  # a further part of a text, which stands for no message of its own
    private: bool = False

    def to_json(self) -> str:
        """Return it without its number and without what is as usual."""
        given = {name: value for name, value in asdict(self).items() if value != _USUAL.get(name)}
        del given["number"]
        return json.dumps(given, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, number: int, text: str) -> Self:
        """Return what was written; a field that this version doesn't know is passed over."""
        said = json.loads(text).get
        return cls(
            number,
            said("id", ""),
            said("generation", 1),
            said("at", 0),
            said("title", ""),
            said("where", ""),
            said("phase", "info"),
            said("thread", ""),
            said("to", ""),
            is_part=said("is_part") is True,
            private=said("private") is True,
        )


_USUAL: dict[str, object] = {
    "generation": 1, "title": "", "where": "", "phase": "info", "thread": "", "to": "", "is_part": False,
    "private": False,
}  # fmt: skip


class Told(NamedTuple):
    """A message by its place among the entries, and by its row."""

    nth: int
    id: str
    generation: int


class Name(NamedTuple):
    """What a group is called."""

    title: str
    is_resolved: bool = False


@dataclass(slots=True)
class Places:
    """The first and the last in natural order of all places that were said, and whether there are more than these."""

    first: str = ""
    last: str = ""
    has_more: bool = False

    def add(self, *places: str) -> None:
        for place in places:
            if not place or place in {self.first, self.last}:
                continue
            known = sorted({self.first or place, self.last or place, place}, key=_natural)
            self.first, self.last = known[0], known[-1]
            self.has_more |= len(known) > len(("first", "last"))

    def __str__(self) -> str:
        if not self.first:
            return ""
        if self.first == self.last:
            return f" ({self.first})"
        return f" ({self.first}…{self.last})" if self.has_more else f" ({self.first}, {self.last})"


@dataclass(slots=True)
class Group:
    """The messages of one title."""

    nth: int  # of its first
    times: int = 0
    places: Places = field(default_factory=Places)

    def add(self, times: int, *places: str) -> None:
        self.times += times
        self.places.add(*places)


@dataclass(slots=True)
class Unended:
    """What fired and may still turn out to be over."""

    nth: int
    times: int
    latest: Told


class Summary:
    """What the entries say that were added to it."""

    def __init__(self) -> None:
        self.entries = 0  # how many were added
        self.count = 0  # the messages that these stand for
        self.first_at: int | None = None
        self.is_private = False
        self.pairs = 0  # how often something fired and was resolved
        self.went: dict[str, int] = {}  # how many went to a fallback, by its name
        self._others = 0  # that belong to no group any more
        self._groups: dict[Name, Group] = {}
        # By the thread's hash, then by title and place: of what shares a thread, one may be over and another not.
        self._unended: dict[str, dict[tuple[str, str], Unended]] = {}
        self._unended_size = 0
        self._first: Told | None = None
        self._last: Told | None = None  # of those that can't be cancelled any more
        self._last_gone: Told | None = None  # of those that went to a fallback
        self._last_part: Told | None = None

    def add(self, entry: Entry) -> None:
        """Take in the entry, which comes after all those before."""
        self.entries += 1
        told = Told(self.entries, entry.id, entry.generation)
        self._first = self._first or told
        self.first_at = entry.at if self.first_at is None else min(self.first_at, entry.at)
        self.is_private |= entry.private
        if entry.is_part:
            self._last_part = told
            return
        self.count += 1
        if entry.to:
            self._went(_line(entry.to, LONGEST_TITLE), told)
        else:
            self._stays(entry, told)

    @property
    def only(self) -> tuple[str, int] | None:
        """The id and generation of the only entry; one that isn't alone has company to be told with."""
        return self._first[1:] if self._first and self.entries == 1 else None

    @property
    def latest(self) -> tuple[str, int] | None:
        """The id and generation of the message to be shown: what a fallback was told only when nothing else is left."""
        known = [self._last, *(one.latest for one in self._all_unended())]
        last = max(filter(None, known), default=self._last_gone or self._last_part)
        return last[1:] if last else None

    def text(self, limit: int, now_ms: int, latest: str) -> str:
        """Return how many there are, what they are about, and the latest in full as far as there is room."""
        head = self._head(limit, now_ms)
        room = limit - len(head) - 1
        last = f"Latest: {latest}" if latest and self.latest else ""
        if not last or room < min(len(last), _SHORTEST_LATEST):
            return head
        return f"{head}\n{cut(last, room)}"

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it, in less than 150 KB."""
        return {
            "entries": self.entries,
            "count": self.count,
            "first_at": self.first_at,
            "is_private": self.is_private,
            "pairs": self.pairs,
            "went": dict(self.went),
            "others": self._others,
            "groups": [
                [*name, group.nth, group.times, group.places.first, group.places.last, group.places.has_more]
                for name, group in self._groups.items()
            ],
            "unended": [
                [thread, *words, one.nth, one.times, *one.latest]
                for thread, story in self._unended.items()
                for words, one in story.items()
            ],
            "told": [told and list(told) for told in (self._first, self._last, self._last_gone, self._last_part)],
        }

    @classmethod
    def from_dict(cls, saved: dict[str, Any]) -> Self:
        """Return the summary that was saved."""
        self = cls()
        self.entries, self.count, self.first_at = saved["entries"], saved["count"], saved["first_at"]
        self.is_private, self.pairs, self.went = saved["is_private"], saved["pairs"], dict(saved["went"])
        self._others = saved["others"]
        for title, is_resolved, nth, times, *places in saved["groups"]:
            self._groups[Name(title, is_resolved)] = Group(nth, times, Places(*places))
        for thread, title, where, nth, times, *latest in saved["unended"]:
            self._unended.setdefault(thread, {})[title, where] = Unended(nth, times, Told(*latest))
            self._unended_size += _size(title, where)
        told = [Told(*one) if one else None for one in saved["told"]]
        self._first, self._last, self._last_gone, self._last_part = told
        return self

    def _went(self, name: str, told: Told) -> None:
        if name not in self.went and len(self.went) >= MOST_FALLBACKS:
            name = _OTHER_CHATS
        self.went[name] = self.went.get(name, 0) + 1
        self._last_gone = told

    def _stays(self, entry: Entry, told: Told) -> None:
        title, where = _line(entry.title, LONGEST_TITLE) or _UNTITLED, _line(entry.where, LONGEST_PLACE)
        thread = _hash(entry.thread) if entry.thread else ""
        is_resolved = entry.phase == "resolved"
        if thread and is_resolved and self._cancels(thread, (title, where)):
            self.pairs += 1
        elif thread and entry.phase == "firing":
            self._fires(thread, (title, where), told)
        else:
            self._settle(Name(title, is_resolved), where, Unended(told.nth, 1, told))

    def _fires(self, thread: str, words: tuple[str, str], told: Told) -> None:
        story = self._unended.setdefault(thread, {})
        if words in story:
            story[words].times += 1
            story[words].latest = told
            return
        story[words] = Unended(told.nth, 1, told)
        self._unended_size += _size(*words)
        while self._unended_size > MOST_UNENDED:
            self._settle_oldest()

    def _cancels(self, thread: str, words: tuple[str, str]) -> bool:
        """Forget what fired in the thread and is over; where several things did, only what is called the same is."""
        story = self._unended.get(thread, {})
        if words not in story and len(story) != 1:
            return False
        over = words if words in story else next(iter(story))
        del story[over]
        self._unended_size -= _size(*over)
        if not story:
            del self._unended[thread]
        return True

    def _settle_oldest(self) -> None:
        """What fired longest ago can't be cancelled any more, so that what fires now can."""
        story = self._unended.pop(next(iter(self._unended)))
        for (title, where), one in story.items():
            self._unended_size -= _size(title, where)
            self._settle(Name(title), where, one)

    def _settle(self, name: Name, where: str, one: Unended) -> None:
        self._last = max(self._last or one.latest, one.latest)
        self._groups.setdefault(name, Group(one.nth)).add(one.times, where)
        if len(self._groups) > MOST_GROUPS:
            by_rank = sorted(self._groups.items(), key=_newest_of_the_rarest_last)
            self._others += sum(group.times for _, group in by_rank[MOST_GROUPS // 2 :])
            self._groups = dict(by_rank[: MOST_GROUPS // 2])

    def _all_unended(self) -> Iterator[Unended]:
        return (one for story in self._unended.values() for one in story.values())

    def _ranked(self) -> list[tuple[Name, Group]]:
        """Return all groups, the most frequent first, then the first seen."""
        groups = {
            name: Group(group.nth, group.times, Places(group.places.first, group.places.last, group.places.has_more))
            for name, group in self._groups.items()
        }
        for story in self._unended.values():
            for (title, where), one in story.items():
                group = groups.setdefault(Name(title), Group(one.nth))
                group.nth = min(group.nth, one.nth)
                group.add(one.times, where)
        return sorted(groups.items(), key=lambda item: (-item[1].times, item[1].nth))

    def _head(self, limit: int, now_ms: int) -> str:
        """Return all but the latest, with as many groups as there is room for."""
        since = clock.say((now_ms - (self.first_at or 0)) / clock.SECOND_MS) if self.entries else clock.say(0)
        ranked, begin = self._ranked(), f"{self.count} more in {since}"
        went = [f"{times} went to {name}." for name, times in self.went.items()]
        resolved = f"{self.pairs} fired and resolved meanwhile" if self.pairs else ""
        for named, with_places in _ways(min(len(ranked), MOST_NAMED)):
            groups = self._named(ranked, named, with_places=with_places)
            first = ". ".join(filter(None, [groups, resolved]))
            head = "\n".join([f"{begin}: {first}." if first else f"{begin}.", *went])
            if len(head) <= limit:
                return head
        return cut(head, limit)

    def _named(self, ranked: list[tuple[Name, Group]], most: int, *, with_places: bool) -> str:
        shown = [_say(name, group, with_places=with_places) for name, group in ranked[:most]]
        more = self._others + sum(group.times for _, group in ranked[most:])
        if not shown or not more:
            return ", ".join(shown)
        return f"{', '.join(shown)}, and {more} {'other' if more == 1 else 'others'}"


def _ways(groups: int) -> Iterator[tuple[int, bool]]:
    """Give how many groups are named, and whether with their places: what is said first, if it fits."""
    for named in range(groups, 0, -1):
        yield named, True
        yield named, False
    yield 0, False


def _say(name: Name, group: Group, *, with_places: bool) -> str:
    resolved = " resolved" if name.is_resolved else ""
    times = f" x{group.times}" if group.times > 1 else ""
    return f"{name.title}{resolved}{times}{group.places if with_places else ''}"


def _newest_of_the_rarest_last(item: tuple[Name, Group]) -> tuple[int, int]:
    return -item[1].times, -item[1].nth


def _natural(text: str) -> tuple[list[str | int], str]:
    """Return what sorts web-2 before web-10."""
    parts = enumerate(_NUMBER.split(text))
    return [int(part) if nth % 2 else part for nth, part in parts], text


def _line(text: str, longest: int) -> str:
    """Return a text as one line, without signs that nobody sees or that turn others round."""
    text = text[:_LONGEST_READ]
    if not text.isprintable():
        text = "".join(letter if letter.isprintable() or letter in _JOINERS else " " for letter in text)
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def _hash(thread: str) -> str:
    return blake2b(thread.encode(errors="surrogatepass"), digest_size=9).hexdigest()


def _size(title: str, where: str) -> int:
    return _UNENDED_SIZE + len(json.dumps([title, where], ensure_ascii=False).encode())
