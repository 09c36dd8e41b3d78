"""DeliverFunction: SQS -> batch -> outbox."""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from aws_lambda_powertools import Logger

from hookline import wiring
from hookline.batch import Batch
from hookline.settings import Settings

logger = Logger(service="hookline")
settings = Settings.from_environ(os.environ)
log = wiring.log(settings, wiring.dynamodb())
batch = Batch(
    deliver=wiring.outbox(settings, log, wiring.secrets(settings)).deliver,
    record_unreadable=log.record,
    client=wiring.sqs(),
    queue_url=settings.delivery_queue_url,
    executor=ThreadPoolExecutor(wiring.CHATS_AT_ONCE),
    attempt_seconds=settings.attempt_seconds,
)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer with the records that must stay on the queue."""
    return batch.work(event["Records"], context.get_remaining_time_in_millis)
