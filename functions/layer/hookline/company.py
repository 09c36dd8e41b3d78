"""An urgent message takes along what is held of its thread: its end must not be told before its beginning."""

from dataclasses import replace

from hookline import conversation
from hookline.chats import Known
from hookline.claim import Claim
from hookline.conversation import Admission, Due, Step
from hookline.gather import Gatherer
from hookline.heap import Heap
from hookline.means import Means
from hookline.room import Room
from hookline.standing import ask, entry
from hookline.state import Frozen
from hookline.status import Status


class Company:
    """Finds and takes it. Raises what a Pace does."""

    def __init__(self, means: Means, gatherer: Gatherer) -> None:
        self._means = means
        self._gatherer = gatherer

    def of(self, thread: str, room: Room, known: Known) -> Heap:
        """Return what is held of the thread."""
        heap = Heap(upto=known.state.last)
        for page in self._means.chats.entries(room.id, 0, heap.upto):
            for each in page:
                if each.thread == thread:
                    heap.add(each, known.state, room, Due.TELL)
        return heap

    def take(self, claim: Claim, room: Room, known: Known, company: Heap) -> bool:
        """Let the message go together with its company, in a digest; False when the chat has changed meanwhile."""
        means, asked = self._means, ask(claim)
        new = entry(claim, known.state.last + 1, None, means.now_ms())
        company.add(new, known.state, room, Due.TELL)
        admission = Admission(Step.HOLD, known.state.due_at)
        state = conversation.joined(known.state, asked, admission, room.chat, means.now_ms(), is_told=False)
        row = means.log.closing(claim, Status.HELD, {}, None)
        return self._gatherer.freeze(
            room,
            replace(known, state=state),
            company.summary,
            Frozen(new.number, company.summary.entries, {}, thread=asked.thread),
            latest=claim.message.text,
            fallbacks=company.fallbacks,
            also=[{"Update": row}, means.chats.entry(room.id, new, state.expires_at)],
        )
