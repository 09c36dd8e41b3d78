"""ReceiptsFunction: Blooio's webhooks -> the group of their chat in the queue."""

import gc

gc.disable()  # while all is loaded, which stays: 7 % of a cold start; `wiring.loaded` puts it on again
import os
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger, Metrics

from hookline import correlation, gateway, ruling, wiring
from hookline.counts import Counts
from hookline.errors import BadCredentials, QueueRefused, Refused, RulesUnavailable, SecretsUnavailable
from hookline.models import Receipt
from hookline.queue import Queue
from hookline.receipts import read
from hookline.settings import Settings

logger = Logger(service="hookline")
logger.registered_handler.addFilter(correlation.mark)
settings = Settings.from_environ(os.environ)
secrets = wiring.secrets(settings)
counts = Counts(Metrics(namespace=settings.metrics_namespace, service="receipts"))
rules = ruling.running(settings, counts.add)


def outlet() -> Callable[[Receipt], object]:
    """Return where receipts go: their chat's group in the queue, or without a queue the row itself."""
    if not settings.delivery_queue_url:
        from hookline import hear, in_process  # noqa: PLC0415 - what a queue leaves to another function

        outbox = in_process.outbox(settings, wiring.log(settings, wiring.dynamodb()), secrets, rules, counts)
        return lambda receipt: outbox.note(receipt, hear.RECEIPT_TRIES)
    queue = Queue(wiring.sqs(), settings.delivery_queue_url)
    return lambda receipt: queue.put([receipt])


keep = outlet()


def _answer(event: dict[str, Any]) -> gateway.Answer:
    try:
        told = read(gateway.read(event, settings.max_body_bytes), secrets, rules().names_by_id)
        if told is not None:
            correlation.found(told.event_id)
            keep(told)
            logger.info("receipt kept", extra={"what": told.what, "chat": told.chat, "message_id": told.message_id})
    except (Refused, RulesUnavailable, SecretsUnavailable, QueueRefused) as error:
        logger.warning("receipt not taken", extra={"reason": str(error)})
        if isinstance(error, BadCredentials):
            counts.add("Unauthorized")
        return gateway.refused(error)
    content = {"status": "kept" if told else "ignored"}
    return gateway.Answer(HTTPStatus.OK, content, {"Content-Type": "application/json"})


wiring.loaded()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001 - Lambda passes it
    """Answer API Gateway for one webhook of the provider's."""
    try:
        with correlation.about(event["requestContext"]["requestId"]):
            return _answer(event).to_event()
    finally:
        counts.flush()
