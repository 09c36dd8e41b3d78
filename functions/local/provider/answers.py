"""What the simulated provider says: statuses, envelopes, and the sentences that several endpoints share."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local.provider.sendings import complaints


@dataclass(frozen=True)
class Answer:
    """A status code and a JSON document; the status is a plain number, because proxies use some that have no name."""

    status: int
    document: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def refusal(cls, status: int, code: str, message: str, details: Any = None) -> "Answer":
        return cls(status, {"error": {"code": code, "message": message, "details": details}})

    @classmethod
    def flat(cls, status: int, error: str, message: str) -> "Answer":
        """Errors of authentication are flat, unlike all others."""
        return cls(status, {"error": error, "message": message, "status": int(status)})

    @property
    def is_success(self) -> bool:
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def code(self) -> str | None:
        """The code of the error that it tells of."""
        error = self.document.get("error")
        return error["code"] if isinstance(error, Mapping) else error

    def response(self) -> Response:
        return JSONResponse(dict(self.document), status_code=self.status, headers=self.headers)


def unauthorized(request: Request, key: str) -> Answer | None:
    """Return the refusal of a request that doesn't carry the key."""
    if hmac.compare_digest(request.headers.get("authorization", "").encode(), f"Bearer {key}".encode()):
        return None
    said = "Your API key is missing or invalid. Pass it as a bearer token."
    return Answer.flat(HTTPStatus.UNAUTHORIZED, "unauthorized", said)


def unknown_chat(chat_id: str) -> Answer:
    return Answer.refusal(HTTPStatus.NOT_FOUND, "not_found", f"No chat was found with the id {chat_id}.")


def unknown_message() -> Answer:
    return Answer.refusal(HTTPStatus.NOT_FOUND, "not_found", "This chat has no message with that id.")


def invalid(error: ValidationError) -> Answer:
    said = "Validation failed — one or more fields in the request are invalid or missing."
    return Answer.refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "validation_failed", said, complaints(error))
