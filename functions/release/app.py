"""ReleaseFunction: each minute, the chats of which something is due -> a wake-up in the group of each."""

import gc

gc.disable()  # while all is loaded, which stays: 7 % of a cold start; `wiring.loaded` puts it on again
import os
from typing import Any

from aws_lambda_powertools import Logger, Metrics

from hookline import due, wiring
from hookline.counts import Counts
from hookline.queue import Queue
from hookline.settings import Settings

logger = Logger(service="hookline")
settings = Settings.from_environ(os.environ)
counts = Counts(Metrics(namespace=settings.metrics_namespace, service="release"))
dynamodb = wiring.dynamodb()
queue = Queue(wiring.sqs(), settings.delivery_queue_url)

wiring.loaded()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> None:  # noqa: ARG001 - it says only that a minute is over
    """Wake who is due. What is raised counts among Lambda's errors, and the next minute tries again."""
    try:
        found = due.find(dynamodb, settings.delivery_log_table, wiring.now_ms())
        due.wake(found, queue.put, counts.add, context.get_remaining_time_in_millis)
    finally:
        counts.flush()
