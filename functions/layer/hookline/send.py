"""Stage 3 of a delivery. One attempt: post the claim's body under its key, and say what came of it."""

import logging
from collections.abc import Callable
from typing import Any

from blooio import Blooio, Content, LinkPreview, Outcome, SendRequest, Verdict
from hookline import identity
from hookline.claim import Claim
from hookline.errors import SecretsUnavailable
from hookline.models import Message

logger = logging.getLogger(__name__)


def body(message: Message, reply_to: str | None) -> str:
    """Return what every attempt at a message sends."""
    card = message.link_preview or {}
    preview = LinkPreview(imageUrl=card.get("image"), title=card.get("title")) if card else None
    content = Content(text=message.text, reply_to=reply_to, effect=message.effect, link_preview=preview)
    return SendRequest(content=content).to_json()


def send(claim: Claim, blooio: Blooio, now_ms: Callable[[], int]) -> tuple[Outcome, dict[str, Any]]:
    """Return the outcome, and the attempt as the row keeps it."""
    started = now_ms()
    outcome = _posted(claim, blooio)
    attempt = {"at": started, "took": now_ms() - started, **about(outcome)}
    told = {"message_id": outcome.message.id} if outcome.message else {}
    logger.info("attempted", extra={"delivery_id": claim.message.delivery_id, **attempt, **told})
    return outcome, attempt


def about(outcome: Outcome) -> dict[str, Any]:
    """Return what a row says of an outcome."""
    said = {
        "verdict": outcome.verdict.value,
        "http_status": outcome.http_status,
        "code": outcome.code,
        "reason": outcome.reason,
    }
    return {name: value for name, value in said.items() if value is not None}


def _posted(claim: Claim, blooio: Blooio) -> Outcome:
    key = identity.send_key(claim.message.delivery_id, claim.generation, claim.variant)
    try:
        return blooio.send(claim.message.chat, claim.body, key)
    except SecretsUnavailable as error:
        return Outcome(Verdict.AUTH, code="no_api_key", reason=str(error))
