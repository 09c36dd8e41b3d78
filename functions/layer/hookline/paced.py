"""Stage 2 of a delivery. Let a message go, or keep it with what its chat has waiting."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from botocore.exceptions import BotoCoreError, ClientError

from hookline import conversation
from hookline.chats import Chats
from hookline.claim import Claim
from hookline.company import Company
from hookline.conversation import Ask, Step
from hookline.gather import Gatherer
from hookline.join import Joiner
from hookline.log import DeliveryLog
from hookline.means import Means
from hookline.models import Message, Receipt, Wake
from hookline.pace import Ready, Refusal, Waits
from hookline.park import Parker
from hookline.room import Room
from hookline.standing import ask
from hookline.state import State
from hookline.status import TOLD, Status
from hookline.turn import HasTime
from hookline.variant import asking

REACT = "react to this message to keep receiving."


class Paced:
    """A pace that keeps every chat to what its rules and its provider allow."""

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
        self._means = means = Means(chats, log, room_of, forward, count, now_ms)
        self._gatherer = Gatherer(means)
        self._company = Company(means, self._gatherer)
        self._joiner = Joiner(means, self._gatherer)
        self._parker = Parker(means, self._joiner)

    def admit(self, claim: Claim, has_time: HasTime) -> Ready | Waits:
        room = self._means.room_of(claim.message.chat)
        # Not by what this process knows, either: another one, after a crash, would decide otherwise.
        if room.is_uncounted:
            return Ready(claim)
        answer = None
        while answer is None:
            answer = self._asked(claim, room, ask(claim), has_time)
        return answer

    def _asked(self, claim: Claim, room: Room, asked: Ask, has_time: HasTime) -> Ready | Waits | None:
        """Ask once; None when somebody has changed the chat's state since it was seen."""
        known = self._means.chats.known(room.id)
        state, admission = conversation.admit(known.state, asked, room.chat, self._means.now_ms())
        match admission.step:
            case Step.GO if state == known.state:
                return Ready(claim)  # it was let through before, as it is
            case Step.GO:
                sent = _asking(claim, state, asked, room.chat.limit) if admission.is_last_slot else claim
                also = [] if sent is claim else [{"Update": self._means.log.amending(sent, sent.variant, sent.body)}]
                return Ready(sent) if self._means.chats.save(room.id, known, state, also) else None
            case Step.TAKE:
                company = self._company.of(asked.thread, room, known)
                if not company.summary.entries:
                    return self._asked(claim, room, replace(asked, thread=""), has_time)
                return Waits(Status.HELD) if self._company.take(claim, room, known, company) else None
        return self._joiner.join(claim, room, known, admission, has_time=has_time)

    def refused(self, claim: Claim, refusal: Refusal, has_time: HasTime) -> Waits | None:
        return self._parker.park(claim, refusal, has_time)

    def taken(self, claim: Claim) -> None:
        state = self._means.chats.known(claim.message.chat).state
        if conversation.accepted(state) != state:
            self._means.chats.change(claim.message.chat, conversation.accepted)

    def untaken(self, claim: Claim) -> None:
        asked = ask(claim)
        with suppress(ClientError, BotoCoreError):
            self._means.chats.change(claim.message.chat, lambda state: conversation.untaken(state, asked))

    def settled(self, message: Message, status: Status, has_time: HasTime) -> None:
        told = Status.DIGESTED if status in TOLD else Status.FAILED

        def over(state: State) -> State:
            return conversation.over(state, message.delivery_id, told.value, self._means.now_ms())

        self._means.chats.change(message.chat, over)
        self.advance(message.chat, has_time)

    def answered(self, receipt: Receipt, has_time: HasTime) -> None:
        def answered(state: State) -> State:
            return conversation.answered(state, receipt.at, self._means.now_ms())

        if self._means.chats.change(receipt.chat, answered).is_answered:
            self.advance(receipt.chat, has_time)

    def latest(self, chat: str) -> tuple[str, int] | None:
        delivery, _, generation = self._means.chats.read(chat).state.admitted.partition("#")
        return (delivery, int(generation)) if delivery else None

    def advance(self, chat: str, has_time: HasTime) -> None:
        self._gatherer.advance(chat, has_time)


def _asking(claim: Claim, state: State, asked: Ask, limit: int) -> Claim:
    """Return the claim with a body that asks for an answer; as it is where it was tried: a key stands for one body."""
    if claim.tries or claim.unsure_since:
        return claim
    waiting = state.count - (state.frozen.count if state.frozen and asked.digest else 0)
    note = f"{f'{waiting} more' if waiting > 0 else 'More'} may follow; {REACT}"
    name, body = asking(claim.body, claim.variant, note, limit)
    return replace(claim, variant=name, body=body)
