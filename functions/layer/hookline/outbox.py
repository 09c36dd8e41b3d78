"""The order of a message: claim -> send -> log."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from blooio import Blooio, Content, Outcome, SendRequest, Verdict
from hookline import identity
from hookline.claim import Decision, Status
from hookline.clock import HOUR, MINUTE, SECOND_MS
from hookline.errors import SecretsUnavailable
from hookline.log import Claim, DeliveryLog, NotClaimed
from hookline.models import Message

logger = logging.getLogger(__name__)

GIVE_UP_AFTER = 20 * HOUR  # from acceptance; the provider keeps idempotency keys for 24 hours
GIVE_UP_ON_AUTH_AFTER = 9 * 24 * HOUR  # the provider never accepted it, so no key can run out
AUTH_RETRY = 15 * MINUTE
FIRST_BACKOFF, MAX_BACKOFF = 1.0, 3.0 * MINUTE  # seconds; the cap is how late a recovered provider is noticed


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a message now. ``wait`` is the seconds until it has to be tried again; None: it is done with."""

    status: str
    wait: float | None = None


class Outbox:
    """Delivers one message at a time; safe to use from several threads for several chats."""

    def __init__(
        self, log: DeliveryLog, blooio: Blooio, now_ms: Callable[[], int], random: Callable[[], float]
    ) -> None:
        self._log = log
        self._blooio = blooio
        self._now_ms = now_ms
        self._random = random

    def deliver(self, message: Message) -> Settled:
        """Send the message unless it was sent before.

        Raises ClientError or BotoCoreError when the log is out of reach: the message must then stay where it is.
        """
        claim = self._log.claim(message, SendRequest(content=Content(text=message.text)).to_json())
        if isinstance(claim, NotClaimed):
            return self._not_claimed(message, claim)
        if self._is_too_old(claim, GIVE_UP_AFTER if not _was_unauthorized(claim) else GIVE_UP_ON_AUTH_AFTER):
            return self._give_up(claim)
        started = self._now_ms()
        outcome = self._send(claim)
        return self._log_outcome(claim, outcome, started)

    def deliver_all(self, messages: Sequence[Message]) -> list[str]:
        """Deliver in process, for where there is no queue; return what became of each message so far."""
        return [self._deliver_now(message) for message in messages]

    def _deliver_now(self, message: Message) -> str:
        try:
            return self.deliver(message).status
        except (ClientError, BotoCoreError):
            logger.exception("The delivery log is out of reach.", extra={"delivery_id": message.delivery_id})
            return Status.RETRYING

    def _not_claimed(self, message: Message, claim: NotClaimed) -> Settled:
        if claim.decision is Decision.LEAVE:
            return Settled(Status.SENDING, max(0, claim.until - self._now_ms()) / SECOND_MS)
        if claim.decision is Decision.CLOSE:
            return Settled(Status.DEAD)
        try:
            self._log.count_copy(message)
        except (ClientError, BotoCoreError):
            logger.warning("A copy could not be counted.", extra={"delivery_id": message.delivery_id})
        return Settled("duplicate")

    def _send(self, claim: Claim) -> Outcome:
        key = identity.send_key(claim.message.delivery_id, claim.generation)
        try:
            return self._blooio.send(claim.message.chat, claim.body, key)
        except SecretsUnavailable as error:
            return Outcome(Verdict.AUTH, code="no_api_key", reason=str(error))

    def _log_outcome(self, claim: Claim, outcome: Outcome, started: int) -> Settled:
        now = self._now_ms()
        attempt = {"at": started, "took": now - started, **_about(outcome)}
        wait = self._wait(claim, outcome)
        status = Status.RETRYING if wait is not None else _FINAL[outcome.verdict]
        told = _told(outcome, now) if status is Status.SENT else {"error": _about(outcome)}
        self._log.close(claim, status, told, attempt)
        logger.info("attempted", extra={"delivery_id": claim.message.delivery_id, "status": status.value, **attempt})
        return Settled(status, wait)

    def _wait(self, claim: Claim, outcome: Outcome) -> float | None:
        """Return the seconds until the next attempt, or None if there is to be none."""
        if outcome.verdict is Verdict.AUTH:
            return float(AUTH_RETRY)
        if outcome.verdict is not Verdict.RETRY:
            return None
        return max(backoff(claim.tries, self._random()), outcome.retry_after or 0.0)

    def _is_too_old(self, claim: Claim, limit: int) -> bool:
        queued_at = claim.message.queued_at
        return queued_at is not None and self._now_ms() - queued_at >= limit * SECOND_MS

    def _give_up(self, claim: Claim) -> Settled:
        last = claim.attempts[-1] if claim.attempts else {}
        reason = f"given up {GIVE_UP_AFTER // HOUR} hours after it was accepted"
        self._log.close(claim, Status.DEAD, {"error": {"code": "too_old", "reason": reason, "last": last.get("code")}})
        logger.error("given up", extra={"delivery_id": claim.message.delivery_id, "last": last})
        return Settled(Status.DEAD)


def backoff(tries: int, random: float) -> float:
    """Return seconds by equal jitter: half of the doubled time for sure, the other half by chance (0 <= random < 1)."""
    ceiling: float = min(MAX_BACKOFF, FIRST_BACKOFF * 2.0 ** min(tries, 10))
    return ceiling / 2 + random * ceiling / 2


_FINAL = {
    Verdict.SENT: Status.SENT,
    Verdict.AWAIT_RECIPIENT: Status.FAILED,
    Verdict.BLOCKED: Status.FAILED,
    Verdict.UNDELIVERABLE: Status.FAILED,
    Verdict.INVALID: Status.FAILED,
}


def _was_unauthorized(claim: Claim) -> bool:
    return bool(claim.attempts) and claim.attempts[-1].get("verdict") == Verdict.AUTH.value


def _about(outcome: Outcome) -> dict[str, Any]:
    about = {
        "verdict": outcome.verdict.value,
        "http_status": outcome.http_status,
        "code": outcome.code,
        "reason": outcome.reason,
    }
    return {name: value for name, value in about.items() if value is not None}


def _told(outcome: Outcome, now: int) -> dict[str, Any]:
    sent = outcome.message
    return {
        "told_at": now,
        "message_id": sent.id if sent else None,
        "protocol": sent.protocol if sent else None,
        "channel_id": sent.channel_id if sent else None,
        "channel_type": sent.channel_type if sent else None,
        "provider_status": sent.status if sent else None,
    }
