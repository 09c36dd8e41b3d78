"""The two documents of API Gateway's Lambda integration, payload format 2.0: the event and the answer.

Where AWS's documentation is silent, this follows what others captured from live HTTP APIs: which content types pass
as text, a ``rawPath`` that arrives decoded, ``text/plain`` for an answer that names no content type.
"""

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

MILLISECONDS = 1000
# Only these pass as text; application/problem+json and its kind don't.
TEXT_TYPES = {"application/json", "application/javascript", "application/xml"}
DEFAULT_TYPE = "text/plain; charset=utf-8"
# The server frames the response itself.
FRAMING = {"connection", "content-length", "transfer-encoding"}


class UnsuitableAnswer(ValueError):
    """A function's answer that API Gateway would turn into a 500."""


@dataclass(frozen=True)
class Arrival:
    """What API Gateway knows of a request beside the request itself; ``at`` in seconds since 1970."""

    route_key: str
    path_parameters: Mapping[str, str]
    at: float
    request_id: str


def event_of(request: Request, body: bytes, arrival: Arrival) -> dict[str, Any]:
    headers = _joined((name.lower(), value) for name, value in request.headers.items())
    cookies = headers.pop("cookie", "")
    query = request.scope["query_string"].decode("latin-1")
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": arrival.route_key,
        "rawPath": unquote(request.scope["raw_path"].decode("ascii")),
        "rawQueryString": query,
        "headers": _forwarded(request, headers),
        "requestContext": _context(request, arrival),
        "isBase64Encoded": False,
    }
    optional = {
        "cookies": [cookie.strip() for cookie in cookies.split(";") if cookie.strip()],
        "queryStringParameters": _joined(parse_qsl(query, keep_blank_values=True)),
        "pathParameters": dict(arrival.path_parameters),
    }
    return {**event, **{name: value for name, value in optional.items() if value}, **_carried(body, headers)}


def _context(request: Request, arrival: Arrival) -> dict[str, Any]:
    host = request.url.hostname or "localhost"
    return {
        "accountId": "000000000000",
        "apiId": "local",
        "domainName": host,
        "domainPrefix": host.partition(".")[0],
        "http": {
            "method": request.method,
            "path": unquote(request.scope["raw_path"].decode("ascii")),
            "protocol": f"HTTP/{request.scope['http_version']}",
            "sourceIp": _client(request),
            "userAgent": request.headers.get("user-agent", ""),
        },
        "requestId": arrival.request_id,
        "routeKey": arrival.route_key,
        "stage": "$default",
        "time": datetime.fromtimestamp(arrival.at, UTC).strftime("%d/%b/%Y:%H:%M:%S %z"),
        "timeEpoch": int(arrival.at * MILLISECONDS),
    }


def _forwarded(request: Request, headers: dict[str, str]) -> dict[str, str]:
    before = headers.get("x-forwarded-for")
    return {
        **headers,
        "x-forwarded-for": f"{before}, {_client(request)}" if before else _client(request),
        "x-forwarded-port": str(request.url.port or ""),
        "x-forwarded-proto": request.url.scheme,
    }


def _client(request: Request) -> str:
    return request.client.host if request.client else ""


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _carried(body: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
    if not body:
        return {}
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type.startswith("text/") or media_type in TEXT_TYPES:
        try:
            return {"body": body.decode()}
        except UnicodeDecodeError:
            # What AWS does with such bytes isn't documented; this at least loses none.
            pass
    return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}


def response_of(answer: Any) -> Response:
    """Return the HTTP response to a function's answer.

    Raises UnsuitableAnswer if API Gateway would refuse it.
    """
    answer = _through_json(answer)
    if not isinstance(answer, dict) or "statusCode" not in answer:
        return JSONResponse(answer)
    headers = {str(name).lower(): _text(value) for name, value in (answer.get("headers") or {}).items()}
    kept = {name: value for name, value in headers.items() if name not in FRAMING}
    try:
        response = Response(_bytes(answer), int(answer["statusCode"]), {"content-type": DEFAULT_TYPE, **kept})
        for cookie in answer.get("cookies") or []:
            response.headers.append("set-cookie", cookie)
    except (TypeError, ValueError) as error:
        raise UnsuitableAnswer(f"{type(error).__name__}: {error}.") from error
    return response


def _through_json(answer: Any) -> Any:
    """Return what is left of the answer after the way it takes in Lambda."""
    try:
        return json.loads(json.dumps(answer))
    except (TypeError, ValueError) as error:
        raise UnsuitableAnswer(f"it isn't JSON, {error}.") from error


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _bytes(answer: Mapping[str, Any]) -> bytes:
    body = answer.get("body") or ""
    if not isinstance(body, str):
        raise UnsuitableAnswer("the body isn't a string.")
    if not answer.get("isBase64Encoded"):
        return body.encode()
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise UnsuitableAnswer(f"the body isn't base64, {error}.") from error
