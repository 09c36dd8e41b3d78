"""One chat of the simulation: how long what is on its queue takes, and what it tells the person when."""

from collections import deque
from dataclasses import dataclass, field
from math import ceil

from hookline.chats import CLOSED_AT_ONCE, PAGE
from hookline.rules.written import Pace

CALLS_OF_SENT, CALLS_OF_HELD = 3, 2  # to the table, by docs/cost.md


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds that things take. ``cold`` is what a new container takes longer; ``deliver`` is without the provider."""

    receive: float
    receive_cold: float
    deliver: float
    deliver_cold: float
    provider: float
    pick_up: float  # from the queue to the function

    @property
    def call(self) -> float:
        """Return what one request to the table takes, with the code around it."""
        return self.deliver / CALLS_OF_SENT


@dataclass(frozen=True, slots=True)
class Digest:
    """A text that tells of several messages."""

    of: list[int]


@dataclass(frozen=True, slots=True)
class Wake:
    """What release puts on the queue for a chat of which something is due."""


Item = int | Digest | Wake  # a message is its number


@dataclass(slots=True)
class Chat:
    """Its queue, its pace, and what waits for the pace; the times are seconds since the beginning."""

    number: int
    times: Times
    pace: Pace | None
    queue: deque[Item] = field(default_factory=deque)
    is_in_flight: bool = False
    held: list[int] = field(default_factory=list)
    is_telling: bool = False  # a digest is on its way
    told: list[tuple[float, list[int]]] = field(default_factory=list)  # the texts, each with the messages in it
    _window_ends: float = 0.0
    _used: int = 0

    def work(self, item: Item, now: float) -> tuple[float, Digest | None]:
        """Return when the item is done, and the digest that it puts on the queue then."""
        match item:
            case Wake():
                return self._advance(now + self.times.call)
            case Digest():
                now = self._tell(item.of, now)
                self.is_telling = False
                return self._advance(now + 2 * self.times.call * ceil(len(item.of) / CLOSED_AT_ONCE))
            case _ if self.held or self.is_telling or self._is_paced(now):
                self.held.append(item)
                return self._advance(now + CALLS_OF_HELD * self.times.call)
        return self._tell([item], now), None

    def is_due(self, now: float) -> bool:
        """Return whether what is held may be told now."""
        return bool(self.held) and not self.is_telling and not self._is_paced(now)

    def _advance(self, now: float) -> tuple[float, Digest | None]:
        if not self.is_due(now):
            return now, None
        self.is_telling, held, self.held = True, self.held, []
        return now + self.times.call * (1 + ceil(len(held) / PAGE)), Digest(held)

    def _tell(self, messages: list[int], now: float) -> float:
        """Send one text; a digest waits for no pace, and counts."""
        if self.pace and now >= self._window_ends:
            self._window_ends, self._used = now + self.pace.seconds, 0
        self._used += 1
        ended = now + self.times.deliver + self.times.provider
        self.told.append((ended, messages))
        return ended

    def _is_paced(self, now: float) -> bool:
        return self.pace is not None and now < self._window_ends and self._used >= self.pace.texts
