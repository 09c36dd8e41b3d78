"""What the page may ask the run for."""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hookline.errors import Problem
from local.commands.errors import No
from local.page.buttons import Pressed
from local.page.desk import Desk
from local.page.door import Asked, Door, Turned
from local.page.files import files
from local.page.form import form
from local.page.rehearsal import Stage, Tried
from local.page.samples import samples
from local.page.send import Webhook, answered
from local.page.state import problems_shown, rules_shown
from local.page.stream import Stream
from local.running import Running, has_errors

GONE = 499  # whoever asked has left; nobody reads the answer


class Sending(Webhook):
    """A webhook, and the rules that are to run before it is sent; None for those that do."""

    rules: str | None = None


class Chosen(BaseModel):
    """The rules that are to run; None for those of the file."""

    text: str | None


def routes(desk: Desk) -> list[Route]:
    """Return the routes of the page, its files included."""
    office = _Office(desk)
    return [
        *files(),
        Route("/form", office.form),
        Route("/page/stream", office.stream),
        Route("/page/samples", office.samples),
        Route("/page/rehearse", office.asking(Tried, office.rehearse), methods=["POST"]),
        Route("/page/send", office.asking(Sending, office.send), methods=["POST"]),
        Route("/page/rules", office.asking(Chosen, office.choose), methods=["POST"]),
        Route("/page/fire", office.asking(Pressed, office.press), methods=["POST"]),
    ]


class _Office:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._running = desk.running
        self._door = Door(desk.where.host, desk.where.url)
        self._stage = Stage(str(self._running.file), desk.now_ms)
        self._on_stage = asyncio.Lock()

    def asking(
        self, kind: type[Asked], act: Callable[[Asked, Request], Awaitable[Any]]
    ) -> Callable[[Request], Awaitable[Response]]:
        """Return what answers a request of that kind, or says in a sentence why it doesn't."""

        async def answer(request: Request) -> Response:
            try:
                done = await act(await self._door.taken(request, kind), request)
            except Turned as error:
                return _turned(error)
            return done if isinstance(done, Response) else JSONResponse(done)

        return answer

    async def form(self, _: Request) -> Response:
        return form(self._running.rules, live=self._desk.where.live)

    async def stream(self, request: Request) -> Response:
        try:
            self._door.let_in(request)
        except Turned as error:
            return _turned(error)
        return Stream(self._desk.chunks())

    async def samples(self, request: Request) -> Response:
        try:
            self._door.let_in(request)
        except Turned as error:
            return _turned(error)
        given = await run_in_threadpool(lambda: list(samples(self._running.rules, self._desk.now_ms())))
        return JSONResponse(given)

    async def rehearse(self, tried: Tried, request: Request) -> Any:
        """One at a time: who types asks often, and the newest answer is the one that counts."""
        async with self._on_stage:
            if await request.is_disconnected():
                return Response(status_code=GONE)
            return await run_in_threadpool(self._stage.rehearse, tried)

    async def send(self, sending: Sending, _: Request) -> Any:
        if sending.rules is not None and sending.rules != self._running.text:
            await self._use(sending.rules)
        response = await self._desk.sender.send(sending)
        return {"status": response.status_code, "answer": answered(response)}

    async def choose(self, chosen: Chosen, _: Request) -> Any:
        await self._use(chosen.text)
        return await run_in_threadpool(rules_shown, self._running, self._desk.sender.can_send)

    async def press(self, pressed: Pressed, _: Request) -> Any:
        return await self._desk.buttons.press(pressed.what)

    async def _use(self, text: str | None) -> None:
        """Let these rules run, or those of the file. Raises Turned when they can't."""
        try:
            problems = await run_in_threadpool(_chosen, self._running, text)
        except (No, ValueError, BotoCoreError, ClientError) as error:
            raise Turned(HTTPStatus.CONFLICT, f"These rules can't run: {error}") from error
        if has_errors(problems):
            raise Turned(HTTPStatus.CONFLICT, "These rules can't run as they are.", problems=problems_shown(problems))


def _chosen(running: Running, text: str | None) -> tuple[Problem, ...]:
    return running.reread() if text is None else running.use(text)


def _turned(error: Turned) -> Response:
    return JSONResponse({"error": str(error), **error.more}, error.status)
