"""Outages as they happen, hour by hour: what is lost (nothing), how soon it goes on, how often a record comes."""

from collections.abc import Callable

import pytest
from tests.model.mishaps import Mishaps
from tests.model.provider import EVERY_CHAT
from tests.model.verdict import Row, Verdict, where_it_went
from tests.model.world import World

from hookline.claim import MAX_LOST_LEASES
from hookline.clock import DAY, HOUR, MINUTE, SECOND_MS
from hookline.models import Destination, Message
from hookline.patience import AUTH_RETRY, MAX_BACKOFF, STUCK_AFTER

CHATS = ["chat_a", "chat_b", "chat_c"]
SHORTEST, LONGEST = 0.0, 0.999  # what chance may make of a wait
CLAIMED = 2  # steps: before and after the put; the next would be the attempt
POISON = "poison"

Report = Callable[[str, object], None]


def arrivals(world: World, *, every: int, lasting: int) -> list[Message]:
    """Let a message come for each chat at each interval, while whatever is wrong is wrong."""
    messages = []
    for _ in range(lasting // every):
        messages += [world.accept(chat) for chat in CHATS]
        world.pass_time(every)
    return messages


def row(world: World, message: Message) -> Row:
    [found] = Verdict(world).rows[message.delivery_id]
    return found


def judged(world: World) -> Verdict:
    assert world.queue.is_empty
    verdict = Verdict(world)
    verdict.all()
    return verdict


def all_arrived(world: World, messages: list[Message]) -> None:
    """In order of acceptance, each chat's own."""
    for chat in CHATS:
        told = [sent.text for sent in world.provider.phone if sent.chat == chat]
        assert told == [message.text for message in messages if message.chat == chat]


@pytest.mark.parametrize("word", ["503", "timeout", "timeout-after"])
@pytest.mark.parametrize("chance", [SHORTEST, LONGEST])
def test_six_hours_without_the_provider_lose_nothing_and_end_within_three_minutes(
    word: str, chance: float, report: Report
) -> None:
    world = World(chance=chance)
    world.provider.standing[EVERY_CHAT] = word
    messages = arrivals(world, every=10 * MINUTE, lasting=6 * HOUR)
    world.provider.standing.clear()
    ended = world.clock()
    world.pass_time(MAX_BACKOFF + MINUTE)
    all_arrived(world, messages)
    judged(world)
    resumed = (
        max(sent.at for sent in world.provider.phone if sent.at >= ended) - ended if word != "timeout-after" else 0
    )
    assert resumed <= (MAX_BACKOFF + 1) * SECOND_MS
    report(f"six hours of {word}, chance {chance}: resumed within (s)", resumed / SECOND_MS)
    report(f"six hours of {word}, chance {chance}: most receives", world.queue.most_receives)
    assert world.queue.most_receives < world.queue.max_receive_count


def test_a_weekend_with_a_wrong_key_loses_nothing_and_keeps_the_order(report: Report) -> None:
    world = World()
    world.provider.api_key = "key-2"
    messages = arrivals(world, every=HOUR, lasting=60 * HOUR)
    assert world.provider.phone == []
    world.stored_key = "key-2"
    world.pass_time(AUTH_RETRY + MINUTE)
    all_arrived(world, messages)
    judged(world)
    report("a weekend of 401: most receives", world.queue.most_receives)


def test_a_key_that_is_replaced_while_the_provider_is_away_loses_nothing() -> None:
    world = World()
    world.provider.api_key = "key-2"
    messages = arrivals(world, every=HOUR, lasting=30 * HOUR)
    world.stored_key, world.provider.standing[EVERY_CHAT] = "key-2", "503"
    world.pass_time(2 * HOUR)
    world.provider.standing.clear()
    world.pass_time(MAX_BACKOFF + MINUTE)
    all_arrived(world, messages)
    judged(world)


def test_what_timed_out_before_the_key_went_bad_is_not_sent_again_when_the_provider_has_forgotten_it() -> None:
    world = World()
    world.provider.plans["chat_a"].append("timeout-after")
    message = world.accept("chat_a")
    world.work()
    world.provider.api_key = "key-2"
    world.pass_time(30 * HOUR)
    world.stored_key = "key-2"
    world.drain(HOUR)
    assert where_it_went(world, message) == ["chat_a"]
    assert row(world, message)["error"]["code"] == "too_old"


def test_a_failure_that_is_told_while_the_answer_is_still_unheard_goes_to_the_fallback() -> None:
    """Its receipt has often been received behind the message when it is looked at, sooner than the index knows."""
    world = World(index_lag_ms=900)
    world.provider.plans["chat_a"].extend(["timeout-after"] * 5)
    message = world.accept("chat_a", fallbacks=(Destination(name="f", id="chat_f"),))
    world.work()
    world.receipt(world.provider.sent[0], "failed", "evt_1")
    world.drain(HOUR)
    assert row(world, message)["status"] == "failed"
    assert where_it_went(world, message) == ["chat_a", "chat_f"]
    judged(world)


def away(world: World) -> None:
    world.provider.standing[EVERY_CHAT] = "503"


def wrong_key(world: World) -> None:
    world.provider.standing.clear()
    world.provider.api_key = "key-2"


def no_table(world: World) -> None:
    world.provider.standing.clear()
    world.table_is_down = True


WORST = {
    "20 hours of 503": [(away, 21 * HOUR)],
    "9 days of 401": [(wrong_key, 10 * DAY)],
    "8 days of 401, then 503": [(wrong_key, 8 * DAY), (away, 2 * DAY)],
    "20 hours of 503, then 9 days of 401": [(away, 20 * HOUR - MINUTE), (wrong_key, 10 * DAY)],
    "13 days without the table": [(no_table, 13 * DAY)],
}


@pytest.mark.parametrize("story", WORST)
def test_no_record_ever_comes_as_often_as_the_queue_gives_up_at(story: str, report: Report) -> None:
    """With the shortest waits, for records behind the head, too: they come as often without being tried."""
    world = World(chance=SHORTEST)
    messages = [world.accept("chat_a") for _ in range(10)]
    for begin, seconds in WORST[story]:
        begin(world)
        world.pass_time(seconds)
    report(f"{story}: most receives", world.queue.most_receives)
    assert world.queue.most_receives < world.queue.max_receive_count
    world.table_is_down = False
    world.drain(DAY)
    judged(world)
    assert {row(world, message)["error"]["code"] for message in messages} == {"too_old"}


def test_a_text_that_only_fails_gives_way_after_ten_minutes_and_goes_to_the_fallback(report: Report) -> None:
    world = World()
    world.provider.is_poison = lambda chat, body: chat == "chat_a" and POISON.encode() in body
    stuck = world.accept("chat_a", POISON, fallbacks=(Destination(name="f", id="chat_f"),))
    world.accept_copy(stuck, "the sender's retry")
    behind = [world.accept("chat_a") for _ in range(12)]
    world.pass_time(STUCK_AFTER - MINUTE)
    assert world.provider.phone == []
    world.pass_time(MAX_BACKOFF + 2 * MINUTE)
    assert where_it_went(world, stuck) == ["chat_f"]
    assert [sent.text for sent in world.provider.phone if sent.chat == "chat_a"] == [one.text for one in behind]
    assert row(world, stuck)["error"]["code"] == "stuck"
    report("a text that only fails: the chat went on after (s)", (world.provider.sent[0].at - stuck.accepted_at) / 1000)


def test_a_provider_that_comes_back_between_two_attempts_makes_no_victim() -> None:
    world = World()
    world.provider.standing["chat_a"] = "503"
    first, second = world.accept("chat_a"), world.accept("chat_a")
    world.pass_time(STUCK_AFTER)
    world.provider.standing.clear()
    world.provider.plans["chat_a"].append("503")
    world.pass_time(MAX_BACKOFF + 1)
    assert [row(world, message)["status"] for message in (first, second)] == ["sent", "sent"]


def test_a_message_that_kills_its_worker_takes_no_neighbour_along() -> None:
    """Whatever is claimed at the moment of a death has not been sent yet."""
    world = World()
    world.provider.kills = POISON
    deadly = world.accept("chat_0", POISON)
    neighbours = [world.accept(f"chat_{n}") for n in range(1, 10)]
    for _ in range(MAX_LOST_LEASES):
        world.work(Mishaps(fuses=[CLAIMED] * 10))
        world.wait()
    world.drain(HOUR)
    assert [where_it_went(world, one) for one in neighbours] == [[one.chat] for one in neighbours]
    assert row(world, deadly)["status"] == "dead"
    assert row(world, deadly)["error"]["reason"] == "stopped the worker 3 times"
    assert where_it_went(world, deadly) == []
    judged(world)


def test_a_provider_that_asks_for_an_hour_gets_it() -> None:
    world = World()
    world.provider.standing[EVERY_CHAT] = "429:3600"
    message = world.accept("chat_a")
    world.pass_time(3 * HOUR - 1)
    assert world.provider.attempts == 3
    world.provider.standing.clear()
    world.pass_time(1)
    assert where_it_went(world, message) == ["chat_a"]


def test_what_nobody_could_be_told_for_twenty_hours_is_dead_with_its_reason_tried_or_not() -> None:
    world = World()
    away(world)
    early = [world.accept("chat_a") for _ in range(3)]
    world.pass_time(10 * HOUR)
    late = world.accept("chat_a")
    world.pass_time(11 * HOUR)
    world.provider.standing.clear()
    world.drain(HOUR)
    for message in early:
        closed = row(world, message)
        assert (closed["status"], closed["error"]["code"]) == ("dead", "too_old")
        assert "20 h" in closed["error"]["reason"]
    assert "tries" not in row(world, early[-1]) or row(world, early[-1])["tries"] == 0
    assert where_it_went(world, late) == ["chat_a"]
    judged(world)
