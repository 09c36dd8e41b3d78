"""Keeps other sites' pages, which the same browser shows, from reading the simulated phone and from acting on it."""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from local.page.door import Door, Turned

PROVIDER = "/v4/"  # asked by the functions, under whatever name their container knows this machine by, and with the key


class Guarded:
    """The simulator behind the page's door."""

    def __init__(self, simulator: ASGIApp, door: Door) -> None:
        self._simulator = simulator
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        try:
            if not path.startswith(PROVIDER):
                self._door.let_through(request)
        except Turned as error:
            answer = JSONResponse({"error": {"message": str(error)}}, error.status)
            await answer(scope, receive, send)
        else:
            await self._simulator(scope, receive, send)
