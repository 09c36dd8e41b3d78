"""The local API Gateway: an HTTP request becomes an event for a function, its answer an HTTP response."""

import json
import sys
import time
import traceback
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from threading import Lock
from typing import Any
from urllib.parse import unquote

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from local.cloud.http_event import Arrival, UnsuitableAnswer, event_of, response_of
from local.cloud.invocation import Context

Handler = Callable[[dict[str, Any], Any], Any]

ANY = "ANY"
# The quotas of the two services: a request to an HTTP API, and the event of one synchronous invocation.
API_GATEWAY_LIMIT = 10 * 1024 * 1024
LAMBDA_LIMIT = 6 * 1024 * 1024


@dataclass(frozen=True)
class Integration:
    """What stands behind a route; the timeout in seconds is told to the handler, not enforced."""

    handler: Handler
    name: str = "local"
    timeout_seconds: int = 15
    memory_mb: int = 512


def _random() -> str:
    return str(uuid.uuid4())


def gateway(
    integrations: Mapping[str, Integration],
    clock: Callable[[], float] = time.time,
    new_id: Callable[[], str] = _random,
) -> ASGIApp:
    """Return the app that answers every path: another app's ``router.default``, behind its own routes.

    ``integrations`` go by route key, ``ANY /hooks/{source}`` or ``POST /receipts``; a name in braces matches one
    segment. ``clock`` gives seconds since 1970, ``new_id`` a fresh request id.
    """
    return Gateway(integrations, clock, new_id)


class Gateway:
    def __init__(
        self, integrations: Mapping[str, Integration], clock: Callable[[], float], new_id: Callable[[], str]
    ) -> None:
        # As API Gateway does: a literal path goes before a parameter, a method before ANY.
        self._routes = sorted(integrations.items(), key=lambda item: ("{" in item[0], item[0].startswith(ANY)))
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except ClientDisconnect:
            return
        if request.method == "HEAD":
            # The length stays in the headers, the body doesn't travel.
            response.body = b""
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        path = request.scope["raw_path"].decode("ascii")
        for route_key, function in self._routes:
            parameters = matched(route_key, request.method, path)
            if parameters is not None:
                return await self._invoke(request, route_key, parameters, function)
        return _said(HTTPStatus.NOT_FOUND)

    async def _invoke(
        self, request: Request, route_key: str, parameters: Mapping[str, str], function: Integration
    ) -> Response:
        body = await _body(request)
        if body is None:
            return _said(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        now = self._clock()
        event = event_of(request, body, Arrival(route_key, parameters, now, self._new_id()))
        if len(json.dumps(event, ensure_ascii=False).encode()) > LAMBDA_LIMIT:
            return _said(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        context = Context(function.name, function.memory_mb, function.timeout_seconds)
        return await run_in_threadpool(_called, function, event, context)


# A container of Lambda's handles one event at a time, and Powertools counts on it: its keys and counts are a process's.
_one_at_a_time = Lock()


def _called(function: Integration, event: dict[str, Any], context: Context) -> Response:
    try:
        with _one_at_a_time:
            answer = function.handler(event, context)
        return response_of(answer)
    except UnsuitableAnswer as error:
        print(f"{function.name} gave an answer that API Gateway can't pass on: {error}", file=sys.stderr)
    except Exception:  # noqa: BLE001 - whatever a function raises is a 500, as in Lambda
        traceback.print_exc()
    return _said(HTTPStatus.INTERNAL_SERVER_ERROR)


def matched(route_key: str, method: str, path: str) -> dict[str, str] | None:
    """Return the decoded path parameters if the route takes that request, else None."""
    wanted, _, pattern = route_key.partition(" ")
    names, values = pattern.split("/"), path.split("/")
    if wanted not in (ANY, method) or len(names) != len(values):
        return None
    parameters = {}
    for name, value in zip(names, values, strict=True):
        if name.startswith("{") and value:
            parameters[name.strip("{}")] = unquote(value)
        elif name != unquote(value):
            return None
    return parameters


async def _body(request: Request) -> bytes | None:
    """Return the body, or None as soon as it is longer than API Gateway takes."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > API_GATEWAY_LIMIT:
            return None
    return bytes(body)


_PHRASES = {
    HTTPStatus.NOT_FOUND: "Not Found",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Request Entity Too Large",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Internal Server Error",
}


def _said(status: HTTPStatus) -> Response:
    # Its own words: HTTPStatus.phrase changes with Python's version.
    return JSONResponse({"message": _PHRASES[status]}, status_code=status)
