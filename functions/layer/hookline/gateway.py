"""API Gateway's side of a webhook: its event in (HTTP API, payload format 2.0), an answer out."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any

from hookline.errors import (
    QueueRefused,
    Refused,
    RulesUnavailable,
    SecretsUnavailable,
    TooLarge,
    Unreachable,
    UnreadableBody,
)
from hookline.intake import Accepted
from hookline.models import Inbound, Message
from hookline.status import Status

RETRY_AFTER_SECONDS = 30
_OPEN = frozenset({Status.SENDING.value, Status.RETRYING.value})  # what was delivered in process and may still change


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sender gets; ``content`` is said as JSON, unless there is a ``page`` to look at."""

    status: int
    content: dict[str, Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    page: str = ""

    @property
    def body(self) -> str:
        """The content as it is sent."""
        return self.page or ("" if self.content is None else json.dumps(self.content, ensure_ascii=False))

    def to_event(self) -> dict[str, Any]:
        """Return it as API Gateway takes it."""
        # By hand: Powertools' resolver, for the one route that each function has, was 85 µs of it and 27 ms of a start.
        return {"statusCode": self.status, "headers": self.headers, "body": self.body, "isBase64Encoded": False}


def read(event: dict[str, Any], max_body_bytes: int) -> Inbound:
    """Return the request. Raises TooLarge, or UnreadableBody for what is not the base64 that it says it is."""
    return replace(asked(event), body=_body(event, max_body_bytes))


def asked(event: dict[str, Any]) -> Inbound:
    """Return the request without its body: what an answer goes by also where that can't be read."""
    context = event["requestContext"]
    return Inbound(
        source=(event.get("pathParameters") or {}).get("source", ""),
        method=context["http"]["method"],
        headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
        query=event.get("queryStringParameters") or {},
        body=b"",
        request_id=context["requestId"],
        received_at=context["timeEpoch"],
    )


def _body(event: dict[str, Any], limit: int) -> bytes:
    given = event.get("body") or ""
    try:
        body = base64.b64decode(given, validate=True) if event.get("isBase64Encoded") else given.encode()
    except ValueError:  # not base64, not even ASCII, half a character
        raise UnreadableBody("The body can't be read.") from None
    if len(body) > limit:
        raise TooLarge(f"The body has {len(body)} bytes; the limit is {limit}.")
    return body


def accepted(result: Accepted, about: Callable[[Message], dict[str, Any]] = lambda _: {}) -> Answer:
    """Answer a webhook that was taken: 202 queued, 200 done or nobody to tell, 503 when it may still change.

    ``about`` gives what else is said of a delivery.
    """
    if result.greeting is not None:
        return Answer(HTTPStatus.OK, dict(result.greeting), _JSON)
    deliveries = [
        {
            "delivery_id": message.delivery_id,
            "rule": message.rule,
            "chat": message.chat_name,
            "status": status,
            **about(message),
        }
        for message, status in result.deliveries
    ]
    content: dict[str, Any] = {"event_id": result.event_id, "deliveries": deliveries}
    if result.reason:
        content["reason"] = result.reason
    statuses = {status for _, status in result.deliveries}
    if statuses & _OPEN:
        return Answer(HTTPStatus.SERVICE_UNAVAILABLE, content, {**_JSON, **_retry_later()})
    return Answer(HTTPStatus.ACCEPTED if "queued" in statuses else HTTPStatus.OK, content, _JSON)


def refused(error: Refused | RulesUnavailable | SecretsUnavailable | Unreachable | QueueRefused) -> Answer:
    """Answer a webhook that was not taken (RFC 9457). Whose fault it is decides whether trying again is asked for."""
    if isinstance(error, Refused):
        return problem(error.status, str(error))
    return problem(
        HTTPStatus.SERVICE_UNAVAILABLE, "The webhook can't be taken just now; please send it again.", _retry_later()
    )


def problem(status: HTTPStatus, detail: str, headers: dict[str, str] | None = None) -> Answer:
    """Return the answer for what went wrong."""
    content = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail}
    return Answer(status, content, {"Content-Type": "application/problem+json", **(headers or {})})


def probed(method: str) -> Answer:
    """Answer what is no webhook: some senders look first whether anybody is there."""
    if method == "OPTIONS":
        return Answer(HTTPStatus.NO_CONTENT, headers={"Allow": _ALLOW})
    if method in {"GET", "HEAD"}:
        return Answer(HTTPStatus.OK, {"status": "listening"}, _JSON)
    return problem(HTTPStatus.METHOD_NOT_ALLOWED, "Webhooks are sent with POST.", {"Allow": _ALLOW})


_ALLOW = "GET, HEAD, OPTIONS, POST, PUT, PATCH"
_JSON = {"Content-Type": "application/json"}


def _retry_later() -> dict[str, str]:
    return {"Retry-After": str(RETRY_AFTER_SECONDS)}
