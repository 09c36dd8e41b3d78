"""The phone behind the simulated provider: its chats, what reached it, and what becomes of that."""

import hashlib
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from local.provider.answers import Answer
from local.provider.conversations import conversations
from local.provider.idempotency import Keys
from local.provider.limits import Limit, Limits
from local.provider.sendings import Sending
from local.provider.texts import REJECTED, Chat, Text

MILLISECONDS = 1000

# Is told the type of the event, its time in milliseconds and the message object; it must return at once.
Observer = Callable[[str, int, Mapping[str, Any]], None]


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
        self._keys = Keys(clock)
        self._limits = Limits()
        self._observers: list[Observer] = []
        self.know(chats)

    def now(self) -> int:
        """Return the time in milliseconds."""
        return int(self._clock() * MILLISECONDS)

    def observe(self, observer: Observer) -> None:
        """Tell the observer of everything that happens to a message from now on, in that order."""
        self._observers.append(observer)

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
            return [text for text in self._texts.values() if text.is_on_the_phone]

    def conversations(self) -> list[dict[str, Any]]:
        """Return what both sides said, and how each chat stands; of what was rejected the person knows nothing."""
        with self._lock:
            return conversations([text for text in self._texts.values() if not text.is_rejected], self._limits)

    def limit(self, limit: Limit) -> None:
        """Let chats take only so many texts in a row; what they were sent before counts."""
        with self._lock:
            self._limits.put(limit)

    def limits(self) -> dict[str, Any]:
        with self._lock:
            return self._limits.shown()

    def text(self, chat_id: str, message_id: str) -> Text | None:
        text = self._texts.get(message_id)
        return text if text and text.chat_id == chat_id else None

    def accept(self, chat_id: str, key: str | None, body: bytes, sending: Sending, *, fails: bool = False) -> Answer:
        """Put the message on the phone, once per idempotency key: looking it up, counting and keeping it is one step.

        A new message that ``fails`` is rejected at once; what a key already stands for is past both failing and limits.
        """
        # The chat is part of the request: one key used for two chats is a conflict, not a copy.
        fingerprint = hashlib.sha256(chat_id.encode() + b"\n" + body).hexdigest()
        with self._lock:
            if replayed := self._keys.answer(key, fingerprint):
                return replayed
            if refused := self._limits.refusal(chat_id, key or fingerprint):
                return refused
            text = self._taken(chat_id, sending, fails=fails)
            self._keys.keep(key, fingerprint, text.accepted())
            return Answer(HTTPStatus.CREATED, text.accepted())

    def reply(self, chat_id: str, words: str, to: str | None = None) -> Text:
        """Let the person write back, perhaps to one message, given by its id."""
        options = {"reply_to": to} if to else {}
        with self._lock:
            self._limits.answered(chat_id)
            text = self._new(chat_id, words, direction="inbound", status="received", options=options)
            return self._tell("received", text)

    def react(self, text: Text, reaction: str) -> Text:
        """Let the person tap an answer on a message; a second one takes the place of the first."""
        with self._lock:
            self._limits.answered(text.chat_id)
            text = self._kept(replace(self._texts[text.id], reaction=reaction))
            return self._tell("reaction", text, message_id=text.id, reaction=reaction)

    def fail(self, text: Text, code: str) -> Text:
        """Let a message that was accepted turn out as undeliverable."""
        error = {"code": code, "message": "The message could not be delivered."}
        with self._lock:
            text = self._kept(replace(self._texts[text.id], status="failed", error=error, updated_at=self.now()))
            return self._tell("failed", text)

    def read(self, chat_id: str) -> list[Text]:
        """Let the person open the chat, and return what was read by that."""
        with self._lock:
            unread = [text for text in self._texts.values() if text.chat_id == chat_id and text.status == "delivered"]
            now_read = [self._kept(replace(text, status="read", updated_at=self.now())) for text in unread]
            return [self._tell("read", text) for text in now_read]

    def _taken(self, chat_id: str, sending: Sending, *, fails: bool) -> Text:
        content, more = sending.content, REJECTED if fails else {}
        text = self._new(chat_id, content.text, options=content.options(), **more)
        if not fails:
            self._limits.count(chat_id)
            # Of a rejected one no webhook tells: the sender has heard it in the answer.
            self._tell("sent", replace(text, status="sent"))
            self._tell("delivered", text)
        return text

    def _new(self, chat_id: str, words: str, **more: Any) -> Text:
        return self._kept(Text(f"msg_{self._new_id()}", chat_id, words, self.now(), self.now(), **more))

    def _kept(self, text: Text) -> Text:
        self._texts[text.id] = text
        return text

    def _tell(self, what: str, text: Text, **more: Any) -> Text:
        # Under the lock, so that observers hear of things in the order in which they happened.
        for observer in self._observers:
            observer(f"message.{what}", self.now(), {**text.told(), **more})
        return text
