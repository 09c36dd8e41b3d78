"""What is remembered of the line to the provider, against a real table."""

from typing import Any

from tests.layer.hookline.conftest import BOTH_ENGINES
from tests.layer.hookline.one_message import DAYS, LEASE, rows

from hookline.log import DeliveryLog

pytestmark = BOTH_ENGINES


def test_since_when_receipts_arrive_is_written_once_and_never_expires(log: DeliveryLog, cloud: Any, clock: Any) -> None:
    began = clock()
    log.line.note_receipts()
    clock.advance(60)
    for each in (log, DeliveryLog(cloud.clients("dynamodb"), "DeliveryLog", clock, LEASE, DAYS)):
        each.line.note_receipts()
    assert rows(cloud) == [{"id": "receipts", "generation": 0, "first_at": began}]
