"""The log as the commands read it, against rows that the delivery log itself has written."""

import itertools
from typing import Any

import pytest

from hookline.claim import Claim
from hookline.log import DeliveryLog
from hookline.models import Message
from hookline.status import Status
from local.commands.errors import No
from local.commands.follow import changes, updated_at
from local.commands.history import MOST_PER_GET, History
from local.commands.replay import CannotReplay, again
from local.commands.wanted import Wanted

LEASE, DAYS = 30.0, 30  # seconds, days
BODY = '{"content":{"type":"text","text":"hello"}}'
REFUSED = {"verdict": "invalid", "http_status": 422, "code": "validation_failed", "reason": "No."}


class Log:
    """Writes rows as deliver does, a second apart."""

    def __init__(self, cloud: Any, clock: Any) -> None:
        self.clock = clock
        self.log = DeliveryLog(cloud.clients("dynamodb"), "DeliveryLog", clock, LEASE, DAYS)
        self.history = History(cloud.clients("dynamodb"), "DeliveryLog")

    def message(self, name: str, chat: str = "oncall", source: str = "json", request: str = "1") -> Message:
        return Message(
            delivery_id=f"delivery-{name}", source=source, rule="all", event_id=f"event-{name}",
            request_id=f"request-{request}", chat=f"chat_{chat}", chat_name=chat, text=f"Text {name}",
            accepted_at=self.clock(), queued_at=self.clock(),
        )  # fmt: skip

    def claim(self, message: Message) -> Claim:
        self.clock.advance(1)
        claim = self.log.claim(message, BODY)
        assert isinstance(claim, Claim)
        return claim

    def add(self, name: str, status: Status = Status.SENT, **more: Any) -> Message:
        message = self.message(name, **more)
        error = {"error": REFUSED} if status is not Status.SENT else {}
        self.log.close(self.claim(message), status, error, {"at": self.clock(), "took": 5, **REFUSED})
        return message

    def latest(self, limit: int = 30, least: int = 0, **one_of: str) -> list[str]:
        wanted = Wanted({name: [value] for name, value in one_of.items()}, {"created_at": least} if least else {})
        return [row["id"].removeprefix("delivery-") for row in self.history.latest(wanted, limit)]


@pytest.fixture
def log(cloud: Any, clock: Any) -> Log:
    return Log(cloud, clock)


def test_the_newest_rows_come_last_and_no_more_than_asked_for(log: Log) -> None:
    for name in "abcd":
        log.add(name)
    assert log.latest() == ["a", "b", "c", "d"]
    assert log.latest(limit=2) == ["c", "d"]


def test_rows_are_found_by_chat_source_and_status(log: Log) -> None:
    log.add("a")
    log.add("b", chat="office")
    log.add("c", Status.FAILED, source="contact")
    log.add("d", Status.FAILED, chat="office", source="contact")
    assert log.latest(source="contact") == ["c", "d"]
    assert log.latest(status="failed") == ["c", "d"]
    assert log.latest(chat_name="office") == ["b", "d"]
    assert log.latest(chat="chat_office") == ["b", "d"]
    assert log.latest(chat="chat_office", status="failed") == ["d"]


@pytest.mark.parametrize("one_of", [{}, {"chat": "chat_oncall"}])
def test_since_leaves_out_what_was_before(log: Log, one_of: dict[str, str]) -> None:
    log.add("a")
    since = log.clock() + 1
    log.add("b")
    assert log.latest(least=since, **one_of) == ["b"]


def test_a_chats_rows_come_by_its_index_however_many_there_are(log: Log) -> None:
    names = [f"{n:03}" for n in range(MOST_PER_GET + 5)]
    for name in names:
        log.add(name)
    log.add("other", chat="office")
    assert log.latest(limit=MOST_PER_GET + 3, chat="chat_oncall") == names[2:]


def test_numbers_come_as_numbers_and_not_as_decimals(log: Log) -> None:
    log.add("a")
    [row] = log.history.generations("delivery-a")
    assert (row["attempts"][0]["took"], type(row["attempts"][0]["took"])) == (5, int)


def test_one_delivery_is_found_by_a_beginning_that_is_only_its_own(log: Log) -> None:
    log.add("a1")
    log.add("a2")
    assert log.history.one("delivery-a2")[0]["text"] == "Text a2"
    with pytest.raises(ValueError, match="2 deliveries begin with delivery-a; say which: delivery-a1, delivery-a2"):
        log.history.one("delivery-a")
    with pytest.raises(ValueError, match="too short"):
        log.history.one("del")
    with pytest.raises(No, match="may still wait in the queue"):
        log.history.one("delivery-b")


def test_the_oldest_open_delivery_says_since_when_something_waits(log: Log) -> None:
    assert log.history.oldest_open() is None
    log.add("sent")
    queued_at = log.clock()
    log.add("a", Status.RETRYING)
    log.claim(log.message("b", chat="office"))
    assert log.history.oldest_open() == queued_at


def test_what_was_given_up_is_listed_once_unless_it_was_told_later(log: Log) -> None:
    log.add("never", Status.DEAD)
    log.add("later", Status.DEAD)
    log.add("twice", Status.FAILED)
    log.add("later", request="2")
    log.add("twice", Status.FAILED, request="2")
    found = log.history.given_up(["dead", "failed"], 0)
    assert [(row["id"], row["generation"]) for row in found] == [("delivery-never", 1), ("delivery-twice", 2)]
    assert log.history.given_up(["dead"], log.clock()) == []


def test_following_gives_what_comes_and_what_changes_once(log: Log) -> None:
    log.add("before")
    open_ = log.claim(log.message("open"))
    log.clock.advance(1)
    shown = log.history.latest(Wanted(), limit=1)
    looks = changes(log.history, Wanted(), shown, log.clock(), pause=lambda _: None)
    assert next(looks) == []
    log.log.close(open_, Status.SENT, {})
    log.add("new")
    assert [(row["id"], row["status"]) for row in next(looks)] == [("delivery-open", "sent"), ("delivery-new", "sent")]
    assert next(looks) == []


def test_following_rests_longer_than_it_looks(log: Log) -> None:
    log.add("a")
    rests: list[float] = []
    looks = changes(log.history, Wanted(), [], log.clock(), pause=rests.append)
    list(itertools.islice(looks, 3))
    assert all(rest >= 1 for rest in rests)
    assert len(rests) == 2


def test_a_replay_is_sent_as_the_next_generation(log: Log) -> None:
    told = log.add("a")
    message = again(log.history.generations(told.delivery_id), log.clock(), lambda: "request-by-hand")
    assert message == told.model_copy(
        update={"replay": True, "request_id": "request-by-hand", "queued_at": log.clock()}
    )
    assert log.claim(message).generation == 2


@pytest.mark.parametrize("status", [Status.DEAD, Status.FAILED])
def test_a_replay_works_for_what_was_given_up(log: Log, status: Status) -> None:
    told = log.add("a", status)
    assert log.claim(again(log.history.generations(told.delivery_id), log.clock())).generation == 2


def test_a_replay_of_what_is_still_on_its_way_is_refused(log: Log) -> None:
    told = log.add("a", Status.RETRYING)
    with pytest.raises(CannotReplay, match="still retrying and goes out by itself"):
        again(log.history.generations(told.delivery_id), log.clock())


def test_a_replay_of_what_never_was_a_message_is_refused(log: Log) -> None:
    log.log.record("event-row", Status.UNMATCHED, {"source": "json", "text": "hello", "reason": "no rule matched"})
    with pytest.raises(CannotReplay, match="never was a message"):
        again(log.history.one("event-row"), log.clock())


def test_changes_come_in_the_order_in_which_they_happened(log: Log) -> None:
    began = log.clock()
    first = log.claim(log.message("first"))
    log.add("second", chat="office")
    log.clock.advance(1)
    log.log.close(first, Status.SENT, {})
    rows = next(changes(log.history, Wanted(), [], began, pause=lambda _: None))
    assert [row["id"] for row in rows] == ["delivery-second", "delivery-first"]
    assert rows == sorted(rows, key=updated_at)


def test_what_is_kept_beside_the_deliveries_is_not_found_by_its_id(log: Log) -> None:
    log.add("a")
    log.log.line.note_unauthorized("chat_oncall")
    with pytest.raises(No, match="The log has no delivery chat chat_on"):
        log.history.one("chat chat_on")
