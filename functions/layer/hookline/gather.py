"""What waited is told: gathered from its entries into one frozen text, put on the queue, and closed by reference."""

import logging
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from hookline import conversation
from hookline.chats import Known
from hookline.clock import HOUR, MINUTE, SECOND_MS
from hookline.conversation import Due
from hookline.digest import Summary
from hookline.errors import QueueRefused
from hookline.heap import Heap
from hookline.means import Means
from hookline.models import Destination, Message, Wake
from hookline.room import Room
from hookline.state import Frozen, State
from hookline.tell import Teller
from hookline.turn import HasTime

logger = logging.getLogger(__name__)

# Whether a digest got onto the queue is looked after soon, whether it still has to be there much later.
CHECK_PUT_MS, CHECK_DIGEST_MS = MINUTE * SECOND_MS, HOUR * SECOND_MS


class Gatherer:
    """Tells what waits. Methods raise ClientError or BotoCoreError, QueueRefused, RulesUnavailable."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._teller = Teller(means.log, means.now_ms)

    def advance(self, chat: str, has_time: HasTime) -> None:
        """Do what is due in a chat, one step after the other; what there is no time for is due at once."""
        room, known = self._means.room_of(chat), self._means.chats.read(chat)
        while self._step(room, known, has_time):
            known = self._means.chats.known(chat)

    def _step(self, room: Room, known: Known, has_time: HasTime) -> bool:
        """Do what is due first; return whether to look again."""
        state, now = known.state, self._means.now_ms()
        if state.closing:
            if not self._means.chats.close(room.id, state.closing, has_time):
                self._go_on(room, known, state)
                return False
            return self._save(room, known, replace(state, closing=None)) or True
        if state.frozen:
            if state.due_at <= now:
                self._means.forward(Message.model_validate(state.frozen.message))
                self._save(room, known, replace(state, due_at=now + CHECK_DIGEST_MS))
            return False
        due, look_at = conversation.due(state, room.chat, now)
        match due:
            case Due.NOTHING:
                return look_at != state.due_at and not self._save(room, known, replace(state, due_at=look_at))
            case Due.PARK:
                self.note_parked(room, state)
                self._save(room, known, conversation.parked(state, room.chat, now))
                return True
            case _:
                return self._told(room, known, due, has_time)

    def _told(self, room: Room, known: Known, due: Due, has_time: HasTime) -> bool:
        """Tell the chat what waits, or who stands in what was only held; return whether to look again."""
        heap = self._gathered(room, known, due, has_time)
        if heap is None:
            return False
        if due is Due.PASS:
            return self._pass(room, known, heap)
        summary = heap.summary
        if not summary.entries:  # they have expired
            self._save(room, known, replace(known.state, count=0, since=0, gathering=None))
            return True
        if summary.count <= 1 < summary.entries:
            # Parts of one text have nothing to be summed up: each goes as it is, the next when this one is told.
            heap = self._first(room, known.state, heap)
            summary = heap.summary
        frozen = Frozen(heap.upto, summary.entries, {}, is_last=due is Due.LAST, is_answer=known.state.is_answered)
        self.freeze(room, known, summary, frozen, fallbacks=heap.fallbacks)
        return False

    def _first(self, room: Room, state: State, heap: Heap) -> Heap:
        """Return what the first entry says alone."""
        page = next(self._means.chats.entries(room.id, 0, heap.upto, 1))
        alone = Heap(upto=page[0].number)
        alone.add(page[0], state, room, Due.TELL)
        return alone

    def freeze(  # noqa: PLR0913 - the chat, and what the digest is made of
        self,
        room: Room,
        known: Known,
        summary: Summary,
        frozen: Frozen,
        *,
        latest: str = "",
        fallbacks: Sequence[Destination] = (),
        also: Iterable[dict[str, Any]] = (),
    ) -> bool:
        """Write down the digest that ``frozen`` lacks and put it on the queue; False if the chat has changed.

        ``latest`` is the text that it shows, where that has to be another one than what still holds.
        """
        message = self._teller.digest(room, known.state, summary, frozen, latest)
        is_told = bool(summary.went) and sum(summary.went.values()) == summary.count
        # They have heard of each by itself.
        tried = tuple(one.id for one in (*fallbacks, *room.fallbacks)) if is_told else ()
        message = message.model_copy(update={"fallbacks": tuple(fallbacks), "tried": tried})
        given = message.model_dump(mode="json", exclude_defaults=True)
        state = conversation.froze(
            known.state, replace(frozen, message=given), check_at=self._means.now_ms() + CHECK_PUT_MS
        )
        if not self._means.chats.save(room.id, known, state, [*also]):
            return False
        self._means.count("Digests")
        self._means.forward(message)
        return True

    def note_parked(self, room: Room, state: State, *, is_told: bool = False) -> None:
        """Say that a chat begins to wait for an answer, and count it if nobody else hears meanwhile."""
        if state.parked_at:
            return
        logger.warning("parked", extra={"chat": room.id, "chat_name": room.name})
        if not (is_told or room.fallbacks):
            self._means.count("ParkedWithoutFallback")

    def _gathered(self, room: Room, known: Known, due: Due, has_time: HasTime) -> Heap | None:
        """Return what all entries say; None when it goes on at the next turn."""
        state = known.state
        begun = state.gathering if state.gathering and state.gathering.get("due") == due else None
        heap = Heap.from_dict(begun["heap"]) if begun else Heap(upto=state.last)
        for page in self._means.chats.entries(room.id, heap.after, heap.upto):
            for entry in page:
                heap.add(entry, state, room, due)
            heap.after = page[-1].number
            if heap.after < heap.upto and not has_time():
                self._go_on(room, known, replace(state, gathering={"due": due.value, "heap": heap.to_dict()}))
                return None
        return heap

    def _go_on(self, room: Room, known: Known, state: State) -> None:
        """Go on at the chat's next turn; release brings it about where the queue takes no wake-up."""
        now = self._means.now_ms()
        self._save(room, known, replace(state, due_at=now))
        with suppress(QueueRefused):
            self._means.forward(Wake(chat=room.id, due_at=now))

    def _pass(self, room: Room, known: Known, heap: Heap) -> bool:
        """Let who stands in hear what was held before the chat began to wait for an answer."""
        for who, summary in heap.told.values():
            self._means.forward(self._teller.passed(room, known.state, summary, who))
        is_unheard = known.state.is_unheard or heap.is_unheard
        self._save(room, known, replace(known.state, passed_upto=heap.upto, is_unheard=is_unheard, gathering=None))
        return True

    def _save(self, room: Room, known: Known, state: State) -> bool:
        """Write the state; another one, written since, is known then."""
        return self._means.chats.save(room.id, known, state)
