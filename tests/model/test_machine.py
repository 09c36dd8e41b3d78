"""Everything at once, in any order: webhooks, copies, outages, crashes, receipts. Then the verdict."""

from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from tests.model.conftest import MODEL
from tests.model.mishaps import Mishaps
from tests.model.provider import BEFORE, EVERY_CHAT, FAILED, GARBLED, OK, REFUSED, UNHEARD, UNREACHED, WORDS
from tests.model.verdict import Verdict, never_goes_back
from tests.model.world import World

from hookline.clock import DAY, HOUR, MINUTE
from hookline.models import Destination

CHATS = ["chat_a", "chat_b", "chat_c"]
FALLBACK, LAST_RESORT = "chat_f", "chat_g"
POISON, NO_KEY = "poison", "no key"
MOST_STEPS = 14  # of one chat's work: claim, post and close are six
LONG_ENOUGH = 2 * DAY
OUTAGES = [*BEFORE, *UNREACHED, *UNHEARD, GARBLED]
chats = st.sampled_from(CHATS)
# A day's outage is played with long waits only: three minutes' backoff would make a thousand attempts of it.
short = st.tuples(st.sampled_from([*OUTAGES, NO_KEY]), st.sampled_from([MINUTE, 5 * MINUTE, 12 * MINUTE]))
long = st.tuples(st.sampled_from(["429:3600", NO_KEY]), st.sampled_from([HOUR, 3 * HOUR, 21 * HOUR]))
fuses = st.lists(st.none() | st.integers(0, MOST_STEPS), min_size=1, max_size=len(CHATS))


def destination(chat: str) -> Destination:
    return Destination(name=chat, id=chat)


class Deliveries(RuleBasedStateMachine):
    """Whatever happens to a delivery, as often and in whatever order Hypothesis likes."""

    @initialize(seed=st.integers(0, 2**16), lag=st.sampled_from([0, 900]))
    def _begin(self, seed: int, lag: int) -> None:
        self.world = World(seed, index_lag_ms=lag)
        self.world.fallbacks = {"chat_a": (destination(FALLBACK),), FALLBACK: (destination(LAST_RESORT),)}
        self.world.provider.is_poison = lambda _chat, body: POISON.encode() in body
        self.copies = self.receipts = 0
        self.went_back: list[str] = []
        self.world.table.changed = lambda old, new: self.went_back.append(never_goes_back(old, new))

    @rule(
        chat=chats,
        more=st.sampled_from(["", "https://example.com/x", "reply", "fallback", POISON]),
        many=st.integers(1, 4),
    )
    def accept(self, chat: str, more: str, many: int) -> None:
        given: dict[str, Any] = {"reply_to": "msg_before"} if more == "reply" else {}
        given |= {"fallbacks": (destination(FALLBACK),)} if more == "fallback" else {}
        for _ in range(many):
            self.world.accept(chat, more, **given)

    @precondition(lambda self: self.world.accepted)
    @rule(data=st.data())
    def accept_a_copy(self, data: st.DataObject) -> None:
        self.copies += 1
        self.world.accept_copy(data.draw(st.sampled_from(self.world.accepted)), f"copy {self.copies}")

    @rule()
    def deliver(self) -> None:
        self.world.work()

    @rule(all_fuses=st.lists(fuses, min_size=1, max_size=4))
    def crash(self, all_fuses: list[list[int | None]]) -> None:
        for fuses in all_fuses:
            self.world.work(Mishaps(fuses=fuses))
            self.world.wait()

    @rule(chat=chats, word=st.sampled_from([*REFUSED, FAILED]), fuse=st.integers(0, MOST_STEPS))
    def crash_over_a_refusal(self, chat: str, word: str, fuse: int) -> None:
        """The provider has changed its mind when it is asked again."""
        self.world.provider.plans[chat].appendleft(word)
        self.world.accept(chat, "crash", fallbacks=(destination(FALLBACK),))
        self.world.work(Mishaps(fuses=[fuse] * len(CHATS)))

    @rule()
    def crash_before_the_queue_knows(self) -> None:
        self.world.work(Mishaps(loses_answer=True))

    @rule(mishaps=st.lists(st.sampled_from(["", "before", "after"]), min_size=1, max_size=4))
    def deliver_with_a_table_that_fails(self, mishaps: list[str]) -> None:
        self.world.work(Mishaps(table=mishaps))

    @rule()
    def deliver_with_a_queue_that_refuses(self) -> None:
        self.world.queue.refusals = 1
        self.world.work()
        self.world.queue.refusals = 0

    @rule(seconds=st.sampled_from([1, 5, 31, 91, 181, 11 * MINUTE, 25 * MINUTE]))
    def time_passes(self, seconds: int) -> None:
        self.world.pass_time(seconds)

    @rule(where=st.sampled_from([*CHATS, EVERY_CHAT]), outage=short | long, arrivals=st.lists(chats, max_size=6))
    def an_outage(self, where: str, outage: tuple[str, int], arrivals: list[str]) -> None:
        word, seconds = outage
        provider = self.world.provider
        if word == NO_KEY:
            provider.api_key += "x"
        else:
            provider.standing[where] = word
        for chat in [*arrivals, ""]:
            self.world.pass_time(seconds / (len(arrivals) + 1))
            if chat:
                self.world.accept(chat)
        provider.standing.pop(where, None)
        self.world.stored_key = provider.api_key

    @rule(chat=st.sampled_from([*CHATS, FALLBACK]), words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=3))
    def the_next_attempts_fail(self, chat: str, words: list[str]) -> None:
        self.world.provider.plans[chat].extend(words)

    @rule(chat=st.sampled_from([*CHATS, EVERY_CHAT]), word=st.sampled_from([OK, *OUTAGES, *REFUSED]))
    def the_provider_changes(self, chat: str, word: str) -> None:
        self.world.provider.standing[chat] = word

    @rule()
    def the_provider_recovers(self) -> None:
        self.world.provider.standing.clear()

    @rule(is_known=st.booleans())
    def the_key_changes(self, is_known: bool) -> None:  # noqa: FBT001 - Hypothesis names it
        if is_known:
            self.world.stored_key = self.world.provider.api_key
        else:
            self.world.provider.api_key += "x"

    @precondition(lambda self: self.world.provider.phone)
    @rule(data=st.data(), told=st.lists(st.sampled_from(["delivered", "read", "failed"]), min_size=1, max_size=3))
    def receipts_come(self, data: st.DataObject, told: list[str]) -> None:
        sent = data.draw(st.sampled_from(self.world.provider.phone))
        for what in told:
            self.receipts += 1
            self.world.receipt(sent, what, f"evt_{self.receipts}")

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        self.world.provider.standing.clear()
        self.world.provider.plans.clear()
        self.world.provider.is_poison = lambda _chat, _body: False
        self.world.stored_key = self.world.provider.api_key
        self.world.drain(LONG_ENOUGH)
        assert not any(self.went_back), self.went_back
        Verdict(self.world).all()


TestDeliveries = pytest.mark.slow(Deliveries.TestCase)
TestDeliveries.settings = MODEL
