"""Lets the simulated provider know the chats of rules that were pushed while it ran."""

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send


class Acquainted:
    """Looks, before anything is sent, which rules run."""

    def __init__(self, provider: ASGIApp, look: Callable[[], None]) -> None:
        self._provider = provider
        self._look = look

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("method") == "POST":
            await run_in_threadpool(self._look)
        await self._provider(scope, receive, send)
