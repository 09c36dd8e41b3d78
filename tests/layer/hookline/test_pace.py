"""A chat's turn with its pace: what goes, what waits, what is told of it, and who hears meanwhile."""

import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import httpx
import pytest
from tests.conftest import NOON, Clock

from blooio import Blooio
from hookline.chats import Chats, Known
from hookline.claim import Claim
from hookline.clock import HOUR, MINUTE
from hookline.conversation import TRY_AGAIN_MS
from hookline.errors import QueueRefused, RulesUnavailable
from hookline.gather import CHECK_PUT_MS, HasTime
from hookline.heap import Room
from hookline.log import DeliveryLog
from hookline.models import Destination, Message, Receipt, Wake
from hookline.outbox import LOST_LEASE_WAIT, OUT_OF_REACH_WAIT, Outbox, Settled, always
from hookline.pace import Paced
from hookline.rows import plain
from hookline.rules.model import Chat
from hookline.state import State

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
            chats=self.chats, log=self.log, room_of=self.room, forward=self.forward, count=self.count, now_ms=clock
        )
        http = httpx.Client(transport=httpx.MockTransport(self.line))
        self.outbox = Outbox(
            log=self.log,
            pace=pace,
            blooio=Blooio("https://line.test/v4", http, lambda: "key", lambda: datetime.now(UTC)),
            refresh_key=lambda: False,
            forward=self.forward,
            fallbacks_of=lambda chat: self.room(chat).fallbacks,
            count=self.count,
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


@pytest.fixture
def house(cloud: Any, clock: Clock) -> House:
    return House(cloud.clients("dynamodb"), clock)


# What exceeds the pace.


def test_what_exceeds_the_pace_is_held_and_the_sender_can_go_on(house: House) -> None:
    house.fill()
    assert house.deliver(house.message("late")) == Settled("held")
    assert len(house.texts) == 3
    assert house.statuses("late") == ["held"]
    assert house.counted == {"Held": 1}
    assert house.state.due_at == NOON + MINUTE * 1000


def test_a_record_of_what_is_held_that_comes_again_is_a_copy(house: House) -> None:
    house.fill()
    held = house.message("late")
    assert [house.deliver(held).status for _ in range(2)] == ["held", "duplicate"]
    assert house.state.count == 1


def test_what_was_held_is_told_in_one_text_when_the_minute_is_over(house: House) -> None:
    house.fill()
    for title, where in (("HighCPU", "web-1"), ("DiskFull", "db-1"), ("HighCPU", "web-2")):
        house.tell(f"🔥 {title} on {where}", title=title, where=where)
    house.wake(after=59)
    assert len(house.texts) == 3
    house.wake(after=1)
    assert house.texts[3:] == [
        "3 more in 1 min: HighCPU x2 (web-1, web-2), DiskFull (db-1).\nLatest: 🔥 HighCPU on web-2"
    ]
    assert house.statuses("🔥 HighCPU on web-1", "🔥 DiskFull on db-1") == ["digested", "digested"]
    [digest] = house.digests()
    assert (digest["status"], digest["because"]) == ("sent", "it was held after 1 min")
    assert house.row("🔥 DiskFull on db-1")["digest"] == digest["id"]
    assert house.state.due_at == 0


def test_what_was_held_alone_is_told_in_its_own_words(house: House) -> None:
    house.fill()
    card = {"image": "https://x.test/a.png", "title": "Graph"}
    house.tell("alone", effect="slam", link_preview=card, reply_to="msg_1", thread="t")
    house.wake(after=60)
    _, content = house.line.taken[-1]
    assert (content["text"], content["effect"], content["reply_to"]) == ("alone", "slam", "msg_1")
    assert content["link_preview"] == {"imageUrl": card["image"], "title": card["title"]}
    assert house.digests()[0]["thread"] == "s t"
    assert house.statuses("alone") == ["digested"]


def test_a_digest_counts_the_time_from_when_the_first_was_accepted(house: House) -> None:
    house.fill()
    house.tell("a", queued_at=NOON - 5 * MINUTE * 1000)
    house.tell("b")
    house.wake(after=60)
    assert house.texts[3:] == ["2 more in 6 min: a, b.\nLatest: b"]
    assert house.digests()[0]["because"] == "it was held after 6 min"


def test_what_has_no_title_and_no_time_goes_by_its_first_line_and_when_it_was_looked_at(house: House) -> None:
    house.fill()
    for text in ("a\nand more", "b\nand more"):
        house.tell(text, title="", queued_at=None)
    house.wake(after=60)
    assert house.texts[3:] == ["2 more in 1 min: a, b.\nLatest: b\nand more"]


def test_while_something_waits_whatever_comes_joins_it_and_is_told_with_it(house: House) -> None:
    house.fill()
    house.tell("a")
    house.clock.advance(600)
    assert house.tell("b") == "held"
    house.work()
    assert house.texts[3:] == ["2 more in 10 min: a, b.\nLatest: b"]


def test_what_comes_while_a_digest_is_on_its_way_is_told_by_the_next(house: House) -> None:
    house.fill()
    house.tell("a")
    house.tell("b")
    house.clock.advance(60)
    house.outbox.wake(Wake(chat=CHAT, due_at=0))
    assert [house.tell(text) for text in ("c", "d")] == ["held", "held"]
    house.clock.advance(5)
    house.work()
    assert house.texts[3:] == ["2 more in 1 min: a, b.\nLatest: b", "2 more in 5 s: c, d.\nLatest: d"]
    assert {*house.statuses("a", "b", "c", "d")} == {"digested"}


def test_after_a_digest_what_comes_goes_as_it_comes(house: House) -> None:
    house.fill()
    house.tell("late")
    house.wake(after=60)
    assert [house.tell(text) for text in ("a", "b", "c")] == ["sent", "sent", "held"]


def test_a_chat_that_is_woken_twice_is_told_once(house: House) -> None:
    house.fill()
    house.tell("late")
    house.clock.advance(60)
    for _ in range(2):
        house.outbox.wake(Wake(chat=CHAT, due_at=0))
    house.work()
    house.wake()
    assert house.texts[3:] == ["late"]
    assert house.counted["Digests"] == 1


def test_a_digest_that_the_queue_did_not_take_is_put_there_a_minute_later(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Message) -> None:
        raise QueueRefused("the queue refused a batch")

    house.fill()
    house.tell("late")
    with monkeypatch.context() as patched:
        patched.setattr(house.outbox._pace._gatherer, "_forward", refuse)  # type: ignore[attr-defined]  # noqa: SLF001 - wired once
        with pytest.raises(QueueRefused):
            house.wake(after=60)
    house.wake(after=CHECK_PUT_MS / 1000 - 1)
    assert len(house.texts) == 3
    house.wake(after=1)
    assert house.texts[3:] == ["late"]
    assert len(house.digests()) == 1


def test_a_text_that_is_split_does_not_stop_at_the_pace_in_its_middle(house: House) -> None:
    house.tell("before")
    house.tell("before, too")
    parts = [house.message(f"({n}/3)", first_part=delivery("(1/3)") if n > 1 else None) for n in (1, 2, 3)]
    assert [house.deliver(part).status for part in parts] == ["sent"] * 3
    assert house.tell("late") == "held"


def test_parts_that_are_held_stand_for_one_message(house: House) -> None:
    house.fill()
    for n in (1, 2):
        house.tell(f"({n}/2) long", title="Long", first_part=delivery("(1/2) long") if n > 1 else None)
    house.tell("other", title="Other")
    house.wake(after=60)
    assert house.texts[3:] == ["2 more in 1 min: Long, Other.\nLatest: other"]
    assert {*house.statuses("(1/2) long", "(2/2) long", "other")} == {"digested"}


def test_parts_of_one_text_that_wait_alone_are_told_one_by_one_in_their_own_words(house: House) -> None:
    house.fill()
    for n in (1, 2):
        house.tell(f"({n}/2) long", title="Long", first_part=delivery("(1/2) long") if n > 1 else None)
    house.wake(after=60)
    assert house.texts[3:] == ["(1/2) long", "(2/2) long"]
    assert house.statuses("(1/2) long", "(2/2) long") == ["digested"] * 2
    assert (house.state.count, house.state.due_at) == (0, 0)


def test_many_are_gathered_and_closed_in_as_many_turns_as_it_takes(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hookline.chats.Chats.entries.__defaults__", (4,))
    monkeypatch.setattr("hookline.chats.CLOSED_AT_ONCE", 4)
    house.fill()
    held = [f"m{n}" for n in range(10)]
    for text in held:
        house.tell(text, title="Same")
    house.clock.advance(60)
    house.forward(Wake(chat=CHAT, due_at=0))
    for put in (Wake, Wake, Message):
        assert house.take(has_time=lambda: False) == Settled("awake")
        assert [type(record) for record in house.queue] == [put]
    one_page = iter([True, False])
    house.take(has_time=lambda: next(one_page))
    assert house.texts[3:] == ["10 more in 1 min: Same x10.\nLatest: m9"]
    assert house.statuses(*held) == ["digested"] * 4 + ["held"] * 6
    assert house.state.due_at == house.clock()
    assert house.queue == [Wake(chat=CHAT, due_at=house.clock())]
    house.work()
    assert house.statuses(*held) == ["digested"] * 10
    assert house.state.due_at == 0


@pytest.mark.parametrize("options", [{"budget": "off"}, {"pace": "off", "budget": 3}, NIGHTLY | {"pace": "3 per 1m"}])
def test_each_option_is_kept_without_the_others(house: House, options: dict[str, Any]) -> None:
    house.options(**options)
    house.fill()
    assert house.tell("late") in {"held", "parked"}


def test_without_pace_budget_and_quiet_hours_nothing_is_counted(house: House) -> None:
    house.options(pace="off", budget="off")
    assert [house.tell(f"m{n}") for n in range(9)] == ["sent"] * 9
    assert house.state == State()


# What is told of quiet hours.


def test_what_comes_at_night_is_told_in_the_morning(house: House) -> None:
    house.options(**NIGHTLY)
    house.clock.advance(TO_NIGHT)
    assert [house.tell(text) for text in ("a", "b")] == ["held", "held"]
    house.wake(after=8 * HOUR - 1)
    assert house.texts == []
    house.wake(after=1)
    assert house.texts == ["2 more in 8 h: a, b.\nLatest: b"]


def test_a_digest_that_comes_too_late_for_the_day_is_told_the_next_morning_with_what_came_since(house: House) -> None:
    house.options(**NIGHTLY)
    house.clock.advance(10 * HOUR - 70)
    house.fill()
    house.tell("a")
    house.clock.advance(60)
    house.outbox.wake(Wake(chat=CHAT, due_at=0))
    house.clock.advance(10)  # it is ten
    house.work()
    house.tell("b")
    assert len(house.texts) == 3
    house.wake(after=9 * HOUR)
    assert house.texts[3:] == ["2 more in 9 h 1 min: a, b.\nLatest: b"]
    dropped, told = house.digests()
    assert (dropped["status"], dropped["error"]["code"], told["status"]) == ("dropped", "superseded", "sent")
    assert {house.row(text)["digest"] for text in ("a", "b")} == {told["id"]}


def test_an_answer_at_night_brings_what_had_to_wait_for_it(house: House) -> None:
    house.options(**NIGHTLY, pace="off", budget=1)
    house.clock.advance(TO_NIGHT - HOUR - 60)
    assert [house.tell(text) for text in ("a", "b")] == ["sent", "parked"]
    house.clock.advance(HOUR + 60)
    assert house.tell("c") == "parked"
    house.hear()
    assert house.texts == ["a" + ASKED, "2 more in 1 h 1 min: b, c.\nLatest: c" + ASKED]
    assert house.tell("d") == "held"


# Who has to answer first.


def test_what_the_provider_refuses_until_somebody_answers_is_parked_and_the_fallback_hears_of_it_at_once(
    house: House,
) -> None:
    house.fallbacks = (BOSS,)
    house.tell("before")
    house.line.refusals = [FULL]
    assert house.deliver(house.message("a")) == Settled("parked", is_definite=True)
    house.work()
    assert house.elsewhere == [("chat_b1", "a")]
    row = house.row("a")
    assert (row["status"], row["error"]["code"], row["tries"]) == ("parked", "conversation_streak_limit", 1)
    assert row["fallback_to"] == house.row_of("chat_b1")["id"]
    assert house.counted == {"Parked": 1}


def test_what_comes_while_somebody_has_to_answer_is_parked_without_asking_the_provider(house: House) -> None:
    house.fallbacks = (BOSS,)
    house.line.refusals = [FULL]
    assert [house.tell(text) for text in ("a", "b", "c")] == ["parked"] * 3
    house.work()
    assert house.line.asked == 1 + 3
    assert [text for _, text in house.elsewhere] == ["a", "b", "c"]


def test_a_chat_beside_which_nobody_hears_is_counted_once_for_each_time_that_it_waits(house: House) -> None:
    for waits in (1, 2):
        house.line.refusals = [FULL]
        for n in range(3):
            house.tell(f"m{waits}{n}")
        assert house.counted["ParkedWithoutFallback"] == waits
        assert house.counted["Parked"] == 3 * waits
        house.line.refusals = []
        house.hear(after=10)


def test_a_fallback_hears_in_one_text_of_what_was_held_when_somebody_has_to_answer(house: House) -> None:
    house.fallbacks = (BOSS,)
    house.fill()
    for title in ("a", "b"):
        house.tell(title)
    house.line.refusals = [FULL]
    house.wake(after=60)
    assert house.elsewhere == [("chat_b1", "2 more in 1 min for oncall: a, b.\nLatest: b")]
    assert house.tell("c") == "parked"
    house.work()
    house.wake()
    assert house.elsewhere[1:] == [("chat_b1", "c")]
    assert house.statuses("a", "b", "c") == ["held", "held", "parked"]
    assert house.counted["ParkedWithoutFallback"] == 0


def test_a_fallback_hears_in_its_own_words_of_what_was_held_alone_cut_for_its_chat(house: House) -> None:
    house.fallbacks = (Destination(name="watch", id="chat_w1", limit=100),)
    house.fill()
    house.tell("word " * 50)
    house.line.refusals = [FULL]
    house.wake(after=60)
    assert house.elsewhere == [("chat_w1", "word " * 16 + "word… (166 more)")]


def test_what_waited_alone_says_below_its_own_words_who_was_told(house: House) -> None:
    house.fallbacks = (BOSS,)
    house.line.refusals = [FULL]
    house.tell("alone")
    house.work()
    house.line.refusals = []
    house.hear(after=60)
    assert house.texts == ["alone\n1 went to boss." + ASKED]


def test_the_fallbacks_of_its_rule_hear_of_what_was_held_when_somebody_has_to_answer(house: House) -> None:
    house.fallbacks = (BOSS,)
    house.fill()
    for text in ("a", "b"):
        house.tell(text, fallbacks=(OFFICE,))
    house.tell("c", tried=(BOSS.id,))
    house.tell("d")
    house.line.refusals = [FULL]
    house.wake(after=60)
    assert house.elsewhere == [
        (OFFICE.id, "2 more in 1 min for oncall: a, b.\nLatest: b"),
        (BOSS.id, "d"),
    ]
    assert house.state.is_unheard
    house.line.refusals = []
    house.hear(after=60)
    assert house.texts[3:] == ["4 more in 2 min: a, b, c, d.\n2 went to office.\n1 went to boss.\nLatest: d"]


@pytest.mark.parametrize("answer", [{"what": "received"}, {"what": "reaction", "message_id": "msg_1", "ack": "like"}])
def test_an_answer_brings_all_that_waits_in_one_text_that_says_who_was_told(
    house: House, answer: dict[str, str]
) -> None:
    house.fallbacks = (BOSS,)
    house.fill()
    for text in ("a", "b"):
        house.tell(text)
    house.line.refusals = [FULL]
    house.wake(after=60)
    house.tell("c")
    house.line.refusals = []
    house.hear(**answer, after=HOUR)
    assert house.texts[3:] == ["3 more in 1 h 1 min: a, b, c.\n3 went to boss.\nLatest: c"]
    assert house.statuses("a", "b", "c") == ["digested"] * 3
    assert house.digests()[-1]["because"] == "somebody answered after 1 h 1 min"
    assert house.tell("d") == "sent"


def test_an_answer_that_came_before_the_texts_that_wait_brings_nothing(house: House) -> None:
    house.line.refusals = [FULL]
    house.tell("a")
    long_ago = house.clock() - HOUR * 1000
    house.outbox.note(Receipt(event_id="evt", what="received", chat=CHAT, at=long_ago), 1)
    assert house.queue == []
    assert house.state.parked_at == house.clock()


def test_an_answer_of_which_one_hears_late_brings_what_waits_only_because_one_had_not_heard(house: House) -> None:
    """The provider tries its webhooks for a quarter of an hour."""
    house.options(budget=2)
    house.tell("a")
    house.tell("b")
    house.clock.advance(5)
    answer = Receipt(event_id="evt", what="received", chat=CHAT, at=house.clock())
    house.clock.advance(90)
    assert house.tell("c") == "parked"
    house.clock.advance(300)
    house.outbox.note(answer, 1)
    house.work()
    assert house.texts[2:] == ["c"]


def test_a_last_try_that_is_refused_reached_nobody_and_is_not_counted(house: House) -> None:
    house.options(budget=4, expires="2h")
    house.tell("a")
    house.line.refusals = [FULL]
    house.tell("b")
    house.wake(after=2 * HOUR)
    assert house.statuses("b") == ["failed"]
    assert house.state.streak == 1


def test_what_nobody_answers_is_tried_once_more_and_told_if_it_is_taken(house: House) -> None:
    house.options(pace="off", expires="2h")
    house.line.refusals = [FULL]
    for text in ("a", "b"):
        house.tell(text)
    house.wake(after=2 * HOUR - 1)
    assert house.line.asked == 1
    house.line.refusals = []
    house.wake(after=1)
    assert house.texts == ["2 more in 2 h: a, b.\nLatest: b" + ASKED]
    assert house.digests()[0]["because"] == "nobody answered for 2 h"
    assert house.state.parked_at == 0
    assert house.statuses("a", "b") == ["digested"] * 2


def test_what_nobody_answers_and_is_refused_again_has_failed_and_what_follows_waits_anew(house: House) -> None:
    house.options(pace="off", expires="2h")
    house.line.refusals = [FULL]
    for text in ("a", "b"):
        house.tell(text)
    house.wake(after=2 * HOUR)
    [digest] = house.digests()
    assert (digest["status"], digest["error"]["code"]) == ("failed", "conversation_streak_limit")
    assert house.statuses("a", "b") == ["failed"] * 2
    assert house.row("a")["error"]["code"] == "digest_failed"
    assert (house.state.parked_at, house.state.due_at, house.state.count) == (0, 0, 0)
    assert house.tell("c") == "parked"


def test_of_what_a_fallback_was_told_already_it_is_not_told_again_when_nobody_answers(house: House) -> None:
    house.fallbacks = (BOSS,)
    house.options(expires="2h")
    house.line.refusals = [FULL]
    for text in ("a", "b"):
        house.tell(text)
    house.work()
    house.wake(after=2 * HOUR)
    assert [text for _, text in house.elsewhere] == ["a", "b"]
    assert house.statuses("a", "b") == ["failed"] * 2


def test_two_chats_that_stand_in_for_each_other_tell_each_other_once_when_both_have_to_be_answered(
    house: House,
) -> None:
    house.fallbacks = (BOSS,)
    house.others = {BOSS.id: Room(BOSS.id, "boss", Chat(id=BOSS.id), (Destination(name="oncall", id=CHAT),))}
    house.line.refusing |= {BOSS.id}
    house.line.refusals = [FULL]
    for text in ("a", "b"):
        house.tell(text)
        for _ in range(9):
            if house.queue:
                house.take()
        assert house.queue == []


# The budget.


def test_a_budget_is_kept_without_asking_the_provider_and_its_last_text_says_what_to_do(house: House) -> None:
    house.options(budget=2)
    assert [house.tell(text) for text in ("a", "b", "c")] == ["sent", "sent", "parked"]
    assert house.texts == ["a", "b" + ASKED]
    assert house.row("b")["variant"] == "asking"
    house.hear(after=10)
    assert house.texts[2:] == ["c"]


def test_what_the_last_text_asks_fits_into_the_chats_limit(house: House) -> None:
    house.options(budget=1, limit=120)
    house.tell("word " * 24)
    [text] = house.texts
    assert len(text) <= 120
    assert text.endswith(" more)" + ASKED)


def test_the_last_digest_that_goes_says_how_many_more_wait(house: House) -> None:
    house.options(budget=4)
    house.fill()
    house.tell("a")
    house.clock.advance(60)
    house.outbox.wake(Wake(chat=CHAT, due_at=0))
    for text in ("b", "c"):
        house.tell(text)
    house.work()
    assert house.texts[3:] == ["a\n2 more may follow; react to this message to keep receiving."]
    assert house.statuses("b", "c") == ["held", "held"]
    assert house.state.parked_at == house.clock()


def test_what_was_tried_keeps_its_words_although_it_is_the_last_one_now(house: House) -> None:
    house.tell("before")
    house.line.refusals = [httpx.Response(503)]
    retried = house.message("a")
    assert house.deliver(retried).status == "retrying"
    house.options(budget=2)
    house.line.refusals = []
    assert house.deliver(retried).status == "sent"
    assert house.texts == ["before", "a"]


def test_a_refusal_teaches_where_the_last_text_is_next_time(house: House) -> None:
    house.tell("a")
    house.tell("b")
    house.line.refusals = [FULL]
    house.tell("c")
    house.line.refusals = []
    house.hear(after=60)
    house.hear(after=60)
    assert [house.tell(text) for text in ("d", "e", "f")] == ["sent", "sent", "parked"]
    assert house.texts[2:] == ["c", "d", "e" + ASKED]


def test_with_the_budget_off_only_the_provider_counts(house: House) -> None:
    house.options(budget="off", pace="off")
    house.line.refusals = [FULL]
    assert [house.tell(text) for text in ("a", "b")] == ["parked"] * 2
    assert house.line.asked == 2
    house.line.refusals = []
    assert house.tell("c") == "sent"
    house.hear(after=10)
    assert house.texts == ["c", "2 more in 10 s: a, b.\nLatest: b"]
    assert [house.tell(f"m{n}") for n in range(9)] == ["sent"] * 9


def test_a_text_that_nobody_got_takes_no_room_in_the_budget(house: House) -> None:
    house.options(budget=2)
    house.tell("a")
    house.line.refusals = [refusal(422, "validation_failed")]
    assert house.tell("b") == "failed"
    house.line.refusals = []
    assert [house.tell(text) for text in ("c", "d")] == ["sent", "parked"]


# What is urgent.


def test_an_urgent_message_waits_for_nothing_and_what_waits_stays_where_it_is(house: House) -> None:
    house.options(**NIGHTLY, pace="1 per 1m", budget=2)
    house.tell("a")
    house.tell("b")
    house.clock.advance(TO_NIGHT)
    assert house.tell("fire", urgent=True) == "sent"
    assert house.tell("flood", urgent=True) == "sent"
    assert house.texts == ["a", "fire" + ASKED.replace("More", "1 more"), "flood" + ASKED.replace("More", "1 more")]
    assert house.statuses("b") == ["held"]


def test_an_urgent_message_is_parked_untried_for_ten_minutes_after_a_refusal_and_tried_then(house: House) -> None:
    house.fallbacks = (BOSS,)
    house.line.refusals = [FULL]
    house.tell("a")
    house.line.refusals = []
    house.clock.advance(TRY_AGAIN_MS / 1000 - 1)
    assert house.tell("fire", urgent=True) == "parked"
    assert house.line.asked == 1
    house.clock.advance(1)
    assert house.tell("flood", urgent=True) == "sent"
    house.work()
    assert house.texts == ["flood" + ASKED.replace("More", "2 more")]
    assert [text for _, text in house.elsewhere] == ["a", "fire"]
    assert house.state.parked_at == NOON
    assert house.counted["ParkedWithoutFallback"] == 0


def test_an_urgent_message_that_is_refused_again_is_parked_untried_for_another_ten_minutes(house: House) -> None:
    house.line.refusals = [FULL]
    house.tell("a")
    house.clock.advance(TRY_AGAIN_MS / 1000)
    for text in ("fire", "flood"):
        assert house.tell(text, urgent=True) == "parked"
    assert house.line.asked == 2
    assert house.state.refused_at == house.clock()


def test_an_urgent_end_takes_along_the_beginning_that_is_held(house: House) -> None:
    house.fill()
    house.tell("🔥 disk full", title="Disk", thread="disk", phase="firing")
    house.tell("other")
    house.clock.advance(10)
    assert house.tell("✅ disk fine", title="Disk", thread="disk", phase="resolved", urgent=True) == "held"
    house.work()
    assert house.texts[3:] == ["2 more in 10 s: 1 fired and resolved meanwhile.\nLatest: ✅ disk fine"]
    assert house.statuses("🔥 disk full", "✅ disk fine", "other") == ["digested", "digested", "held"]
    [digest] = house.digests()
    assert digest["because"] == "urgent, with what its thread had waiting for 10 s"
    house.wake(after=50)
    assert house.texts[4:] == ["other"]


def test_an_urgent_beginning_is_told_at_once_whatever_is_held_of_other_threads(house: House) -> None:
    house.fill()
    house.tell("other", thread="web")
    assert house.tell("🔥 disk full", thread="disk", urgent=True) == "sent"
    assert house.texts[3:] == ["🔥 disk full"]


def test_where_somebody_has_to_answer_an_urgent_message_and_its_company_are_tried_and_wait_on(house: House) -> None:
    house.line.refusals = [FULL]
    house.tell("a", thread="t")
    house.tell("b")
    house.clock.advance(TRY_AGAIN_MS / 1000)
    house.tell("fire", thread="t", urgent=True)
    house.work()
    assert house.line.asked == 2
    assert house.statuses("a", "b", "fire") == ["parked", "parked", "held"]
    house.line.refusals = []
    house.hear(after=60)
    assert house.texts == ["3 more in 11 min: a, b, fire.\nLatest: fire" + ASKED]


def test_an_urgent_message_that_leaves_nothing_waiting_leaves_the_chat_open(house: House) -> None:
    house.line.refusals = [FULL]
    house.tell("a", thread="t")
    house.line.refusals = []
    house.clock.advance(TRY_AGAIN_MS / 1000)
    house.tell("fire", thread="t", urgent=True)
    house.work()
    assert house.statuses("a", "fire") == ["digested"] * 2
    assert (house.state.parked_at, house.state.expires_at, house.state.due_at) == (0, 0, 0)
    house.options(budget="off")
    assert house.tell("b") == "sent"


def test_an_urgent_message_takes_nothing_of_another_sources_thread(house: House) -> None:
    house.fill()
    house.tell("a", thread="t", source="another")
    assert house.tell("fire", thread="t", urgent=True) == "sent"
    assert house.statuses("a") == ["held"]


# What becomes of a digest.


def test_a_digest_that_is_refused_until_somebody_answers_is_dropped_and_what_it_told_waits_on(house: House) -> None:
    house.fill()
    for text in ("a", "b"):
        house.tell(text)
    house.line.refusals = [FULL]
    house.wake(after=60)
    [dropped] = house.digests()
    assert (dropped["status"], dropped["error"]["last"]) == ("dropped", "conversation_streak_limit")
    assert house.statuses("a", "b") == ["held"] * 2
    assert house.counted["ParkedWithoutFallback"] == 1
    house.line.refusals = []
    house.hear(after=60)
    assert house.texts[3:] == ["2 more in 2 min: a, b.\nLatest: b"]
    assert {house.row(text)["digest"] for text in ("a", "b")} == {house.digests()[1]["id"]}


def test_what_a_digest_told_that_can_not_be_delivered_has_failed_and_the_fallback_hears_the_digest(
    house: House,
) -> None:
    house.fallbacks = (BOSS,)
    house.fill()
    for text in ("a", "b"):
        house.tell(text)
    house.line.refusals = [GONE]
    house.wake(after=60)
    [digest] = house.digests()
    assert (digest["status"], digest["error"]["code"]) == ("failed", "chat_not_found")
    assert house.statuses("a", "b") == ["failed"] * 2
    assert house.elsewhere == [("chat_b1", "2 more in 1 min: a, b.\nLatest: b")]
    assert house.tell("c") == "failed"


def test_the_fallbacks_of_its_rules_hear_the_digest_that_can_not_be_delivered(house: House) -> None:
    house.fill()
    house.tell("a", fallbacks=(OFFICE,))
    house.tell("b", fallbacks=(BOSS, OFFICE))
    house.line.refusals = [GONE]
    house.wake(after=60)
    assert house.elsewhere == [(OFFICE.id, "2 more in 1 min: a, b.\nLatest: b")]
    [digest] = house.digests()
    assert [one["id"] for one in digest["fallbacks"]] == [OFFICE.id, BOSS.id]
    assert house.statuses("a", "b") == ["failed"] * 2
    assert house.counted["Undelivered"] == 0


def test_what_stands_in_for_a_digest_is_a_message_like_any_other(house: House) -> None:
    asleep = Chat.model_validate({"id": BOSS.id, "quiet": "Mon-Sun 00:00-24:00 UTC"})
    house.fallbacks, house.others = (BOSS,), {BOSS.id: Room(BOSS.id, "boss", asleep, ())}
    house.fill()
    for text in ("a", "b"):
        house.tell(text)
    house.line.refusals = [GONE]
    house.wake(after=60)
    assert house.row_of(BOSS.id)["status"] == "held"
    assert house.chats.read(BOSS.id).state.count == 1


def test_a_digest_whose_worker_died_before_it_could_say_so_has_told_what_it_told(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: Any) -> None:
        raise KeyboardInterrupt

    house.fill()
    for text in ("a", "b"):
        house.tell(text)
    house.clock.advance(60)
    house.outbox.wake(Wake(chat=CHAT, due_at=0))
    digest = house.message_on_queue()
    with monkeypatch.context() as patched:
        patched.setattr(Paced, "settled", die)
        with pytest.raises(KeyboardInterrupt):
            house.deliver(digest)
    assert house.statuses("a", "b") == ["held"] * 2
    assert house.deliver(digest).status == "duplicate"
    assert house.statuses("a", "b") == ["digested"] * 2
    assert len(house.texts) == 4


def test_a_digest_that_stopped_its_worker_three_times_has_failed_with_all_that_it_told(house: House) -> None:
    house.fill()
    house.tell("a")
    house.clock.advance(60)
    house.outbox.wake(Wake(chat=CHAT, due_at=0))
    digest = house.message_on_queue()
    for _ in range(3):
        assert isinstance(house.log.claim(digest, "{}"), Claim)
        house.clock.advance(LEASE)
    assert house.deliver(digest) == Settled("dead")
    assert house.statuses("a") == ["failed"]
    assert house.tell("b") == "sent"


def test_a_digest_that_is_given_up_because_of_its_age_has_failed_with_all_that_it_told(house: House) -> None:
    house.fill()
    house.tell("a")
    house.clock.advance(60)
    house.outbox.wake(Wake(chat=CHAT, due_at=0))
    digest = house.message_on_queue()
    house.clock.advance(20 * HOUR)
    assert house.deliver(digest) == Settled("dead")
    assert house.statuses("a") == ["failed"]
    assert house.state.count == 0


# Threads.


def replies(house: House) -> list[str | None]:
    return [content.get("reply_to") for _, content in house.line.taken]


def test_what_belongs_to_a_thread_is_a_reply_to_its_first_message(house: House) -> None:
    house.options(pace="off")
    for text, thread in (("fire", "disk"), ("else", None), ("still", "disk"), ("over", "disk"), ("web", "web")):
        house.tell(text, thread=thread)
    assert replies(house) == [None, None, "msg_1", "msg_1", None]


def test_a_reply_that_a_rule_asks_for_stays_and_begins_no_thread(house: House) -> None:
    house.tell("a", thread="disk", reply_to="msg_of_theirs")
    house.tell("b", thread="disk")
    assert replies(house) == ["msg_of_theirs", None]


def test_a_message_that_can_not_be_replied_to_any_more_gives_its_place_to_the_next(house: House) -> None:
    house.tell("fire", thread="disk")
    house.line.refusals = [refusal(422, "reply_target_not_found")]
    still = house.message("still", thread="disk")
    assert house.deliver(still) == Settled("retrying", 0.0)
    house.line.refusals = []
    assert house.deliver(still).status == "sent"
    house.tell("over", thread="disk")
    assert replies(house) == [None, None, "msg_2"]
    assert house.row("still")["variant"] == "no_reply"


def test_what_an_urgent_message_takes_along_is_told_as_a_reply_to_their_threads_first(house: House) -> None:
    house.tell("fire", thread="disk")
    house.tell("before 1")
    house.tell("before 2")
    house.tell("still", thread="disk")
    house.tell("worse", thread="disk", urgent=True)
    house.work()
    assert replies(house) == [None, None, None, "msg_1"]


# Who takes care.


def acknowledged(house: House, *texts: str) -> list[tuple[int, str] | None]:
    rows = [house.row(text) for text in texts]
    return [(row["acknowledged_at"], row["acknowledged_by"]) if "acknowledged_at" in row else None for row in rows]


@pytest.mark.parametrize("what", ["reaction", "received"])
def test_who_answers_one_text_takes_care_of_that_one(house: House, what: str) -> None:
    house.tell("a")
    house.tell("b")
    house.hear(what, message_id="msg_1", ack="like")
    assert acknowledged(house, "a", "b") == [(house.clock(), "like"), None]


def test_who_says_so_without_saying_of_what_takes_care_of_the_latest(house: House) -> None:
    house.tell("a")
    house.tell("b")
    house.hear("received", ack="ack")
    assert acknowledged(house, "a", "b") == [None, (house.clock(), "ack")]


def test_who_takes_care_of_a_digest_is_written_to_its_row(house: House) -> None:
    house.fill()
    for text in ("a", "b"):
        house.tell(text)
    house.wake(after=60)
    house.hear("reaction", message_id="msg_4", ack="love")
    assert house.digests()[0]["acknowledged_by"] == "love"


def test_the_first_who_takes_care_is_remembered(house: House) -> None:
    house.tell("a")
    house.hear("reaction", message_id="msg_1", ack="like")
    at = house.clock()
    house.hear("reaction", message_id="msg_1", ack="love")
    assert acknowledged(house, "a") == [(at, "like")]


def test_any_other_words_take_care_of_nothing(house: House) -> None:
    house.tell("a")
    house.hear("received", message_id="msg_1")
    assert acknowledged(house, "a") == [None]


def test_who_says_so_where_nothing_was_told_is_heard_all_the_same(house: House) -> None:
    house.hear("received", ack="ack")
    assert house.state.answered_at == house.clock()


# What goes wrong meanwhile.


def test_a_worker_that_has_lost_its_message_leaves_it_to_the_other(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.fill()
    late, admit = house.message("late"), Paced.admit

    def slowly(paced: Paced, claim: Claim, *more: Any) -> Any:
        house.clock.advance(LEASE)
        assert isinstance(house.log.claim(late, "{}"), Claim)
        return admit(paced, claim, *more)

    with monkeypatch.context() as patched:
        patched.setattr(Paced, "admit", slowly)
        assert house.deliver(late) == Settled("sending", LOST_LEASE_WAIT)
    assert house.state.count == 0
    house.clock.advance(LEASE)
    assert house.deliver(late).status == "sent"


def test_while_nobody_knows_the_rules_a_message_stays_open_however_often_it_comes(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(_: str) -> Room:
        raise RulesUnavailable("The table can't be asked which rules run.")

    with monkeypatch.context() as patched:
        patched.setattr(house.outbox._pace, "_room_of", unknown)  # type: ignore[attr-defined]  # noqa: SLF001 - wired once
        for _ in range(4):
            assert house.deliver(house.message("a")) == Settled("retrying", OUT_OF_REACH_WAIT)
    assert house.tell("a") == "sent"


def test_a_stand_in_that_the_queue_does_not_take_leaves_the_message_as_it_is(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Message) -> None:
        raise QueueRefused("the queue refused a batch")

    house.fallbacks = (BOSS,)
    house.line.refusals = [FULL]
    with monkeypatch.context() as patched:
        patched.setattr(house.outbox._pace, "_forward", refuse)  # type: ignore[attr-defined]  # noqa: SLF001 - wired once
        for _ in range(2):
            assert house.deliver(house.message("a")) == Settled("retrying", OUT_OF_REACH_WAIT)
    assert house.line.asked == 1
    assert house.tell("a") == "parked"
    assert house.message_on_queue().text == "a"
    assert house.line.asked == 1


def test_what_was_passed_on_before_its_worker_died_is_parked_without_asking_the_provider_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: Any) -> None:
        raise KeyboardInterrupt

    house.fallbacks = (BOSS,)
    house.line.refusals = [FULL]
    with monkeypatch.context() as patched:
        patched.setattr(Chats, "save", die)
        patched.setattr(Chats, "known", lambda *_: Known(0, State(admitted=f"{delivery('a')}#1", streak=1)))
        with pytest.raises(KeyboardInterrupt):
            house.tell("a")
    house.line.refusals = []
    house.clock.advance(LEASE)
    assert house.tell("a") == "parked"
    assert house.line.asked == 1
    assert len({message.delivery_id for message in house.queue if isinstance(message, Message)}) == 1


def test_what_came_before_the_rules_had_a_pace_is_told_under_it(house: House) -> None:
    house.options(pace="off", budget="off")
    house.line.refusals = [FULL]
    house.tell("a")
    house.options()
    assert house.tell("b") == "parked"
    house.line.refusals = []
    house.hear(after=10)
    assert house.texts == ["2 more in 10 s: a, b.\nLatest: b"]


# What is private.


def test_of_what_is_private_nothing_is_left_once_a_digest_told_it(house: House) -> None:
    house.fill()
    for text in ("secret one", "secret two"):
        house.tell(text, private=True)
    house.wake(after=60)
    assert house.texts[3:] == ["2 more in 1 min: secret one, secret two.\nLatest: secret two"]
    rows = [plain(item) for item in house.table.scan(TableName=TABLE)["Items"]]
    assert [row["id"] for row in rows if "secret" in str(row)] == []


def test_of_a_private_digest_that_is_dropped_nothing_is_left(house: House) -> None:
    house.fill()
    for text in ("secret one", "secret two"):
        house.tell(text, private=True)
    house.line.refusals = [FULL]
    house.wake(after=60)
    [dropped] = house.digests()
    assert dropped["status"] == "dropped"
    assert "secret" not in str(dropped)


# What it costs.


class Calls:
    """Counts the requests to the table from now on."""

    def __init__(self, table: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made: Counter[str] = Counter()
        make = table._make_api_call  # noqa: SLF001 - the one door all calls go through

        def counted(name: str, request: dict[str, Any]) -> Any:
            self.made[name] += 1
            return make(name, request)

        monkeypatch.setattr(table, "_make_api_call", counted)


@pytest.fixture
def calls(house: House, monkeypatch: pytest.MonkeyPatch) -> Calls:
    return Calls(house.table, monkeypatch)


def test_a_plain_message_costs_one_write_more_than_it_would_uncounted_and_no_read(house: House, calls: Calls) -> None:
    house.tell("a")
    house.tell("b")
    assert calls.made == {"PutItem": 2, "UpdateItem": 4}


def test_where_nothing_is_counted_a_message_costs_two_writes(house: House, calls: Calls) -> None:
    house.options(pace="off", budget="off")
    house.tell("a")
    house.tell("b")
    assert calls.made == {"PutItem": 2, "UpdateItem": 2}


def test_a_message_of_a_thread_costs_one_read_more(house: House, calls: Calls) -> None:
    house.tell("a", thread="t")
    assert calls.made == {"PutItem": 1, "UpdateItem": 1, "GetItem": 1, "TransactWriteItems": 1}
    house.tell("b", thread="t")
    assert calls.made == {"PutItem": 2, "UpdateItem": 3, "GetItem": 2, "TransactWriteItems": 1}


def test_what_is_held_costs_a_put_and_a_transaction(house: House, calls: Calls) -> None:
    house.fill()
    calls.made.clear()
    house.tell("late")
    assert calls.made == {"PutItem": 1, "TransactWriteItems": 1}


def test_a_process_that_has_not_seen_a_chat_reads_it_once(house: House, calls: Calls) -> None:
    house.tell("a")
    house.chats._known.clear()  # noqa: SLF001 - as in another process
    calls.made.clear()
    house.tell("b")
    assert calls.made == {"PutItem": 1, "UpdateItem": 3, "GetItem": 1}
