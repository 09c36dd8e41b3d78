"""The first message of each thread, against a real table."""

from typing import Any

from tests.layer.hookline.conftest import BOTH_ENGINES
from tests.layer.hookline.one_message import LEASE, claimed, message, rows

from hookline.claim import Claim
from hookline.log import DeliveryLog
from hookline.status import Status
from hookline.threads import REPLIES_FOR

pytestmark = BOTH_ENGINES


def begun(log: DeliveryLog, claim: Claim, message_id: str = "msg_1") -> None:
    log.close(claim, Status.SENT, {"message_id": message_id}, begins="disk full")


def test_what_belongs_to_a_thread_finds_its_first_message(log: DeliveryLog) -> None:
    begun(log, claimed(log, message()))
    assert log.threads.first_of("chat_a1", "disk full") == "msg_1"
    assert log.threads.first_of("chat_a1", "disk") is None
    assert log.threads.first_of("chat_b1", "disk full") is None


def test_a_thread_is_forgotten_before_its_first_message_is_too_old_for_a_reply(log: DeliveryLog, clock: Any) -> None:
    begun(log, claimed(log, message()))
    clock.advance(REPLIES_FOR - 1)
    assert log.threads.first_of("chat_a1", "disk full") == "msg_1"
    clock.advance(1)
    assert log.threads.first_of("chat_a1", "disk full") is None


def test_a_message_without_an_id_begins_no_thread(log: DeliveryLog, cloud: Any) -> None:
    log.close(claimed(log, message()), Status.SENT, {"message_id": None}, begins="disk full")
    assert log.threads.first_of("chat_a1", "disk full") is None
    assert rows(cloud)[0]["status"] == "sent"


def test_a_worker_that_lost_its_lease_begins_no_thread(log: DeliveryLog, clock: Any) -> None:
    slow = claimed(log, message())
    clock.advance(LEASE)
    claimed(log, message())
    begun(log, slow)
    assert log.threads.first_of("chat_a1", "disk full") is None
