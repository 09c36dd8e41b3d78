"""The provider in memory: keeps idempotency keys for a day, knows what reached the phone, fails in every known way."""

import json
import math
import re
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from hookline.clock import DAY, SECOND_MS

KEY_LIFETIME_MS = DAY * SECOND_MS  # reported of the live service
READ_TIMEOUT_S = 5
EVERY_CHAT = "*"
OK = "ok"

# What happens to an attempt, by a word. Before: the provider never saw it, or says so.
BEFORE: dict[str, Callable[[], httpx.Response]] = {
    "500": lambda: refusal(500, "internal_error"),
    "503": lambda: httpx.Response(503, text="upstream connect error"),
    "429:60": lambda: httpx.Response(429, headers={"retry-after": "60"}),
    "429:3600": lambda: httpx.Response(429, headers={"retry-after": "3600"}),
}
# For a key that it doesn't know: it remembers what it accepted.
REFUSED: dict[str, Callable[[], httpx.Response]] = {
    "404": lambda: refusal(404, "chat_not_found"),
    "409": lambda: refusal(409, "chat_closed"),
    "422": lambda: refusal(422, "validation_failed"),
    "402": lambda: refusal(402, "payment_required"),
    "safety_reply_only": lambda: refusal(403, "safety_reply_only"),
    "conversation_streak_limit": lambda: refusal(429, "conversation_streak_limit"),
    "conversation_awaiting_reply": lambda: refusal(429, "conversation_awaiting_reply"),
}
UNREACHED = {"connect": httpx.ConnectError, "timeout": httpx.ReadTimeout}
# After: accepted, but the answer doesn't come through.
UNHEARD = {"timeout-after": httpx.ReadTimeout, "reset-after": httpx.RemoteProtocolError}
GARBLED, FAILED, NAMELESS = "bad-json", "failed", "no-id"
NO_REPLY, NO_LINKS = "reply_target_not_found", "conversation_content_restricted"
WORDS = [OK, *BEFORE, *REFUSED, *UNREACHED, *UNHEARD, GARBLED, FAILED, NAMELESS, NO_REPLY, NO_LINKS]


def refusal(status: int, code: str) -> httpx.Response:
    return httpx.Response(status, json={"error": {"code": code, "message": f"it is {code}"}})


@dataclass
class Sent:
    """What the provider accepted. ``is_on_phone`` is false for what it accepted only to say that it failed."""

    id: str
    chat: str
    key: str
    text: str
    at: int
    is_on_phone: bool = True
    reply_to: str | None = None
    receipts: tuple[str, ...] = ()

    @property
    def document(self) -> dict[str, object]:
        if self.is_on_phone:
            return {"id": self.id, "status": "queued"}
        return {
            "id": self.id,
            "status": "failed",
            "error": {"code": "carrier", "message": "it is refused by a carrier"},
        }


class Provider:
    """``step`` is called before and after each attempt takes effect: the test may crash its worker there."""

    def __init__(
        self,
        now_ms: Callable[[], int],
        advance: Callable[[float], None],
        step: Callable[[], None],
        die: Callable[[], None],
    ) -> None:
        self.sent: list[Sent] = []
        self.api_key = "key-1"
        self.plans: defaultdict[str, deque[str]] = defaultdict(deque)  # words for the next attempts of a chat
        self.standing: dict[str, str] = {}  # the word for all attempts of a chat, or of every chat
        self.is_poison: Callable[[str, bytes], bool] = lambda _chat, _body: False  # what is always answered 500
        self.kills = ""  # the worker that sends what contains this is dead
        self.attempts = 0
        self.two_bodies: list[str] = []  # keys that came with another body: there should be none, ever
        self.limits: dict[str, int] = {}  # texts in a row that a chat takes without an answer
        self.streaks: defaultdict[str, int] = defaultdict(int)
        self.refusals: Counter[str] = Counter()  # for the limit, by chat
        self.meanwhile: Callable[[str], object] = lambda _chat: None  # happens while an answer is on its way
        self._bodies: dict[str, bytes] = {}
        self._by_key: dict[str, Sent] = {}
        self._now_ms, self._advance, self._step, self._die = now_ms, advance, step, die

    @property
    def phone(self) -> list[Sent]:
        return [sent for sent in self.sent if sent.is_on_phone]

    def answer(self, chat: str) -> None:
        """Let the person reply or react: the chat takes as many again."""
        self.streaks[chat] = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self._step()
        self.attempts += 1
        if self.kills and self.kills.encode() in request.content:
            self._die()
        try:
            return self._answer(request)
        finally:
            self.meanwhile(_chat(request))
            self._step()

    def _answer(self, request: httpx.Request) -> httpx.Response:
        chat, key = _chat(request), request.headers["idempotency-key"]
        if self._bodies.setdefault(key, request.content) != request.content:
            self.two_bodies.append(key)
        word = self._word(chat)
        if word in UNREACHED:
            raise self._unreached(UNREACHED[word], request)
        if word in BEFORE or self.is_poison(chat, request.content):
            return BEFORE.get(word, BEFORE["500"])()
        if request.headers["authorization"] != f"Bearer {self.api_key}":
            return httpx.Response(401, json={"error": "Unauthorized", "message": "invalid key", "status": 401})
        return self._processed(request, chat, key, word)

    def _processed(self, request: httpx.Request, chat: str, key: str, word: str) -> httpx.Response:
        sent = self._by_key.get(key)
        is_new = sent is None or self._now_ms() - sent.at >= KEY_LIFETIME_MS
        content = json.loads(request.content)["content"]
        if is_new and (refused := self._refused(word, content)):
            return refused
        if is_new and self.streaks[chat] >= self.limits.get(chat, math.inf):
            self.refusals[chat] += 1
            return refusal(429, "conversation_streak_limit")
        if sent is None or is_new:
            sent = Sent(
                id=f"msg_{len(self.sent)}",
                chat=chat,
                key=key,
                text=content["text"],
                at=self._now_ms(),
                is_on_phone=word != FAILED,
                reply_to=content.get("reply_to"),
            )
            self.sent.append(sent)
            self.streaks[chat] += sent.is_on_phone
            self._by_key[key] = sent
        if word in UNHEARD:
            raise self._unreached(UNHEARD[word], request)
        if word == GARBLED:
            return httpx.Response(201, text="<html>")
        document = {**sent.document, **({"id": ""} if word == NAMELESS else {})}
        return httpx.Response(201 if is_new else 200, json=document)

    def _word(self, chat: str) -> str:
        if self.plans[chat]:
            return self.plans[chat].popleft()
        return self.standing.get(chat) or self.standing.get(EVERY_CHAT, OK)

    def _refused(self, word: str, content: dict[str, str]) -> httpx.Response | None:
        if word == NO_REPLY and "reply_to" in content:
            return refusal(422, NO_REPLY)
        if word == NO_LINKS and re.search("https?://", content["text"]):
            return refusal(403, NO_LINKS)
        return REFUSED[word]() if word in REFUSED else None

    def _unreached(self, error: type[httpx.TransportError], request: httpx.Request) -> httpx.TransportError:
        if error is httpx.ReadTimeout:
            self._advance(READ_TIMEOUT_S)
        return error("no answer", request=request)


def _chat(request: httpx.Request) -> str:
    return request.url.path.split("/")[-2]
