"""What comes of an attempt: what is written, and when it comes again."""

from typing import Any

import httpx
import pytest
from tests.layer.hookline.unpaced_house import House, message, ok, refused

from hookline.patience import (
    AUTH_RETRY,
    GIVE_UP_AFTER,
)
from hookline.settle import NEW_KEY_WAIT
from hookline.turn import Settled


def test_a_message_that_the_provider_gives_no_id_is_told_all_the_same(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, httpx.Response(201, json={"id": "", "status": "queued"}))
    assert house.outbox.deliver(message(clock)).status == "sent"
    assert house.row()["status"] == "sent"


def test_how_long_to_wait_is_what_the_provider_asked_for_or_longer(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, refused(429, "slow_down", **{"retry-after": "70"}))
    assert house.outbox.deliver(message(clock)) == Settled("retrying", 70.0)
    assert house.row()["status"] == "retrying"


@pytest.mark.parametrize("answer", [httpx.Response(401, json={"error": "no", "message": "m", "status": 401}), None])
def test_a_wrong_or_missing_key_loses_nothing(cloud: Any, clock: Any, answer: httpx.Response | None) -> None:
    house = House(cloud, clock, *([answer] if answer else []), ok())
    sent = message(clock)
    house.key = "key-1" if answer else ""
    assert house.outbox.deliver(sent) == Settled("retrying", float(AUTH_RETRY))
    clock.advance(GIVE_UP_AFTER + 3600)
    house.key = "key-2"
    assert house.outbox.deliver(sent) == Settled("sent", is_definite=True)


def test_a_refused_reply_is_sent_again_without_it_under_a_key_of_its_own(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, refused(422, "reply_target_not_found"), ok())
    sent = message(clock).model_copy(update={"reply_to": "msg_0"})
    assert house.outbox.deliver(sent) == Settled("retrying", 0.0)
    assert house.row()["variant"] == "no_reply"
    assert house.outbox.deliver(sent).status == "sent"
    first, second = house.provider.requests
    assert b"reply_to" in first.content
    assert b"reply_to" not in second.content
    assert first.headers["idempotency-key"] != second.headers["idempotency-key"]


def test_restricted_content_is_sent_once_more_without_links(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, refused(403, "conversation_content_restricted"))
    sent = message(clock).model_copy(update={"text": "see https://example.com/a?b=c now"})
    assert house.outbox.deliver(sent) == Settled("retrying", 0.0)
    assert house.outbox.deliver(sent) == Settled("failed", is_definite=True)
    assert len(house.provider.requests) == 2
    assert b"see (link left out) now" in house.provider.requests[1].content


def test_restricted_content_without_links_is_not_sent_twice(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, refused(403, "conversation_content_restricted"))
    assert house.outbox.deliver(message(clock)) == Settled("failed", is_definite=True)


def test_a_key_that_was_just_replaced_is_used_at_once(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, httpx.Response(401, json={"error": "no", "status": 401}), ok())
    house.new_key = "key-2"
    assert house.outbox.deliver(message(clock)) == Settled("retrying", NEW_KEY_WAIT)
    assert house.outbox.deliver(message(clock)).status == "sent"
    assert [r.headers["authorization"] for r in house.provider.requests] == ["Bearer key-1", "Bearer key-2"]
    assert house.counted == ["AuthFailures", "Sent"]
