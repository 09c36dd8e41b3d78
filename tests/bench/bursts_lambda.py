"""The two halves of the simulation, each with so many containers: receive, then deliver behind a FIFO queue."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from heapq import heappop, heappush, heapreplace
from itertools import count
from random import Random

from tests.bench.bursts_chat import Chat, Item, Times, Wake

from hookline.clock import MINUTE
from hookline.queue import BATCH
from hookline.rules.written import Pace

# By AWS's documentation of event sources, for standard queues; what it says of FIFO queues is only that there are never
# more batches at work than chats have something to do.
FIRST_POLLERS, MORE_POLLERS = 5, 300 / MINUTE  # batches at work at first, and how many more each second
TRIES_AGAIN, LATEST_TRY = 1.0, 60.0  # seconds; a sender that is refused waits twice as long each time
JITTER = 0.5


@dataclass(frozen=True, slots=True)
class Accepted:
    """When each webhook was answered 202, and how often one was answered 5xx before that."""

    at: list[float]
    refusals: int


def receive(arrivals: Sequence[float], containers: int, times: Times, random: Random) -> Accepted:
    """Let each webhook have a container by itself; one that finds none comes again. ``arrivals`` are in order."""
    tries = [(at, number, 0) for number, at in enumerate(arrivals)]
    free_at: list[float] = []  # of each container that there is
    accepted, refusals = [0.0] * len(arrivals), 0
    while tries:
        now, number, tried = heappop(tries)
        if free_at and free_at[0] <= now:
            accepted[number] = now + times.receive
            heapreplace(free_at, accepted[number])
        elif len(free_at) < containers:
            accepted[number] = now + times.receive + times.receive_cold
            heappush(free_at, accepted[number])
        else:
            refusals += 1
            wait = min(LATEST_TRY, TRIES_AGAIN * 2**tried) * random.uniform(1 - JITTER, 1 + JITTER)
            heappush(tries, (now + wait, number, tried + 1))
    return Accepted(accepted, refusals)


@dataclass(frozen=True, slots=True)
class Turn:
    """Some of a chat's queue in one container; nothing else of the chat is at work meanwhile."""

    chat: int
    begun: float
    ended: float


class Deliver:
    """The queue, its event source and the containers of deliver, from one event to the next."""

    def __init__(
        self, queued: Sequence[tuple[float, int]], chats: int, containers: int, times: Times, pace: Pace | None
    ) -> None:
        self.chats = [Chat(number, times, pace) for number in range(chats)]
        self.turns: list[Turn] = []
        self.message_seconds = 0.0  # on the queue, before anything took them off it
        self.picked_up: dict[int, float] = {}
        self._queued = queued  # when, and for which chat, in the order of time
        self._containers = containers
        self._times = times
        self._events: list[tuple[float, int, Callable[[float], None]]] = []
        self._order = count()
        self._ready: deque[Chat] = deque()
        self._busy = self._warm = self._waiting = 0
        self._busy_since: float | None = None
        self._is_more_coming = self._is_release_coming = False

    def run(self) -> "Deliver":
        """Go on until all has been told; return itself."""
        self._arrive(0)
        before = 0.0
        while self._events:
            now, _, happens = heappop(self._events)
            self.message_seconds += self._waiting * (now - before)
            happens(now)
            self._start(now)
            before = now
        return self

    def _at(self, when: float, happens: Callable[[float], None]) -> None:
        heappush(self._events, (when, next(self._order), happens))

    def _arrive(self, number: int) -> None:
        """Let the next message come; only one is among the events at a time."""
        if number == len(self._queued):
            return
        at, chat = self._queued[number]

        def arrives(now: float) -> None:
            self._waiting += 1
            self._put(self.chats[chat], number, now)
            self._arrive(number + 1)

        self._at(at, arrives)

    def _put(self, chat: Chat, item: Item, _now: float) -> None:
        chat.queue.append(item)
        if not chat.is_in_flight and len(chat.queue) == 1:
            self._ready.append(chat)

    def _start(self, now: float) -> None:
        """Give batches to containers, as far as there are some and the event source has got so far."""
        if not self._ready:
            if not self._busy:
                self._busy_since = None
            return
        since = self._busy_since = now if self._busy_since is None else self._busy_since
        at_once = FIRST_POLLERS + int((now - since) * MORE_POLLERS)
        while self._ready and self._busy < min(at_once, self._containers):
            self._invoke(self._batch(now), now)
        if self._ready and self._busy < self._containers and not self._is_more_coming:
            self._is_more_coming = True
            self._at(now + 1 / MORE_POLLERS, self._more)

    def _more(self, _now: float) -> None:
        self._is_more_coming = False

    def _batch(self, now: float) -> list[tuple[Chat, list[Item]]]:
        """Take up to ten off the queue, as many as possible of one chat before the next one's, as SQS does."""
        room, batch = BATCH, []
        while room and self._ready:
            chat = self._ready.popleft()
            chat.is_in_flight = True
            items = [chat.queue.popleft() for _ in range(min(room, len(chat.queue)))]
            room -= len(items)
            batch.append((chat, items))
            for number in items:
                if isinstance(number, int):
                    self._waiting -= 1
                    self.picked_up[number] = now
        return batch

    def _invoke(self, batch: list[tuple[Chat, list[Item]]], now: float) -> None:
        """Let the chats of a batch be worked through side by side; all of them are free when the last is done."""
        self._busy += 1
        begun = now + self._times.pick_up + (0 if self._warm else self._times.deliver_cold)
        self._warm -= bool(self._warm)
        ended = max(self._worked(chat, items, begun) for chat, items in batch)
        self.turns += [Turn(chat.number, now, ended) for chat, _ in batch]
        self._at(ended, partial(self._done, [chat for chat, _ in batch]))

    def _worked(self, chat: Chat, items: list[Item], now: float) -> float:
        for item in items:
            now, digest = chat.work(item, now)
            if digest:
                self._at(now, partial(self._put, chat, digest))
        if chat.held and not self._is_release_coming:
            self._is_release_coming = True
            self._at((now // MINUTE + 1) * MINUTE, self._release)
        return now

    def _done(self, chats: list[Chat], _now: float) -> None:
        self._busy -= 1
        self._warm += 1
        for chat in chats:
            chat.is_in_flight = False
            if chat.queue:
                self._ready.append(chat)

    def _release(self, now: float) -> None:
        """Wake the chats of which something is due; each minute, while anything is held."""
        holding = [chat for chat in self.chats if chat.held]
        for chat in holding:
            if chat.is_due(now):
                self._put(chat, Wake(), now)
        self._is_release_coming = bool(holding)
        if holding:
            self._at(now + MINUTE, self._release)
