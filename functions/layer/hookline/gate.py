"""Where a claim meets its chat's pace: what is out of reach meanwhile is an answer, too."""

from collections.abc import Callable
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from hookline.claim import Claim, LeaseLost
from hookline.errors import QueueRefused, RulesUnavailable
from hookline.log import DeliveryLog
from hookline.pace import Pace, Ready, Refusal
from hookline.status import Status
from hookline.turn import HasTime, Settled

OUT_OF_REACH_WAIT = 10.0  # seconds until the queue, or the table of the rules, is asked again
LOST_LEASE_WAIT = 1.0  # seconds
T = TypeVar("T")


class Gate:
    """Asks the pace. Raises ClientError or BotoCoreError when the table can't be reached; no lease is lost by that."""

    def __init__(self, log: DeliveryLog, pace: Pace, count: Callable[[str], None]) -> None:
        self._log = log
        self._pace = pace
        self._count = count

    def admit(self, claim: Claim, has_time: HasTime) -> Claim | Settled:
        """Return the claim with what is sent now, or what became of it instead."""
        answer = self._asked(claim, lambda: self._pace.admit(claim, has_time))
        if isinstance(answer, Ready):
            return answer.claim
        return answer if isinstance(answer, Settled) else Settled(answer.status)

    def park(self, claim: Claim, refusal: Refusal, has_time: HasTime) -> Settled | None:
        """Let the message wait until somebody answers; None where nothing can, or was tried for the last time."""
        answer = self._asked(claim, lambda: self._pace.refused(claim, refusal, has_time))
        return answer if answer is None or isinstance(answer, Settled) else Settled(answer.status)

    def put_off(self, claim: Claim, attempt: dict[str, Any] | None = None) -> Settled:
        """Give up the lease until it is known who stands in and the queue takes it.

        A row that a receipt found has no lease, and stays told.
        """
        if claim.lease_until:
            self._log.close(claim, Status.RETRYING, {}, attempt)
        self._count("Stumbled")
        return Settled(Status.RETRYING, OUT_OF_REACH_WAIT)

    def _asked(self, claim: Claim, ask: Callable[[], T]) -> T | Settled:
        try:
            return ask()
        except LeaseLost:
            return lost()
        except (QueueRefused, RulesUnavailable):
            return self.put_off(claim)
        except (ClientError, BotoCoreError):
            self._log.unclosed(claim)
            raise


def lost() -> Settled:
    """Say that another worker has the message now."""
    return Settled(Status.SENDING, LOST_LEASE_WAIT)
