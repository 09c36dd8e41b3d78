"""What a chat bears, row by row: who goes, who waits and until when, and what it learns."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.conftest import NOON

from hookline.clock import DAY, HOUR, MINUTE, SECOND_MS
from hookline.conversation import (
    LATE_ANSWER_MS,
    LEARNED_FOR_MS,
    MOST_LOOKED_THROUGH,
    MOST_SENT_KEPT,
    TEACHING,
    TRY_AGAIN_MS,
    Admission,
    Ask,
    Due,
    Step,
    accepted,
    admit,
    answered,
    budget,
    dissolved,
    due,
    froze,
    joined,
    over,
    parked,
    refused,
    untaken,
)
from hookline.rules.model import Chat
from hookline.state import Closing, Frozen, State

MINUTE_MS, HOUR_MS, DAY_MS = MINUTE * SECOND_MS, HOUR * SECOND_MS, DAY * SECOND_MS
DIGEST = "d1f9c2f1-0000-5a0b-8f6c-1d1f9c2f1a11"
FROZEN = Frozen(upto=4, count=3, message={"delivery_id": DIGEST})
PARKED = State(parked_at=NOON, expires_at=NOON + DAY_MS, due_at=NOON + DAY_MS, count=1, last=1)


def chat(**options: Any) -> Chat:
    """Return a chat that takes three texts a minute, as one does of which nothing else is said."""
    return Chat.model_validate({"id": "chat_a1", **options})


UNPACED = chat(pace="off")
NIGHTLY = chat(quiet="22:00-07:00 UTC")
NIGHT, MORNING = NOON + 11 * HOUR_MS, NOON + 19 * HOUR_MS  # 23:00 and 07:00


def sent(count: int, at: int = NOON, where: Chat = UNPACED) -> State:
    """Return a chat after so many texts in a row, a second apart."""
    state = State()
    for n in range(count):
        state, admission = admit(state, Ask(f"{n}#1"), where, at + n * SECOND_MS)
        assert admission.step is Step.GO
    return state


# The pace.


def test_as_many_as_the_pace_allows_go_and_the_next_is_held_until_the_window_is_over() -> None:
    full = sent(3, where=chat())
    after, admission = admit(full, Ask("late#1"), chat(), NOON + MINUTE_MS - 1)
    assert admission == Admission(Step.HOLD, due_at=NOON + MINUTE_MS)
    assert after == full


@pytest.mark.parametrize("after", [MINUTE_MS, 90 * SECOND_MS])
def test_a_window_begins_with_the_first_text_after_the_last_window(after: int) -> None:
    full = sent(3, where=chat())
    state, admission = admit(full, Ask("next#1"), chat(), NOON + after)
    assert admission.step is Step.GO
    assert (state.window_at, state.used) == (NOON + after, 1)


def test_without_a_pace_everything_goes() -> None:
    assert sent(50).streak == 50


def test_a_text_that_is_split_is_one_text_to_the_pace_and_several_to_the_person() -> None:
    state = sent(2, where=chat())
    for part in ("first", "second", "third"):
        state, admission = admit(state, Ask(f"{part}#1", is_part=part != "first"), chat(), NOON)
        assert admission.step is Step.GO
    assert (state.used, state.streak) == (3, 5)


def test_what_was_let_through_before_a_crash_goes_without_a_second_token() -> None:
    full = sent(3, where=chat())
    assert admit(full, Ask("2#1"), chat(), NOON) == (full, Admission(Step.GO))
    assert admit(full, Ask("0#1", is_admitted=True), chat(), NOON) == (full, Admission(Step.GO))


# What lets nothing pass, however few there were.


@pytest.mark.parametrize(
    ("state", "step"),
    [
        (State(count=1, due_at=7), Step.HOLD),
        (State(frozen=FROZEN, due_at=7), Step.HOLD),
        (State(parked_at=NOON, due_at=7), Step.PARK),
        (State(parked_at=NOON, count=1, frozen=FROZEN, due_at=7), Step.PARK),
    ],
)
@pytest.mark.parametrize("is_admitted", [False, True])
def test_while_something_waits_everything_joins_it(state: State, step: Step, is_admitted: bool) -> None:  # noqa: FBT001 - drawn
    _, admission = admit(state, Ask("a#1", is_admitted=is_admitted), chat(), NOON)
    assert admission == Admission(step, due_at=7)


def test_rows_that_are_still_being_closed_keep_nobody_waiting() -> None:
    state = State(closing=Closing(DIGEST, 4, "digested", NOON))
    assert admit(state, Ask("a#1"), chat(), NOON)[1].step is Step.GO


@pytest.mark.parametrize("is_admitted", [False, True])
def test_in_quiet_hours_a_message_is_held_until_they_end(is_admitted: bool) -> None:  # noqa: FBT001 - drawn
    ask = Ask("a#1", is_admitted=is_admitted)
    assert admit(State(), ask, NIGHTLY, NIGHT)[1] == Admission(Step.HOLD, due_at=MORNING)
    assert admit(State(), ask, NIGHTLY, MORNING)[1].step is Step.GO


@pytest.mark.parametrize("state", [State(count=1), State(frozen=FROZEN), PARKED, State()])
def test_what_the_provider_may_have_already_is_asked_for_by_its_own_key_whatever_waits(state: State) -> None:
    unsure = Ask("a#1", is_admitted=True, is_unsure=True)
    assert admit(state, unsure, NIGHTLY, NIGHT)[1].step is Step.GO


@pytest.mark.parametrize(
    "state",
    [
        State(window_at=NIGHT, used=3),
        State(streak=2),
        State(count=1, last=1),
        State(frozen=FROZEN),
        PARKED,
    ],
)
def test_an_urgent_message_goes_at_once_and_counts(state: State) -> None:
    strict = chat(quiet="22:00-07:00 UTC", budget=2)
    after, admission = admit(state, Ask("a#1", is_urgent=True), strict, NIGHT)
    assert admission.step is Step.GO
    assert (after.used, after.streak) == (state.used + 1, state.streak + 1)


# The budget.


@pytest.mark.parametrize(
    ("given", "learned", "most"),
    [("auto", 0, None), ("auto", 4, 4), (5, 0, 5), (5, 3, 5), ("off", 4, None)],
)
def test_a_budget_is_what_the_rules_say_or_what_was_learned(given: str | int, learned: int, most: int | None) -> None:
    assert budget(State(learned=learned), chat(budget=given)) == most


@pytest.mark.parametrize("where", [chat(pace="off", budget=3), UNPACED])
def test_the_last_text_of_a_budget_is_known_as_such_and_what_follows_is_parked(where: Chat) -> None:
    state = State(learned=3)
    steps = []
    for n in range(4):
        state, admission = admit(state, Ask(f"{n}#1"), where, NOON)
        steps.append((admission.step, admission.is_last_slot))
    assert steps == [(Step.GO, False), (Step.GO, False), (Step.GO, True), (Step.PARK, False)]
    assert admit(state, Ask("2#1"), where, NOON)[1] == Admission(Step.GO, is_last_slot=True)


def test_each_part_of_a_split_text_needs_room_in_the_budget() -> None:
    where = chat(pace="off", budget=2)
    assert admit(sent(2, where=where), Ask("part#1", is_part=True), where, NOON)[1].step is Step.PARK


def test_a_status_says_what_a_message_waits_for() -> None:
    assert (Admission(Step.HOLD).status, Admission(Step.PARK).status) == ("held", "parked")


# Digests.


def test_a_digest_goes_although_its_own_entries_wait_and_needs_no_room_in_the_pace() -> None:
    state = State(window_at=NOON, used=3, count=3, last=4, frozen=FROZEN)
    after, admission = admit(state, Ask("d#1", digest=DIGEST), chat(), NOON)
    assert admission.step is Step.GO
    assert (after.used, after.streak, after.frozen) == (4, 1, FROZEN)


@pytest.mark.parametrize(
    ("digest", "state", "step"),
    [
        (FROZEN, State(), Step.HOLD),
        (FROZEN, State(streak=2), Step.HOLD),
        (replace(FROZEN, is_answer=True), State(), Step.GO),
        (replace(FROZEN, is_answer=True), State(streak=2), Step.PARK),
        (replace(FROZEN, is_last=True), PARKED, Step.GO),
        (replace(FROZEN, is_last=True), State(streak=2), Step.GO),
    ],
)
def test_at_night_only_what_was_answered_and_what_is_told_for_the_last_time_goes(
    digest: Frozen, state: State, step: Step
) -> None:
    strict = chat(quiet="22:00-07:00 UTC", budget=2)
    asked = Ask("d#1", digest=DIGEST)
    assert admit(replace(state, frozen=digest), asked, strict, NIGHT)[1].step is step


def test_a_digest_is_parked_when_no_text_is_left_in_the_budget() -> None:
    state = State(streak=2, count=3, frozen=FROZEN)
    assert admit(state, Ask("d#1", digest=DIGEST), chat(budget=2), NOON)[1] == Admission(Step.PARK)


# Company: what is held of an urgent message's thread.

THREADED = Ask("a#1", is_urgent=True, thread="t")


def test_an_urgent_message_takes_along_what_is_held_of_its_thread() -> None:
    state = State(count=1, last=1, due_at=7)
    assert admit(state, THREADED, chat(), NOON) == (state, Admission(Step.TAKE, due_at=7))


@pytest.mark.parametrize(
    ("state", "ask"),
    [
        (State(), THREADED),
        (State(count=1), replace(THREADED, thread="")),
        (State(count=MOST_LOOKED_THROUGH + 1), THREADED),
        (State(count=1, frozen=FROZEN), THREADED),
        (State(count=1, closing=Closing(DIGEST, 4, "digested", NOON)), THREADED),
        (State(count=1, gathering={"due": "tell"}), THREADED),
        (State(count=1, admitted="a#1"), THREADED),
    ],
)
def test_an_urgent_message_goes_alone_where_nothing_is_there_to_be_taken_along_in_time(state: State, ask: Ask) -> None:
    assert admit(state, ask, chat(), NOON)[1].step is Step.GO


# What joins.


def test_an_entry_has_the_next_number_and_the_first_says_since_when_they_wait() -> None:
    hold = Admission(Step.HOLD, due_at=NOON + MINUTE_MS)
    one = joined(State(last=4), Ask("a#1", at=NOON - 5), hold, chat(), NOON, is_told=False)
    assert one == State(last=5, count=1, since=NOON - 5, held_upto=5, due_at=NOON + MINUTE_MS)
    two = joined(one, Ask("b#1", at=NOON - 9), hold, chat(), NOON, is_told=False)
    assert (two.last, two.count, two.since, two.held_upto) == (6, 2, NOON - 5, 6)


def test_what_came_without_a_time_waits_since_now() -> None:
    assert joined(State(), Ask("a#1"), Admission(Step.HOLD), chat(), NOON, is_told=False).since == NOON


def test_what_a_fallback_hears_of_by_itself_is_not_told_it_again() -> None:
    state = State(last=4, held_upto=3)
    assert joined(state, Ask("a#1"), Admission(Step.PARK), chat(), NOON, is_told=True).held_upto == 3


def test_who_has_to_answer_has_as_long_as_the_rules_say_from_the_first_on_that_waits_for_it() -> None:
    where, park = chat(expires="2h"), Admission(Step.PARK)
    first = joined(State(is_answered=True), Ask("a#1"), park, where, NOON, is_told=True)
    assert (first.parked_at, first.expires_at, first.due_at) == (NOON, NOON + 2 * HOUR_MS, NOON + 2 * HOUR_MS)
    assert not first.is_answered
    later = joined(first, Ask("b#1"), park, where, NOON + HOUR_MS, is_told=True)
    assert (later.parked_at, later.expires_at, later.due_at) == (NOON, NOON + 2 * HOUR_MS, NOON + 2 * HOUR_MS)


def test_a_chat_that_is_parked_again_waits_no_longer() -> None:
    assert parked(PARKED, chat(), NOON + HOUR_MS) == PARKED


def test_a_chat_that_is_parked_is_due_at_once_for_what_a_fallback_has_not_heard() -> None:
    assert parked(replace(PARKED, held_upto=1), chat(), NOON + 5).due_at == NOON + 5


def test_what_joins_while_a_digest_is_on_its_way_does_not_keep_it_from_being_looked_after() -> None:
    state = replace(PARKED, frozen=FROZEN, due_at=NOON + MINUTE_MS)
    after = joined(state, Ask("a#1"), Admission(Step.PARK, NOON + DAY_MS), chat(), NOON, is_told=False)
    assert after.due_at == NOON + MINUTE_MS


@pytest.mark.parametrize(("after", "step"), [(TRY_AGAIN_MS - 1, Step.PARK), (TRY_AGAIN_MS, Step.GO)])
def test_a_line_that_has_just_said_no_is_not_asked_for_each_urgent_message(after: int, step: Step) -> None:
    state = replace(PARKED, refused_at=NOON)
    assert admit(state, Ask("u#1", is_urgent=True), UNPACED, NOON + after)[1].step is step


@pytest.mark.parametrize("at", [NOON // SECOND_MS, NOON + DAY_MS])
def test_an_answer_with_a_time_that_can_not_be_is_one_of_now(at: int) -> None:
    after = answered(replace(PARKED, refused_at=NOON), at, NOON + 5)
    assert (after.parked_at, after.answered_at) == (0, NOON + 5)


# What the provider's answers teach.


@pytest.mark.parametrize("code", sorted(TEACHING))
@pytest.mark.parametrize(("texts", "learned"), [(1, 1), (2, 1), (5, 4)])
def test_a_refusal_teaches_how_many_texts_in_a_row_were_taken_and_never_none(
    code: str, texts: int, learned: int
) -> None:
    after = refused(sent(texts), code, NOON + HOUR_MS, is_counted=True)
    assert (after.learned, after.learned_at, after.streak) == (learned, NOON + HOUR_MS, texts - 1)
    assert len(after.sent_at) == texts - 1


@pytest.mark.parametrize("code", ["conversation_inactive_paused", "conversation_content_restricted", None])
def test_a_refusal_for_another_reason_teaches_nothing(code: str | None) -> None:
    after = refused(sent(3), code, NOON, is_counted=True)
    assert (after.learned, after.learned_at, after.streak) == (0, 0, 2)


def test_where_nobody_counts_a_refusal_teaches_nothing() -> None:
    state = sent(3)
    after = refused(state, "conversation_streak_limit", NOON, is_counted=False)
    assert after == replace(state, refused_at=NOON)


def test_a_text_that_nobody_got_is_not_waiting_for_an_answer() -> None:
    once = untaken(sent(2), Ask("1#1"))
    assert (once.streak, len(once.sent_at)) == (1, 1)
    assert untaken(once, Ask("1#1")) == once
    assert untaken(State(), Ask("1#1")) == State()


@pytest.mark.parametrize(("learned", "after"), [(0, 0), (2, 3), (3, 3), (4, 4)])
def test_a_text_that_was_taken_beyond_what_was_learned_is_learned(learned: int, after: int) -> None:
    assert accepted(replace(sent(3), learned=learned)).learned == after


# Answers.


def test_an_answer_ends_the_count_of_texts_but_for_those_that_came_after_it() -> None:
    state = sent(10)  # the last of them nine seconds past noon
    after = answered(state, NOON + 6 * SECOND_MS, NOON + 20 * SECOND_MS)
    assert after.sent_at == tuple(at for at in state.sent_at if at > NOON + 6 * SECOND_MS)
    assert after.streak == len(after.sent_at) == 3


def test_an_answer_of_which_nobody_knows_when_ends_the_count_altogether() -> None:
    after = answered(sent(10), 0, NOON + MINUTE_MS)
    assert (after.streak, after.sent_at, after.answered_at) == (0, (), NOON + MINUTE_MS)


@pytest.mark.parametrize("at", [NOON, NOON - 1])
def test_an_answer_that_is_no_later_than_the_last_one_changes_nothing(at: int) -> None:
    state = replace(PARKED, answered_at=NOON, streak=3)
    assert answered(state, at, NOON + HOUR_MS) == state


@pytest.mark.parametrize("at", [NOON + 1, 0])
def test_an_answer_lets_go_at_once_what_waits_for_it(at: int) -> None:
    after = answered(PARKED, at, NOON + HOUR_MS)
    assert (after.parked_at, after.expires_at, after.due_at, after.is_answered) == (0, 0, NOON + HOUR_MS, True)


def test_an_answer_in_a_chat_of_which_nothing_waits_leaves_nothing_due() -> None:
    after = answered(replace(PARKED, count=0), NOON + 1, NOON + HOUR_MS)
    assert (after.parked_at, after.due_at, after.is_answered) == (0, 0, False)


def test_an_answer_does_not_end_the_night_for_what_is_only_held() -> None:
    held = State(count=1, last=1, due_at=MORNING)
    after = answered(held, NIGHT, NIGHT)
    assert (after.is_answered, after.due_at) == (False, MORNING)


@pytest.mark.parametrize(("late_by", "is_released"), [(LATE_ANSWER_MS, True), (LATE_ANSWER_MS + 1, False)])
def test_an_answer_that_the_provider_knew_long_before_it_refused_releases_nothing(
    late_by: int,
    is_released: bool,  # noqa: FBT001 - drawn
) -> None:
    after = answered(replace(PARKED, refused_at=NOON), NOON - late_by, NOON + HOUR_MS)
    assert (after.parked_at == 0) is is_released
    assert after.streak == 0


def test_an_answer_from_before_releases_what_only_the_budget_parked() -> None:
    after = answered(PARKED, NOON - LATE_ANSWER_MS - 1, NOON + HOUR_MS)
    assert (after.parked_at, after.is_answered) == (0, True)


@pytest.mark.parametrize(("age", "learned"), [(LEARNED_FOR_MS - 1, 4), (LEARNED_FOR_MS, 0)])
def test_what_was_learned_is_found_out_again_after_a_week_and_an_answer(age: int, learned: int) -> None:
    state = State(learned=4, learned_at=NOON - age)
    assert answered(state, NOON, NOON).learned == learned


# What is due.

HELD = State(count=2, last=2, held_upto=2, due_at=NOON)


@pytest.mark.parametrize(
    ("state", "where", "at", "expected"),
    [
        (State(), chat(), NOON, (Due.NOTHING, 0)),
        (replace(HELD, frozen=FROZEN), chat(), NOON, (Due.NOTHING, NOON)),
        (HELD, chat(), NOON, (Due.TELL, 0)),
        (replace(HELD, window_at=NOON, used=3), chat(), NOON + 1, (Due.NOTHING, NOON + MINUTE_MS)),
        (replace(HELD, window_at=NOON, used=3), chat(), NOON + MINUTE_MS, (Due.TELL, 0)),
        (replace(HELD, window_at=NOON, used=3), UNPACED, NOON + 1, (Due.TELL, 0)),
        (HELD, NIGHTLY, NIGHT, (Due.NOTHING, MORNING)),
        (HELD, NIGHTLY, MORNING, (Due.TELL, 0)),
        (replace(HELD, is_answered=True), NIGHTLY, NIGHT, (Due.TELL, 0)),
        (replace(HELD, is_answered=True, window_at=NOON, used=3), chat(), NOON, (Due.TELL, 0)),
        (replace(HELD, streak=2), chat(budget=2), NOON, (Due.PARK, 0)),
        (replace(HELD, streak=2), chat(budget=2, quiet="22:00-07:00 UTC"), NIGHT, (Due.NOTHING, MORNING)),
        (PARKED, chat(), NOON + DAY_MS - 1, (Due.NOTHING, NOON + DAY_MS)),
        (PARKED, chat(), NOON + DAY_MS, (Due.LAST, 0)),
        (PARKED, NIGHTLY, NIGHT + DAY_MS, (Due.LAST, 0)),
    ],
)
def test_what_is_done_with_what_waits(state: State, where: Chat, at: int, expected: tuple[Due, int]) -> None:
    assert due(state, where, at) == expected


@pytest.mark.parametrize(
    ("held_upto", "passed_upto", "step"), [(1, 0, Due.PASS), (1, 1, Due.NOTHING), (0, 0, Due.NOTHING)]
)
def test_a_fallback_hears_once_of_what_was_held_before_the_chat_had_to_answer(
    held_upto: int, passed_upto: int, step: Due
) -> None:
    state = replace(PARKED, held_upto=held_upto, passed_upto=passed_upto)
    assert due(state, chat(), NOON)[0] is step


# A digest on its way.


def test_a_digest_that_is_frozen_is_looked_after_and_counted() -> None:
    gathered = replace(HELD, is_answered=True, gathering={"due": "tell"})
    after = froze(gathered, FROZEN, check_at=NOON + MINUTE_MS)
    assert (after.frozen, after.digests, after.due_at) == (FROZEN, 1, NOON + MINUTE_MS)
    assert (after.is_answered, after.gathering, after.count) == (False, None, 2)


def test_what_a_digest_would_have_told_waits_on_and_no_fallback_has_heard_of_it() -> None:
    state = replace(HELD, count=3, last=6, held_upto=2, frozen=FROZEN)
    after = dissolved(state)
    assert (after.frozen, after.count, after.last, after.held_upto) == (None, 3, 6, FROZEN.upto)


def test_what_was_held_behind_a_digest_that_is_dropped_is_as_untold_as_what_it_would_have_told() -> None:
    assert dissolved(replace(HELD, last=6, held_upto=6, frozen=FROZEN)).held_upto == 6


def test_what_a_digest_told_waits_no_more_and_its_rows_are_to_be_closed() -> None:
    state = State(count=5, last=6, since=NOON, frozen=replace(FROZEN, thread="t"))
    after = over(state, DIGEST, "digested", NOON + 9)
    assert (after.frozen, after.count, after.since, after.due_at) == (None, 2, NOON, NOON + 9)
    assert over(replace(state, frozen=FROZEN), DIGEST, "digested", NOON + 9).since == NOON + 9
    assert after.closing == Closing(DIGEST, 4, "digested", NOON + 9, "t")


def test_a_chat_of_which_all_was_told_waits_since_never() -> None:
    after = over(State(count=3, last=4, since=NOON, frozen=FROZEN), DIGEST, "digested", NOON + 9)
    assert (after.count, after.since) == (0, 0)


def test_what_is_told_of_another_digest_changes_nothing() -> None:
    for state in (State(count=3, frozen=FROZEN), State(count=3)):
        assert over(state, "another", "digested", NOON) == state


@pytest.mark.parametrize(("is_last", "parked_at"), [(True, 0), (False, NOON)])
def test_only_the_last_digest_ends_the_wait_of_what_it_did_not_tell(is_last: bool, parked_at: int) -> None:  # noqa: FBT001 - drawn
    state = replace(PARKED, count=9, frozen=replace(FROZEN, is_last=is_last))
    after = over(state, DIGEST, "digested", NOON + DAY_MS)
    assert after.parked_at == parked_at
    assert after.expires_at == (PARKED.expires_at if parked_at else 0)


def test_a_chat_of_which_nothing_waits_any_more_waits_for_no_answer() -> None:
    after = over(replace(PARKED, count=FROZEN.count, frozen=FROZEN), DIGEST, "digested", NOON + 9)
    assert (after.parked_at, after.expires_at, after.refused_at) == (0, 0, 0)


def test_an_answer_while_the_last_digest_is_on_its_way_is_used_up_when_that_has_told_all() -> None:
    """What comes the next night must not go out because somebody answered once."""
    heard = answered(replace(PARKED, frozen=replace(FROZEN, is_last=True)), NOON + 1, NOON + 2)
    after = over(heard, DIGEST, "digested", NOON + 3)
    assert (after.count, after.is_answered) == (0, False)


# Whatever happens.

Change = Callable[[State, int], State]
MOMENTS = st.integers(0, 3 * MINUTE_MS)


def _sends(state: State, at: int) -> State:
    return admit(state, Ask(f"{at}#1", is_urgent=True), chat(), at)[0]


CHANGES: list[Change] = [
    _sends,
    lambda state, at: untaken(state, Ask(f"{at}#1")),
    lambda state, _: accepted(state),
    lambda state, at: refused(state, "conversation_streak_limit", at, is_counted=True),
    lambda state, at: refused(state, "conversation_inactive_paused", at, is_counted=True),
    lambda state, at: answered(state, at, at),
    lambda state, at: answered(state, max(1, at - MINUTE_MS), at),
    lambda state, at: answered(state, 0, at),
]


@given(st.lists(st.tuples(st.sampled_from(CHANGES), MOMENTS), max_size=30))
def test_no_count_is_ever_less_than_nothing_and_what_is_sent_is_never_forgotten(
    changes: list[tuple[Change, int]],
) -> None:
    state, now = State(), NOON
    for change, gap in changes:
        now += gap
        state = change(state, now)
        assert state.streak >= len(state.sent_at) >= 0
        assert state.learned >= 0
        assert list(state.sent_at) == sorted(state.sent_at)


@given(st.integers(0, MOST_SENT_KEPT + 20))
def test_as_many_texts_are_remembered_as_a_budget_may_allow(count: int) -> None:
    state = sent(count)
    assert (state.streak, len(state.sent_at)) == (count, min(count, MOST_SENT_KEPT))


@given(st.lists(st.tuples(MOMENTS, st.booleans()), max_size=60), st.integers(1, 4), st.integers(1, 120))
def test_in_no_window_more_texts_go_than_the_pace_allows_but_for_urgent_ones(
    asked: list[tuple[int, bool]], texts: int, seconds: int
) -> None:
    where = chat(pace=f"{texts} per {seconds}s")
    state, now = State(), NOON
    usual: Counter[int] = Counter()
    windows: set[int] = set()
    for n, (gap, is_urgent) in enumerate(asked):
        now += gap
        state, admission = admit(state, Ask(f"{n}#1", is_urgent=is_urgent), where, now)
        if admission.step is Step.GO:
            windows.add(state.window_at)
            usual[state.window_at] += not is_urgent
        else:
            assert admission == Admission(Step.HOLD, due_at=state.window_at + seconds * SECOND_MS)
    assert max(usual.values(), default=0) <= texts
    assert all(after - before >= seconds * SECOND_MS for before, after in pairwise(sorted(windows)))


@given(st.lists(st.tuples(st.integers(1, 5), st.booleans(), MOMENTS), max_size=30))
def test_a_message_spends_one_token_however_often_its_worker_crashes(
    messages: list[tuple[int, bool, int]],
) -> None:
    where = chat(pace="100 per 9h")
    state, now = State(), NOON
    for n, (tries, is_written, gap) in enumerate(messages):
        now += gap
        for attempt in range(tries):
            ask = Ask(f"{n}#1", is_admitted=is_written and attempt > 0)
            state, admission = admit(state, ask, where, now)
            assert admission.step is Step.GO
    assert state.streak == state.used == len(messages)


NUMBERS, WORDS = st.integers(0, 2**53), st.text(max_size=20)
JSON = st.dictionaries(WORDS, st.none() | st.booleans() | NUMBERS | WORDS | st.lists(NUMBERS), max_size=5)
STATES = st.builds(
    State,
    window_at=NUMBERS,
    sent_at=st.lists(NUMBERS, max_size=5).map(tuple),
    admitted=WORDS,
    parked_at=NUMBERS,
    is_answered=st.booleans(),
    is_unheard=st.booleans(),
    gathering=st.none() | JSON,
    frozen=st.none() | st.builds(Frozen, upto=NUMBERS, count=NUMBERS, message=JSON, is_last=st.booleans()),
    closing=st.none() | st.builds(Closing, WORDS, NUMBERS, WORDS, NUMBERS, WORDS),
)


@given(STATES)
@example(State())
def test_a_state_is_read_as_it_was_written(state: State) -> None:
    assert State.from_json(state.to_json()) == state


def test_a_chat_of_which_there_is_nothing_to_say_takes_no_room() -> None:
    assert State().to_json() == "{}"


def test_what_a_later_version_wrote_is_passed_over() -> None:
    assert State.from_json('{"streak": 3, "mood": "calm"}') == State(streak=3)
