"""One message's turn: what is sent once, what is a copy, what it replies to."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.layer.hookline.paced_house import House as PacedHouse
from tests.layer.hookline.unpaced_house import House, message, ok, refused

from hookline.identity import part_id
from hookline.models import Message
from hookline.turn import Settled


def test_a_message_is_sent_once_and_its_copy_is_acknowledged(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, ok())
    assert house.outbox.deliver(message(clock)) == Settled("sent", is_definite=True)
    assert house.outbox.deliver(message(clock, "request-2")) == Settled("duplicate")
    assert len(house.provider.requests) == 1
    row = house.row()
    assert (row["status"], row["message_id"], row["channel_type"], row["copies"]) == ("sent", "msg_1", "blooio", "1")
    assert row["told_at"] == str(clock())


def test_a_killed_workers_message_is_sent_again_as_it_was(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, KeyboardInterrupt(), ok())
    with pytest.raises(KeyboardInterrupt):
        house.outbox.deliver(message(clock))
    assert house.outbox.deliver(message(clock)) == Settled("sending", 30.0)
    clock.advance(30)
    assert house.outbox.deliver(message(clock)) == Settled("sent", is_definite=True)
    keys = [request.headers["idempotency-key"] for request in house.provider.requests]
    assert keys[0] == keys[1]


def test_a_table_that_takes_no_close_costs_no_lease_and_sends_nothing_twice(
    cloud: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(cloud, clock, ok())
    table = cloud.clients("dynamodb")

    def throttle(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "ThrottlingException"}}, "UpdateItem")

    with monkeypatch.context() as patched:
        patched.setattr(table, "update_item", throttle)
        for _ in range(5):
            with pytest.raises(ClientError):
                house.outbox.deliver(message(clock))
            clock.advance(30)
    assert house.outbox.deliver(message(clock)) == Settled("sent", is_definite=True)
    assert len({request.headers["idempotency-key"] for request in house.provider.requests}) == 1
    assert house.row()["lost_leases"] == "0"


def parts(clock: Any, count: int, request_id: str = "request-1", **more: Any) -> list[Message]:
    first = message(clock, request_id).model_copy(update={"parts": count, **more})
    ids = [part_id(first.delivery_id, n) for n in range(1, count + 1)]
    others = [first.model_copy(update={"delivery_id": id_, "first_part": ids[0]}) for id_ in ids[1:]]
    return [first, *others]


@pytest.mark.parametrize(("told", "again"), [(1, 2), (2, 3), (3, 2), (2, 2)])
def test_a_retry_whose_text_splits_otherwise_sends_no_lone_part(cloud: Any, clock: Any, told: int, again: int) -> None:
    house = House(cloud, clock, *(ok(f"msg_{n}") for n in range(9)))
    assert [house.outbox.deliver(part).status for part in parts(clock, told)] == ["sent"] * told
    copies = [house.outbox.deliver(part).status for part in parts(clock, again, "request-2")]
    assert copies == ["duplicate"] * again


def test_content_that_is_told_again_splits_as_it_is_now(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, *(ok(f"msg_{n}") for n in range(9)))
    for n, count in enumerate((2, 3, 1, 2)):
        said = parts(clock, count, f"request-{n}", repeat=300)
        assert [house.outbox.deliver(part).status for part in said] == ["sent"] * count
        clock.advance(600)


def test_a_part_that_the_queue_did_not_take_is_told_by_the_retry(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, ok("msg_1"), ok("msg_2"))
    house.outbox.deliver(parts(clock, 2)[0])
    assert [house.outbox.deliver(part).status for part in parts(clock, 2, "request-2")] == ["duplicate", "sent"]


def test_a_part_that_is_under_way_is_finished_whatever_the_first_one_says_now(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, ok("msg_1"), refused(503, "unavailable"), ok("msg_2"), ok("msg_3"))
    for part in parts(clock, 2, repeat=300):
        house.outbox.deliver(part)
    clock.advance(600)
    house.outbox.deliver(parts(clock, 3, "request-2", repeat=300)[0])
    assert house.outbox.deliver(parts(clock, 2, repeat=300)[1]).status == "sent"


def test_a_part_that_is_replayed_by_hand_is_sent(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, *(ok(f"msg_{n}") for n in range(9)))
    for part in (*parts(clock, 3), parts(clock, 2, "request-2", replay=True)[0]):
        house.outbox.deliver(part)
    assert house.outbox.deliver(parts(clock, 3, "request-3", replay=True)[2]).status == "sent"


def replies(house: PacedHouse) -> list[str | None]:
    return [content.get("reply_to") for _, content in house.line.taken]


def test_what_belongs_to_a_thread_is_a_reply_to_its_first_message(house: PacedHouse) -> None:
    house.options(pace="off")
    for text, thread in (("fire", "disk"), ("else", None), ("still", "disk"), ("over", "disk"), ("web", "web")):
        house.tell(text, thread=thread)
    assert replies(house) == [None, None, "msg_1", "msg_1", None]


def test_a_reply_that_a_rule_asks_for_stays_and_begins_no_thread(house: PacedHouse) -> None:
    house.tell("a", thread="disk", reply_to="msg_of_theirs")
    house.tell("b", thread="disk")
    assert replies(house) == ["msg_of_theirs", None]


def test_a_message_that_can_not_be_replied_to_any_more_gives_its_place_to_the_next(house: PacedHouse) -> None:
    house.tell("fire", thread="disk")
    house.line.refusals = [refused(422, "reply_target_not_found")]
    still = house.message("still", thread="disk")
    assert house.deliver(still) == Settled("retrying", 0.0)
    house.line.refusals = []
    assert house.deliver(still).status == "sent"
    house.tell("over", thread="disk")
    assert replies(house) == [None, None, "msg_2"]
    assert house.row("still")["variant"] == "no_reply"


def test_what_an_urgent_message_takes_along_is_told_as_a_reply_to_their_threads_first(house: PacedHouse) -> None:
    house.tell("fire", thread="disk")
    house.tell("before 1")
    house.tell("before 2")
    house.tell("still", thread="disk")
    house.tell("worse", thread="disk", urgent=True)
    house.work()
    assert replies(house) == [None, None, None, "msg_1"]
