"""What becomes of a message that has to wait, and of a digest that does."""

from typing import Any

import pytest
from tests.layer.hookline.paced_house import BOSS, CHAT, FULL, LEASE, NIGHTLY, House, delivery

from hookline.chats import Chats, Known
from hookline.claim import Claim
from hookline.clock import HOUR
from hookline.errors import QueueRefused
from hookline.gate import LOST_LEASE_WAIT, OUT_OF_REACH_WAIT
from hookline.models import Message, Wake
from hookline.paced import Paced
from hookline.state import State
from hookline.turn import Settled


def test_a_record_of_what_is_held_that_comes_again_is_a_copy(house: House) -> None:
    house.fill()
    held = house.message("late")
    assert [house.deliver(held).status for _ in range(2)] == ["held", "duplicate"]
    assert house.state.count == 1


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


def test_a_chat_beside_which_nobody_hears_is_counted_once_for_each_time_that_it_waits(house: House) -> None:
    for waits in (1, 2):
        house.line.refusals = [FULL]
        for n in range(3):
            house.tell(f"m{waits}{n}")
        assert house.counted["ParkedWithoutFallback"] == waits
        assert house.counted["Parked"] == 3 * waits
        house.line.refusals = []
        house.hear(after=10)


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


def test_a_stand_in_that_the_queue_does_not_take_leaves_the_message_as_it_is(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Message) -> None:
        raise QueueRefused("the queue refused a batch")

    house.fallbacks = (BOSS,)
    house.line.refusals = [FULL]
    with monkeypatch.context() as patched:
        patched.setattr(house, "forward", refuse)
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


def test_of_a_private_digest_that_is_dropped_nothing_is_left(house: House) -> None:
    house.fill()
    for text in ("secret one", "secret two"):
        house.tell(text, private=True)
    house.line.refusals = [FULL]
    house.wake(after=60)
    [dropped] = house.digests()
    assert dropped["status"] == "dropped"
    assert "secret" not in str(dropped)
