"""The messages that tell what waited: a chat in a digest, or who stands in for it while it waits for an answer."""

from collections.abc import Callable
from typing import Any

from hookline import identity
from hookline.clock import SECOND_MS, say
from hookline.digest import Summary
from hookline.fit import cut
from hookline.log import DeliveryLog
from hookline.models import Destination, Message
from hookline.room import Room
from hookline.state import Frozen, State

SOURCE, RULE = "hookline", "digest"


class Teller:
    """Writes them from the summary, and from the rows of what it shows. Methods raise ClientError or BotoCoreError."""

    def __init__(self, log: DeliveryLog, now_ms: Callable[[], int]) -> None:
        self._log = log
        self._now_ms = now_ms

    def digest(self, room: Room, state: State, summary: Summary, frozen: Frozen, latest: str) -> Message:
        """Return what tells the chat; where ``latest`` is given it is shown, also if it ended what it is about."""
        own = self._only(summary)
        text = self._own(room, own, summary) or self._text(room, summary, latest)
        more: dict[str, Any] = {
            "digest": state.digests + 1,
            "because": _because(state, frozen, self._now_ms()),
            "urgent": bool(frozen.thread),
            "effect": own.get("effect"),
            **{name: own[name] for name in ("link_preview", "reply_to", "title", "where", "phase") if name in own},
            "thread": _story(own) or frozen.thread or None,
        }
        delivery = identity.digest_id(room.id, self._now_ms(), state.digests + 1)
        return self._message(room, delivery, Destination(name=room.name, id=room.id), text, summary, more)

    def passed(self, room: Room, state: State, summary: Summary, to: Destination) -> Message:
        """Return what tells who stands in.

        It is the same for as long as the chat waits and nothing else was held: found again after a crash, it is a copy.
        """
        delivery = identity.passed_id(room.id, to.id, state.parked_at, state.held_upto)
        limit = to.limit or room.chat.limit
        own = self._only(summary)
        text = own.get("text") or summary.text(limit, self._now_ms(), self._latest(summary), room.name)
        about = {"because": f"{room.name} waits for an answer"}
        return self._message(room, delivery, to, cut(text, limit), summary, about | {"tried": (room.id,)})

    def _text(self, room: Room, summary: Summary, latest: str) -> str:
        limit = room.chat.limit
        said = summary.text(limit, self._now_ms(), latest or self._latest(summary))
        return said if summary.latest or not latest else cut(f"{said}\nLatest: {latest}", limit)

    def _own(self, room: Room, own: dict[str, Any], summary: Summary) -> str:
        """Return the text of what waited alone, with who was told of it meanwhile."""
        went = "".join(f"\n{times} went to {name}." for name, times in summary.went.items())
        return cut(own["text"], room.chat.limit - len(went)) + went if own.get("text") else ""

    def _message(  # noqa: PLR0913, PLR0917 - what tells one from the other
        self, room: Room, delivery: str, to: Destination, text: str, summary: Summary, more: dict[str, Any]
    ) -> Message:
        now = self._now_ms()
        return Message(
            delivery_id=delivery,
            source=SOURCE,
            rule=RULE,
            event_id=delivery,
            request_id=delivery,
            chat=to.id,
            chat_name=to.name,
            text=text,
            accepted_at=now,
            queued_at=now,
            private=summary.is_private,
            stands_for=summary.count,
            **{"title": f"Held for {room.name}", **more},
        )

    def _only(self, summary: Summary) -> dict[str, Any]:
        """Return the row of what waited alone: it is told in its own words."""
        return self._log.row(*summary.only) if summary.only else {}

    def _latest(self, summary: Summary) -> str:
        return str(self._log.row(*summary.latest).get("text", "")) if summary.latest else ""


def _story(own: dict[str, Any]) -> str:
    """Return the thread of what waited alone as all sources' threads are told apart."""
    return Message.model_validate({**own, "delivery_id": own["id"]}).story if own.get("thread") else ""


def _because(state: State, frozen: Frozen, now: int) -> str:
    since = say((now - (state.since or now)) / SECOND_MS)
    if frozen.thread:
        return f"urgent, with what its thread had waiting for {since}"
    if frozen.is_last:
        return f"nobody answered for {say((now - state.parked_at) / SECOND_MS)}"
    return f"{'somebody answered' if frozen.is_answer else 'it was held'} after {since}"
