"""A chat's turn with its pace: what goes, what waits, what that costs."""

from typing import Any

import httpx
import pytest
from tests.conftest import NOON
from tests.layer.hookline.paced_house import ASKED, BOSS, CHAT, FULL, NIGHTLY, TO_NIGHT, Calls, House, delivery, refusal

from hookline.clock import HOUR, MINUTE
from hookline.conversation import TRY_AGAIN_MS
from hookline.errors import RulesUnavailable
from hookline.gate import OUT_OF_REACH_WAIT
from hookline.models import Wake
from hookline.room import Room
from hookline.state import State
from hookline.turn import Settled


def test_what_exceeds_the_pace_is_held_and_the_sender_can_go_on(house: House) -> None:
    house.fill()
    assert house.deliver(house.message("late")) == Settled("held")
    assert len(house.texts) == 3
    assert house.statuses("late") == ["held"]
    assert house.counted == {"Sent": 3, "Held": 1}
    assert house.state.due_at == NOON + MINUTE * 1000


def test_while_something_waits_whatever_comes_joins_it_and_is_told_with_it(house: House) -> None:
    house.fill()
    house.tell("a")
    house.clock.advance(600)
    assert house.tell("b") == "held"
    house.work()
    assert house.texts[3:] == ["2 more in 10 min: a, b.\nLatest: b"]


def test_after_a_digest_what_comes_goes_as_it_comes(house: House) -> None:
    house.fill()
    house.tell("late")
    house.wake(after=60)
    assert [house.tell(text) for text in ("a", "b", "c")] == ["sent", "sent", "held"]


def test_a_text_that_is_split_does_not_stop_at_the_pace_in_its_middle(house: House) -> None:
    house.tell("before")
    house.tell("before, too")
    parts = [house.message(f"({n}/3)", first_part=delivery("(1/3)") if n > 1 else None) for n in (1, 2, 3)]
    assert [house.deliver(part).status for part in parts] == ["sent"] * 3
    assert house.tell("late") == "held"


@pytest.mark.parametrize("options", [{"budget": "off"}, {"pace": "off", "budget": 3}, NIGHTLY | {"pace": "3 per 1m"}])
def test_each_option_is_kept_without_the_others(house: House, options: dict[str, Any]) -> None:
    house.options(**options)
    house.fill()
    assert house.tell("late") in {"held", "parked"}


def test_without_pace_budget_and_quiet_hours_nothing_is_counted(house: House) -> None:
    house.options(pace="off", budget="off")
    assert [house.tell(f"m{n}") for n in range(9)] == ["sent"] * 9
    assert house.state == State()


# Quiet hours.


def test_what_comes_at_night_is_told_in_the_morning(house: House) -> None:
    house.options(**NIGHTLY)
    house.clock.advance(TO_NIGHT)
    assert [house.tell(text) for text in ("a", "b")] == ["held", "held"]
    house.wake(after=8 * HOUR - 1)
    assert house.texts == []
    house.wake(after=1)
    assert house.texts == ["2 more in 8 h: a, b.\nLatest: b"]


def test_an_answer_at_night_brings_what_had_to_wait_for_it(house: House) -> None:
    house.options(**NIGHTLY, pace="off", budget=1)
    house.clock.advance(TO_NIGHT - HOUR - 60)
    assert [house.tell(text) for text in ("a", "b")] == ["sent", "parked"]
    house.clock.advance(HOUR + 60)
    assert house.tell("c") == "parked"
    house.hear()
    assert house.texts == ["a" + ASKED, "2 more in 1 h 1 min: b, c.\nLatest: c" + ASKED]
    assert house.tell("d") == "held"


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


def test_while_nobody_knows_the_rules_a_message_stays_open_however_often_it_comes(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(_: str) -> Room:
        raise RulesUnavailable("The table can't be asked which rules run.")

    with monkeypatch.context() as patched:
        patched.setattr(house, "room", unknown)
        for _ in range(4):
            assert house.deliver(house.message("a")) == Settled("retrying", OUT_OF_REACH_WAIT)
    assert house.tell("a") == "sent"


# What it costs.


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
