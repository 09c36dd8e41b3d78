"""One message and one chat, as the simulated provider keeps and describes them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

CHANNEL_ID = "ch_local"
CHANNEL_TYPE = "blooio"
# What becomes of a message that is rejected at once.
REJECTED: Mapping[str, Any] = {
    "is_rejected": True,
    "status": "failed",
    "protocol": None,
    "error": {"code": "delivery_failed", "message": "The message was rejected before it was sent."},
    "fallback": {"recommended": True, "reason": "The recipient can't be reached on this channel."},
}


@dataclass(frozen=True)
class Text:
    """One message; times in milliseconds. What was rejected at once has an id and a status, but is on no phone."""

    id: str
    chat_id: str
    text: str
    created_at: int
    updated_at: int
    direction: str = "outbound"
    status: str = "delivered"
    protocol: str | None = "imessage"
    error: Mapping[str, Any] | None = None
    fallback: Mapping[str, Any] | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    is_rejected: bool = False
    reaction: str | None = None  # the person's latest

    @property
    def is_on_the_phone(self) -> bool:
        return self.direction == "outbound" and not self.is_rejected

    def shown(self) -> dict[str, Any]:
        """Return the entry of ``GET /messages``."""
        known = {"id": self.id, "chat_id": self.chat_id, "text": self.text, "status": self.status}
        more = {"error": dict(self.error)} if self.error else {}
        return {**known, "created_at": self.created_at, "protocol": self.protocol, **self.options, **more}

    def said(self) -> dict[str, Any]:
        """Return the entry of ``GET /conversations``."""
        return {**self.shown(), "direction": self.direction, "reaction": self.reaction}

    def accepted(self) -> dict[str, Any]:
        """Return the message object of the answer to a send: at that moment nothing is known of its way."""
        return {**self._object(), "protocol": None, "status": self.status if self.is_rejected else "queued"}

    def told(self) -> dict[str, Any]:
        """Return the message object as webhooks carry it."""
        return {**self._object(), "text": self.text, "updated_at": self.updated_at, **self.options}

    def progress(self) -> dict[str, Any]:
        """Return what the status endpoint says."""
        known = {"id": self.id, "status": self.status, "protocol": self.protocol, "error": self.error}
        return {**known, "created_at": self.created_at, "updated_at": self.updated_at}

    def _object(self) -> dict[str, Any]:
        fallback = {"fallback": dict(self.fallback)} if self.fallback else {}
        return {
            "id": self.id,
            "chat_id": self.chat_id,
            "channel_id": CHANNEL_ID,
            "channel_type": CHANNEL_TYPE,
            "protocol": self.protocol,
            "direction": self.direction,
            "type": "text",
            "status": self.status,
            "error": self.error,
            "created_at": self.created_at,
            **fallback,
        }


@dataclass(frozen=True)
class Chat:
    id: str
    created_at: int
    channel_id: str = CHANNEL_ID
    identifier: str | None = None
