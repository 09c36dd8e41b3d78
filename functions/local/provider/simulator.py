"""The simulated provider: Blooio's V4 endpoints over a Phone, and the windows through which a test looks at it."""

import asyncio
from http import HTTPStatus

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.provider.answers import Answer, invalid, unauthorized, unknown_chat, unknown_message
from local.provider.attempts import Attempt
from local.provider.directory import directory
from local.provider.faults import Faults, Plan
from local.provider.leave import PATIENCE_S, leave
from local.provider.limits import Limit
from local.provider.person import person
from local.provider.phone import MILLISECONDS, Phone
from local.provider.receipts import Receipts
from local.provider.sendings import Sending
from local.provider.steps import Step


def simulator(phone: Phone, receipts: Receipts | None = None, patience_s: float = PATIENCE_S) -> Starlette:
    """Return the app to mount at ``/blooio``.

    With ``receipts`` it posts webhooks. ``patience_s`` bounds how long a client is kept waiting by a timeout.
    """
    provider = Provider(phone, patience_s)
    if receipts is not None:
        phone.observe(receipts.tell)
    app = Starlette(
        routes=[
            Route("/v4/chats/{chat_id}/messages", provider.send, methods=["POST"]),
            Route("/v4/chats/{chat_id}/messages/{message_id}/status", provider.status),
            *directory(phone),
            Route("/messages", provider.messages),
            Route("/conversations", provider.conversations),
            Route("/requests", provider.requests),
            Route("/faults", provider.faults, methods=["GET", "PUT"]),
            Route("/limits", provider.limits, methods=["GET", "PUT"]),
            *person(phone),
        ]
    )
    app.state.phone = phone
    return app


class Provider:
    def __init__(self, phone: Phone, patience_s: float) -> None:
        self._phone = phone
        self._patience_s = patience_s
        self._faults = Faults()
        self._attempts: list[Attempt] = []

    async def send(self, request: Request) -> Response:
        try:
            body = await request.body()
        except ClientDisconnect:
            return Response()  # nobody waits for it
        chat_id, key = request.path_params["chat_id"], request.headers.get("idempotency-key")
        step, latency_ms = self._faults.step(chat_id)
        answer = self._refused(step) or unauthorized(request, self._phone.key) or self._send(chat_id, key, body, step)
        self._attempts.append(Attempt(self._phone.now(), chat_id, key, body, step, answer))
        # The message has arrived by now: who is killed while waiting here can't know that.
        await asyncio.sleep(latency_ms / MILLISECONDS)
        return await leave(request, answer, step.ending, self._patience_s)

    def _refused(self, step: Step) -> Answer | None:
        """Return the answer of a step that doesn't let the request in; some are never sent."""
        if step.status is not None:
            return step.refusal(step.status, self._phone.now() / MILLISECONDS)
        return None if step.is_considered else Answer(HTTPStatus.CREATED, {})

    def _send(self, chat_id: str, key: str | None, body: bytes, step: Step) -> Answer:
        if self._phone.chat(chat_id) is None:
            return unknown_chat(chat_id)
        try:
            sending = Sending.model_validate_json(body)
        except ValidationError as error:
            return invalid(error)
        if sending.dry_run:
            preview = {"chat_id": chat_id, "type": "text", "text": sending.content.text, **sending.content.options()}
            return Answer(HTTPStatus.OK, {"dry_run": True, "would_send": True, "preview": preview})
        return self._phone.accept(chat_id, key, body, sending, fails=step.fails)

    async def status(self, request: Request) -> Response:
        text = self._phone.text(request.path_params["chat_id"], request.path_params["message_id"])
        found = Answer(HTTPStatus.OK, {"data": text.progress()}) if text else unknown_message()
        return (unauthorized(request, self._phone.key) or found).response()

    async def messages(self, _: Request) -> Response:
        return JSONResponse([text.shown() for text in self._phone.texts()])

    async def conversations(self, _: Request) -> Response:
        return JSONResponse(self._phone.conversations())

    async def requests(self, _: Request) -> Response:
        return JSONResponse([attempt.shown() for attempt in self._attempts])

    async def faults(self, request: Request) -> Response:
        if request.method == "PUT":
            try:
                self._faults.put(Plan.model_validate_json(await request.body()))
            except ValidationError as error:
                return invalid(error).response()
        return JSONResponse(self._faults.shown())

    async def limits(self, request: Request) -> Response:
        if request.method == "PUT":
            try:
                self._phone.limit(Limit.model_validate_json(await request.body()))
            except ValidationError as error:
                return invalid(error).response()
        return JSONResponse(self._phone.limits())
