"""The one place that decides what an answer of the provider means. Pure: no clock, no network."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from pydantic import ValidationError

from blooio.models import SentMessage


class Verdict(StrEnum):
    """What to do next."""

    SENT = "sent"
    RETRY = "retry"  # same key, same bytes, later
    AWAIT_RECIPIENT = "await_recipient"  # only the person's reply or reaction helps
    BLOCKED = "blocked"  # the account or the line may not send this
    AUTH = "auth"  # the key is wrong: the operator's turn
    UNDELIVERABLE = "undeliverable"  # this chat can't be reached
    INVALID = "invalid"  # this request will never be accepted


TURNED_AWAY = {HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
UNREACHED = {"ConnectError", "ConnectTimeout"}  # the transport's names for not having got through


@dataclass(frozen=True, slots=True)
class Outcome:
    """One attempt's result. ``retry_after`` is in seconds, only with RETRY and only if the provider asked for it."""

    verdict: Verdict
    http_status: int | None = None
    code: str | None = None
    reason: str | None = None
    retry_after: float | None = None
    message: SentMessage | None = None

    @property
    def may_be_accepted(self) -> bool:
        """True of a RETRY after which the message may be on its way: anything but being turned away at the door."""
        return self.verdict is Verdict.RETRY and not (self.http_status in TURNED_AWAY or self.code in UNREACHED)


# Codes first: they say more than the status they come with. Sources: the vendor's error reference and public clients.
BY_CODE: dict[str, Verdict] = {
    "conversation_awaiting_reply": Verdict.AWAIT_RECIPIENT,
    "conversation_streak_limit": Verdict.AWAIT_RECIPIENT,
    "conversation_inactive_paused": Verdict.AWAIT_RECIPIENT,
    "conversation_content_restricted": Verdict.AWAIT_RECIPIENT,
    "safety_new_conversations_paused": Verdict.BLOCKED,
    "safety_reply_only": Verdict.BLOCKED,
    "safety_account_review": Verdict.BLOCKED,
    "inbound_only_no_prior_inbound": Verdict.BLOCKED,
    "outbound_limit_reached": Verdict.BLOCKED,
    "new_conversation_limit_reached": Verdict.BLOCKED,
}

BY_STATUS: dict[int, Verdict] = {
    HTTPStatus.BAD_REQUEST: Verdict.INVALID,
    HTTPStatus.UNAUTHORIZED: Verdict.AUTH,
    HTTPStatus.PAYMENT_REQUIRED: Verdict.BLOCKED,
    HTTPStatus.FORBIDDEN: Verdict.BLOCKED,
    HTTPStatus.NOT_FOUND: Verdict.UNDELIVERABLE,
    HTTPStatus.REQUEST_TIMEOUT: Verdict.RETRY,
    HTTPStatus.CONFLICT: Verdict.UNDELIVERABLE,
    HTTPStatus.UNPROCESSABLE_ENTITY: Verdict.INVALID,
    HTTPStatus.TOO_EARLY: Verdict.RETRY,
    HTTPStatus.TOO_MANY_REQUESTS: Verdict.RETRY,
    HTTPStatus.NOT_IMPLEMENTED: Verdict.INVALID,
}

_SECONDS = re.compile("[0-9]{1,9}")
KEY_REUSED = "idempotency"  # the codes of a 409 for a key that came with another body begin so


def classify(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> Outcome:
    """Return what the provider's answer means; ``headers`` must look names up in any case, as httpx's do."""
    payload = _json(body)
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return _accepted(status, payload)
    error = payload.get("error")
    detail: Mapping[str, Any] = error if isinstance(error, dict) else {"code": error, "message": payload.get("message")}
    code, reason = _text(detail.get("code")), _text(detail.get("message"))
    verdict = _refused(status, code, is_flat=isinstance(error, str))
    if status == HTTPStatus.FORBIDDEN and not payload:
        verdict = Verdict.RETRY  # not the provider's own words: something in between is in the way
    wait = _retry_after(headers.get("retry-after"), now) if verdict is Verdict.RETRY else None
    return Outcome(verdict, status, code, reason, wait)


def unreachable(error: Exception) -> Outcome:
    """Return the outcome of an attempt that got no whole answer: it may or may not have been accepted."""
    return Outcome(Verdict.RETRY, code=type(error).__name__, reason=str(error) or None)


def _accepted(status: int, payload: dict[str, Any]) -> Outcome:
    try:
        message = SentMessage.model_validate(payload) if payload else None
    except ValidationError:
        message = None
    if message is None:
        # Accepted, says the status; the same key will tell us what became of it.
        return Outcome(Verdict.RETRY, status, "unreadable_answer", "the provider's answer could not be read")
    if message.status != "failed":
        return Outcome(Verdict.SENT, status, message=message)
    error = message.error or {}
    return Outcome(
        Verdict.UNDELIVERABLE, status, _text(error.get("code")), _text(error.get("message")), message=message
    )


def _refused(status: int, code: str | None, *, is_flat: bool) -> Verdict:
    if code in BY_CODE:
        return BY_CODE[code]
    if status == HTTPStatus.CONFLICT and (code or "").startswith(KEY_REUSED):
        return Verdict.INVALID
    if status == HTTPStatus.FORBIDDEN and is_flat:
        return Verdict.AUTH
    if status in BY_STATUS:
        return BY_STATUS[status]
    is_client_error = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    return Verdict.INVALID if is_client_error else Verdict.RETRY


def _retry_after(value: str | None, now: datetime) -> float | None:
    """Read seconds or an HTTP date (RFC 9110, 10.2.3) as seconds from now; nonsense is as good as none."""
    if value is None:
        return None
    if _SECONDS.fullmatch(value.strip()):
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return max(0.0, ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds())


def _json(body: bytes) -> dict[str, Any]:
    try:
        text = body.decode("utf-8-sig", "replace")
        payload = json.loads(text)
        if "\\u" in text:
            # By way of UTF-8, because half a character (a lone surrogate) could not be stored.
            payload = json.loads(json.dumps(payload, ensure_ascii=False).encode(errors="replace"))
    except (ValueError, RecursionError):
        return {}
    return payload if isinstance(payload, dict) else {}


def _text(value: object) -> str | None:
    return None if value is None else str(value)[:500]
