"""What a receipt does to the row of its message: forwards only; and what an answer does to its chat."""

import logging
from collections.abc import Callable

from hookline import correlation
from hookline.claim import Claim
from hookline.log import DeliveryLog
from hookline.models import Receipt
from hookline.pace import Pace
from hookline.status import Status
from hookline.turn import HasTime, Settled
from hookline.undelivered import Undelivered

logger = logging.getLogger(__name__)

RECEIPT_WAIT, RECEIPT_TRIES = 1.0, 3  # the index of message ids follows the table within about a second
ANSWERS = frozenset({"received", "reaction"})  # of the person


class Listener:
    """Takes receipts. Raises what a Pace does."""

    def __init__(self, *, log: DeliveryLog, pace: Pace, undelivered: Undelivered, now_ms: Callable[[], int]) -> None:
        self._log = log
        self._pace = pace
        self._undelivered = undelivered
        self._now_ms = now_ms

    def hear(self, receipt: Receipt, tries: int, has_time: HasTime) -> Settled:
        """Write what the provider tells of a message; ``tries`` counts how often this receipt was received."""
        self._log.line.note_receipts()
        if receipt.what in ANSWERS:
            self._pace.answered(receipt, has_time)
            return self._acknowledge(receipt, receipt.ack, tries) if receipt.ack else Settled(receipt.what)
        found = self._log.of_message(receipt.message_id)
        if found is None:
            return _unknown(receipt, tries)
        _heard(receipt, found[0])
        return self._move_on(receipt, *found, has_time)

    def _move_on(self, receipt: Receipt, claim: Claim, status: Status, has_time: HasTime) -> Settled:
        if receipt.what != "failed":
            self._log.progress(claim, Status(receipt.what), {f"{receipt.what}_at": receipt.at or None})
        elif status in {Status.SENT, Status.DELIVERED}:
            error = {"code": receipt.code or "failed", "reason": receipt.reason or "the provider could not deliver it"}
            return self._undelivered.fail(claim, error, has_time)
        return Settled(receipt.what)

    def _acknowledge(self, receipt: Receipt, by: str, tries: int) -> Settled:
        """Note that somebody takes care of what a message told; of the chat's latest, if they didn't say which."""
        if receipt.message_id:
            found = self._log.of_message(receipt.message_id)
            if found is None:
                return _unknown(receipt, tries)
            _heard(receipt, found[0])
            delivery, generation = found[0].message.delivery_id, found[0].generation
        elif latest := self._pace.latest(receipt.chat):
            delivery, generation = latest
        else:
            return Settled(receipt.what)
        self._log.acknowledge(delivery, generation, receipt.at or self._now_ms(), by)
        return Settled(receipt.what)


def _heard(receipt: Receipt, claim: Claim) -> None:
    """Say what was heard of which message; the lines from here on are about the webhook that it told."""
    correlation.found(claim.message.event_id)
    about = {"delivery_id": claim.message.delivery_id, "message_id": receipt.message_id, "receipt": receipt.event_id}
    logger.info("heard", extra={"what": receipt.what, **about})


def _unknown(receipt: Receipt, tries: int) -> Settled:
    """Wait for the index, but not for ever."""
    if tries < RECEIPT_TRIES:
        return Settled("unknown", RECEIPT_WAIT)
    logger.warning("A receipt is of no message in the log.", extra=receipt.model_dump())
    return Settled("unknown")
