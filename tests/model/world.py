"""The real batch, outbox, log and client between a queue, a table and a provider that are models, on one clock."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from random import Random
from typing import Any

import httpx
from tests.conftest import Clock
from tests.model.fifo import FifoQueue, Record
from tests.model.mishaps import Crash, Mishaps, SideBySide, Steps
from tests.model.provider import Provider
from tests.model.table import Table

from blooio import Blooio
from hookline import identity
from hookline.batch import Batch
from hookline.chats import Chats
from hookline.clock import MINUTE, SECOND_MS
from hookline.identity import EventId
from hookline.log import DeliveryLog
from hookline.models import Destination, Message, Receipt, Wake
from hookline.outbox import Outbox
from hookline.paced import Paced
from hookline.queue import Queue
from hookline.room import Room
from hookline.rules.model import Chat
from local.cloud.template import Template
from local.project import TEMPLATE

LEASE, DAYS = 30.0, 30  # seconds, days
ATTEMPT = 8.0  # seconds
QUEUE_URL = "https://queue.test/deliveries.fifo"
DESCRIBED = Template.load(TEMPLATE, "http://127.0.0.1:9")
[QUEUE] = [queue for queue in DESCRIBED.queues if queue.id == "DeliveryQueue"]
TIMEOUT_MS = DESCRIBED.functions["DeliverFunction"].timeout_seconds * SECOND_MS


class World:
    """``chance`` is what the jitter of waits gets: 0.0 makes them shortest."""

    def __init__(self, seed: int = 0, chance: float | None = None, index_lag_ms: int = 0) -> None:
        self.clock = Clock()
        self.table = Table(self.clock, index_lag_ms)
        self.queue = FifoQueue(QUEUE, self.clock)
        self.provider = Provider(self.clock, self.clock.advance, self.step, self.die)
        self.mishaps, self.fuse = Mishaps(), None
        self.table_is_down = False
        self.takes: dict[str, float] = {}  # seconds that a worker's calls take, by their names
        self.crashes = 0
        self.turns: list[int] = []  # how long each batch took, ms
        self.fallbacks: dict[str, tuple[Destination, ...]] = {}  # of chats
        self.manners: dict[str, dict[str, Any]] = {}  # of chats: their options; a chat without any takes all at once
        self.answers = 0
        self.accepted: list[Message] = []
        self.stored_key = self.provider.api_key
        self.counted: Counter[str] = Counter()
        random = Random(seed)  # noqa: S311 - no secret
        self.chance: Callable[[], float] = random.random if chance is None else lambda: chance
        self.outside = Queue(self.queue, QUEUE_URL)  # type: ignore[arg-type]
        self.sender = Queue(Steps(self.queue, self), QUEUE_URL)  # type: ignore[arg-type]
        http = httpx.Client(transport=httpx.MockTransport(self.provider))
        now: Callable[[], datetime] = lambda: datetime.fromtimestamp(self.clock() / SECOND_MS, UTC)  # noqa: E731
        self.blooio = Blooio("https://provider.test/v4", http, lambda: self.held_key, now, ATTEMPT)
        self.batch = self._worker()

    def _worker(self) -> Batch:
        """Start a new process: what the last one knew by heart is gone with it."""
        self.held_key = self.stored_key
        table: Any = Steps(self.table, self)
        log = DeliveryLog(table, "DeliveryLog", self.clock, LEASE, DAYS)
        pace = Paced(
            chats=Chats(table, "DeliveryLog", self.clock, DAYS),
            log=log,
            room_of=self.room,
            forward=lambda message: self.sender.put([message]),
            count=lambda name: self.counted.update([name]),
            now_ms=self.clock,
        )
        outbox = Outbox(
            log=log,
            pace=pace,
            blooio=self.blooio,
            refresh_key=self._refresh,
            forward=lambda message: self.sender.put([message]),
            fallbacks_of=lambda chat: self.fallbacks.get(chat, ()),
            count=lambda name: self.counted.update([name]),
            measure=lambda *_: None,
            now_ms=self.clock,
            random=self.chance,
        )
        return Batch(
            outbox=outbox,
            record_unreadable=log.record,
            client=Steps(self.queue, self),  # type: ignore[arg-type]
            queue_url=QUEUE_URL,
            executor=SideBySide(self),  # type: ignore[arg-type]
            attempt_seconds=ATTEMPT,
            count=lambda name: self.counted.update([name]),
        )

    def room(self, chat: str) -> Room:
        """Return the chat as the rules of this world have it."""
        options = self.manners.get(chat, {"pace": "off", "budget": "off"})
        return Room(chat, chat, Chat.model_validate({"id": chat, **options}), self.fallbacks.get(chat, ()))

    def answer(self, chat: str, what: str = "received", *, late: float = 0, **more: Any) -> Receipt:
        """Let the person reply or react; the receipt says so, perhaps later."""
        self.provider.answer(chat)
        self.answers += 1
        receipt = Receipt(event_id=f"answer {self.answers}", what=what, chat=chat, at=self.clock(), **more)
        if late:
            self.pass_time(late)
        self.outside.put([receipt])
        return receipt

    def release(self, most: int | None = None) -> None:
        """Wake the chats that are due, as release does each minute; only so many of them if it dies then."""
        due = [(at, chat) for chat, at in self._due().items() if at <= self.clock()]
        for at, chat in sorted(due)[:most]:
            self.outside.put([Wake(chat=chat, due_at=at)])

    def _due(self) -> dict[str, int]:
        """Return when the chats are due that wait, as the index has it."""
        return {
            row_id.removeprefix("chat "): int(item["due_at"]["N"])
            for (row_id, _), item in self.table.items.items()
            if "waits" in item
        }

    def _next_release(self) -> float:
        """Return the minute in which release next finds somebody, ms; infinity for never."""
        first = min(self._due().values(), default=None)
        minute = MINUTE * SECOND_MS
        return float("inf") if first is None else -(-max(first, self.clock() + 1) // minute) * minute

    def accept(self, chat: str, text: str = "", **more: Any) -> Message:
        """Queue what receive would for a webhook."""
        n = len(self.accepted)
        message = Message(
            delivery_id=identity.delivery_id("test", EventId(f"event {n}"), "rule", chat, 0),
            source="test",
            rule="rule",
            event_id=f"event {n}",
            request_id=f"request {n}",
            chat=chat,
            chat_name=chat,
            text=f"#{n} {text}",
            accepted_at=self.clock(),
            queued_at=self.clock(),
            **more,
        )
        self.accepted.append(message)
        self.outside.put([message])
        return message

    def accept_copy(self, message: Message, request_id: str) -> None:
        """Queue what receive would when the sender sends the same webhook once more."""
        again = {"request_id": request_id, "accepted_at": self.clock(), "queued_at": self.clock()}
        self.outside.put([message.model_copy(update=again)])

    def receipt(self, sent: Any, what: str, event_id: str) -> None:
        sent.receipts = (*sent.receipts, what)
        self.outside.put([Receipt(event_id=event_id, what=what, chat=sent.chat, message_id=sent.id, at=self.clock())])

    def work(self, mishaps: Mishaps | None = None) -> int:
        """Work off one batch as Lambda's poller does and return how many records it had."""
        records = self.queue.receive()
        if not records:
            return 0
        self.mishaps, started = mishaps or Mishaps(), self.clock()
        try:
            answer = self.batch.work(records, lambda: TIMEOUT_MS - (self.clock() - started))
            if self.mishaps.loses_answer:
                self.die()
            self.queue.delete(list(_done(records, answer)))
        except Crash:
            self.crashes += 1
            self.batch = self._worker()
        finally:
            self.mishaps, self.fuse = Mishaps(), None
            self.turns.append(self.clock() - started)
        return len(records)

    def pass_time(self, seconds: float) -> None:
        """Work off whatever becomes visible within the next seconds, when it does; release comes each minute."""
        until = self.clock() + int(seconds * SECOND_MS)
        while True:
            while self.work():
                pass
            release_at = self._next_release()
            if (then := min(self.queue.next_change(), release_at)) > until:
                break
            self.clock.ms = max(self.clock.ms, int(then))
            if self.clock.ms >= release_at:
                self.release()
        self.clock.ms = max(self.clock.ms, until)

    def wait(self) -> None:
        """Wait until the next record becomes visible, if any is hidden."""
        if (then := self.queue.next_change()) != float("inf"):
            self.clock.ms = max(self.clock.ms, int(then))

    def drain(self, seconds: float) -> None:
        """Work until nothing is left, and nothing waits. Fails when that takes longer."""
        until = self.clock() + seconds * SECOND_MS
        self.pass_time(0)
        while not self.queue.is_empty or self._due():
            then = min(self.queue.next_change(), self._next_release())
            self.pass_time((then - self.clock()) / SECOND_MS if then != float("inf") else 0)
            assert self.clock() < until, "the queue doesn't get empty"

    def light_fuse(self) -> None:
        self.fuse = self.mishaps.fuses.pop(0) if self.mishaps.fuses else None

    def step(self) -> None:
        if self.fuse is not None:
            self.fuse -= 1
            if self.fuse < 0:
                self.die()

    def die(self) -> None:
        raise Crash

    def _refresh(self) -> bool:
        """As the secret store does: say whether anything changed."""
        is_new, self.held_key = self.held_key != self.stored_key, self.stored_key
        return is_new


def _done(records: Sequence[Record], answer: dict[str, Any]) -> Iterator[Record]:
    failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
    return (record for record in records if record["messageId"] not in failed)
