"""Stage 4 of a delivery. Write to the log what came of an attempt, and say when the message is tried again."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from blooio import Outcome, SendRequest, Verdict
from hookline import patience
from hookline.claim import Claim
from hookline.log import DeliveryLog
from hookline.pace import Pace, Refusal
from hookline.send import about
from hookline.status import Status
from hookline.turn import HasTime, Settled
from hookline.undelivered import Undelivered
from hookline.variant import variant

NEW_KEY_WAIT = 1.0  # seconds


class Settler:
    """Settles attempts by their verdicts. Raises what a Pace does, but for what its Gate answers."""

    def __init__(  # noqa: PLR0913 - its collaborators, wired once
        self,
        *,
        log: DeliveryLog,
        pace: Pace,
        undelivered: Undelivered,
        refresh_key: Callable[[], bool],
        count: Callable[[str], None],
        measure: Callable[[str, float], None],
        now_ms: Callable[[], int],
        random: Callable[[], float],
    ) -> None:
        self._log = log
        self._pace = pace
        self._undelivered = undelivered
        self._refresh_key = refresh_key
        self._count = count
        self._measure = measure
        self._now_ms = now_ms
        self._random = random

    def settle(self, claim: Claim, outcome: Outcome, attempt: dict[str, Any], has_time: HasTime) -> Settled:
        """Return what became of the message; ``attempt`` is what its row keeps of the outcome."""
        self._measure("ProviderLatency", attempt["took"])
        match outcome.verdict:
            case Verdict.SENT:
                return self._sent(claim, outcome, attempt, has_time)
            case Verdict.RETRY:
                return self._retry(claim, outcome, attempt)
            case Verdict.AUTH:
                return self._unauthorized(claim, outcome, attempt)
        if changed := variant(claim.body, claim.variant, outcome):
            name, body = changed
            self._log.close(claim, Status.RETRYING, {"variant": name, "body": body, "admitted": True}, attempt)
            return Settled(Status.RETRYING, 0.0)
        if outcome.verdict is Verdict.AWAIT_RECIPIENT:
            parked = self._undelivered.park(claim, Refusal(outcome.code, about(outcome), attempt), has_time)
            return replace(parked, is_definite=parked.wait is None)
        failed = self._undelivered.fail(claim, about(outcome), has_time, attempt)
        self._pace.untaken(claim)
        return replace(failed, is_definite=True)

    def _sent(self, claim: Claim, outcome: Outcome, attempt: dict[str, Any], has_time: HasTime) -> Settled:
        message = claim.message
        begins = message.story if _is_first_of_its_thread(claim) else None
        now = self._now_ms()
        self._log.close(claim, Status.SENT, _told(outcome, now), attempt, begins=begins)
        self._count("Sent")
        if message.queued_at is not None:
            self._measure("DeliveryDelay", max(0, now - message.queued_at))
        self._pace.taken(claim)
        if message.digest is not None:
            self._pace.settled(message, Status.SENT, has_time)
        return Settled(Status.SENT, is_definite=True)

    def _retry(self, claim: Claim, outcome: Outcome, attempt: dict[str, Any]) -> Settled:
        now = self._now_ms()
        failing_since = claim.failing_since or now
        wait = patience.next_try(claim.tries, outcome, self._random())
        self._count("Retried")
        told = {"error": about(outcome), "failing_since": failing_since, "admitted": True}
        if outcome.may_be_accepted and not claim.unsure_since:
            told["unsure_since"] = attempt["at"]
        self._log.close(claim, Status.RETRYING, told, attempt)
        return Settled(Status.RETRYING, wait, is_stuck=patience.is_stuck(failing_since, now))

    def _unauthorized(self, claim: Claim, outcome: Outcome, attempt: dict[str, Any]) -> Settled:
        # Somebody may just have replaced the key.
        wait = NEW_KEY_WAIT if self._refresh_key() else float(patience.AUTH_RETRY)
        self._count("AuthFailures")
        # An answer, though not to this message: what it fails by later is another failure.
        told = {"error": about(outcome), "failing_since": 0, "admitted": True}
        self._log.close(claim, Status.RETRYING, told, attempt)
        self._log.line.note_unauthorized(claim.message.chat)
        return Settled(Status.RETRYING, wait)


def _is_first_of_its_thread(claim: Claim) -> bool:
    """What replies to something isn't, nor is a further part of a text."""
    if not claim.message.thread or claim.message.first_part:
        return False
    return SendRequest.model_validate_json(claim.body).content.reply_to is None


def _told(outcome: Outcome, now: int) -> dict[str, Any]:
    sent = outcome.message
    return {
        "told_at": now,
        "message_id": (sent.id or None) if sent else None,  # an index takes no empty key
        "protocol": sent.protocol if sent else None,
        "channel_id": sent.channel_id if sent else None,
        "channel_type": sent.channel_type if sent else None,
        "provider_status": sent.status if sent else None,
    }
