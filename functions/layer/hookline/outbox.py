"""The order of a message: claim -> pace -> send -> log; and what a receipt or the time changes later."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from blooio import Blooio, Content, LinkPreview, Outcome, SendRequest, Verdict
from hookline import identity, patience
from hookline.claim import WAITING, Claim, Decision, LeaseLost, NotClaimed, Status
from hookline.clock import MINUTE, SECOND_MS, say
from hookline.errors import QueueRefused, RulesUnavailable, SecretsUnavailable
from hookline.fallback import stand_in
from hookline.gather import HasTime
from hookline.log import DeliveryLog
from hookline.models import Destination, Message, Receipt, Wake
from hookline.pace import Pace, Refusal, Waits
from hookline.variant import variant

logger = logging.getLogger(__name__)

NEW_KEY_WAIT = 1.0  # seconds
OUT_OF_REACH_WAIT = 10.0  # seconds until the queue, or the table of the rules, is asked again
LOST_LEASE_WAIT = 1.0  # seconds
RECEIPT_WAIT, RECEIPT_TRIES = 1.0, 3  # the index of message ids follows the table within about a second
ANSWERS = frozenset({"received", "reaction"})  # of the person


def always() -> bool:
    """Say that there is time, where nobody counts it."""
    return True


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a record now.

    ``wait`` is the seconds until it has to be tried again, 0 for at once, None when it is done with. ``is_definite``
    means the provider just gave a final answer; ``is_stuck`` that it has given none for too long; ``is_suspect``
    that it must be delivered while nothing else is.
    """

    status: str
    wait: float | None = None
    is_definite: bool = False
    is_stuck: bool = False
    is_suspect: bool = False


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
        now_ms: Callable[[], int],
        random: Callable[[], float],
    ) -> None:
        self._log = log
        self._pace = pace
        self._blooio = blooio
        self._refresh_key = refresh_key
        self._forward = forward
        self._fallbacks_of = fallbacks_of
        self._count = count
        self._now_ms = now_ms
        self._random = random

    def deliver(self, message: Message, *, is_alone: bool = True, has_time: HasTime = always) -> Settled:
        """Send the message unless it was sent before, or may have killed its worker and others are at work beside it.

        Raises ClientError or BotoCoreError when the log is out of reach, RulesUnavailable when the rules are: the
        message must then stay where it is. ``has_time`` bounds what else is done in its chat's turn.
        """
        claim = self._log.claim(message, _body(message, self._replied_to(message)), is_alone=is_alone)
        if isinstance(claim, NotClaimed):
            return self._not_claimed(message, claim, has_time)
        if claim.closing:
            return self._go_on_closing(claim, has_time)
        if patience.is_too_old(claim, self._now_ms(), lambda: self._log.line.unauthorized_at(message.chat)):
            return self._close(claim, Status.DEAD, _given_up(claim, self._now_ms()), has_time=has_time)
        admitted = self._admitted(claim, has_time)
        if isinstance(admitted, Settled):
            return admitted
        claim = admitted
        started = self._now_ms()
        outcome = self._send(claim)
        attempt = {"at": started, "took": self._now_ms() - started, **_about(outcome)}
        logger.info("attempted", extra={"delivery_id": message.delivery_id, **attempt})
        return self._settle(claim, outcome, attempt, has_time)

    def wake(self, wake: Wake, has_time: HasTime = always) -> Settled:
        """Do what is due in a chat. Raises like ``deliver``, and QueueRefused."""
        self._pace.advance(wake.chat, has_time)
        return Settled("awake")

    def give_up_head(self, message: Message, has_time: HasTime = always) -> Settled:
        """Close a message that is stuck although its chat is not. Raises like ``deliver``."""
        claim = self._log.claim(message, _body(message, self._replied_to(message)))
        if isinstance(claim, NotClaimed):
            return self._not_claimed(message, claim, has_time)
        reason = (
            f"the provider gave no answer for {patience.STUCK_AFTER // MINUTE} minutes, but one for the next message"
        )
        return self._close(claim, Status.FAILED, {"code": "stuck", "reason": reason, **_last(claim)}, has_time=has_time)

    def note(self, receipt: Receipt, tries: int, has_time: HasTime = always) -> Settled:
        """Write what the provider tells of a message: forwards only. Raises like ``wake``.

        ``tries`` counts how often this receipt was received; an index lags behind its table.
        """
        self._log.line.note_receipts()
        if receipt.what in ANSWERS:
            self._pace.answered(receipt, has_time)
            return self._acknowledge(receipt, receipt.ack, tries) if receipt.ack else Settled(receipt.what)
        found = self._log.of_message(receipt.message_id)
        if found is None:
            return _unknown(receipt, tries)
        claim, status = found
        if receipt.what != "failed":
            self._log.progress(claim, Status(receipt.what), {f"{receipt.what}_at": receipt.at or None})
        elif status in {Status.SENT, Status.DELIVERED}:
            error = {"code": receipt.code or "failed", "reason": receipt.reason or "the provider could not deliver it"}
            return self._close(claim, Status.FAILED, error, has_time=has_time)
        return Settled(receipt.what)

    def _acknowledge(self, receipt: Receipt, by: str, tries: int) -> Settled:
        """Note that somebody takes care of what a message told; of the chat's latest, if they didn't say which."""
        if receipt.message_id:
            found = self._log.of_message(receipt.message_id)
            if found is None:
                return _unknown(receipt, tries)
            delivery, generation = found[0].message.delivery_id, found[0].generation
        elif latest := self._pace.latest(receipt.chat):
            delivery, generation = latest
        else:
            return Settled(receipt.what)
        self._log.acknowledge(delivery, generation, receipt.at or self._now_ms(), by)
        return Settled(receipt.what)

    def _replied_to(self, message: Message) -> str | None:
        """Return what a message is sent as a reply to: what it says itself, or the first of its thread.

        Further parts of a text stand below the first anyway.
        """
        if message.reply_to or not message.thread or message.first_part:
            return message.reply_to
        return self._log.threads.first_of(message.chat, message.story)

    def _admitted(self, claim: Claim, has_time: HasTime) -> Claim | Settled:
        """Return the claim with what is sent now, or what became of it instead."""
        try:
            answer = self._pace.admit(claim, has_time)
        except LeaseLost:
            return Settled(Status.SENDING, LOST_LEASE_WAIT)
        except (QueueRefused, RulesUnavailable):
            return self._put_off(claim)
        except (ClientError, BotoCoreError):
            self._log.unclosed(claim)
            raise
        return Settled(answer.status) if isinstance(answer, Waits) else answer.claim

    def _go_on_closing(self, claim: Claim, has_time: HasTime) -> Settled:
        """Finish what a worker had decided before it died."""
        if claim.closing == Status.PARKED:
            return self._park(claim, Refusal(claim.error.get("code"), claim.error, None), has_time)
        return self._close(claim, Status(claim.closing), claim.error, has_time=has_time)

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
            logger.error("not delivered: it stopped its worker", extra={"delivery_id": message.delivery_id})
            return Settled(Status.DEAD)
        try:
            self._log.count_copy(message)
        except (ClientError, BotoCoreError):
            logger.warning("A copy could not be counted.", extra={"delivery_id": message.delivery_id})
        return Settled("duplicate")

    def _send(self, claim: Claim) -> Outcome:
        key = identity.send_key(claim.message.delivery_id, claim.generation, claim.variant)
        try:
            return self._blooio.send(claim.message.chat, claim.body, key)
        except SecretsUnavailable as error:
            return Outcome(Verdict.AUTH, code="no_api_key", reason=str(error))

    def _settle(self, claim: Claim, outcome: Outcome, attempt: dict[str, Any], has_time: HasTime) -> Settled:
        match outcome.verdict:
            case Verdict.SENT:
                return self._sent(claim, outcome, attempt, has_time)
            case Verdict.RETRY:
                return self._retry(claim, outcome, attempt)
            case Verdict.AUTH:
                # Somebody may just have replaced the key.
                wait = NEW_KEY_WAIT if self._refresh_key() else float(patience.AUTH_RETRY)
                self._count("AuthFailures")
                # An answer, though not to this message: what it fails by later is another failure.
                told = {"error": _about(outcome), "failing_since": 0, "admitted": True}
                self._log.close(claim, Status.RETRYING, told, attempt)
                self._log.line.note_unauthorized(claim.message.chat)
                return Settled(Status.RETRYING, wait)
        if changed := variant(claim.body, claim.variant, outcome):
            name, body = changed
            self._log.close(claim, Status.RETRYING, {"variant": name, "body": body, "admitted": True}, attempt)
            return Settled(Status.RETRYING, 0.0)
        if outcome.verdict is Verdict.AWAIT_RECIPIENT:
            parked = self._park(claim, Refusal(outcome.code, _about(outcome), attempt), has_time)
            return replace(parked, is_definite=parked.wait is None)
        closed = self._close(claim, Status.FAILED, _about(outcome), attempt, has_time=has_time)
        self._pace.untaken(claim)
        return replace(closed, is_definite=True)

    def _sent(self, claim: Claim, outcome: Outcome, attempt: dict[str, Any], has_time: HasTime) -> Settled:
        message = claim.message
        # What replies to something isn't the first of its thread.
        is_first = (
            message.thread
            and not message.first_part
            and SendRequest.model_validate_json(claim.body).content.reply_to is None
        )
        begins = message.story if is_first else None
        self._log.close(claim, Status.SENT, _told(outcome, self._now_ms()), attempt, begins=begins)
        self._pace.taken(claim)
        if message.digest is not None:
            self._pace.settled(message, Status.SENT, has_time)
        return Settled(Status.SENT, is_definite=True)

    def _park(self, claim: Claim, refusal: Refusal, has_time: HasTime) -> Settled:
        try:
            waits = self._pace.refused(claim, refusal, has_time)
        except LeaseLost:
            return Settled(Status.SENDING, LOST_LEASE_WAIT)
        except (QueueRefused, RulesUnavailable):
            return self._put_off(claim)
        except (ClientError, BotoCoreError):
            self._log.unclosed(claim)
            raise
        if waits is None:
            return self._close(claim, Status.FAILED, refusal.error, refusal.attempt, has_time=has_time)
        return Settled(waits.status)

    def _retry(self, claim: Claim, outcome: Outcome, attempt: dict[str, Any]) -> Settled:
        now = self._now_ms()
        failing_since = claim.failing_since or now
        wait = patience.next_try(claim.tries, outcome, self._random())
        self._count("Retried")
        told = {"error": _about(outcome), "failing_since": failing_since, "admitted": True}
        if outcome.may_be_accepted and not claim.unsure_since:
            told["unsure_since"] = attempt["at"]
        self._log.close(claim, Status.RETRYING, told, attempt)
        return Settled(Status.RETRYING, wait, is_stuck=patience.is_stuck(failing_since, now))

    def _close(
        self,
        claim: Claim,
        status: Status,
        error: dict[str, Any],
        attempt: dict[str, Any] | None = None,
        *,
        has_time: HasTime = always,
    ) -> Settled:
        """Close a message that was not delivered, after the next chat has been given it, if there is one."""
        told: dict[str, Any] = {"error": error}
        try:
            own = self._fallbacks_of(claim.message.chat)
        except RulesUnavailable:
            return self._put_off(claim, attempt)
        if next_message := stand_in(claim, own, self._now_ms()):
            told["fallback_to"] = next_message.delivery_id
            # Written before it is done: whoever finds the row after a crash must not ask the provider again, who may
            # have changed its mind, while the stand-in is on its way.
            decided = claim if claim.closing else self._log.decided(claim, status, told, attempt)
            if decided is None:
                return Settled(Status.SENDING, LOST_LEASE_WAIT)
            claim, attempt = decided, None
            try:
                self._forward(next_message)
            except QueueRefused:
                return self._put_off(claim)
        else:
            self._count("Undelivered")
        self._log.close(claim, status, told, attempt)
        logger.error("not delivered", extra={"delivery_id": claim.message.delivery_id, "status": status, **told})
        if claim.message.digest is not None:
            self._pace.settled(claim.message, status, has_time)
        return Settled(status)

    def _put_off(self, claim: Claim, attempt: dict[str, Any] | None = None) -> Settled:
        """Give up the lease until it is known who stands in and the queue takes it.

        A row that a receipt found has no lease, and stays told.
        """
        if claim.lease_until:
            self._log.close(claim, Status.RETRYING, {}, attempt)
        return Settled(Status.RETRYING, OUT_OF_REACH_WAIT)


def deliver_all(outbox: Outbox, messages: Sequence[Message]) -> list[str]:
    """Deliver in process, for where there is no queue; return what became of each message so far."""
    return [_deliver_now(outbox, message) for message in messages]


def _deliver_now(outbox: Outbox, message: Message) -> str:
    try:
        settled = outbox.deliver(message)
        while settled.wait == 0:
            settled = outbox.deliver(message)
    except (ClientError, BotoCoreError):
        logger.exception("The delivery log is out of reach.", extra={"delivery_id": message.delivery_id})
        return Status.RETRYING
    return settled.status


def _unknown(receipt: Receipt, tries: int) -> Settled:
    """Wait for the index, but not for ever."""
    if tries < RECEIPT_TRIES:
        return Settled("unknown", RECEIPT_WAIT)
    logger.warning("A receipt is of no message in the log.", extra=receipt.model_dump())
    return Settled("unknown")


def _body(message: Message, reply_to: str | None) -> str:
    card = message.link_preview or {}
    preview = LinkPreview(imageUrl=card.get("image"), title=card.get("title")) if card else None
    content = Content(text=message.text, reply_to=reply_to, effect=message.effect, link_preview=preview)
    return SendRequest(content=content).to_json()


def _about(outcome: Outcome) -> dict[str, Any]:
    about = {
        "verdict": outcome.verdict.value,
        "http_status": outcome.http_status,
        "code": outcome.code,
        "reason": outcome.reason,
    }
    return {name: value for name, value in about.items() if value is not None}


def _given_up(claim: Claim, now: int) -> dict[str, Any]:
    age = (now - (claim.message.queued_at or now)) / SECOND_MS
    return {"code": "too_old", "reason": f"given up {say(age)} after it was accepted", **_last(claim)}


def _last(claim: Claim) -> dict[str, Any]:
    """Say what the provider answered last, when it did."""
    return {"last": claim.attempts[-1].get("code")} if claim.attempts else {}


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
