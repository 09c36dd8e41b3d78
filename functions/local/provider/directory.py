"""The provider's endpoints about chats: list, look up, find or create."""

from http import HTTPStatus
from typing import Any

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.provider.answers import Answer, invalid, unauthorized, unknown_chat
from local.provider.phone import Phone
from local.provider.sendings import Opening
from local.provider.texts import CHANNEL_TYPE, Chat

# Documented for `GET /chats`.
PAGE_DEFAULT = 50
PAGE_MAX = 200


def directory(phone: Phone) -> list[Route]:
    """Return the routes."""
    chats = Directory(phone)
    return [
        Route("/v4/chats/{chat_id}", chats.chat),
        Route("/v4/chats", chats.chats),
        Route("/v4/chats", chats.open_chat, methods=["POST"]),
    ]


class Directory:
    def __init__(self, phone: Phone) -> None:
        self._phone = phone

    async def chat(self, request: Request) -> Response:
        chat_id = request.path_params["chat_id"]
        chat = self._phone.chat(chat_id)
        found = Answer(HTTPStatus.OK, {"data": self._described(chat)}) if chat else unknown_chat(chat_id)
        return (unauthorized(request, self._phone.key) or found).response()

    async def chats(self, request: Request) -> Response:
        return (unauthorized(request, self._phone.key) or self._page(request)).response()

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
        if refused := unauthorized(request, self._phone.key):
            return refused.response()
        try:
            opening = Opening.model_validate_json(await request.body())
        except ValidationError as error:
            return invalid(error).response()
        chat, created = self._phone.find_or_create(opening.channel_id, opening.to.identifier)
        status = HTTPStatus.CREATED if created else HTTPStatus.OK
        return Answer(status, {"data": {**self._described(chat), "created": created}}).response()

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


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit()
