"""The delivery log against a real table: what a row tells."""

from typing import Any

import pytest
from tests.layer.hookline.conftest import BOTH_ENGINES
from tests.layer.hookline.one_message import BODY, LEASE, claimed, message, rows, told

from hookline.log import MAX_ATTEMPTS_KEPT, DeliveryLog
from hookline.status import Status

pytestmark = BOTH_ENGINES


def test_a_worker_that_lost_its_lease_cannot_close_anothers_claim(log: DeliveryLog, cloud: Any, clock: Any) -> None:
    slow = claimed(log, message())
    clock.advance(LEASE)
    claimed(log, message())
    log.close(slow, Status.FAILED, {})
    assert rows(cloud)[0]["status"] == "sending"


def test_a_row_tells_of_its_latest_attempts_and_counts_all(log: DeliveryLog, cloud: Any, clock: Any) -> None:
    for n in range(MAX_ATTEMPTS_KEPT + 5):
        log.close(claimed(log, message()), Status.RETRYING, {}, {"at": clock(), "n": n})
        clock.advance(60)
    [row] = rows(cloud)
    assert row["tries"] == MAX_ATTEMPTS_KEPT + 5
    assert [attempt["n"] for attempt in row["attempts"]] == list(range(5, MAX_ATTEMPTS_KEPT + 5))


OTHER_BODY = '{"content":{"type":"text","text":"hello, react"}}'


def test_another_body_is_written_before_it_is_sent_and_every_later_attempt_sends_that(
    log: DeliveryLog, cloud: Any, clock: Any
) -> None:
    claim = claimed(log, message())
    cloud.clients("dynamodb").update_item(**log.amending(claim, "asking", OTHER_BODY))
    log.close(claim, Status.RETRYING, {"admitted": True})
    clock.advance(60)
    again = claimed(log, message())
    assert (again.variant, again.body, again.is_admitted) == ("asking", OTHER_BODY, True)


def test_a_worker_that_lost_its_lease_writes_no_other_body(log: DeliveryLog, cloud: Any, clock: Any) -> None:
    slow, table = claimed(log, message()), cloud.clients("dynamodb")
    clock.advance(LEASE)
    claimed(log, message())
    with pytest.raises(table.exceptions.ConditionalCheckFailedException):
        table.update_item(**log.amending(slow, "asking", OTHER_BODY))
    clock.advance(LEASE)
    assert claimed(log, message()).body == BODY


def test_a_receipt_finds_the_row_of_its_message_also_when_that_began_a_thread(log: DeliveryLog) -> None:
    log.close(claimed(log, message()), Status.SENT, {"message_id": "msg_1"}, begins="disk full")
    found = log.of_message("msg_1")
    assert found is not None
    assert (found[0].message.delivery_id, found[1]) == ("delivery-1", "sent")


def test_who_takes_care_of_what_was_told_is_written_once(log: DeliveryLog, cloud: Any, clock: Any) -> None:
    told(log, clock, message())
    assert log.acknowledge("delivery-1", 1, clock(), "like")
    assert not log.acknowledge("delivery-1", 1, clock() + 1, "love")
    [row] = rows(cloud)
    assert (row["acknowledged_at"], row["acknowledged_by"]) == (clock(), "like")


def test_nobody_takes_care_of_what_they_were_not_told(log: DeliveryLog, cloud: Any, clock: Any) -> None:
    claimed(log, message())
    assert not log.acknowledge("delivery-1", 1, clock(), "like")
    assert not log.acknowledge("delivery-2", 1, clock(), "like")
    [row] = rows(cloud)
    assert "acknowledged_at" not in row


def test_what_is_private_is_forgotten_once_it_is_sent(log: DeliveryLog, cloud: Any) -> None:
    secret = {"text": "hello", "title": "hello", "where": "hello", "link_preview": {"title": "hello"}, "private": True}
    private = message().model_copy(update=secret)
    log.close(claimed(log, private), Status.FAILED, {})
    assert "hello" in str(rows(cloud))
    again = private.model_copy(update={"request_id": "request-2"})
    log.close(claimed(log, again), Status.SENT, {})
    assert [row["status"] for row in rows(cloud)] == ["failed", "sent"]
    assert "hello" not in str(rows(cloud))
