"""Who hears instead. Pure."""

from collections.abc import Sequence

from hookline.claim import Claim
from hookline.fit import cut
from hookline.identity import fallback_id, shared_fallback_id
from hookline.models import Destination, Message


def stand_in(claim: Claim, own: Sequence[Destination], now: int) -> Message | None:
    """Return the message for the next chat: of the rule's fallbacks, then of the chat's ``own``; none twice.

    It is the same each time the failure is found again, but for its time. None at the end of the list.
    """
    message = claim.message
    tried = (*message.tried, message.chat)
    chat = next((chat for chat in (*message.fallbacks, *own) if chat.id not in tried), None)
    if chat is None:
        return None
    # What was private and sent is kept nowhere; that it failed later is told all the same.
    text = message.text or f"⚠ A private message of “{message.source}” to {message.chat_name} could not be delivered."
    return message.model_copy(
        update={
            "delivery_id": _id(claim, chat.id),
            "chat": chat.id,
            "chat_name": chat.name,
            "text": text if chat.limit is None else cut(text, chat.limit),
            "tried": tried,
            "fallback_of": message.delivery_id,
            "queued_at": now,
            "reply_to": None,
            "repeat": None,
            "replay": False,
            "first_part": None,
            "parts": None,
            "digest": None,
            "stands_for": 0 if message.first_part else message.stands_for,
        }
    )


def _id(claim: Claim, chat: str) -> str:
    text = claim.message.text_id
    if text is None:  # queued by an earlier version
        return fallback_id(claim.message.delivery_id, claim.generation, chat)
    return shared_fallback_id(text, claim.generation, claim.request_id, chat)
