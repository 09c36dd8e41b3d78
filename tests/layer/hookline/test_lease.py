"""Who gets a message, against a real table: claims, leases, generations."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.layer.hookline.conftest import BOTH_ENGINES
from tests.layer.hookline.one_message import BODY, DAYS, LEASE, REPEAT, claimed, message, rows, told

from hookline.claim import Claim, Decision, NotClaimed
from hookline.log import DeliveryLog
from hookline.status import Status

pytestmark = BOTH_ENGINES
CLAIMED_AT_ONCE = 200


def test_a_new_message_is_claimed_by_one_put(log: DeliveryLog, cloud: Any, clock: Any) -> None:
    claim = claimed(log, message())
    assert claim.generation == 1
    [row] = rows(cloud)
    assert row["status"] == "sending"
    assert row["lease_until"] == clock() + LEASE * 1000
    assert row["body"] == BODY
    assert row["expires_at"] == clock() // 1000 + DAYS * 86_400
    assert {row["source"], row["rule"], row["chat"], row["chat_name"]} == {
        "alertmanager",
        "alerts",
        "chat_a1",
        "oncall",
    }


def test_of_eight_workers_one_gets_the_message(log: DeliveryLog) -> None:
    with ThreadPoolExecutor(8) as workers:
        claims = list(workers.map(lambda _: log.claim(message(), BODY), range(8)))
    assert sum(isinstance(claim, Claim) for claim in claims) == 1
    assert {c.decision for c in claims if isinstance(c, NotClaimed)} == {Decision.LEAVE}


def test_every_later_attempt_sends_the_bytes_of_the_first_claim(log: DeliveryLog, clock: Any) -> None:
    log.close(claimed(log, message()), Status.RETRYING, {})
    clock.advance(60)
    again = claimed(log, message(), body='{"content":{"type":"text","text":"another"}}')
    assert again.body == BODY


def test_a_lease_that_ran_out_is_taken_over_and_the_third_closes_the_row(
    log: DeliveryLog, cloud: Any, clock: Any
) -> None:
    for _ in range(3):
        assert claimed(log, message()).generation == 1
        clock.advance(LEASE)
    closed = log.claim(message(), BODY)
    assert closed == NotClaimed(Decision.CLOSE, status="dead")
    [row] = rows(cloud)
    assert row["status"] == "dead"
    assert row["error"]["reason"] == "stopped the worker 3 times"


def test_what_lost_its_lease_is_claimed_only_by_a_worker_that_does_nothing_else(
    log: DeliveryLog, cloud: Any, clock: Any
) -> None:
    assert isinstance(log.claim(message(), BODY, is_alone=False), Claim)
    clock.advance(LEASE)
    assert log.claim(message(), BODY, is_alone=False) == NotClaimed(Decision.ALONE)
    assert rows(cloud)[0]["lost_leases"] == 0
    log.close(claimed(log, message()), Status.RETRYING, {})
    assert isinstance(log.claim(message(), BODY, is_alone=False), Claim)


def test_a_copy_is_told_from_the_first_and_counted(log: DeliveryLog, cloud: Any, clock: Any) -> None:
    told(log, clock, message())
    copy = message("request-2", accepted_at=clock())
    assert log.claim(copy, BODY) == NotClaimed(Decision.COPY, status="sent")
    log.count_copy(copy)
    assert rows(cloud)[0]["copies"] == 1


def test_what_is_told_again_after_its_repeat_has_a_row_of_its_own(log: DeliveryLog, cloud: Any, clock: Any) -> None:
    for generation in range(1, 5):
        sent = message(f"request-{generation}", accepted_at=clock())
        claim = claimed(log, sent)
        assert claim.generation == generation
        log.close(claim, Status.SENT, {"told_at": clock()})
        clock.advance(REPEAT)
    assert [row["generation"] for row in rows(cloud)] == [1, 2, 3, 4]
    assert rows(cloud)[0]["latest"] == 4


def test_a_crash_before_the_first_row_knows_the_latest_is_survived(log: DeliveryLog, cloud: Any, clock: Any) -> None:
    for request in ("request-1", "request-2"):
        told(log, clock, message(request, accepted_at=clock()))
        clock.advance(REPEAT)
    cloud.clients("dynamodb").update_item(
        TableName="DeliveryLog",
        Key={"id": {"S": "delivery-1"}, "generation": {"N": "1"}},
        UpdateExpression="REMOVE latest",
    )
    assert claimed(log, message("request-3", accepted_at=clock())).generation == 3


def test_a_redelivery_of_what_failed_is_the_next_generation(log: DeliveryLog, clock: Any) -> None:
    log.close(claimed(log, message()), Status.FAILED, {"error": {"code": "chat_not_found"}})
    assert log.claim(message(), BODY) == NotClaimed(Decision.COPY, status="failed")
    assert claimed(log, message("request-2", accepted_at=clock())).generation == 2


def test_an_engine_that_does_not_send_the_old_row_along_is_asked_for_it(
    log: DeliveryLog, cloud: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(log, clock, message())
    client = cloud.clients("dynamodb")
    put_item = client.put_item

    def older(**request: Any) -> Any:
        del request["ReturnValuesOnConditionCheckFailure"]
        return put_item(**request)

    monkeypatch.setattr(client, "put_item", older)
    assert log.claim(message("request-2", accepted_at=clock()), BODY) == NotClaimed(Decision.COPY, status="sent")


def test_a_table_that_is_not_there_raises(cloud: Any, clock: Any) -> None:
    client = cloud.clients("dynamodb")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        DeliveryLog(client, "Elsewhere", clock, LEASE, DAYS).claim(message(), BODY)


@pytest.mark.slow
def test_of_eight_threads_that_claim_the_same_messages_one_wins_each(log: DeliveryLog) -> None:
    messages = [message().model_copy(update={"delivery_id": f"delivery-{n}"}) for n in range(CLAIMED_AT_ONCE)]

    def claim_all(_: int) -> list[str]:
        return [m.delivery_id for m in messages if isinstance(log.claim(m, BODY), Claim)]

    with ThreadPoolExecutor(8) as workers:
        wins = Counter(won for ids in workers.map(claim_all, range(8)) for won in ids)
    assert wins == Counter({m.delivery_id: 1 for m in messages})
