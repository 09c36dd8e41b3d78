"""A message that is not delivered: the next chat is given it, if there is one, then its row is closed."""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from hookline import patience
from hookline.claim import Claim
from hookline.clock import MINUTE, SECOND_MS, say
from hookline.errors import QueueRefused, RulesUnavailable
from hookline.fallback import stand_in
from hookline.gate import Gate, lost
from hookline.log import DeliveryLog
from hookline.models import Destination, Message
from hookline.pace import Pace, Refusal
from hookline.status import Status
from hookline.turn import HasTime, Settled

logger = logging.getLogger(__name__)


class Undelivered:
    """Closes them. Raises what a Pace does, but for what its Gate answers."""

    def __init__(  # noqa: PLR0913 - its collaborators, wired once
        self,
        *,
        log: DeliveryLog,
        pace: Pace,
        gate: Gate,
        forward: Callable[[Message], object],
        fallbacks_of: Callable[[str], Sequence[Destination]],
        count: Callable[[str], None],
        now_ms: Callable[[], int],
    ) -> None:
        self._log = log
        self._pace = pace
        self._gate = gate
        self._forward = forward
        self._fallbacks_of = fallbacks_of
        self._count = count
        self._now_ms = now_ms

    def fail(
        self, claim: Claim, error: dict[str, Any], has_time: HasTime, attempt: dict[str, Any] | None = None
    ) -> Settled:
        """Close what the provider can't deliver."""
        return self._close(claim, Status.FAILED, error, has_time, attempt)

    def park(self, claim: Claim, refusal: Refusal, has_time: HasTime) -> Settled:
        """Let the message wait until somebody answers, or close it where it can't."""
        parked = self._gate.park(claim, refusal, has_time)
        return self.fail(claim, refusal.error, has_time, refusal.attempt) if parked is None else parked

    def give_up(self, claim: Claim, has_time: HasTime) -> Settled:
        """Close what is too old."""
        now = self._now_ms()
        age = (now - (claim.message.queued_at or now)) / SECOND_MS
        error = {"code": "too_old", "reason": f"given up {say(age)} after it was accepted", **_last(claim)}
        return self._close(claim, Status.DEAD, error, has_time)

    def give_way(self, claim: Claim, has_time: HasTime) -> Settled:
        """Close what is stuck although its chat is not."""
        reason = (
            f"the provider gave no answer for {patience.STUCK_AFTER // MINUTE} minutes, but one for the next message"
        )
        return self.fail(claim, {"code": "stuck", "reason": reason, **_last(claim)}, has_time)

    def go_on(self, claim: Claim, has_time: HasTime) -> Settled:
        """Finish what a worker had decided before it died."""
        if claim.closing == Status.PARKED:
            return self.park(claim, Refusal(claim.error.get("code"), claim.error, None), has_time)
        return self._close(claim, Status(claim.closing), claim.error, has_time)

    def _close(
        self,
        claim: Claim,
        status: Status,
        error: dict[str, Any],
        has_time: HasTime,
        attempt: dict[str, Any] | None = None,
    ) -> Settled:
        told: dict[str, Any] = {"error": error}
        try:
            own = self._fallbacks_of(claim.message.chat)
        except RulesUnavailable:
            return self._gate.put_off(claim, attempt)
        if next_message := stand_in(claim, own, self._now_ms()):
            told["fallback_to"] = next_message.delivery_id
            # Written before it is done: whoever finds the row after a crash must not ask the provider again, who may
            # have changed its mind, while the stand-in is on its way.
            decided = claim if claim.closing else self._log.decided(claim, status, told, attempt)
            if decided is None:
                return lost()
            claim, attempt = decided, None
            try:
                self._forward(next_message)
            except QueueRefused:
                return self._gate.put_off(claim)
        else:
            self._count("Undelivered")
        self._log.close(claim, status, told, attempt)
        if status is Status.DEAD:
            self._count("Dead")
        logger.error("not delivered", extra={"delivery_id": claim.message.delivery_id, "status": status, **told})
        if claim.message.digest is not None:
            self._pace.settled(claim.message, status, has_time)
        return Settled(status)


def _last(claim: Claim) -> dict[str, Any]:
    """Say what the provider answered last, when it did."""
    return {"last": claim.attempts[-1].get("code")} if claim.attempts else {}
