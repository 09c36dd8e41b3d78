"""DeliverFunction: SQS -> batch -> outbox."""

import gc

gc.disable()  # while all is loaded, which stays: 7 % of a cold start; `wiring.loaded` puts it on again
import os
from typing import Any

from aws_lambda_powertools import Logger, Metrics

from hookline import correlation, delivery, ruling, wiring
from hookline.batch import Batch
from hookline.chats import Chats
from hookline.counts import Counts
from hookline.models import Message, Wake
from hookline.paced import Paced
from hookline.queue import Queue
from hookline.room import Room
from hookline.settings import Settings
from hookline.side_by_side import SideBySide

logger = Logger(service="hookline")
logger.registered_handler.addFilter(correlation.mark)
settings = Settings.from_environ(os.environ)
counts = Counts(Metrics(namespace=settings.metrics_namespace, service="deliver"))
dynamodb = wiring.dynamodb()
log = wiring.log(settings, dynamodb)
rules = ruling.running(settings, counts.add)
sqs = wiring.sqs()
queue = Queue(sqs, settings.delivery_queue_url)


def forward(record: Message | Wake) -> None:
    """Put what stands in for another message, tells of others or wakes a chat behind what the chat has on the queue."""
    queue.put([record])


pace = Paced(
    chats=Chats(dynamodb, settings.delivery_log_table, wiring.now_ms, settings.log_days),
    log=log,
    room_of=lambda chat: Room.of(chat, rules()),
    forward=forward,
    count=counts.add,
    now_ms=wiring.now_ms,
)
batch = Batch(
    outbox=delivery.outbox(
        settings=settings,
        delivery_log=log,
        pace=pace,
        held=wiring.secrets(settings),
        rules=rules,
        forward=forward,
        count=counts.add,
        measure=counts.measure,
    ),
    record_unreadable=log.record,
    client=sqs,
    queue_url=settings.delivery_queue_url,
    executor=SideBySide(wiring.CHATS_AT_ONCE),
    attempt_seconds=settings.attempt_seconds,
    count=counts.add,
)

wiring.loaded()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer with the records that must stay on the queue."""
    try:
        return batch.work(event["Records"], context.get_remaining_time_in_millis)
    finally:
        counts.flush()
