"""Chats that bear only so much, in any order: storms, nights, answers, limits, crashes. Then the verdict."""

from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from tests.model.conftest import MODEL
from tests.model.mishaps import Mishaps
from tests.model.provider import EVERY_CHAT, FAILED, OK, REFUSED, UNHEARD, UNREACHED
from tests.model.verdict import Verdict, never_goes_back
from tests.model.world import World

from hookline.clock import DAY, HOUR, MINUTE
from hookline.models import Destination

USUAL, NIGHTLY, COUNTED, BARE, OFF = "chat_usual", "chat_nightly", "chat_counted", "chat_bare", "chat_off"
FALLBACK, LAST_RESORT = "chat_f", "chat_g"
MANNERS: dict[str, dict[str, Any]] = {
    USUAL: {"expires": "2h"},
    NIGHTLY: {"quiet": ["13:00-14:30 Europe/Berlin", "Tue 23:00-06:00 America/New_York"], "pace": "2 per 5m"},
    COUNTED: {"budget": 3, "expires": "1h"},
    BARE: {"pace": "1 per 1m", "expires": "30m"},
    FALLBACK: {"pace": "2 per 1m"},
}
CHATS = [USUAL, NIGHTLY, COUNTED, BARE, OFF]
FALLBACKS = {USUAL: FALLBACK, COUNTED: FALLBACK, OFF: FALLBACK, FALLBACK: LAST_RESORT}
MOST_STEPS = 40  # of one chat's work: joining, freezing and closing are many
LONG_ENOUGH = 5 * DAY
chats = st.sampled_from(CHATS)
fuses = st.lists(st.none() | st.integers(0, MOST_STEPS), min_size=1, max_size=len(CHATS))


class Conversations(RuleBasedStateMachine):
    """Whatever happens between senders, a line that takes only so much, and people who answer or don't."""

    @initialize(seed=st.integers(0, 2**16), lag=st.sampled_from([0, 900]), limit=st.sampled_from([None, 1, 2, 4]))
    def _begin(self, seed: int, lag: int, limit: int | None) -> None:
        self.world = World(seed, index_lag_ms=lag)
        self.world.manners = MANNERS
        self.world.fallbacks = {chat: (Destination(name=to, id=to),) for chat, to in FALLBACKS.items()}
        if limit:
            self.world.provider.limits = dict.fromkeys([*CHATS, FALLBACK], limit)
        self.went_back: list[str] = []
        self.world.table.changed = lambda old, new: self.went_back.append(never_goes_back(old, new))

    @rule(
        chat=chats,
        many=st.integers(1, 6),
        thread=st.sampled_from([None, "a", "b"]),
        phase=st.sampled_from(["firing", "resolved", "info"]),
        urgent=st.sampled_from([False, False, False, True]),
    )
    def accept(self, chat: str, many: int, thread: str | None, phase: str, urgent: bool) -> None:  # noqa: FBT001 - drawn
        for n in range(many):
            self.world.accept(chat, "", title=f"Disk{n % 2}", thread=thread, phase=phase, urgent=urgent)

    @rule()
    def deliver(self) -> None:
        self.world.work()

    @rule(all_fuses=st.lists(fuses, min_size=1, max_size=4))
    def crash(self, all_fuses: list[list[int | None]]) -> None:
        for some in all_fuses:
            self.world.work(Mishaps(fuses=some))
            self.world.wait()

    @rule(most=st.none() | st.integers(0, 2), fuses=fuses)
    def release_and_crash(self, most: int | None, fuses: list[int | None]) -> None:
        """Release dies after it has woken some of the chats, and their worker dies over what they do."""
        self.world.release(most)
        self.world.work(Mishaps(fuses=fuses))

    @rule()
    def crash_before_the_queue_knows(self) -> None:
        self.world.work(Mishaps(loses_answer=True))

    @rule(mishaps=st.lists(st.sampled_from(["", "before", "after"]), min_size=1, max_size=8))
    def deliver_with_a_table_that_fails(self, mishaps: list[str]) -> None:
        self.world.work(Mishaps(table=mishaps))

    @rule()
    def deliver_with_a_queue_that_refuses(self) -> None:
        self.world.queue.refusals = 1
        self.world.work()
        self.world.queue.refusals = 0

    @rule(seconds=st.sampled_from([1, 20, 61, 181, 11 * MINUTE, HOUR, 7 * HOUR]))
    def time_passes(self, seconds: int) -> None:
        self.world.pass_time(seconds)

    @rule(chat=st.sampled_from([*CHATS, FALLBACK]), what=st.sampled_from(["received", "reaction"]))
    def somebody_answers(self, chat: str, what: str) -> None:
        self.world.answer(chat, what)

    @precondition(lambda self: self.world.provider.phone)
    @rule(data=st.data(), late=st.sampled_from([0, 0, 2, 20, 5 * MINUTE]))
    def somebody_acknowledges(self, data: st.DataObject, late: float) -> None:
        sent = data.draw(st.sampled_from(self.world.provider.phone))
        self.world.answer(sent.chat, "reaction", message_id=sent.id, ack="like", late=late)

    @rule(chat=st.sampled_from([*CHATS, FALLBACK]), limit=st.none() | st.integers(1, 5))
    def the_line_takes_another_number(self, chat: str, limit: int | None) -> None:
        self.world.provider.limits.pop(chat, None)
        if limit:
            self.world.provider.limits[chat] = limit

    @rule(
        chat=st.sampled_from([*CHATS, FALLBACK]),
        words=st.lists(st.sampled_from([*REFUSED, *UNREACHED, *UNHEARD, FAILED, "503"]), min_size=1, max_size=3),
    )
    def the_next_attempts_fail(self, chat: str, words: list[str]) -> None:
        self.world.provider.plans[chat].extend(words)

    @rule(word=st.sampled_from([OK, "503", "timeout", "timeout-after"]))
    def the_provider_changes(self, word: str) -> None:
        self.world.provider.standing[EVERY_CHAT] = word

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        self.world.provider.standing.clear()
        self.world.provider.plans.clear()
        self.world.drain(LONG_ENOUGH)
        assert not any(self.went_back), self.went_back
        Verdict(self.world).all()


TestConversations = pytest.mark.slow(Conversations.TestCase)
TestConversations.settings = MODEL
