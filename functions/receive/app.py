"""ReceiveFunction: API Gateway, or a topic of SNS -> intake -> the queue, or delivery in process without a queue."""

import gc

gc.disable()  # while all is loaded, which stays: 7 % of a cold start; `wiring.loaded` puts it on again
import os
from collections.abc import Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Metrics

from hookline import browser, correlation, gateway, ruling, topic, wiring
from hookline.counts import Counts
from hookline.errors import BadCredentials, QueueRefused, Refused, RulesUnavailable, SecretsUnavailable, Unreachable
from hookline.intake import Intake, Outlet
from hookline.models import Inbound, Message
from hookline.queue import Queue
from hookline.rules.model import Source
from hookline.settings import Settings
from hookline.status import Status

if TYPE_CHECKING:
    from hookline.log import DeliveryLog

logger = Logger(service="hookline")
logger.registered_handler.addFilter(correlation.mark)
settings = Settings.from_environ(os.environ)
secrets = wiring.secrets(settings)
counts = Counts(Metrics(namespace=settings.metrics_namespace, service="receive"))
rules = ruling.running(settings, counts.add)


@cache
def notes() -> "DeliveryLog":
    """Most webhooks don't need the table: its client is made for the first that does."""
    return wiring.log(settings, wiring.impatient_dynamodb())


def record(row_id: str, status: Status, attributes: dict[str, Any]) -> None:
    """Note an event that nobody should hear of."""
    notes().record(row_id, status, attributes)


def outlet() -> Outlet:
    """Return where messages go: the queue, or without one the outbox itself."""
    if not settings.delivery_queue_url:
        from hookline import in_process  # noqa: PLC0415 - the whole second half, where a queue leaves it to another

        log = wiring.log(settings, wiring.dynamodb())
        return partial(in_process.deliver_all, in_process.outbox(settings, log, secrets, rules, counts))
    queue = Queue(wiring.sqs(), settings.delivery_queue_url)

    def put(messages: Sequence[Message]) -> list[str]:
        queue.put(messages)
        return ["queued"] * len(messages)

    return put


intake = Intake(rules, secrets, outlet(), record, wiring.now_ms, wiring.fetch(), counts.add)


def _hook(event: dict[str, Any]) -> dict[str, Any]:
    """Answer one webhook, or a probe of its address: the API has no other route to this function."""
    asked = gateway.asked(event)
    with correlation.about(asked.request_id):
        return browser.suited(_answer(event), asked, _source(asked.source)).to_event()


def _answer(event: dict[str, Any]) -> gateway.Answer:
    try:
        inbound = gateway.read(event, settings.max_body_bytes)
        if inbound.method in {"POST", "PUT", "PATCH"}:
            return _taken(inbound)
        intake.source(inbound.source)
    except Refused as error:
        about = {"path": event["rawPath"], "http_status": error.status.value, "reason": str(error)}
        logger.warning("refused", extra=about)
        counts.add("Rejected", reason=error.reason)
        if isinstance(error, BadCredentials):
            counts.add("Unauthorized", gateway.asked(event).source)
        return gateway.refused(error)
    except (RulesUnavailable, SecretsUnavailable, Unreachable, QueueRefused) as error:
        logger.error("not taken", extra={"path": event["rawPath"], "reason": str(error)})  # noqa: TRY400 - the sentence says all
        return gateway.refused(error)
    return gateway.probed(inbound.method)


def _source(name: str) -> Source | None:
    try:
        return rules().sources.get(name)
    except RulesUnavailable:
        return None


def _taken(inbound: Inbound) -> gateway.Answer:
    accepted = intake.take(inbound)
    if accepted.is_trapped:
        counts.add("Honeypot", inbound.source)
    return gateway.accepted(accepted) if settings.delivery_queue_url else gateway.accepted(accepted, _not_applied)


def _not_applied(message: Message) -> dict[str, Any]:
    """Say what a message that was delivered in process would have been kept to by its chat."""
    from hookline.room import Room  # noqa: PLC0415 - only where there is no queue
    from hookline.unpaced import not_applied  # noqa: PLC0415 - the same

    return {"not_applied": not_applied(Room.of(message.chat, rules()).chat, message, wiring.now_ms())}


def _told(event: dict[str, Any]) -> dict[str, Any]:
    """Take what a topic says. What is raised lets Lambda try again; what is refused would be refused again."""
    answers = []
    for inbound in topic.read(event, rules().source_of, wiring.now_ms()):
        with correlation.about(inbound.request_id):
            answers.append(_told_one(inbound).content)
    return {"answers": answers}


def _told_one(inbound: Inbound) -> gateway.Answer:
    try:
        return _taken(inbound)
    except Refused as error:
        logger.warning("refused", extra={"topic": inbound.topic, "reason": str(error)})
        counts.add("Rejected", reason=error.reason)
        return gateway.refused(error)


wiring.loaded()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001 - Lambda passes it
    """Answer API Gateway, or take what a topic of SNS says to the function itself."""
    try:
        return _told(event) if topic.invokes(event) else _hook(event)
    finally:
        counts.flush()
