"""What receipts do to a row, and who takes care of what it told."""

from typing import Any

import pytest
from tests.layer.hookline.paced_house import House as PacedHouse
from tests.layer.hookline.unpaced_house import BOSS, House, message, ok

from hookline.errors import QueueRefused, RulesUnavailable
from hookline.hear import RECEIPT_WAIT
from hookline.models import Destination, Message, Receipt
from hookline.turn import Settled


def receipt(what: str, message_id: str = "msg_1") -> Receipt:
    return Receipt(event_id="evt_1", what=what, chat="chat_a1", message_id=message_id, at=1)


def test_a_late_failure_whose_stand_in_the_queue_does_not_take_is_told_again_and_the_row_stays_sent(
    cloud: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(cloud, clock, ok())
    house.outbox.deliver(message(clock))
    house.fallbacks = (BOSS,)

    def refuse(_: Message) -> None:
        raise QueueRefused("the queue refused a batch")

    monkeypatch.setattr(house, "forward", refuse)
    assert house.outbox.note(receipt("failed"), 1).wait
    assert house.row()["status"] == "sent"
    monkeypatch.setattr(house, "forward", house.forwarded.append)
    assert house.outbox.note(receipt("failed"), 2).wait is None
    assert house.row()["status"] == "failed"
    assert [stand_in.chat for stand_in in house.forwarded] == ["chat_b1"]


def test_a_late_failure_is_told_again_while_nobody_knows_the_fallbacks(
    cloud: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(cloud, clock, ok())
    house.outbox.deliver(message(clock))

    def unknown(_: str) -> tuple[Destination, ...]:
        raise RulesUnavailable("The table can't be asked which rules run.")

    monkeypatch.setattr(house, "fallbacks_of", unknown)
    assert house.outbox.note(receipt("failed"), 1).wait
    assert house.row()["status"] == "sent"


@pytest.mark.parametrize(
    ("told", "ends"),
    [
        (["delivered"], "delivered"),
        (["delivered", "read"], "read"),
        (["read", "delivered"], "read"),
        (["delivered", "delivered"], "delivered"),
        (["failed"], "failed"),
        (["failed", "delivered"], "failed"),
        (["delivered", "failed"], "failed"),
        (["read", "failed"], "read"),
    ],
)
def test_receipts_move_a_row_forwards_only(cloud: Any, clock: Any, told: list[str], ends: str) -> None:
    house = House(cloud, clock, ok())
    house.outbox.deliver(message(clock))
    for what in told:
        assert house.outbox.note(receipt(what), 1).wait is None
    assert house.row()["status"] == ends


def test_what_a_receipt_or_the_clock_closes_is_no_answer_of_the_provider(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, ok())
    house.outbox.deliver(message(clock))
    assert house.outbox.note(receipt("failed"), 1) == Settled("failed")


def test_a_late_failure_goes_to_the_fallback_once(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, ok())
    house.outbox.deliver(message(clock))
    house.fallbacks = (BOSS,)
    for _ in range(2):
        house.outbox.note(receipt("failed"), 1)
    assert [stand_in.chat for stand_in in house.forwarded] == ["chat_b1"]
    assert house.row()["fallback_to"] == house.forwarded[0].delivery_id


def test_a_receipt_of_an_unknown_message_waits_a_moment_then_is_let_go(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, ok())
    waits = [house.outbox.note(receipt("read", "msg_of_somebody_else"), tries).wait for tries in range(1, 4)]
    assert waits == [RECEIPT_WAIT, RECEIPT_WAIT, None]


def acknowledged(house: PacedHouse, *texts: str) -> list[tuple[int, str] | None]:
    rows = [house.row(text) for text in texts]
    return [(row["acknowledged_at"], row["acknowledged_by"]) if "acknowledged_at" in row else None for row in rows]


@pytest.mark.parametrize("what", ["reaction", "received"])
def test_who_answers_one_text_takes_care_of_that_one(house: PacedHouse, what: str) -> None:
    house.tell("a")
    house.tell("b")
    house.hear(what, message_id="msg_1", ack="like")
    assert acknowledged(house, "a", "b") == [(house.clock(), "like"), None]


def test_who_says_so_without_saying_of_what_takes_care_of_the_latest(house: PacedHouse) -> None:
    house.tell("a")
    house.tell("b")
    house.hear("received", ack="ack")
    assert acknowledged(house, "a", "b") == [None, (house.clock(), "ack")]


def test_who_takes_care_of_a_digest_is_written_to_its_row(house: PacedHouse) -> None:
    house.fill()
    for text in ("a", "b"):
        house.tell(text)
    house.wake(after=60)
    house.hear("reaction", message_id="msg_4", ack="love")
    assert house.digests()[0]["acknowledged_by"] == "love"


def test_the_first_who_takes_care_is_remembered(house: PacedHouse) -> None:
    house.tell("a")
    house.hear("reaction", message_id="msg_1", ack="like")
    at = house.clock()
    house.hear("reaction", message_id="msg_1", ack="love")
    assert acknowledged(house, "a") == [(at, "like")]


def test_any_other_words_take_care_of_nothing(house: PacedHouse) -> None:
    house.tell("a")
    house.hear("received", message_id="msg_1")
    assert acknowledged(house, "a") == [None]


def test_who_says_so_where_nothing_was_told_is_heard_all_the_same(house: PacedHouse) -> None:
    house.hear("received", ack="ack")
    assert house.state.answered_at == house.clock()
