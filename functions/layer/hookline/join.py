"""A message that has to wait joins what its chat has waiting, in one step with its row."""

from dataclasses import replace
from typing import Any

from hookline import conversation
from hookline.chats import Known
from hookline.claim import Claim, LeaseLost
from hookline.conversation import Admission, Step
from hookline.fallback import stand_in
from hookline.gather import Gatherer
from hookline.means import Means
from hookline.pace import Refusal, Waits
from hookline.room import Room
from hookline.standing import ask, entry
from hookline.status import Status
from hookline.turn import HasTime

SUPERSEDED = {"code": "superseded", "reason": "what it would have told goes out later, in another digest"}


class Joiner:
    """Lets messages wait. Raises what a Pace does."""

    def __init__(self, means: Means, gatherer: Gatherer) -> None:
        self._means = means
        self._gatherer = gatherer

    def join(  # noqa: PLR0913 - what was asked, and what came of it
        self,
        claim: Claim,
        room: Room,
        known: Known,
        admission: Admission,
        *,
        has_time: HasTime,
        refusal: Refusal | None = None,
    ) -> Waits | None:
        """Let the message wait, and do what is due in its chat then; None when the chat has changed meanwhile."""
        put = self._put if claim.message.digest is None else self._dissolve
        if not put(claim, room, known, admission, refusal):
            return None
        is_due = self._means.chats.known(room.id).state.due_at <= self._means.now_ms()
        if is_due or admission.step is Step.PARK:
            self._gatherer.advance(room.id, has_time)
        return Waits(admission.status)

    def _put(self, claim: Claim, room: Room, known: Known, admission: Admission, refusal: Refusal | None) -> bool:
        """Put the message with what waits, told to who stands in if somebody has to answer first."""
        means = self._means
        stands_in = stand_in(claim, room.fallbacks, means.now_ms()) if admission.step is Step.PARK else None
        told: dict[str, Any] = {"error": refusal.error} if refusal else {}
        attempt = refusal.attempt if refusal else None
        if stands_in:
            told["fallback_to"] = stands_in.delivery_id
            if refusal:
                # Written before it is done: whoever finds the row after a crash must not ask the provider again, who
                # may have changed its mind, while the stand-in is on its way.
                claim, attempt = self._decided(claim, told, attempt), None
            means.forward(stands_in)
        new = entry(claim, known.state.last + 1, stands_in, means.now_ms())
        is_told = stands_in is not None
        state = conversation.joined(known.state, ask(claim), admission, room.chat, means.now_ms(), is_told=is_told)
        told["expires_at"] = means.chats.expires_at(state.expires_at)
        row = means.log.closing(claim, admission.status, told, attempt)
        added = means.chats.entry(room.id, new, state.expires_at)
        if not means.chats.save(room.id, known, state, [{"Update": row}, added]):
            return False
        means.count(admission.status.capitalize())
        if state.parked_at:
            self._gatherer.note_parked(room, known.state, is_told=is_told)
        return True

    def _decided(self, claim: Claim, told: dict[str, Any], attempt: dict[str, Any] | None) -> Claim:
        decided = self._means.log.decided(claim, Status.PARKED, told, attempt)
        if decided is None:
            raise LeaseLost(claim.message.delivery_id)
        return decided

    def _dissolve(self, claim: Claim, room: Room, known: Known, admission: Admission, refusal: Refusal | None) -> bool:
        """Drop a digest that can't be sent now: what it would have told waits on, for another one."""
        now = self._means.now_ms()
        state = replace(conversation.dissolved(known.state), due_at=admission.due_at or now)
        if admission.step is Step.PARK:
            state = conversation.parked(state, room.chat, now)
        told = {"error": {**SUPERSEDED, **({"last": refusal.code} if refusal else {})}}
        row = self._means.log.closing(claim, Status.DROPPED, told, refusal.attempt if refusal else None)
        if not self._means.chats.save(room.id, known, state, [{"Update": row}]):
            return False
        if state.parked_at:
            self._gatherer.note_parked(room, known.state)
        return True
