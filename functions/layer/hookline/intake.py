"""The order of a webhook: verify -> parse -> route -> render -> queue."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hookline import identity
from hookline.certificates import Certificates, Fetch
from hookline.compose import compose
from hookline.errors import UnknownSource
from hookline.models import JSON, Failure, Inbound, Message, Routed, Verified
from hookline.parse import parse
from hookline.route import route
from hookline.rules.expression import Expressions
from hookline.rules.model import Rules, Sns, Source
from hookline.secrets import Secrets
from hookline.see import Seen, see, without_secrets
from hookline.sources import KINDS
from hookline.sources.kind import Greeting
from hookline.status import Status
from hookline.verify import verify

logger = logging.getLogger(__name__)

ACCEPTED, UNMATCHED, RULE_FAILED, RENDER_FAILED = "Accepted", "Unmatched", "RuleFailed", "RenderFailed"  # the metrics
Outlet = Callable[[Sequence[Message]], list[str]]  # takes messages, returns what became of each
Record = Callable[[str, Status, dict[str, Any]], None]  # notes an event that nobody should hear of


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the sender is told of a webhook that was taken. ``deliveries`` are (message, status).

    ``greeting`` is said instead to a sender that only asked whether anybody is there. What ``is_trapped`` by its form's
    honeypot is sent to nobody, whatever it is told.
    """

    event_id: str
    deliveries: list[tuple[Message, str]]
    reason: str = ""
    greeting: Mapping[str, JSON] | None = None
    is_trapped: bool = False


class Intake:
    """Takes webhooks by the rules and hands their messages to the outlet: the queue, or delivery in process.

    ``rules`` is asked once for each webhook: other rules may run from one to the next, never within one.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - the parts, each made by its app
        self,
        rules: Callable[[], Rules],
        secrets: Secrets,
        outlet: Outlet,
        record: Record,
        now_ms: Callable[[], int],
        fetch: Fetch,
        count: Callable[[str, str], None],
    ) -> None:
        self._rules = rules
        self._secrets = secrets
        self._outlet = outlet
        self._record = record
        self._now_ms = now_ms
        self._fetch = fetch
        self._count = count
        self._certificates = Certificates(fetch)
        self._prepared: tuple[Rules, Expressions] | None = None

    def take(self, inbound: Inbound) -> Accepted:
        """Return what was accepted.

        Raises Refused for the sender's mistakes, else RulesUnavailable, SecretsUnavailable, Unreachable, QueueRefused.
        """
        rules = self._rules()
        source, expressions = _source(rules, inbound.source), self._expressions(rules)
        kind = KINDS[source.kind]
        verified = verify(inbound, source, self._secrets, self._certificates)
        payload = parse(verified, kind.reads)
        if kind.greet and (greeting := kind.greet(payload)):
            return self._greeted(greeting, verified)
        seen = see(without_secrets(inbound, source), kind, payload)
        with expressions.of_event():
            routed = route(inbound.source, seen.scope(), rules, expressions)
            composed = compose(seen, routed, rules, expressions, self._now_ms())
        self._warn([*routed.failures, *composed.failures], seen)
        if source.is_trapped(payload):
            return _trapped(seen, routed, composed.messages)
        if not composed.messages:
            return self._taken(seen, self._nobody(seen, routed, is_private=source.private))
        deliveries = list(zip(composed.messages, self._outlet(composed.messages), strict=True))
        return self._taken(seen, Accepted(seen.id.value, deliveries))

    def source(self, name: str) -> Source:
        """Return the source of that name. Raises UnknownSource."""
        return _source(self._rules(), name)

    def _expressions(self, rules: Rules) -> Expressions:
        """Return what evaluates these rules; it lasts as long as they run, and what it has read with it."""
        if self._prepared is None or self._prepared[0] is not rules:
            self._prepared = (rules, Expressions(rules.templates))
        return self._prepared[1]

    def _greeted(self, greeting: Greeting, verified: Verified) -> Accepted:
        """Fetch what confirms, but no address that nobody has signed. Raises Unreachable."""
        inbound = verified.inbound
        if greeting.confirm and not isinstance(verified.source.auth, Sns):
            greeting = Greeting("not confirmed: the source doesn't say `auth: {sns: …}`", is_alarming=True)
        if greeting.confirm:
            self._fetch(greeting.confirm)
        level = logging.WARNING if greeting.is_alarming else logging.INFO
        logger.log(level, "greeted", extra={"source": inbound.source, "reason": greeting.reason})
        return Accepted(inbound.request_id, [], greeting.reason, greeting.content or None)

    def _warn(self, failures: Iterable[Failure], seen: Seen) -> None:
        """Log and count what failed in the rules, although it is told all the same."""
        for failure in failures:
            about = {"rule_failed": failure.rule, "option": failure.option, "event_id": seen.id.value}
            logger.warning("%s", failure, extra=about)
            self._count(RENDER_FAILED if failure.option == "text" else RULE_FAILED, seen.inbound.source)

    def _taken(self, seen: Seen, accepted: Accepted) -> Accepted:
        """Log and count a webhook whose event was told to those who should hear of it, or noted."""
        inbound, rules = seen.inbound, dict.fromkeys(message.rule for message, _ in accepted.deliveries)
        about = {"rules": list(rules), "messages": len(accepted.deliveries), "reason": accepted.reason or None}
        logger.info("accepted", extra={"source": inbound.source, "request_id": inbound.request_id, **about})
        self._count(ACCEPTED, inbound.source)
        return accepted

    def _nobody(self, seen: Seen, routed: Routed, *, is_private: bool) -> Accepted:
        """Note the event in the log if that can be done now; the sender is told the same either way."""
        status = Status.UNMATCHED if routed.reason == "no rule matched" else Status.DROPPED
        if status is Status.UNMATCHED:
            self._count(UNMATCHED, seen.inbound.source)
        about = {
            "source": seen.inbound.source,
            "event_id": seen.id.value,
            "request_id": seen.inbound.request_id,
            "accepted_at": seen.inbound.received_at,
            **({"private": True} if is_private else {"text": seen.event.text}),
            "reason": routed.reason,
        }
        try:
            self._record(identity.delivery_id(seen.inbound.source, seen.id, "", "", 0), status, about)
        except Exception:
            logger.exception("The event could not be noted in the log.", extra={"event_id": seen.id.value})
        return Accepted(seen.id.value, [], routed.reason)


def _trapped(seen: Seen, routed: Routed, messages: Sequence[Message]) -> Accepted:
    """Tell whoever filled in what people don't see what a success would be told; nothing is sent or kept."""
    logger.info("trapped", extra={"source": seen.inbound.source, "event_id": seen.id.value})
    deliveries = [(message, "queued") for message in messages]
    return Accepted(seen.id.value, deliveries, "" if deliveries else routed.reason, is_trapped=True)


def _source(rules: Rules, name: str) -> Source:
    if name not in rules.sources:
        raise UnknownSource("There is no such source; its name is the last part of the address.")
    return rules.sources[name]
