"""What the provider tells of messages later: verified, and reduced to what a chat's row needs."""

import json
from collections.abc import Container, Mapping
from typing import Any

from blooio import signature
from hookline.clock import SECOND_MS
from hookline.errors import BadCredentials, UnreadableBody
from hookline.models import Inbound, Receipt
from hookline.secrets import Secrets

WEBHOOK_SECRET = "BLOOIO_WEBHOOK_SECRET"  # noqa: S105 - its name among the secrets
KEPT = {f"message.{what}": what for what in ("delivered", "read", "failed", "received", "reaction")}
ACKS = frozenset({"ack", "acked", "acknowledged", "👍"})  # a reply that is no more than that
REMOVED = frozenset({"remove", "removed"})  # a tapback that was taken back
LONGEST_ACK = 40  # characters


def read(inbound: Inbound, secrets: Secrets, chats: Container[str]) -> Receipt | None:
    """Return the receipt, or None for what is of no use: another type, or a chat that the rules don't name.

    Raises BadCredentials, UnreadableBody, SecretsUnavailable.
    """
    _verify(inbound, secrets)
    envelope = _mapping(_json(inbound.body))
    data, what = _mapping(envelope.get("data")), KEPT.get(str(envelope.get("type")))
    chat, message_id = str(data.get("chat_id", "")), _message_id(what, data)
    is_of_a_message = bool(message_id) or what in {"received", "reaction"}
    if what is None or chat not in chats or not is_of_a_message or not envelope.get("id") or _is_taken_back(data):
        return None
    error, at = _mapping(data.get("error")), envelope.get("created_at")
    return Receipt(
        event_id=str(envelope["id"]),
        what=what,
        chat=chat,
        message_id=message_id,
        at=at if isinstance(at, int) else 0,
        code=_text(error.get("code")),
        reason=_text(error.get("message")),
        ack=_ack(what, data),
    )


def _message_id(what: str | None, data: Mapping[str, Any]) -> str:
    """Return which of our messages it is about; of a reply that doesn't say, none."""
    if what == "received":
        target = data.get("reply_to")
        found = target.get("id") or target.get("message_id") if isinstance(target, dict) else target
    elif what == "reaction":
        found = data.get("message_id") or data.get("id")
    else:
        found = data.get("id") or data.get("message_id")
    return found if isinstance(found, str) else ""


def _ack(what: str, data: Mapping[str, Any]) -> str | None:
    """Return the tapback, or the reply if it says no more than that. Nothing else of a reply is kept."""
    if what == "reaction":
        return (_text(data.get("reaction")) or what)[:LONGEST_ACK]
    said = str(data.get("text", "")).strip().lower().rstrip(".!") if what == "received" else ""
    return said if said in ACKS else None


def _is_taken_back(data: Mapping[str, Any]) -> bool:
    return str(data.get("action")) in REMOVED


def _verify(inbound: Inbound, secrets: Secrets) -> None:
    header, now = inbound.headers.get(signature.HEADER, ""), inbound.received_at / SECOND_MS
    if signature.is_genuine(header, inbound.body, secrets.get(WEBHOOK_SECRET), now):
        return
    if secrets.refreshed() and signature.is_genuine(header, inbound.body, secrets.get(WEBHOOK_SECRET), now):
        return
    raise BadCredentials("The signature is missing or wrong.")


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise UnreadableBody("The body is not JSON.") from None


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return None if value is None else str(value)[:500]
