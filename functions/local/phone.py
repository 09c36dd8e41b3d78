"""The phone behind the simulated provider: its chats, what reached it, and every attempt to reach it."""

import hashlib
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from local.sendings import Sending

CHANNEL_ID = "ch_local"
CHANNEL_TYPE = "blooio"
# Reported of the live service: a key is kept this long, then the same key makes a new message.
KEY_LIFETIME_S = 24 * 60 * 60
MILLISECONDS = 1000


@dataclass(frozen=True)
class Answer:
    """What the provider says: a status code and a JSON document."""

    status: HTTPStatus
    document: Mapping[str, Any]

    @classmethod
    def refusal(cls, status: HTTPStatus, code: str, message: str, details: Any = None) -> "Answer":
        return cls(status, {"error": {"code": code, "message": message, "details": details}})


@dataclass(frozen=True)
class Text:
    """One message as it lies on the phone; times in milliseconds."""

    id: str
    chat_id: str
    text: str
    created_at: int
    status: str = "delivered"
    protocol: str = "imessage"
    options: Mapping[str, Any] = field(default_factory=dict)

    def shown(self) -> dict[str, Any]:
        """Return the entry of ``GET /messages``."""
        known = {"id": self.id, "chat_id": self.chat_id, "text": self.text, "status": self.status}
        return {**known, "created_at": self.created_at, "protocol": self.protocol, **self.options}

    def accepted(self) -> dict[str, Any]:
        """Return the message object of the answer to a send: at that moment nothing is known of its way."""
        return {
            "id": self.id,
            "chat_id": self.chat_id,
            "channel_id": CHANNEL_ID,
            "channel_type": CHANNEL_TYPE,
            "protocol": None,
            "direction": "outbound",
            "type": "text",
            "status": "queued",
            "error": None,
            "created_at": self.created_at,
        }


@dataclass(frozen=True)
class Remembered:
    """What an idempotency key stands for until it expires."""

    fingerprint: str
    document: Mapping[str, Any]
    expires_at: float


@dataclass(frozen=True)
class Chat:
    id: str
    created_at: int
    channel_id: str = CHANNEL_ID
    identifier: str | None = None


def _random() -> str:
    return uuid.uuid4().hex


class Phone:
    """The state of the simulator, safe to use from several threads.

    ``clock`` gives seconds since 1970, ``new_id`` the part of an id behind its prefix.
    """

    def __init__(
        self,
        chats: Iterable[str],
        key: str,
        clock: Callable[[], float] = time.time,
        new_id: Callable[[], str] = _random,
    ) -> None:
        self.key = key
        self._clock = clock
        self._new_id = new_id
        self._lock = threading.Lock()
        self._chats: dict[str, Chat] = {}
        self._texts: dict[str, Text] = {}
        self._attempts: list[dict[str, Any]] = []
        self._keys: dict[str, Remembered] = {}
        self.know(chats)

    def now(self) -> int:
        """Return the time in milliseconds."""
        return int(self._clock() * MILLISECONDS)

    def know(self, chats: Iterable[str]) -> None:
        """Add chats that exist from now on; those known already stay as they are."""
        with self._lock:
            for chat_id in chats:
                self._chats.setdefault(chat_id, Chat(chat_id, self.now()))

    def forget(self, chat_id: str) -> None:
        """Make a chat unknown; what it has received stays on the phone."""
        with self._lock:
            self._chats.pop(chat_id, None)

    def chat(self, chat_id: str) -> Chat | None:
        return self._chats.get(chat_id)

    def chats(self) -> list[Chat]:
        with self._lock:
            return list(self._chats.values())

    def find_or_create(self, channel_id: str, identifier: str) -> tuple[Chat, bool]:
        """Return the chat with that person on that channel, and whether it is new."""
        with self._lock:
            for chat in self._chats.values():
                if (chat.channel_id, chat.identifier) == (channel_id, identifier):
                    return chat, False
            chat = Chat(f"chat_{self._new_id()}", self.now(), channel_id, identifier)
            self._chats[chat.id] = chat
            return chat, True

    def texts(self) -> list[Text]:
        """Return what reached the phone, newest last."""
        with self._lock:
            return list(self._texts.values())

    def text(self, chat_id: str, message_id: str) -> Text | None:
        text = self._texts.get(message_id)
        return text if text and text.chat_id == chat_id else None

    def attempts(self) -> list[dict[str, Any]]:
        """Return every attempt to send, refused ones included, newest last."""
        with self._lock:
            return list(self._attempts)

    def note_attempt(self, chat_id: str, key: str | None, body: bytes, status: HTTPStatus) -> None:
        attempt = {"at": self.now(), "chat_id": chat_id, "idempotency_key": key}
        with self._lock:
            self._attempts.append({**attempt, "body_sha256": hashlib.sha256(body).hexdigest(), "status": int(status)})

    def accept(self, chat_id: str, key: str | None, body: bytes, sending: Sending) -> Answer:
        """Put the message on the phone, once per idempotency key: looking it up and keeping it is one step."""
        # The chat is part of the request: one key used for two chats is a conflict, not a copy.
        fingerprint = hashlib.sha256(chat_id.encode() + b"\n" + body).hexdigest()
        with self._lock:
            kept = self._remembered(key)
            if kept is None:
                return self._receive(chat_id, key, fingerprint, sending)
        if kept.fingerprint == fingerprint:
            # Reported: a replay answers 200 where the first answered 201.
            return Answer(HTTPStatus.OK, kept.document)
        return Answer.refusal(
            HTTPStatus.CONFLICT,
            "idempotency_key_reused",
            "This Idempotency-Key was used for another request: use a new key for a new message.",
        )

    def _remembered(self, key: str | None) -> Remembered | None:
        kept = self._keys.get(key) if key else None
        return kept if kept and self._clock() < kept.expires_at else None

    def _receive(self, chat_id: str, key: str | None, fingerprint: str, sending: Sending) -> Answer:
        text = Text(
            f"msg_{self._new_id()}", chat_id, sending.content.text, self.now(), options=sending.content.options()
        )
        self._texts[text.id] = text
        if key:
            self._keys[key] = Remembered(fingerprint, text.accepted(), self._clock() + KEY_LIFETIME_S)
        return Answer(HTTPStatus.CREATED, text.accepted())
