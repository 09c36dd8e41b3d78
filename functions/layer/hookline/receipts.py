"""What the provider tells of messages later: verified, and reduced to what a chat's row needs."""

import json
from collections.abc import Container
from typing import Any

from blooio import signature
from hookline.clock import SECOND_MS
from hookline.errors import BadCredentials, UnreadableBody
from hookline.models import Inbound, Receipt
from hookline.secrets import Secrets

WEBHOOK_SECRET = "BLOOIO_WEBHOOK_SECRET"  # noqa: S105 - its name among the secrets
KEPT = {"message.delivered": "delivered", "message.read": "read", "message.failed": "failed"}


def read(inbound: Inbound, secrets: Secrets, chats: Container[str]) -> Receipt | None:
    """Return the receipt, or None for what is of no use: another type, or a chat that the rules don't name.

    Raises BadCredentials, UnreadableBody, SecretsUnavailable.
    """
    _verify(inbound, secrets)
    envelope = _mapping(_json(inbound.body))
    data, what = _mapping(envelope.get("data")), KEPT.get(str(envelope.get("type")))
    chat, message_id = str(data.get("chat_id", "")), str(data.get("id") or data.get("message_id") or "")
    if what is None or chat not in chats or not message_id or not envelope.get("id"):
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
    )


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
