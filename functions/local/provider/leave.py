"""How an answer leaves the simulator: whole, unreadable, or not at all."""

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from local.provider.answers import Answer
from local.provider.steps import Ending

# Longer than any sensible client waits, and short enough for one that waits for ever.
PATIENCE_S = 30.0
HALF_A_MESSAGE = b'{"id": "msg_'


async def leave(request: Request, answer: Answer, ending: Ending, patience_s: float = PATIENCE_S) -> Response:
    """Return the response, or end the connection when the step says that there is none."""
    if ending is Ending.SILENCE:
        await _gone(request, patience_s)
    if ending in (Ending.SILENCE, Ending.DROP):
        return await _dropped(request, patience_s)
    if ending is Ending.GARBLED and answer.is_success:
        return Response(HALF_A_MESSAGE, status_code=answer.status, media_type="application/json")
    return answer.response()


async def _dropped(request: Request, patience_s: float) -> Response:
    # ASGI has no word for it, but what receives is a method of uvicorn's request, whichever parser it uses, and that
    # holds the connection. Raising would not do: uvicorn answers 500 then.
    transport: Any = getattr(getattr(request.receive, "__self__", None), "transport", None)
    if transport is None:
        raise ConnectionAbortedError("The simulator was told to drop the connection, and this server can't.")
    transport.abort()
    # Once the server has noticed, it throws away what is returned here.
    await _gone(request, patience_s)
    return Response()


async def _gone(request: Request, patience_s: float) -> None:
    """Wait until the other end has hung up, but not for ever."""
    try:
        async with asyncio.timeout(patience_s):
            while (await request.receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return
