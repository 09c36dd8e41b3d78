"""What a provider's refusal that only the person's answer helps against does to a message and its chat."""

from dataclasses import replace

from hookline import conversation
from hookline.claim import Claim
from hookline.conversation import Admission, Step
from hookline.join import Joiner
from hookline.means import Means
from hookline.pace import Refusal, Waits
from hookline.standing import ask
from hookline.state import State
from hookline.turn import HasTime


class Parker:
    """Parks chats. Raises what a Pace does."""

    def __init__(self, means: Means, joiner: Joiner) -> None:
        self._means = means
        self._joiner = joiner

    def park(self, claim: Claim, refusal: Refusal, has_time: HasTime) -> Waits | None:
        """Learn from the refusal, and park the chat; None for a digest that was tried for the last time."""
        room = self._means.room_of(claim.message.chat)
        known = self._means.chats.read(room.id)
        is_last = ask(claim).digest and known.state.frozen and known.state.frozen.is_last

        # It may be written long after it was said, by another worker; what was answered since is an answer to it.
        last = refusal.attempt or (claim.attempts[-1] if claim.attempts else {})
        refused_at = int(last.get("at", self._means.now_ms()))

        def learn(state: State) -> State:
            return conversation.refused(state, refusal.code, refused_at, is_counted=not room.is_uncounted)

        if is_last:
            self._means.chats.change(room.id, learn)
            return None
        waits = None
        while waits is None:
            learned, admission = replace(known, state=learn(known.state)), Admission(Step.PARK)
            waits = self._joiner.join(claim, room, learned, admission, has_time=has_time, refusal=refusal)
            known = self._means.chats.known(room.id)
        return waits
