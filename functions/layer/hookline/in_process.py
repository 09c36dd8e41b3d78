"""Delivery where there is no queue: what would be queued is delivered at once, by the same outbox."""

import logging
from collections.abc import Callable, Sequence

from botocore.exceptions import BotoCoreError, ClientError

from hookline import delivery
from hookline.counts import Counts
from hookline.log import DeliveryLog
from hookline.models import Message
from hookline.outbox import Outbox
from hookline.rules.model import Rules
from hookline.secrets import Secrets
from hookline.settings import Settings
from hookline.status import Status
from hookline.unpaced import Unpaced

logger = logging.getLogger(__name__)


def outbox(
    settings: Settings, delivery_log: DeliveryLog, held: Secrets, rules: Callable[[], Rules], counts: Counts
) -> Outbox:
    """Return the outbox; what it passes on is delivered by itself."""
    made = delivery.outbox(
        settings=settings,
        delivery_log=delivery_log,
        pace=Unpaced(),
        held=held,
        rules=rules,
        forward=lambda message: deliver_all(made, [message]),
        count=counts.add,
        measure=counts.measure,
    )
    return made


def deliver_all(outbox: Outbox, messages: Sequence[Message]) -> list[str]:
    """Deliver them, one after the other; return what became of each message so far."""
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
