"""How long a message is worth trying."""

import contextlib
from typing import Any
from unittest.mock import ANY

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.layer.hookline.unpaced_house import UNAUTHORIZED, House, message, ok, refused

from hookline.patience import (
    FIRST_BACKOFF,
    GIVE_UP_AFTER,
    GIVE_UP_ON_AUTH_AFTER,
    MAX_BACKOFF,
    backoff,
)
from hookline.turn import Settled


def test_a_message_is_given_up_twenty_hours_after_it_was_accepted(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, refused(500, "broken"))
    sent = message(clock)
    assert house.outbox.deliver(sent).wait
    clock.advance(GIVE_UP_AFTER)
    assert house.outbox.deliver(sent) == Settled("dead")
    assert len(house.provider.requests) == 1
    assert house.row()["error"]["last"]["S"] == "broken"


def test_what_waited_behind_a_wrong_key_is_not_too_old_when_its_turn_comes(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, UNAUTHORIZED, ok())
    behind = message(clock).model_copy(update={"delivery_id": "5b0f7f9e-6c3e-5a0b-8f6c-1d1f9c2f1a11"})
    clock.advance(GIVE_UP_AFTER * 3)
    house.outbox.deliver(message(clock))
    assert house.outbox.deliver(behind).status == "sent"


def test_a_wrong_key_excuses_no_other_chat_and_not_for_ever(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, UNAUTHORIZED, ok())
    behind = message(clock).model_copy(update={"delivery_id": "5b0f7f9e-6c3e-5a0b-8f6c-1d1f9c2f1a11"})
    elsewhere = behind.model_copy(update={"chat": "chat_z1", "delivery_id": "6b0f7f9e-6c3e-5a0b-8f6c-1d1f9c2f1a11"})
    house.outbox.deliver(message(clock))
    clock.advance(GIVE_UP_AFTER - 1)
    house.outbox.deliver(message(clock, "request-2"))
    clock.advance(1)
    assert house.outbox.deliver(elsewhere).status == "dead"
    clock.advance(GIVE_UP_AFTER)
    assert house.outbox.deliver(behind).status == "dead"


def test_one_failure_after_days_of_a_wrong_key_gives_nothing_up(cloud: Any, clock: Any) -> None:
    answers = [refused(429, "slow_down"), UNAUTHORIZED, UNAUTHORIZED, refused(503, "unavailable"), ok()]
    house = House(cloud, clock, *answers)
    sent = message(clock)
    for then in (60, GIVE_UP_AFTER, 60):
        house.outbox.deliver(sent)
        clock.advance(then)
    assert house.outbox.deliver(sent) == Settled("retrying", ANY)  # neither dead nor stuck
    assert house.outbox.deliver(sent).status == "sent"


def test_nine_days_of_a_wrong_key_are_the_end(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, UNAUTHORIZED)
    sent = message(clock)
    clock.advance(GIVE_UP_ON_AUTH_AFTER - 1)
    assert house.outbox.deliver(sent).status == "dead"


@pytest.mark.parametrize("unheard", [httpx.ReadTimeout("no answer"), KeyboardInterrupt()])
def test_a_wrong_key_does_not_prolong_the_life_of_what_may_have_been_accepted(
    cloud: Any, clock: Any, unheard: BaseException
) -> None:
    """The provider forgets its idempotency key after a day, and would send it once more."""
    house = House(cloud, clock, unheard, UNAUTHORIZED)
    sent = message(clock)
    with contextlib.suppress(KeyboardInterrupt):
        house.outbox.deliver(sent)
    clock.advance(GIVE_UP_AFTER - 1)
    assert house.outbox.deliver(sent).status == "retrying"
    clock.advance(1)
    assert house.outbox.deliver(sent).status == "dead"
    assert len(house.provider.requests) == 2


@given(tries=st.integers(0, 2000), chance=st.floats(0, 1, exclude_max=True))
def test_the_backoff_grows_to_its_cap_and_is_never_less_than_half(tries: int, chance: float) -> None:
    ceiling = min(MAX_BACKOFF, FIRST_BACKOFF * 2 ** min(tries, 20))
    assert ceiling / 2 <= backoff(tries, chance) <= ceiling
