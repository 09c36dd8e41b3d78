"""What a chat has to wait for, hour by hour: its pace, its nights, its people. And whatever breaks off meanwhile."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from tests.model.mishaps import Mishaps
from tests.model.provider import EVERY_CHAT
from tests.model.verdict import DIGEST, Row, Verdict, plain
from tests.model.world import DAYS, TIMEOUT_MS, World

from hookline.chats import Chats
from hookline.clock import DAY, HOUR, MINUTE, SECOND_MS
from hookline.models import Destination, Message, Wake
from hookline.paced import REACT
from hookline.state import State

CHAT, FALLBACK, OTHERS = "chat_a", "chat_f", ["chat_b", "chat_c"]
AT_ONCE = 5 * SECOND_MS  # from an answer to the digest
BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = "22:00-07:00 Europe/Berlin"

Report = Callable[[str, object], None]
Story = Callable[[], World]


def world_with(*, limit: int | None = None, fallback: bool = False, lag: int = 0, **manners: Any) -> World:
    """Return a world whose chat has these manners, and a line that takes so many texts in a row."""
    world = World(chance=0.0, index_lag_ms=lag)
    world.manners = dict.fromkeys([CHAT, *OTHERS], manners)
    if limit:
        world.provider.limits[CHAT] = limit
    if fallback:
        world.fallbacks[CHAT] = (Destination(name="the office", id=FALLBACK),)
    return world


def accept(world: World, many: int, **more: Any) -> list[Message]:
    return [world.accept(CHAT, **more) for _ in range(many)]


def shown(world: World, chat: str = CHAT) -> list[str]:
    return [sent.text for sent in world.provider.phone if sent.chat == chat]


def digests(world: World, chat: str = CHAT) -> list[str]:
    return [text for text in shown(world, chat) if DIGEST.match(text)]


def row(world: World, message: Message) -> Row:
    return plain(world.table.items[message.delivery_id, "1"])


def statuses(world: World, messages: list[Message]) -> list[str]:
    return [row(world, message)["status"] for message in messages]


def state(world: World, chat: str = CHAT) -> State:
    return State.from_json(world.table.items[f"chat {chat}", "0"]["state"]["S"])


def judged(world: World, within: float = HOUR) -> Verdict:
    """Let everything come to its end, and judge that."""
    world.drain(within)
    verdict = Verdict(world)
    verdict.all()
    return verdict


def there(day: str, at: str, fold: int = 0) -> int:
    """Return the ms at which the clocks of Berlin show that, for the first or the second time."""
    return int(datetime.fromisoformat(f"{day}T{at}").replace(tzinfo=BERLIN, fold=fold).timestamp()) * SECOND_MS


# The pace.


def test_what_exceeds_the_pace_is_told_in_one_text_when_the_minute_is_over() -> None:
    world = world_with(pace="3 per 1m")
    began = world.clock()
    messages = accept(world, 8)
    world.pass_time(MINUTE - 1)
    assert shown(world) == [message.text for message in messages[:3]]
    world.pass_time(1)
    assert shown(world)[3:] == digests(world)
    [digest] = digests(world)
    assert digest.startswith("5 more in 1 min")
    assert world.provider.phone[-1].at == began + MINUTE * SECOND_MS
    judged(world)


@pytest.mark.parametrize("is_frozen", [True, False])
def test_nothing_overtakes_what_is_held_or_being_told(is_frozen: bool) -> None:  # noqa: FBT001 - drawn
    """What comes before the digest is on the queue is before it there, too."""
    world = world_with(pace="3 per 1m")
    accept(world, 4)
    world.pass_time(MINUTE - 1)
    accept(world, 2)
    world.pass_time(0)
    world.clock.advance(1)
    world.release()
    if is_frozen:
        world.work()
    accept(world, 1)
    judged(world)
    assert [text.split(" ")[0] for text in shown(world)] == ["#0", "#1", "#2", "3", "#6"]


def test_a_storm_of_an_hour_is_told_in_as_many_texts_as_the_pace_allows() -> None:
    world = world_with(pace="3 per 1m")
    for _ in range(HOUR // 5):
        accept(world, 1)
        world.pass_time(5)
    judged(world)
    for begin in range(len(world.provider.phone) - 4):
        four = world.provider.phone[begin : begin + 5]
        assert four[-1].at - four[0].at >= MINUTE * SECOND_MS, "three, and the digest of what was held before"
    assert len(digests(world)) >= HOUR // MINUTE // 2


@pytest.mark.parametrize("word", ["503", "timeout", "timeout-after"])
def test_a_message_spends_one_token_however_often_it_is_tried(word: str) -> None:
    world = world_with(pace="3 per 1h")
    world.provider.plans[CHAT].extend([word] * 4)
    messages = accept(world, 3)
    judged(world)
    assert world.provider.attempts > len(messages)
    assert shown(world) == [message.text for message in messages]
    assert statuses(world, messages) == ["sent"] * 3


@pytest.mark.parametrize("word", ["503", "timeout", "timeout-after"])
@pytest.mark.parametrize("lasting", [30, 20 * MINUTE, 5 * HOUR])
def test_an_outage_in_the_middle_of_a_storm_loses_and_doubles_nothing(word: str, lasting: int) -> None:
    world = world_with(pace="3 per 1m")
    accept(world, 2)
    world.pass_time(10)
    accept(world, 4)
    world.provider.standing[EVERY_CHAT] = word
    world.pass_time(lasting / 2)
    accept(world, 4)
    world.pass_time(lasting / 2)
    world.provider.standing.clear()
    judged(world)
    assert digests(world)


# Somebody has to answer.


def test_what_is_refused_until_somebody_answers_waits_and_nothing_is_tried_by_the_clock() -> None:
    world = world_with(limit=2, budget="off")
    messages = accept(world, 5)
    world.pass_time(0)
    asked = world.provider.attempts
    world.pass_time(DAY - 1)
    assert (asked, world.provider.attempts) == (3, 3)
    assert statuses(world, messages) == ["sent", "sent", "parked", "parked", "parked"]
    assert world.counted["ParkedWithoutFallback"] == 1


def test_the_fallback_hears_at_once_and_the_digest_says_so() -> None:
    world = world_with(limit=2, fallback=True, pace="off")
    messages = accept(world, 5)
    world.pass_time(0)
    assert shown(world, FALLBACK) == [message.text for message in messages[2:]]
    assert world.counted["ParkedWithoutFallback"] == 0
    world.pass_time(HOUR)
    world.answer(CHAT)
    judged(world)
    assert [text.splitlines()[1] for text in digests(world)] == ["3 went to the office."]


def test_the_fallback_hears_of_what_was_only_held_in_one_text() -> None:
    world = world_with(limit=2, fallback=True, pace="2 per 1m")
    accept(world, 4)
    world.pass_time(2 * MINUTE)
    [passed] = shown(world, FALLBACK)
    assert passed.startswith("2 more in 1 min")
    world.answer(CHAT)
    judged(world)
    assert [text.splitlines()[1] for text in digests(world)] == ["2 went to the office."]


@pytest.mark.parametrize("what", ["received", "reaction"])
def test_an_answer_brings_what_waits_within_seconds(what: str) -> None:
    world = world_with(limit=2)
    accept(world, 6)
    world.pass_time(3 * HOUR + MINUTE / 2)
    answered = world.clock()
    world.answer(CHAT, what)
    world.pass_time(AT_ONCE / SECOND_MS)
    [digest] = digests(world)
    assert digest.startswith("4 more in 3 h")
    assert world.provider.phone[-1].at - answered <= AT_ONCE
    assert not state(world).parked_at
    judged(world)


@pytest.mark.parametrize(("takes_more", "status"), [(True, "digested"), (False, "failed")])
@pytest.mark.parametrize("fallback", [True, False])
def test_what_nobody_answers_is_tried_once_more_when_it_expires(
    takes_more: bool,  # noqa: FBT001 - drawn
    status: str,
    fallback: bool,  # noqa: FBT001 - drawn
) -> None:
    world = world_with(limit=2, fallback=fallback, expires="2h", pace="2 per 10m")
    messages = accept(world, 5)
    world.pass_time(11 * MINUTE)
    asked = world.provider.attempts
    if takes_more:
        world.provider.limits.clear()
    judged(world, within=3 * HOUR)
    in_chat = [sent for sent in world.provider.sent if sent.chat == CHAT]
    assert world.provider.attempts - asked == 1
    assert statuses(world, messages) == ["sent", "sent", *[status] * 3]
    assert len(digests(world)) == takes_more == (len(in_chat) == 3)
    assert len(shown(world, FALLBACK)) == fallback


def test_after_the_last_try_the_chat_is_open_for_what_comes_next() -> None:
    world = world_with(limit=2, expires="1h")
    accept(world, 3)
    world.drain(2 * HOUR)
    world.provider.answer(CHAT)
    [late] = accept(world, 1)
    world.answer(CHAT)
    judged(world)
    assert shown(world)[-1] == late.text


# A budget.


def thanked(world: World) -> None:
    """Let the person answer, and answer the digest that this brings: it is one of those that the line takes."""
    for _ in range(2):
        world.answer(CHAT, "reaction")
        world.pass_time(AT_ONCE / SECOND_MS)


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 8])
@pytest.mark.parametrize("pace", ["off", "3 per 1m"])
def test_a_budget_is_learned_by_one_refusal_and_kept_from_then_on(limit: int, pace: str) -> None:
    world = world_with(limit=limit, pace=pace)
    for n in range(10):
        before = len(shown(world))
        for _ in range(limit + 2):
            accept(world, 1)
            world.pass_time(MINUTE)
        told = shown(world)[before:]
        assert len(told) == limit
        assert [text.endswith(REACT) for text in told] == [False] * (limit - 1) + [n > 0]
        assert state(world).parked_at
        world.pass_time(20 * MINUTE)
        thanked(world)
        assert world.provider.refusals[CHAT] == 1
    judged(world)


def test_as_long_as_the_provider_refuses_nothing_a_chat_is_told_everything() -> None:
    world = world_with(pace="off", expires="1h")
    messages = accept(world, 60)
    judged(world)
    assert shown(world) == [message.text for message in messages]


def test_a_line_that_takes_more_than_it_did_is_found_out_after_a_week() -> None:
    world = world_with(limit=2, pace="off")
    for day in range(16):
        world.provider.limits[CHAT] = 2 if day == 0 else 4
        accept(world, 5)
        world.pass_time(HOUR)
        world.answer(CHAT)
        world.pass_time(DAY - HOUR)
        world.answer(CHAT)
    judged(world)
    assert world.provider.refusals[CHAT] == 2 + 1, "one for each week, at its beginning"


def test_a_number_is_a_budget_that_nobody_has_to_learn() -> None:
    world = world_with(limit=3, budget=3, pace="off")
    for _ in range(4):
        accept(world, 5)
        world.pass_time(HOUR)
        assert shown(world)[-1].endswith(REACT)
        thanked(world)
    judged(world)
    assert world.provider.refusals[CHAT] == 0


def test_where_the_budget_is_off_the_provider_is_asked_each_time_and_no_text_begs() -> None:
    world = world_with(limit=3, budget="off", pace="10 per 1m")
    for _ in range(4):
        accept(world, 5)
        world.pass_time(HOUR)
        thanked(world)
    judged(world)
    assert world.provider.refusals[CHAT] == 4
    assert not any(REACT in text for text in shown(world))


# The night.


@pytest.mark.parametrize(
    ("hours", "day", "comes", "ends"),
    [
        (NIGHT, "2026-11-03", "01:00", ("07:00", 0)),
        (NIGHT, "2027-03-28", "01:30", ("07:00", 0)),
        (NIGHT, "2027-03-28", "06:59", ("07:00", 0)),
        (NIGHT, "2026-10-25", "01:30", ("07:00", 0)),
        (NIGHT, "2027-10-31", "01:30", ("07:00", 0)),
        ("01:30-02:30 Europe/Berlin", "2027-03-28", "01:45", ("03:00", 0)),
        ("00:30-02:00 Europe/Berlin", "2026-10-25", "00:45", ("02:00", 0)),
        ("00:30-02:30 Europe/Berlin", "2027-10-31", "01:00", ("02:30", 0)),
        ("02:10-03:00 Europe/Berlin", "2027-10-31", "02:20", ("02:00", 1)),
    ],
)
def test_what_comes_at_night_is_told_in_one_text_when_it_ends_also_where_the_clocks_change(
    hours: str, day: str, comes: str, ends: tuple[str, int]
) -> None:
    world = world_with(quiet=hours)
    world.clock.ms = there(day, comes)
    accept(world, 7)
    end = there(day, *ends)
    world.pass_time((end - world.clock()) / SECOND_MS - 1)
    assert shown(world) == []
    world.pass_time(1)
    assert shown(world) == digests(world)
    [digest] = world.provider.phone
    assert digest.text.startswith("7 more in ")
    assert digest.at == end
    judged(world)


def test_an_urgent_message_passes_at_night_and_the_others_are_told_in_the_morning() -> None:
    world = world_with(quiet=NIGHT)
    world.clock.ms = there("2027-03-27", "23:00")
    accept(world, 2)
    world.pass_time(HOUR)
    [urgent] = accept(world, 1, urgent=True)
    world.pass_time(0)
    assert shown(world) == [urgent.text]
    judged(world, within=8 * HOUR)
    assert digests(world) == shown(world)[1:]


@pytest.mark.parametrize("day", ["2027-03-28", "2026-10-25", "2027-10-31"])
def test_who_answers_at_night_is_told_at_once_what_waited_for_that(day: str) -> None:
    world = world_with(limit=2, quiet=NIGHT)
    world.clock.ms = there(day, "00:00") - 6 * HOUR * SECOND_MS
    accept(world, 4)
    world.pass_time(0)
    world.clock.ms = there(day, "01:59")
    world.answer(CHAT)
    world.pass_time(AT_ONCE / SECOND_MS)
    assert [digest.startswith("2 more in ") for digest in digests(world)] == [True]
    accept(world, 2)
    world.pass_time(HOUR)
    assert len(digests(world)) == 1, "who is awake now may sleep again"
    world.answer(CHAT)
    judged(world, within=8 * HOUR)
    assert world.provider.phone[-1].at == there(day, "07:00")


# What belongs to one story.


def test_later_messages_of_a_thread_are_replies_to_its_first() -> None:
    world = world_with()
    world.accept(CHAT, thread="disk", phase="firing")
    world.accept(CHAT, thread="other", phase="firing")
    world.pass_time(HOUR)
    world.accept(CHAT, thread="disk", phase="firing")
    world.pass_time(HOUR)
    world.accept(CHAT, thread="disk", phase="resolved")
    judged(world)
    first = world.provider.phone[0].id
    assert [sent.reply_to for sent in world.provider.phone] == [None, None, first, first]


def test_what_is_held_alone_stays_a_reply_to_its_threads_first() -> None:
    world = world_with(pace="1 per 1m")
    world.accept(CHAT, thread="disk", phase="firing")
    world.accept(CHAT, thread="disk", phase="resolved")
    judged(world)
    assert [sent.reply_to for sent in world.provider.phone] == [None, world.provider.phone[0].id]


def test_what_fired_and_was_resolved_while_it_waited_is_only_counted() -> None:
    world = world_with(pace="1 per 1m")
    accept(world, 1)
    for name, phases in {"disk": ["firing", "resolved"], "load": ["firing"]}.items():
        for phase in phases:
            world.accept(CHAT, f"{name} {phase}", title=name, thread=name, phase=phase)
    judged(world)
    [digest] = digests(world)
    assert digest.splitlines()[0] == "3 more in 1 min: load. 1 fired and resolved meanwhile."
    assert digest.splitlines()[-1] == "Latest: #3 load firing"


@pytest.mark.parametrize("quiet", [(), NIGHT])
def test_an_urgent_end_takes_along_the_beginning_that_waits(quiet: Any) -> None:
    world = world_with(pace="1 per 10m", quiet=quiet)
    accept(world, 1, urgent=True)
    world.accept(CHAT, title="disk", thread="disk", phase="firing")
    held = world.accept(CHAT, title="load", thread="load", phase="firing")
    world.pass_time(MINUTE)
    world.accept(CHAT, title="disk", thread="disk", phase="resolved", urgent=True)
    world.pass_time(0)
    assert [text.partition(".")[0] for text in digests(world)] == ["2 more in 1 min: 1 fired and resolved meanwhile"]
    judged(world, within=DAY)
    assert shown(world)[-1] == held.text


# Whatever breaks off, at whichever step.


def each_crash(begin: Story) -> Iterator[World]:
    """Give the world once for each step at which the worker can die over its next batch, and once as it goes well."""
    for fuse in count():
        world = begin()
        world.work(Mishaps(fuses=[fuse]))
        is_over = not world.crashes
        yield world
        if is_over:
            return


def about_to_freeze(lag: int = 0) -> World:
    world = world_with(pace="3 per 1m", lag=lag)
    accept(world, 8)
    world.pass_time(0)
    world.clock.advance(MINUTE)
    world.release()
    return world


def about_to_tell() -> World:
    """120 messages are closed in three pages."""
    world = world_with(pace="3 per 1m")
    accept(world, 123)
    world.pass_time(0)
    world.clock.advance(MINUTE)
    world.release()
    world.work()
    return world


def about_to_park() -> World:
    world = world_with(limit=2, fallback=True, pace="off")
    accept(world, 2)
    world.pass_time(0)
    accept(world, 3)
    return world


def about_to_park_what_was_held() -> World:
    world = world_with(limit=3, fallback=True, pace="3 per 1m")
    accept(world, 6)
    world.pass_time(0)
    world.clock.advance(MINUTE)
    world.release()
    world.work()
    return world


def about_to_be_answered() -> World:
    world = world_with(limit=2, fallback=True, pace="off")
    accept(world, 6)
    world.pass_time(HOUR)
    world.answer(CHAT, "reaction")
    return world


def about_to_take_along() -> World:
    world = world_with(pace="1 per 10m")
    accept(world, 1)
    for title in ("disk", "load"):
        world.accept(CHAT, title=title, thread=title, phase="firing")
    world.pass_time(MINUTE)
    world.accept(CHAT, title="disk", thread="disk", phase="resolved", urgent=True)
    return world


def about_to_expire() -> World:
    world = world_with(limit=2, expires="1h")
    accept(world, 5)
    world.pass_time(HOUR - 1)
    world.provider.answer(CHAT)  # of which nobody hears
    world.clock.advance(1)
    world.release()
    return world


STORIES: dict[str, Story] = {
    story.__name__: story
    for story in (
        about_to_freeze,
        about_to_tell,
        about_to_park,
        about_to_park_what_was_held,
        about_to_be_answered,
        about_to_take_along,
        about_to_expire,
    )
}


@pytest.mark.parametrize("story", STORIES)
def test_wherever_a_worker_dies_the_phone_shows_everything_once_and_one_digest(story: str, report: Report) -> None:
    steps = -1
    for world in each_crash(STORIES[story]):
        steps += 1
        world.pass_time(10 * MINUTE)
        world.answer(CHAT)
        judged(world)
        assert len(digests(world)) == 1, steps
    assert steps > 2
    report(f"{story}: steps at which its worker died", steps)


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("again", [1, 4, 9])
def test_a_worker_may_die_a_second_time_over_what_the_first_has_left(story: str, again: int) -> None:
    for world in each_crash(STORIES[story]):
        world.wait()
        world.work(Mishaps(fuses=[again]))
        world.pass_time(10 * MINUTE)
        world.answer(CHAT)
        judged(world)
        assert len(digests(world)) == 1


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("fails", ["before", "after"])
def test_a_call_to_the_table_that_fails_changes_nothing_in_the_end(story: str, fails: str) -> None:
    for nth in range(12):
        world = STORIES[story]()
        world.work(Mishaps(table=[""] * nth + [fails]))
        world.pass_time(10 * MINUTE)
        world.answer(CHAT)
        judged(world)
        assert len(digests(world)) == 1, nth


@pytest.mark.parametrize("story", STORIES)
def test_a_queue_that_takes_nothing_for_a_while_delays_what_is_told_and_no_more(story: str) -> None:
    world = STORIES[story]()
    world.queue.refusals = 1000
    world.work()
    world.queue.refusals = 0
    world.pass_time(10 * MINUTE)
    world.answer(CHAT)
    judged(world)
    assert len(digests(world)) == 1


# What comes sooner than one thinks.


def once(do: Callable[[], object]) -> Callable[[str], None]:
    """Return what happens while the first answer of a chat is on its way."""
    left = [do]

    def meanwhile(chat: str) -> None:
        if chat == CHAT and left:
            left.pop()()

    return meanwhile


@pytest.mark.parametrize("what", ["received", "reaction"])
@pytest.mark.parametrize("given", [{"budget": "auto"}, {"budget": "off"}, {"fallback": True}], ids=str)
def test_an_answer_that_comes_before_the_refusal_is_written_releases_the_chat_wherever_the_worker_dies(
    what: str, given: dict[str, Any]
) -> None:
    def begin() -> World:
        world = world_with(limit=2, **given)
        accept(world, 2)
        world.pass_time(MINUTE)
        accept(world, 2)
        world.provider.meanwhile = once(lambda: world.answer(CHAT, what))
        return world

    for world in each_crash(begin):
        world.pass_time(5 * MINUTE)
        assert not state(world).parked_at
        judged(world, within=5 * MINUTE)


@pytest.mark.parametrize("lag", [0, 900])
@pytest.mark.parametrize("whats", ["delivered", "read delivered", "delivered read", "delivered failed", "failed"])
def test_what_is_told_of_a_digest_before_its_row_is_closed_is_written_wherever_the_worker_dies(
    lag: int, whats: str
) -> None:
    def begin() -> World:
        world = about_to_freeze(lag=lag)
        world.work()
        world.provider.meanwhile = once(
            lambda: [world.receipt(world.provider.sent[-1], what, f"evt {what}") for what in whats.split()]
        )
        return world

    for world in each_crash(begin):
        verdict = judged(world)
        [digest] = [one for rows in verdict.rows.values() for one in rows if one["rule"] == "digest"]
        assert digest["status"] == next(what for what in ("failed", "read", "delivered") if what in whats)
        assert digests(world) == [digest["text"]]


def test_a_tapback_to_a_digest_of_which_one_hears_before_it_is_closed_acknowledges_it() -> None:
    def begin() -> World:
        world = about_to_tell()
        world.provider.meanwhile = once(
            lambda: world.answer(CHAT, "reaction", message_id=world.provider.sent[-1].id, ack="like")
        )
        return world

    for world in each_crash(begin):
        verdict = judged(world)
        acknowledged = [one for rows in verdict.rows.values() for one in rows if "acknowledged_at" in one]
        assert [one["text"] for one in acknowledged] == digests(world)


# What wakes a chat.


def test_a_wake_up_that_is_lost_is_made_up_for() -> None:
    world = about_to_freeze()
    world.queue.delete(world.queue.receive())
    assert world.queue.is_empty
    world.pass_time(6 * MINUTE)
    assert len(digests(world)) == 1
    judged(world)


def test_a_chat_that_is_woken_twice_is_told_once() -> None:
    world = about_to_freeze()
    world.outside.put([Wake(chat=CHAT, due_at=world.clock() + n) for n in range(1, 4)])
    world.pass_time(0)
    world.outside.put([Wake(chat=CHAT, due_at=world.clock() + n) for n in range(4, 8)])
    judged(world)
    assert len(digests(world)) == 1


def test_release_may_die_half_way() -> None:
    world = world_with(pace="1 per 1m")
    for chat in [CHAT, *OTHERS]:
        for _ in range(3):
            world.accept(chat)
    world.pass_time(0)
    world.clock.advance(MINUTE)
    world.release(most=1)
    world.work()
    world.work()
    told = [chat for chat in [CHAT, *OTHERS] if digests(world, chat)]
    assert len(told) == 1
    world.pass_time(MINUTE)
    assert all(digests(world, chat) for chat in [CHAT, *OTHERS])
    judged(world)


# Very many.

MANY = 100_000


def hold(world: World, many: int) -> None:
    """Let so many wait of a chat: written as the fourth of its messages was, because one by one would take too long."""
    *_, held = accept(world, 4, title="Disk", thread="0", phase="firing")
    world.pass_time(0)
    chats = Chats(world.table, "DeliveryLog", world.clock, DAYS)  # type: ignore[arg-type]
    [[first]] = chats.entries(CHAT, 0, 1)
    as_row, as_entry = world.table.items[held.delivery_id, "1"], world.table.items[f"chat {CHAT}", "1"]
    for n in range(2, many + 1):
        entry = replace(first, id=str(UUID(int=n)), where=f"web-{n}", thread=str(n))
        row_of_entry = {"generation": {"N": str(n)}, "entry": {"S": entry.to_json()}}
        world.table.put_item(TableName="DeliveryLog", Item=as_row | {"id": {"S": entry.id}})
        world.table.put_item(TableName="DeliveryLog", Item=as_entry | row_of_entry)
    known = chats.read(CHAT)
    assert chats.save(CHAT, known, replace(known.state, last=many, count=many))


@pytest.mark.slow
def test_a_hundred_thousand_are_told_in_one_text_and_closed_in_as_many_turns_as_it_takes(report: Report) -> None:
    world = world_with(pace="3 per 1m")
    hold(world, MANY)
    world.takes = {"query": 0.2, "transact_write_items": 0.1}
    world.turns.clear()
    world.clock.advance(MINUTE)
    world.release()
    world.work()
    assert state(world).gathering, "more than one turn has time for"
    later = accept(world, 2)
    while not state(world).closing:
        assert world.work()
    world.work()
    assert state(world).closing, "more than a few turns have time for"
    later += accept(world, 1)
    world.drain(HOUR)
    assert [text.partition(" in ")[0] for text in shown(world)[3:]] == [f"{MANY} more", "3 more"]
    assert statuses(world, later) == ["digested"] * 3
    verdict = Verdict(world)  # of which the rest would take longer than all of this
    verdict.digests_stand_for_what_they_say()
    verdict.nothing_waits()
    told = [one for rows in verdict.rows.values() for one in rows if one["status"] == "digested"]
    assert len(told) == MANY + len(later)
    report(f"{MANY} that were held: turns", len(world.turns))
    report(f"{MANY} that were held: the longest turn (s)", max(world.turns) / SECOND_MS)
    assert max(world.turns) < TIMEOUT_MS
