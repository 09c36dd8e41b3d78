"""What a chat that somebody has to answer is told, and when."""

import pytest
from tests.layer.hookline.paced_house import ASKED, BOSS, CHAT, FULL, House

from hookline.clock import HOUR
from hookline.models import Destination, Receipt
from hookline.room import Room
from hookline.rules.model import Chat
from hookline.turn import Settled


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
    assert house.counted == {"Sent": 2, "Parked": 1}


def test_what_comes_while_somebody_has_to_answer_is_parked_without_asking_the_provider(house: House) -> None:
    house.fallbacks = (BOSS,)
    house.line.refusals = [FULL]
    assert [house.tell(text) for text in ("a", "b", "c")] == ["parked"] * 3
    house.work()
    assert house.line.asked == 1 + 3
    assert [text for _, text in house.elsewhere] == ["a", "b", "c"]


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


def test_what_came_before_the_rules_had_a_pace_is_told_under_it(house: House) -> None:
    house.options(pace="off", budget="off")
    house.line.refusals = [FULL]
    house.tell("a")
    house.options()
    assert house.tell("b") == "parked"
    house.line.refusals = []
    house.hear(after=10)
    assert house.texts == ["2 more in 10 s: a, b.\nLatest: b"]
