"""Stage 2 of a delivery. Let a message go, or keep it with what its chat has waiting."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from hookline import conversation
from hookline.chats import Chats, Known
from hookline.claim import TOLD, Claim, LeaseLost, Status
from hookline.clock import say, to_datetime
from hookline.conversation import Admission, Ask, Due, Step
from hookline.digest import Entry
from hookline.fallback import stand_in
from hookline.gather import Gatherer, HasTime
from hookline.heap import Heap, Room
from hookline.log import DeliveryLog
from hookline.models import Message, Receipt, Wake
from hookline.quiet import until
from hookline.rules.model import Chat
from hookline.state import Frozen, State
from hookline.variant import asking

REACT = "react to this message to keep receiving."
SUPERSEDED = {"code": "superseded", "reason": "what it would have told goes out later, in another digest"}


@dataclass(frozen=True, slots=True)
class Ready:
    """The claim may be sent now, as it is in here."""

    claim: Claim


@dataclass(frozen=True, slots=True)
class Waits:
    """The message has joined what its chat has waiting; ``status`` is that of its row."""

    status: Status


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the provider said of an attempt after which only the person's answer helps."""

    code: str | None
    error: dict[str, Any]
    attempt: dict[str, Any] | None


class Pace(Protocol):
    """What stands between a claim and its attempt, and what comes of it later.

    Every method raises ClientError or BotoCoreError when the table can't be reached, LeaseLost when somebody else has
    the message now, QueueRefused and RulesUnavailable.
    """

    def admit(self, claim: Claim, has_time: HasTime) -> Ready | Waits:
        """Return whether the claim may be sent now."""

    def refused(self, claim: Claim, refusal: Refusal, has_time: HasTime) -> Waits | None:
        """Park the chat until somebody answers; None where nothing can wait, or was tried for the last time."""

    def taken(self, claim: Claim) -> None:
        """Learn that the provider took as many in a row."""

    def untaken(self, claim: Claim) -> None:
        """Learn that a text which was let through reached nobody. What this can't write does no harm."""

    def settled(self, message: Message, status: Status, has_time: HasTime) -> None:
        """Close what a digest told, after it was sent or given up; ``status`` is that of its row."""

    def answered(self, receipt: Receipt, has_time: HasTime) -> None:
        """Let the chat go on: somebody replied or reacted."""

    def latest(self, chat: str) -> tuple[str, int] | None:
        """Return the delivery and generation that the chat was told last, as far as anybody counted."""

    def advance(self, chat: str, has_time: HasTime) -> None:
        """Do what is due in the chat, as far as there is time."""


class Unpaced:
    """For where there is no queue: everything is sent at once, and nothing can wait."""

    def admit(self, claim: Claim, *_: object) -> Ready:
        return Ready(claim)

    def refused(self, *_: object) -> None:
        return None

    latest = taken = untaken = settled = answered = advance = refused


class Paced:
    """Keeps every chat to what its rules and its provider allow."""

    def __init__(  # noqa: PLR0913 - its collaborators, wired once
        self,
        *,
        chats: Chats,
        log: DeliveryLog,
        room_of: Callable[[str], Room],
        forward: Callable[[Message | Wake], object],
        count: Callable[[str], None],
        now_ms: Callable[[], int],
    ) -> None:
        self._chats = chats
        self._log = log
        self._room_of = room_of
        self._forward = forward
        self._count = count
        self._now_ms = now_ms
        self._gatherer = Gatherer(chats=chats, log=log, room_of=room_of, forward=forward, count=count, now_ms=now_ms)

    def admit(self, claim: Claim, has_time: HasTime) -> Ready | Waits:
        room = self._room_of(claim.message.chat)
        # Not by what this process knows, either: another one, after a crash, would decide otherwise.
        if _is_off(room.chat):
            return Ready(claim)
        answer = None
        while answer is None:
            answer = self._asked(claim, room, _ask(claim), has_time)
        return answer

    def _asked(self, claim: Claim, room: Room, ask: Ask, has_time: HasTime) -> Ready | Waits | None:
        """Ask once; None when somebody has changed the chat's state since it was seen."""
        known = self._chats.known(room.id)
        state, admission = conversation.admit(known.state, ask, room.chat, self._now_ms())
        match admission.step:
            case Step.GO if state == known.state:
                return Ready(claim)  # it was let through before, as it is
            case Step.GO:
                sent = _asking(claim, state, ask, room.chat.limit) if admission.is_last_slot else claim
                also = [] if sent is claim else [{"Update": self._log.amending(sent, sent.variant, sent.body)}]
                return Ready(sent) if self._chats.save(room.id, known, state, also) else None
            case Step.TAKE:
                company = self._company(room, known, ask.thread)
                if not company.summary.entries:
                    return self._asked(claim, room, replace(ask, thread=""), has_time)
                return Waits(Status.HELD) if self._take(claim, room, known, ask, company) else None
        is_waiting = self._wait(claim, room, known, ask, admission)
        return self._waits(room, admission, has_time) if is_waiting else None

    def refused(self, claim: Claim, refusal: Refusal, has_time: HasTime) -> Waits | None:
        room, ask = self._room_of(claim.message.chat), _ask(claim)
        known = self._chats.read(room.id)
        is_last = ask.digest and known.state.frozen and known.state.frozen.is_last

        # It may be written long after it was said, by another worker; what was answered since is an answer to it.
        last = refusal.attempt or (claim.attempts[-1] if claim.attempts else {})
        refused_at = int(last.get("at", self._now_ms()))

        def learn(state: State) -> State:
            return conversation.refused(state, refusal.code, refused_at, is_counted=not _is_off(room.chat))

        if is_last:
            self._change(room.id, learn)
            return None
        while True:
            learned = learn(known.state)
            admission = Admission(Step.PARK)
            if self._wait(claim, room, replace(known, state=learned), ask, admission, refusal):
                return self._waits(room, admission, has_time)
            known = self._chats.known(room.id)

    def taken(self, claim: Claim) -> None:
        state = self._chats.known(claim.message.chat).state
        if conversation.accepted(state) != state:
            self._change(claim.message.chat, conversation.accepted)

    def untaken(self, claim: Claim) -> None:
        ask = _ask(claim)
        with suppress(ClientError, BotoCoreError):
            self._change(claim.message.chat, lambda state: conversation.untaken(state, ask))

    def settled(self, message: Message, status: Status, has_time: HasTime) -> None:
        told = Status.DIGESTED if status in TOLD else Status.FAILED

        def over(state: State) -> State:
            return conversation.over(state, message.delivery_id, told.value, self._now_ms())

        self._change(message.chat, over)
        self.advance(message.chat, has_time)

    def answered(self, receipt: Receipt, has_time: HasTime) -> None:
        def answered(state: State) -> State:
            return conversation.answered(state, receipt.at, self._now_ms())

        if self._change(receipt.chat, answered).is_answered:
            self.advance(receipt.chat, has_time)

    def latest(self, chat: str) -> tuple[str, int] | None:
        delivery, _, generation = self._chats.read(chat).state.admitted.partition("#")
        return (delivery, int(generation)) if delivery else None

    def advance(self, chat: str, has_time: HasTime) -> None:
        self._gatherer.advance(chat, has_time)

    def _wait(  # noqa: PLR0913, PLR0917 - what was asked, and what came of it
        self, claim: Claim, room: Room, known: Known, ask: Ask, admission: Admission, refusal: Refusal | None = None
    ) -> bool:
        """Put the message with what waits, in one step with its row; False when the chat has changed meanwhile."""
        if ask.digest:
            return self._dissolve(claim, room, known, admission, refusal)
        stands_in = stand_in(claim, room.fallbacks, self._now_ms()) if admission.step is Step.PARK else None
        told: dict[str, Any] = {"error": refusal.error} if refusal else {}
        attempt = refusal.attempt if refusal else None
        if stands_in:
            told["fallback_to"] = stands_in.delivery_id
            if refusal:
                # Written before it is done: whoever finds the row after a crash must not ask the provider again, who
                # may have changed its mind, while the stand-in is on its way.
                claim, attempt = self._decided(claim, told, attempt), None
            self._forward(stands_in)
        entry = _entry(claim, known.state.last + 1, stands_in, self._now_ms())
        is_told = stands_in is not None
        state = conversation.joined(known.state, ask, admission, room.chat, self._now_ms(), is_told=is_told)
        told["expires_at"] = self._chats.expires_at(state.expires_at)
        row = self._log.closing(claim, admission.status, told, attempt)
        added = self._chats.entry(room.id, entry, state.expires_at)
        if not self._chats.save(room.id, known, state, [{"Update": row}, added]):
            return False
        self._count(admission.status.capitalize())
        if state.parked_at:
            self._gatherer.note_parked(room, known.state, is_told=is_told)
        return True

    def _decided(self, claim: Claim, told: dict[str, Any], attempt: dict[str, Any] | None) -> Claim:
        decided = self._log.decided(claim, Status.PARKED, told, attempt)
        if decided is None:
            raise LeaseLost(claim.message.delivery_id)
        return decided

    def _dissolve(self, claim: Claim, room: Room, known: Known, admission: Admission, refusal: Refusal | None) -> bool:
        """Drop a digest that can't be sent now: what it would have told waits on, for another one."""
        now = self._now_ms()
        state = replace(conversation.dissolved(known.state), due_at=admission.due_at or now)
        if admission.step is Step.PARK:
            state = conversation.parked(state, room.chat, now)
        told = {"error": {**SUPERSEDED, **({"last": refusal.code} if refusal else {})}}
        row = self._log.closing(claim, Status.DROPPED, told, refusal.attempt if refusal else None)
        if not self._chats.save(room.id, known, state, [{"Update": row}]):
            return False
        if state.parked_at:
            self._gatherer.note_parked(room, known.state)
        return True

    def _waits(self, room: Room, admission: Admission, has_time: HasTime) -> Waits:
        if self._chats.known(room.id).state.due_at <= self._now_ms() or admission.step is Step.PARK:
            self._gatherer.advance(room.id, has_time)
        return Waits(admission.status)

    def _company(self, room: Room, known: Known, thread: str) -> Heap:
        """Return what is held of the thread."""
        heap = Heap(upto=known.state.last)
        for page in self._chats.entries(room.id, 0, heap.upto):
            for entry in page:
                if entry.thread == thread:
                    heap.add(entry, known.state, room, Due.TELL)
        return heap

    def _take(self, claim: Claim, room: Room, known: Known, ask: Ask, company: Heap) -> bool:
        """Let an urgent message go together with what is held of its thread: its end must not be told before it."""
        entry = _entry(claim, known.state.last + 1, None, self._now_ms())
        company.add(entry, known.state, room, Due.TELL)
        admission = Admission(Step.HOLD, known.state.due_at)
        state = conversation.joined(known.state, ask, admission, room.chat, self._now_ms(), is_told=False)
        frozen = Frozen(entry.number, company.summary.entries, {}, thread=ask.thread)
        row = self._log.closing(claim, Status.HELD, {}, None)
        also = [{"Update": row}, self._chats.entry(room.id, entry, state.expires_at)]
        text = claim.message.text
        return self._gatherer.freeze(
            room,
            replace(known, state=state),
            company.summary,
            frozen,
            latest=text,
            fallbacks=company.fallbacks,
            also=also,
        )

    def _change(self, chat: str, change: Callable[[State], State]) -> State:
        """Write what the change makes of the chat's state, and return that."""
        known = self._chats.read(chat)
        while (state := change(known.state)) != known.state and not self._chats.save(chat, known, state):
            known = self._chats.known(chat)
        return state


def _asking(claim: Claim, state: State, ask: Ask, limit: int) -> Claim:
    """Return the claim with a body that asks for an answer; as it is where it was tried: a key stands for one body."""
    if claim.tries or claim.unsure_since:
        return claim
    waiting = state.count - (state.frozen.count if state.frozen and ask.digest else 0)
    note = f"{f'{waiting} more' if waiting > 0 else 'More'} may follow; {REACT}"
    name, body = asking(claim.body, claim.variant, note, limit)
    return replace(claim, variant=name, body=body)


def not_applied(chat: Chat, message: Message, now: int) -> list[str]:
    """Return what ``Unpaced`` passes over, in the words of the rules: ``["pace 3 per 1 min", "budget auto"]``."""
    pace = f"pace {chat.pace.texts} per {say(chat.pace.seconds)}" if chat.pace and not message.urgent else ""
    quiet_until = None if message.urgent else until(chat.quiet, now)
    quiet = f"quiet until {to_datetime(quiet_until):%Y-%m-%d %H:%M} UTC" if quiet_until else ""
    return [*filter(None, [pace, quiet, f"budget {chat.budget}" if chat.budget else ""])]


def _is_off(chat: Chat) -> bool:
    """Return whether everything goes out at once, and nobody counts."""
    return not (chat.pace or chat.quiet or chat.budget)


def _ask(claim: Claim) -> Ask:
    message = claim.message
    return Ask(
        id=f"{message.delivery_id}#{claim.generation}",
        is_urgent=message.urgent,
        is_admitted=claim.is_admitted,
        is_unsure=bool(claim.unsure_since),
        is_part=message.first_part is not None,
        digest=message.delivery_id if message.digest is not None else "",
        thread=message.story,
        at=message.queued_at or 0,
    )


def _entry(claim: Claim, number: int, stands_in: Message | None, now: int) -> Entry:
    message = claim.message
    return Entry(
        number=number,
        id=message.delivery_id,
        generation=claim.generation,
        at=message.queued_at or now,
        title=message.title or message.text.partition("\n")[0],
        where=message.where,
        phase=message.phase,
        thread=message.story,
        to=stands_in.chat_name if stands_in else "",
        stands_for=0 if message.first_part else message.stands_for,
        private=message.private,
        tried=message.tried,
        fallbacks=tuple((one.name, one.id, one.limit) for one in message.fallbacks),
    )
