"""What a chat bears now: its pace, its texts without an answer, what of it waits. Pure; times are ms since 1970.

Only the turn of the chat's group changes it, so that sends, receipts and digests can't race.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from hookline.clock import DAY, EARLIEST_S, MINUTE, SECOND_MS
from hookline.quiet import until
from hookline.rules.model import Chat
from hookline.state import Closing, Frozen, State
from hookline.status import Status

# An answer may come before the refusal that it ends is written, by two clocks; an older one the provider knew already.
LATE_ANSWER_MS = MINUTE * SECOND_MS
# Trust grows with a conversation: what was learned so long ago is found out again, by one refusal.
LEARNED_FOR_MS = 7 * DAY * SECOND_MS
# A line that has just said no is asked again for something urgent, but not for each alert of a storm.
TRY_AGAIN_MS = 10 * MINUTE * SECOND_MS
MOST_SENT_KEPT = 100  # as many as a budget may allow
MOST_LOOKED_THROUGH = 2000  # entries, for those of an urgent message's thread: it has no time to lose
# The provider's refusals that say how many in a row it takes.
TEACHING = frozenset({"conversation_awaiting_reply", "conversation_streak_limit"})


class Step(StrEnum):
    """What becomes of a message whose turn it is."""

    GO = "go"
    HOLD = "hold"
    PARK = "park"
    TAKE = "take"  # go, together with what is held of its thread


class Due(StrEnum):
    """What is to be done with what waits."""

    NOTHING = "nothing"
    TELL = "tell"  # in a digest
    LAST = "last"  # in a digest, although nobody answered
    PASS = "pass"  # to the fallback: it was held, and now the chat is parked  # noqa: S105 - a verb
    PARK = "park"  # the budget is used up


@dataclass(frozen=True, slots=True)
class Ask:
    """A message that would be sent now."""

    id: str  # of its delivery and generation
    is_urgent: bool = False
    is_admitted: bool = False  # at an earlier try
    is_unsure: bool = False  # the provider may have it already: only its own key can tell
    is_part: bool = False  # of a text whose first part has spent the token
    digest: str = ""  # its delivery id, if it is one
    thread: str = ""
    at: int = 0  # when it was queued


@dataclass(frozen=True, slots=True)
class Admission:
    """``due_at`` is when that which is held may go; ``is_last_slot`` that nothing follows until somebody answers."""

    step: Step
    due_at: int = 0
    is_last_slot: bool = False

    @property
    def status(self) -> Status:
        """That of the row of a message that waits."""
        return Status.PARKED if self.step is Step.PARK else Status.HELD


def admit(state: State, ask: Ask, chat: Chat, now: int) -> tuple[State, Admission]:
    """Return what to do with a message, and the state in which that leaves the chat.

    A message that waits is not in that state yet: ``joined`` puts it there.
    """
    if ask.is_admitted or ask.id == state.admitted:
        barrier = None if ask.is_unsure else _barrier(state, ask, chat, now)
        return state, barrier or Admission(Step.GO, is_last_slot=_is_full(state, chat))
    barrier = _barrier(state, ask, chat, now) or _too_many(state, ask, chat, now)
    if barrier:
        return state, barrier
    if _has_company(state, ask):
        return state, Admission(Step.TAKE, state.due_at)
    spent = _spent(state, ask, chat, now)
    return spent, Admission(Step.GO, is_last_slot=_is_full(spent, chat))


def _barrier(state: State, ask: Ask, chat: Chat, now: int) -> Admission | None:
    """Return what keeps a message from being sent, however few there were."""
    if ask.is_urgent:
        is_known = state.parked_at and now < state.refused_at + TRY_AGAIN_MS
        return Admission(Step.PARK) if is_known else None
    frozen = state.frozen if ask.digest else None
    if frozen and (frozen.is_answer or frozen.is_last):
        return None
    if not ask.digest and state.is_waiting:
        return Admission(Step.PARK if state.parked_at else Step.HOLD, state.due_at)
    quiet_until = until(chat.quiet, now)
    return None if quiet_until is None else Admission(Step.HOLD, quiet_until)


def _too_many(state: State, ask: Ask, chat: Chat, now: int) -> Admission | None:
    if ask.is_urgent or (ask.digest and state.frozen and state.frozen.is_last):
        return None
    if _is_full(state, chat):
        return Admission(Step.PARK)
    if ask.digest or ask.is_part or chat.pace is None:
        return None
    return Admission(Step.HOLD, _window_end(state, chat)) if _is_paced(state, chat, now) else None


def _is_paced(state: State, chat: Chat, now: int) -> bool:
    return chat.pace is not None and now < _window_end(state, chat) and state.used >= chat.pace.texts


def _window_end(state: State, chat: Chat) -> int:
    return state.window_at + (chat.pace.seconds if chat.pace else 0) * SECOND_MS


def _has_company(state: State, ask: Ask) -> bool:
    is_busy = state.frozen or state.closing or state.gathering
    return bool(ask.thread and 0 < state.count <= MOST_LOOKED_THROUGH and not is_busy and not ask.digest)


def _spent(state: State, ask: Ask, chat: Chat, now: int) -> State:
    is_new_window = now >= _window_end(state, chat)
    return replace(
        state,
        window_at=now if is_new_window else state.window_at,
        used=(0 if is_new_window else state.used) + (not ask.is_part),
        streak=state.streak + 1,
        sent_at=(*state.sent_at, now)[-MOST_SENT_KEPT:],
        admitted=ask.id,
    )


def budget(state: State, chat: Chat) -> int | None:
    """Return how many texts in a row the chat takes, None while nobody knows or wants to."""
    return chat.budget if isinstance(chat.budget, int) else (state.learned or None) if chat.budget else None


def _is_full(state: State, chat: Chat) -> bool:
    most = budget(state, chat)
    return most is not None and state.streak >= most


def joined(  # noqa: PLR0913 - the chat, what was asked and what was answered
    state: State, ask: Ask, admission: Admission, chat: Chat, now: int, *, is_told: bool
) -> State:
    """Return the chat with one more entry; ``is_told`` says that a fallback hears of it by itself."""
    number = state.last + 1
    held = replace(
        state,
        last=number,
        count=state.count + 1,
        since=state.since or ask.at or now,
        held_upto=state.held_upto if is_told else number,
        due_at=state.due_at if state.frozen else admission.due_at or now,
    )
    return parked(held, chat, now) if admission.step is Step.PARK else held


def parked(state: State, chat: Chat, now: int) -> State:
    """Return the chat as it waits for an answer; since when doesn't change while it does."""
    expires_at = state.expires_at or now + chat.expires * SECOND_MS
    due_at = expires_at
    if state.frozen:
        due_at = state.due_at  # when it is looked after
    elif state.held_upto > state.passed_upto:
        due_at = now  # a fallback may have to hear of it
    return replace(state, parked_at=state.parked_at or now, expires_at=expires_at, due_at=due_at, is_answered=False)


def refused(state: State, code: str | None, now: int, *, is_counted: bool) -> State:
    """Return what the chat has learned when the provider refused a message until somebody answers."""
    state = replace(state, refused_at=now)
    if not is_counted:
        return state
    streak = max(0, state.streak - 1)
    left = replace(state, streak=streak, sent_at=state.sent_at[:-1])
    # One that was taken is the least: by none, the chat could never be told anything again.
    return replace(left, learned=max(1, streak), learned_at=now) if code in TEACHING else left


def untaken(state: State, ask: Ask) -> State:
    """Return the chat after the provider refused a text for a reason of its own: nobody has it to answer.

    Once: what was let through last isn't known any more then.
    """
    if state.admitted != ask.id:
        return state
    return replace(state, streak=max(0, state.streak - 1), sent_at=state.sent_at[:-1], admitted="")


def accepted(state: State) -> State:
    """Return what the chat has learned from a text that was taken: that it takes as many."""
    return replace(state, learned=state.streak) if state.learned and state.streak > state.learned else state


def answered(state: State, at: int, now: int) -> State:
    """Return the chat after somebody replied or reacted, by the provider's clock; 0 if that isn't known."""
    at = min(at, now) if at >= EARLIEST_S * SECOND_MS else 0
    if at and at <= state.answered_at:
        return state
    sent = tuple(moment for moment in state.sent_at if at and moment > at)
    is_stale = bool(state.learned) and now - state.learned_at >= LEARNED_FOR_MS
    heard = replace(
        state, answered_at=at or now, streak=len(sent), sent_at=sent, learned=0 if is_stale else state.learned
    )
    # Before a refusal the provider had counted it.
    is_known = at and at < state.refused_at - LATE_ANSWER_MS
    if not state.parked_at or is_known:
        return heard
    open_again = replace(heard, parked_at=0, expires_at=0, refused_at=0)
    return replace(open_again, due_at=now if state.count else 0, is_answered=bool(state.count))


def due(state: State, chat: Chat, now: int) -> tuple[Due, int]:
    """Return what to do with what waits, and when to look again, 0 for never."""
    if not state.count or state.frozen:
        return Due.NOTHING, state.due_at if state.frozen else 0
    if state.parked_at:
        if now >= state.expires_at:
            return Due.LAST, 0
        return (Due.PASS, 0) if state.held_upto > state.passed_upto else (Due.NOTHING, state.expires_at)
    if state.is_answered:
        return Due.TELL, 0
    free_at = until(chat.quiet, now) or (_window_end(state, chat) if _is_paced(state, chat, now) else 0)
    if free_at > now:
        return Due.NOTHING, free_at
    return (Due.PARK, 0) if _is_full(state, chat) else (Due.TELL, 0)


def froze(state: State, digest: Frozen, check_at: int) -> State:
    """Return the chat with a digest on its way; ``check_at`` is when that must be over."""
    return replace(state, frozen=digest, digests=state.digests + 1, gathering=None, is_answered=False, due_at=check_at)


def dissolved(state: State) -> State:
    """Return the chat without the digest that was on its way: what it told waits on, for another one.

    A fallback has heard of none of it, unless of each by itself.
    """
    return replace(state, frozen=None, held_upto=max(state.held_upto, state.frozen.upto if state.frozen else 0))


def over(state: State, digest: str, status: str, now: int) -> State:
    """Return the chat after its digest was told, or failed: its entries are to be closed so."""
    frozen = state.frozen
    if frozen is None or frozen.message["delivery_id"] != digest:
        return state
    count = max(0, state.count - frozen.count)
    is_parked = state.parked_at and count and not frozen.is_last
    return replace(
        state,
        frozen=None,
        count=count,
        # Parts of one text go out one after the other; whoever answered gets them all.
        is_answered=(state.is_answered or frozen.is_answer) and count > 0,
        is_unheard=state.is_unheard and count > 0,
        since=(state.since if frozen.thread else now) if count else 0,
        due_at=now,
        parked_at=state.parked_at if is_parked else 0,
        expires_at=state.expires_at if is_parked else 0,
        refused_at=state.refused_at if is_parked else 0,
        closing=Closing(digest, frozen.upto, status, now, frozen.thread),
    )
