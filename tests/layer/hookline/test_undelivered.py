"""Who hears of what is not delivered, and what its row says."""

from collections.abc import Callable
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import httpx
import pytest
from tests.layer.hookline.paced_house import CHAT, GONE, LEASE
from tests.layer.hookline.paced_house import House as PacedHouse
from tests.layer.hookline.unpaced_house import BOSS, OFFICE, House, message, ok, refused

from hookline.claim import Claim
from hookline.clock import HOUR
from hookline.errors import QueueRefused, RulesUnavailable
from hookline.identity import fallback_id
from hookline.log import DeliveryLog
from hookline.models import Destination, Message, Wake
from hookline.paced import Paced
from hookline.patience import STUCK_AFTER
from hookline.room import Room
from hookline.rules.model import Chat
from hookline.turn import Settled

Crash = Callable[[House, Message], None]


@pytest.fixture
def crash(monkeypatch: pytest.MonkeyPatch) -> Crash:
    """Give what lets a worker deliver a message and die before it can close the row."""

    def die(*_: Any) -> None:
        raise KeyboardInterrupt

    def deliver(house: House, sent: Message) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(DeliveryLog, "close", die)
            with pytest.raises(KeyboardInterrupt):
                house.outbox.deliver(sent)

    return deliver


@pytest.mark.parametrize(
    "answer",
    [
        refused(404, "chat_not_found"),
        refused(422, "validation_failed"),
        refused(403, "safety_reply_only"),
        refused(429, "conversation_streak_limit"),
        httpx.Response(201, json={"id": "msg_1", "status": "failed", "error": {"code": "carrier", "message": "no"}}),
    ],
)
def test_what_no_retry_can_mend_is_closed_with_the_providers_reason(
    cloud: Any, clock: Any, answer: httpx.Response
) -> None:
    house = House(cloud, clock, answer)
    assert house.outbox.deliver(message(clock)) == Settled("failed", is_definite=True)
    row = house.row()
    assert row["status"] == "failed"
    assert row["error"]["code"]["S"]
    assert row["error"]["reason"]["S"]


@pytest.mark.parametrize(
    "answer",
    [
        refused(404, "chat_not_found"),
        refused(422, "validation_failed"),
        refused(402, "payment_required"),
        refused(429, "conversation_awaiting_reply"),
        httpx.Response(201, json={"id": "m", "status": "failed", "fallback": {"recommended": True, "reason": "r"}}),
    ],
)
def test_what_can_not_be_delivered_goes_to_the_next_chat_and_both_rows_are_linked(
    cloud: Any, clock: Any, answer: httpx.Response
) -> None:
    house = House(cloud, clock, answer)
    house.fallbacks = (BOSS,)
    assert house.outbox.deliver(message(clock)) == Settled("failed", is_definite=True)
    [stand_in] = house.forwarded
    assert (stand_in.chat, stand_in.chat_name, stand_in.text) == ("chat_b1", "boss", message(clock).text)
    assert stand_in.fallback_of == message(clock).delivery_id
    assert house.row()["fallback_to"] == stand_in.delivery_id
    assert "Undelivered" not in house.counted


def test_a_failure_that_is_found_again_makes_the_same_stand_in(cloud: Any, clock: Any, crash: Crash) -> None:
    house = House(cloud, clock, refused(404, "chat_not_found"))
    house.fallbacks = (BOSS,)
    crash(house, message(clock))
    clock.advance(30)
    house.outbox.deliver(message(clock))
    first, second = house.forwarded
    assert first.delivery_id == second.delivery_id


def test_what_was_passed_on_is_not_sent_any_more_when_the_provider_changes_its_mind_after_a_crash(
    cloud: Any, clock: Any, crash: Crash
) -> None:
    house = House(cloud, clock, refused(404, "chat_not_found"), ok())
    house.fallbacks = (BOSS,)
    crash(house, message(clock))
    clock.advance(30)
    assert house.outbox.deliver(message(clock)).status == "failed"
    assert len(house.provider.requests) == 1
    row = house.row()
    assert row["error"]["code"]["S"] == "chat_not_found"
    assert row["fallback_to"] == house.forwarded[0].delivery_id
    assert row["tries"] == "1"


def test_a_text_fits_the_chat_that_stands_in(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, refused(404, "chat_not_found"))
    house.fallbacks = (Destination(name="watch", id="chat_w1", limit=100),)
    house.outbox.deliver(message(clock).model_copy(update={"text": "word " * 50}))
    assert house.forwarded[0].text == "word " * 16 + "word… (166 more)"


def two_chats(clock: Any, request_id: str = "request-1", **more: Any) -> tuple[Message, Message]:
    """Return one text for two chats, as a rule with a fallback makes it."""
    rule = {"fallbacks": (BOSS,), "text_id": str(uuid5(NAMESPACE_URL, "text")), **more}
    one = message(clock, request_id).model_copy(update={**rule, "tried": (OFFICE.id,)})
    other = {"delivery_id": str(uuid5(NAMESPACE_URL, "office")), "chat": OFFICE.id, "chat_name": OFFICE.name}
    return one, one.model_copy(update={**other, "tried": (one.chat,)})


def test_two_chats_that_can_not_be_reached_tell_their_fallback_once(cloud: Any, clock: Any) -> None:
    gone = refused(404, "chat_not_found")
    house = House(cloud, clock, gone, gone, ok("msg_1"))
    for one in two_chats(clock):
        house.outbox.deliver(one)
    first, second = house.forwarded
    assert first.delivery_id == second.delivery_id
    assert (first.fallback_of, second.fallback_of) == tuple(one.delivery_id for one in two_chats(clock))
    assert [house.outbox.deliver(one).status for one in (first, second, first)] == ["sent", "duplicate", "duplicate"]


def test_what_another_request_asked_of_one_of_two_chats_is_another_text_for_their_fallback(
    cloud: Any, clock: Any
) -> None:
    house = House(cloud, clock, refused(404, "chat_not_found"))
    one, other = two_chats(clock)[0], two_chats(clock, "request-2")[1]
    for each in (one, other):
        house.outbox.deliver(each)
    assert len({stand_in.delivery_id for stand_in in house.forwarded}) == 2


def test_a_copy_that_claims_what_another_request_asked_for_makes_the_same_stand_in(
    cloud: Any, clock: Any, crash: Crash
) -> None:
    house = House(cloud, clock, refused(404, "chat_not_found"))
    crash(house, two_chats(clock)[0])
    clock.advance(30)
    house.outbox.deliver(two_chats(clock, "request-2")[0])
    first, second = house.forwarded
    assert first.delivery_id == second.delivery_id


def test_what_an_earlier_version_queued_has_its_own_stand_in(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, refused(404, "chat_not_found"))
    one = two_chats(clock, text_id=None)[0]
    queued = one.model_dump_json(exclude={"text_id", "first_part", "parts", "once"})
    house.outbox.deliver(Message.model_validate_json(queued))
    assert house.forwarded[0].delivery_id == fallback_id(one.delivery_id, 1, BOSS.id)


def test_fallbacks_end_and_never_go_in_a_circle(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, refused(404, "chat_not_found"))
    house.fallbacks = (BOSS, OFFICE, Destination(name="oncall", id="chat_a1"))
    now = message(clock)
    told = [now.chat]
    while house.outbox.deliver(now).status == "failed" and len(house.forwarded) == len(told):
        now = house.forwarded[-1]
        told.append(now.chat)
    assert told == ["chat_a1", "chat_b1", "chat_o1"]
    assert house.counted == ["Undelivered"]


def test_a_rules_fallbacks_go_before_the_chats_own(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, refused(404, "chat_not_found"))
    house.fallbacks = (BOSS,)
    house.outbox.deliver(message(clock).model_copy(update={"fallbacks": (OFFICE,)}))
    assert house.forwarded[0].chat == "chat_o1"


def test_a_queue_that_takes_no_stand_in_keeps_the_first_message_open(
    cloud: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(cloud, clock, refused(404, "chat_not_found"))
    house.fallbacks = (BOSS,)

    def refuse(_: Message) -> None:
        raise QueueRefused("the queue refused a batch")

    monkeypatch.setattr(house, "forward", refuse)
    assert house.outbox.deliver(message(clock)).wait
    monkeypatch.setattr(house, "forward", house.forwarded.append)
    assert house.outbox.deliver(message(clock)).status == "failed"
    assert len(house.forwarded) == 1


def test_while_nobody_knows_the_fallbacks_the_first_message_stays_open_however_often_it_comes(
    cloud: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(cloud, clock, refused(404, "chat_not_found"))

    def unknown(_: str) -> tuple[Destination, ...]:
        raise RulesUnavailable("The table can't be asked which rules run.")

    with monkeypatch.context() as patched:
        patched.setattr(house, "fallbacks_of", unknown)
        for _ in range(4):
            assert house.outbox.deliver(message(clock)).wait
    assert house.row()["status"] == "retrying"
    assert house.row()["tries"] == "4"
    house.fallbacks = (BOSS,)
    assert house.outbox.deliver(message(clock)).status == "failed"
    assert [stand_in.chat for stand_in in house.forwarded] == ["chat_b1"]
    assert "Undelivered" not in house.counted


def test_a_head_that_failed_for_ten_minutes_is_stuck_and_can_be_closed(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, refused(500, "broken"))
    house.fallbacks = (BOSS,)
    sent = message(clock)
    assert not house.outbox.deliver(sent).is_stuck
    clock.advance(STUCK_AFTER - 1)
    assert not house.outbox.deliver(sent).is_stuck
    clock.advance(1)
    assert house.outbox.deliver(sent).is_stuck
    assert house.outbox.give_up_head(sent) == Settled("failed")
    assert house.row()["error"]["code"]["S"] == "stuck"
    assert house.forwarded[0].chat == "chat_b1"


def test_what_a_digest_told_that_can_not_be_delivered_has_failed_and_the_fallback_hears_the_digest(
    house: PacedHouse,
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


def test_the_fallbacks_of_its_rules_hear_the_digest_that_can_not_be_delivered(house: PacedHouse) -> None:
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


def test_what_stands_in_for_a_digest_is_a_message_like_any_other(house: PacedHouse) -> None:
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
    house: PacedHouse, monkeypatch: pytest.MonkeyPatch
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


def test_a_digest_that_stopped_its_worker_three_times_has_failed_with_all_that_it_told(house: PacedHouse) -> None:
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


def test_a_digest_that_is_given_up_because_of_its_age_has_failed_with_all_that_it_told(house: PacedHouse) -> None:
    house.fill()
    house.tell("a")
    house.clock.advance(60)
    house.outbox.wake(Wake(chat=CHAT, due_at=0))
    digest = house.message_on_queue()
    house.clock.advance(20 * HOUR)
    assert house.deliver(digest) == Settled("dead")
    assert house.statuses("a") == ["failed"]
    assert house.state.count == 0
