"""The order of a message: claim -> pace -> send -> log; and what a receipt or the time changes later."""

import logging
from collections.abc import Callable, Sequence

from botocore.exceptions import BotoCoreError, ClientError

from blooio import Blooio
from hookline import patience
from hookline.claim import Claim, Decision, NotClaimed
from hookline.clock import SECOND_MS
from hookline.gate import Gate
from hookline.hear import Listener
from hookline.log import DeliveryLog
from hookline.models import Destination, Message, Receipt, Wake
from hookline.pace import Pace
from hookline.send import body, send
from hookline.settle import Settler
from hookline.status import WAITING, Status
from hookline.turn import HasTime, Settled, always
from hookline.undelivered import Undelivered

logger = logging.getLogger(__name__)


class Outbox:
    """Delivers one message at a time; safe to use from several threads for several chats."""

    def __init__(  # noqa: PLR0913 - its collaborators, wired once
        self,
        *,
        log: DeliveryLog,
        pace: Pace,
        blooio: Blooio,
        refresh_key: Callable[[], bool],
        forward: Callable[[Message], object],
        fallbacks_of: Callable[[str], Sequence[Destination]],
        count: Callable[[str], None],
        measure: Callable[[str, float], None],
        now_ms: Callable[[], int],
        random: Callable[[], float],
    ) -> None:
        self._log = log
        self._pace = pace
        self._blooio = blooio
        self._count = count
        self._now_ms = now_ms
        self._gate = Gate(log, pace, count)
        self._undelivered = Undelivered(
            log=log, pace=pace, gate=self._gate, forward=forward, fallbacks_of=fallbacks_of, count=count, now_ms=now_ms
        )
        self._settler = Settler(
            log=log, pace=pace, undelivered=self._undelivered,
            refresh_key=refresh_key, count=count, measure=measure, now_ms=now_ms, random=random,
        )  # fmt: skip
        self._listener = Listener(log=log, pace=pace, undelivered=self._undelivered, now_ms=now_ms)

    def deliver(self, message: Message, *, is_alone: bool = True, has_time: HasTime = always) -> Settled:
        """Send the message unless it was sent before, or may have killed its worker and others are at work beside it.

        Raises ClientError or BotoCoreError when the log is out of reach, RulesUnavailable when the rules are: the
        message must then stay where it is. ``has_time`` bounds what else is done in its chat's turn.
        """
        claim = self._claimed(message, is_alone=is_alone)
        if isinstance(claim, NotClaimed):
            return self._not_claimed(message, claim, has_time)
        if claim.closing:
            return self._undelivered.go_on(claim, has_time)
        if patience.is_too_old(claim, self._now_ms(), lambda: self._log.line.unauthorized_at(message.chat)):
            return self._undelivered.give_up(claim, has_time)
        admitted = self._gate.admit(claim, has_time)
        if isinstance(admitted, Settled):
            logger.info("not sent now", extra={"delivery_id": message.delivery_id, "status": admitted.status})
            return admitted
        outcome, attempt = send(admitted, self._blooio, self._now_ms)
        return self._settler.settle(admitted, outcome, attempt, has_time)

    def wake(self, wake: Wake, has_time: HasTime = always) -> Settled:
        """Do what is due in a chat. Raises like ``deliver``, and QueueRefused."""
        self._pace.advance(wake.chat, has_time)
        return Settled("awake")

    def give_up_head(self, message: Message, has_time: HasTime = always) -> Settled:
        """Close a message that is stuck although its chat is not. Raises like ``deliver``."""
        claim = self._claimed(message)
        if isinstance(claim, NotClaimed):
            return self._not_claimed(message, claim, has_time)
        return self._undelivered.give_way(claim, has_time)

    def note(self, receipt: Receipt, tries: int, has_time: HasTime = always) -> Settled:
        """Write what the provider tells of a message: forwards only. Raises like ``wake``.

        ``tries`` counts how often this receipt was received; an index lags behind its table.
        """
        return self._listener.hear(receipt, tries, has_time)

    def _claimed(self, message: Message, *, is_alone: bool = True) -> Claim | NotClaimed:
        return self._log.claim(message, body(message, self._replied_to(message)), is_alone=is_alone)

    def _replied_to(self, message: Message) -> str | None:
        """Return what a message is sent as a reply to: what it says itself, or the first of its thread.

        Further parts of a text stand below the first anyway.
        """
        if message.reply_to or not message.thread or message.first_part:
            return message.reply_to
        return self._log.threads.first_of(message.chat, message.story)

    def _not_claimed(self, message: Message, claim: NotClaimed, has_time: HasTime) -> Settled:
        if claim.decision is Decision.LEAVE:
            return Settled(Status.SENDING, max(0, claim.until - self._now_ms()) / SECOND_MS or 1 / SECOND_MS)
        if claim.decision is Decision.ALONE:
            return Settled(Status.SENDING, 0.0, is_suspect=True)
        if message.digest is not None:
            # Its worker may have died before it could say so of what the digest told.
            self._pace.settled(message, Status(claim.status), has_time)
        elif claim.status in WAITING:
            # … or before it did what was due when the message joined what waits.
            self._pace.advance(message.chat, has_time)
        if claim.decision is Decision.CLOSE:
            # Not passed on to a fallback: it would stop that worker, too.
            self._count("Undelivered")
            self._count("Dead")
            logger.error("not delivered: it stopped its worker", extra={"delivery_id": message.delivery_id})
            return Settled(Status.DEAD)
        logger.info("a copy", extra={"delivery_id": message.delivery_id, "status": claim.status})
        try:
            self._log.count_copy(message)
        except (ClientError, BotoCoreError):
            logger.warning("A copy could not be counted.", extra={"delivery_id": message.delivery_id})
        return Settled("duplicate")
