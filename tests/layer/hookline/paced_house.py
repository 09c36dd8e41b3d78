"""An outbox that keeps one chat to its pace, with a provider and a queue."""

import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import httpx
import pytest
from tests.conftest import Clock

from blooio import Blooio
from hookline.chats import Chats
from hookline.clock import HOUR
from hookline.log import DeliveryLog
from hookline.models import Destination, Message, Receipt, Wake
from hookline.outbox import Outbox
from hookline.paced import Paced
from hookline.room import Room
from hookline.rows import plain
from hookline.rules.model import Chat
from hookline.state import State
from hookline.turn import HasTime, Settled, always

TABLE, CHAT = "DeliveryLog", "chat_a1"
BOSS = Destination(name="boss", id="chat_b1")
OFFICE = Destination(name="office", id="chat_o1")
LEASE = 30.0
ASKED = "\nMore may follow; react to this message to keep receiving."
NIGHTLY = {"quiet": "22:00-07:00 UTC"}
TO_NIGHT, TO_MORNING = 11 * HOUR, 19 * HOUR  # from noon: to 23:00 and to 7:00


def refusal(status: int, code: str) -> httpx.Response:
    return httpx.Response(status, json={"error": {"code": code, "message": "as it is said"}})


FULL, GONE = refusal(429, "conversation_streak_limit"), refusal(404, "chat_not_found")


class Line:
    """The provider: gives each text the next number, or refuses what is for some chats."""

    def __init__(self) -> None:
        self.refusals: list[httpx.Response] = []  # in turn, the last again and again
        self.refusing = {CHAT}
        self.asked = 0
        self.taken: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        chat, content = request.url.path.split("/")[-2], json.loads(request.content)["content"]
        if chat in self.refusing and self.refusals:
            return self.refusals.pop(0) if len(self.refusals) > 1 else self.refusals[0]
        self.taken.append((chat, content))
        return httpx.Response(201, json={"id": f"msg_{len(self.taken)}", "status": "queued"})


class House:
    """An outbox that keeps one chat to its pace, and what it puts on the queue."""

    def __init__(self, table: Any, clock: Clock) -> None:
        self.table = table
        self.clock = clock
        self.line = Line()
        self.chat = Chat(id=CHAT)
        self.fallbacks: tuple[Destination, ...] = ()
        self.others: dict[str, Room] = {}
        self.queue: list[Message | Wake] = []
        self.counted: Counter[str] = Counter()
        self.log = DeliveryLog(table, TABLE, clock, LEASE, 30)
        self.chats = Chats(table, TABLE, clock, 30)
        pace = Paced(
            chats=self.chats,
            log=self.log,
            room_of=lambda chat: self.room(chat),  # noqa: PLW0108 - a test may have another one
            forward=lambda record: self.forward(record),  # noqa: PLW0108
            count=self.count,
            now_ms=clock,
        )
        http = httpx.Client(transport=httpx.MockTransport(self.line))
        self.outbox = Outbox(
            log=self.log,
            pace=pace,
            blooio=Blooio("https://line.test/v4", http, lambda: "key", lambda: datetime.now(UTC)),
            refresh_key=lambda: False,
            forward=lambda record: self.forward(record),  # noqa: PLW0108
            fallbacks_of=lambda chat: self.room(chat).fallbacks,
            count=self.count,
            measure=lambda *_: None,
            now_ms=clock,
            random=lambda: 0.5,
        )

    def room(self, chat: str) -> Room:
        if chat == CHAT:
            return Room(CHAT, "oncall", self.chat, self.fallbacks)
        return self.others.get(chat) or Room(
            chat, chat, Chat.model_validate({"id": chat, "pace": "off", "budget": "off"}), ()
        )

    def forward(self, record: Message | Wake) -> None:
        self.queue.append(record)

    def count(self, name: str) -> None:
        self.counted[name] += 1

    def options(self, **options: Any) -> None:
        """Let the rules have these options of the chat."""
        self.chat = Chat.model_validate({"id": CHAT, **options})

    def tell(self, text: str, **more: Any) -> str:
        """Accept a message and deliver it; return what became of it. What has been told goes by its text."""
        return self.deliver(self.message(text, **more)).status

    def deliver(self, message: Message) -> Settled:
        return self.outbox.deliver(message)

    def message(self, text: str, **more: Any) -> Message:
        about = {"source": "s", "title": text, "queued_at": self.clock(), **more}
        return Message(
            delivery_id=delivery(text), rule="r", event_id="e", request_id="q", chat=CHAT,
            chat_name="oncall", text=text, accepted_at=self.clock(), **about,
        )  # fmt: skip

    def fill(self) -> None:
        """Use up the pace."""
        for n in range(3):
            assert self.tell(f"before {n}") == "sent"

    def wake(self, after: float = 0) -> None:
        """Do what is due after so many seconds, and deliver what that puts on the queue."""
        self.clock.advance(after)
        assert self.outbox.wake(Wake(chat=CHAT, due_at=self.clock())) == Settled("awake")
        self.work()

    def work(self) -> None:
        """Deliver what was put on the queue, in order."""
        while self.queue:
            self.take()

    def take(self, has_time: HasTime = always) -> Settled:
        """Do what the first record on the queue asks for."""
        record = self.queue.pop(0)
        if isinstance(record, Wake):
            return self.outbox.wake(record, has_time)
        return self.outbox.deliver(record, has_time=has_time)

    def message_on_queue(self) -> Message:
        """Take the one message off the queue."""
        [message] = self.queue
        self.queue.clear()
        assert isinstance(message, Message)
        return message

    def hear(self, what: str = "received", after: float = 1, **more: Any) -> None:
        """Let the person answer, and deliver what that puts on the queue."""
        self.clock.advance(after)
        receipt = Receipt(event_id="evt", what=what, chat=CHAT, at=self.clock(), **more)
        assert self.outbox.note(receipt, 1).wait is None
        self.work()

    @property
    def texts(self) -> list[str]:
        """What the chat was told."""
        return [content["text"] for chat, content in self.line.taken if chat == CHAT]

    @property
    def elsewhere(self) -> list[tuple[str, str]]:
        return [(chat, content["text"]) for chat, content in self.line.taken if chat != CHAT]

    @property
    def state(self) -> State:
        return self.chats.read(CHAT).state

    def row(self, text: str) -> dict[str, Any]:
        return self.log.row(delivery(text), 1)

    def row_of(self, chat: str) -> dict[str, Any]:
        """Return the one row of a delivery to that chat."""
        [row] = [plain(one) for one in self.table.scan(TableName=TABLE)["Items"] if one.get("chat") == {"S": chat}]
        return row

    def statuses(self, *texts: str) -> list[str]:
        return [self.row(text)["status"] for text in texts]

    def digests(self) -> list[dict[str, Any]]:
        """Return the rows of digests, in their order."""
        rows = [plain(item) for item in self.table.scan(TableName=TABLE)["Items"] if "digest" in item]
        return sorted((row for row in rows if row["rule"] == "digest"), key=lambda row: row["digest"])


def delivery(text: str) -> str:
    return str(uuid5(NAMESPACE_URL, text))


class Calls:
    """Counts the requests to the table from now on."""

    def __init__(self, table: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made: Counter[str] = Counter()
        make = table._make_api_call  # noqa: SLF001 - the one door all calls go through

        def counted(name: str, request: dict[str, Any]) -> Any:
            self.made[name] += 1
            return make(name, request)

        monkeypatch.setattr(table, "_make_api_call", counted)
