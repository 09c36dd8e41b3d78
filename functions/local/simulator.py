"""The simulated provider: Blooio's V4 endpoints over a Phone, and the windows through which a test looks at it."""

import asyncio
import hmac
from http import HTTPStatus
from typing import Any

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.phone import CHANNEL_TYPE, MILLISECONDS, Answer, Chat, Phone, Text
from local.sendings import Faults, Opening, Sending, complaints

# Documented for `GET /chats`.
PAGE_DEFAULT = 50
PAGE_MAX = 200


def simulator(phone: Phone) -> Starlette:
    """Return the app to mount at ``/blooio``."""
    provider = Provider(phone)
    app = Starlette(
        routes=[
            Route("/v4/chats/{chat_id}/messages", provider.send, methods=["POST"]),
            Route("/v4/chats/{chat_id}/messages/{message_id}/status", provider.status),
            Route("/v4/chats/{chat_id}", provider.chat),
            Route("/v4/chats", provider.chats),
            Route("/v4/chats", provider.open_chat, methods=["POST"]),
            Route("/messages", provider.messages),
            Route("/requests", provider.requests),
            Route("/faults", provider.faults, methods=["GET", "PUT"]),
        ]
    )
    app.state.phone = phone
    return app


class Provider:
    def __init__(self, phone: Phone) -> None:
        self._phone = phone
        self._faults = Faults()

    async def send(self, request: Request) -> Response:
        body = await request.body()
        chat_id, key = request.path_params["chat_id"], request.headers.get("idempotency-key")
        answer = self._unauthorized(request) or self._send(chat_id, key, body)
        self._phone.note_attempt(chat_id, key, body, answer.status)
        # The message has arrived by now: who is killed while waiting here can't know that.
        await asyncio.sleep(self._faults.latency_ms / MILLISECONDS)
        return _json(answer)

    def _send(self, chat_id: str, key: str | None, body: bytes) -> Answer:
        if self._phone.chat(chat_id) is None:
            return _unknown_chat(chat_id)
        try:
            sending = Sending.model_validate_json(body)
        except ValidationError as error:
            return _invalid(error)
        if sending.dry_run:
            preview = {"chat_id": chat_id, "type": "text", "text": sending.content.text, **sending.content.options()}
            return Answer(HTTPStatus.OK, {"dry_run": True, "would_send": True, "preview": preview})
        return self._phone.accept(chat_id, key, body, sending)

    async def status(self, request: Request) -> Response:
        if refused := self._unauthorized(request):
            return _json(refused)
        text = self._phone.text(request.path_params["chat_id"], request.path_params["message_id"])
        if text is None:
            return _json(Answer.refusal(HTTPStatus.NOT_FOUND, "not_found", "This chat has no message with that id."))
        return _json(Answer(HTTPStatus.OK, {"data": _progress(text)}))

    async def chat(self, request: Request) -> Response:
        chat_id = request.path_params["chat_id"]
        chat = self._phone.chat(chat_id)
        found = Answer(HTTPStatus.OK, {"data": self._described(chat)}) if chat else _unknown_chat(chat_id)
        return _json(self._unauthorized(request) or found)

    async def chats(self, request: Request) -> Response:
        return _json(self._unauthorized(request) or self._page(request))

    def _page(self, request: Request) -> Answer:
        limit, start = request.query_params.get("limit", str(PAGE_DEFAULT)), request.query_params.get("cursor", "0")
        if not (_is_count(limit) and 1 <= int(limit) <= PAGE_MAX and _is_count(start)):
            said = f"limit is a number from 1 to {PAGE_MAX}, cursor the next_cursor of the page before."
            return Answer.refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "validation_failed", said)
        known, end = self._phone.chats(), int(start) + int(limit)
        page = [self._described(chat) for chat in known[int(start) : end]]
        more = end < len(known)
        return Answer(HTTPStatus.OK, {"data": page, "has_more": more, "next_cursor": str(end) if more else None})

    async def open_chat(self, request: Request) -> Response:
        if refused := self._unauthorized(request):
            return _json(refused)
        try:
            opening = Opening.model_validate_json(await request.body())
        except ValidationError as error:
            return _json(_invalid(error))
        chat, created = self._phone.find_or_create(opening.channel_id, opening.to.identifier)
        status = HTTPStatus.CREATED if created else HTTPStatus.OK
        return _json(Answer(status, {"data": {**self._described(chat), "created": created}}))

    async def messages(self, _: Request) -> Response:
        return JSONResponse([text.shown() for text in self._phone.texts()])

    async def requests(self, _: Request) -> Response:
        return JSONResponse(self._phone.attempts())

    async def faults(self, request: Request) -> Response:
        if request.method == "PUT":
            try:
                self._faults = Faults.model_validate_json(await request.body())
            except ValidationError as error:
                return _json(_invalid(error))
        return JSONResponse(self._faults.model_dump())

    def _unauthorized(self, request: Request) -> Answer | None:
        expected = f"Bearer {self._phone.key}"
        if hmac.compare_digest(request.headers.get("authorization", "").encode(), expected.encode()):
            return None
        said = "Your API key is missing or invalid. Pass it as a bearer token."
        # Errors of authentication are flat, unlike all others.
        return Answer(HTTPStatus.UNAUTHORIZED, {"error": "unauthorized", "message": said, "status": 401})

    def _described(self, chat: Chat) -> dict[str, Any]:
        times = [text.created_at for text in self._phone.texts() if text.chat_id == chat.id]
        return {
            "id": chat.id,
            "channel_id": chat.channel_id,
            "channel_type": CHANNEL_TYPE,
            "contact_id": None,
            "identity_id": chat.identifier,
            "group_id": None,
            "state": "open",
            "capabilities": {},
            "window_expires_at": None,
            "last_message_at": max(times, default=None),
            "created_at": chat.created_at,
        }


def _progress(text: Text) -> dict[str, Any]:
    known = {"id": text.id, "status": text.status, "protocol": text.protocol, "error": None}
    return {**known, "created_at": text.created_at, "updated_at": text.created_at}


def _unknown_chat(chat_id: str) -> Answer:
    return Answer.refusal(HTTPStatus.NOT_FOUND, "not_found", f"No chat was found with the id {chat_id}.")


def _invalid(error: ValidationError) -> Answer:
    said = "Validation failed — one or more fields in the request are invalid or missing."
    return Answer.refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "validation_failed", said, complaints(error))


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _json(answer: Answer) -> Response:
    return JSONResponse(dict(answer.document), status_code=answer.status)
