"""The delivery log against a real table: claims, leases, generations, and what a row tells."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer
from tests.layer.hookline.conftest import ENGINES, on_engine

from hookline.claim import Decision, Status
from hookline.log import MAX_ATTEMPTS_KEPT, REPLIES_FOR, Claim, DeliveryLog, NotClaimed
from hookline.models import Message

LEASE, DAYS, REPEAT = 30.0, 30, 300  # seconds, days, seconds
CLAIMED_AT_ONCE = {"moto": 200, "dynamodb-local": 1000}  # moto takes its time
BODY = '{"content":{"type":"text","text":"hello"}}'


def message(request_id: str = "request-1", accepted_at: int = 0, repeat: int | None = REPEAT) -> Message:
    return Message(
        delivery_id="delivery-1",
        source="alertmanager",
        rule="alerts",
        event_id="event-1",
        request_id=request_id,
        chat="chat_a1",
        chat_name="oncall",
        text="hello",
        accepted_at=accepted_at,
        repeat=repeat,
    )


@pytest.fixture(params=ENGINES)
def cloud(request: pytest.FixtureRequest, cloud: Any) -> Any:
    """Give each test both engines; Amazon's own is too old to send the row of a conflict along."""
    return on_engine(request, cloud)


@pytest.fixture
def log(cloud: Any, clock: Any) -> DeliveryLog:
    return DeliveryLog(cloud.clients("dynamodb"), "DeliveryLog", clock, LEASE, DAYS)


def rows(cloud: Any) -> list[dict[str, Any]]:
    items = cloud.clients("dynamodb").scan(TableName="DeliveryLog", ConsistentRead=True)["Items"]
    plain = [{name: TypeDeserializer().deserialize(value) for name, value in item.items()} for item in items]
    return sorted(plain, key=lambda row: row["generation"])


def claimed(log: DeliveryLog, sent: Message, body: str = BODY) -> Claim:
    claim = log.claim(sent, body)
    assert isinstance(claim, Claim)
    return claim


def told(log: DeliveryLog, clock: Any, sent: Message) -> None:
    log.close(claimed(log, sent), Status.SENT, {"told_at": clock()})


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


def test_a_worker_that_lost_its_lease_cannot_close_anothers_claim(log: DeliveryLog, cloud: Any, clock: Any) -> None:
    slow = claimed(log, message())
    clock.advance(LEASE)
    claimed(log, message())
    log.close(slow, Status.FAILED, {})
    assert rows(cloud)[0]["status"] == "sending"


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


def test_a_row_tells_of_its_latest_attempts_and_counts_all(log: DeliveryLog, cloud: Any, clock: Any) -> None:
    for n in range(MAX_ATTEMPTS_KEPT + 5):
        log.close(claimed(log, message()), Status.RETRYING, {}, {"at": clock(), "n": n})
        clock.advance(60)
    [row] = rows(cloud)
    assert row["tries"] == MAX_ATTEMPTS_KEPT + 5
    assert [attempt["n"] for attempt in row["attempts"]] == list(range(5, MAX_ATTEMPTS_KEPT + 5))


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
def test_of_eight_threads_that_claim_the_same_messages_one_wins_each(
    log: DeliveryLog, request: pytest.FixtureRequest
) -> None:
    count = CLAIMED_AT_ONCE[request.node.callspec.params["cloud"]]
    messages = [message().model_copy(update={"delivery_id": f"delivery-{n}"}) for n in range(count)]

    def claim_all(_: int) -> list[str]:
        return [m.delivery_id for m in messages if isinstance(log.claim(m, BODY), Claim)]

    with ThreadPoolExecutor(8) as workers:
        wins = Counter(won for ids in workers.map(claim_all, range(8)) for won in ids)
    assert wins == Counter({m.delivery_id: 1 for m in messages})


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


def begun(log: DeliveryLog, claim: Claim, message_id: str = "msg_1") -> None:
    log.close(claim, Status.SENT, {"message_id": message_id}, begins="disk full")


def test_what_belongs_to_a_thread_finds_its_first_message(log: DeliveryLog) -> None:
    begun(log, claimed(log, message()))
    assert log.first_of("chat_a1", "disk full") == "msg_1"
    assert log.first_of("chat_a1", "disk") is None
    assert log.first_of("chat_b1", "disk full") is None


def test_a_thread_is_forgotten_before_its_first_message_is_too_old_for_a_reply(log: DeliveryLog, clock: Any) -> None:
    begun(log, claimed(log, message()))
    clock.advance(REPLIES_FOR - 1)
    assert log.first_of("chat_a1", "disk full") == "msg_1"
    clock.advance(1)
    assert log.first_of("chat_a1", "disk full") is None


def test_a_message_without_an_id_begins_no_thread(log: DeliveryLog, cloud: Any) -> None:
    log.close(claimed(log, message()), Status.SENT, {"message_id": None}, begins="disk full")
    assert log.first_of("chat_a1", "disk full") is None
    assert rows(cloud)[0]["status"] == "sent"


def test_a_worker_that_lost_its_lease_begins_no_thread(log: DeliveryLog, clock: Any) -> None:
    slow = claimed(log, message())
    clock.advance(LEASE)
    claimed(log, message())
    begun(log, slow)
    assert log.first_of("chat_a1", "disk full") is None


def test_a_receipt_finds_the_row_of_its_message_also_when_that_began_a_thread(log: DeliveryLog) -> None:
    begun(log, claimed(log, message()))
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


def test_since_when_receipts_arrive_is_written_once_and_never_expires(log: DeliveryLog, cloud: Any, clock: Any) -> None:
    began = clock()
    log.note_receipts()
    clock.advance(60)
    for each in (log, DeliveryLog(cloud.clients("dynamodb"), "DeliveryLog", clock, LEASE, DAYS)):
        each.note_receipts()
    assert rows(cloud) == [{"id": "receipts", "generation": 0, "first_at": began}]


def test_what_is_private_is_forgotten_once_it_is_sent(log: DeliveryLog, cloud: Any) -> None:
    secret = {"text": "hello", "title": "hello", "where": "hello", "link_preview": {"title": "hello"}, "private": True}
    private = message().model_copy(update=secret)
    log.close(claimed(log, private), Status.FAILED, {})
    assert "hello" in str(rows(cloud))
    again = private.model_copy(update={"request_id": "request-2"})
    log.close(claimed(log, again), Status.SENT, {})
    assert [row["status"] for row in rows(cloud)] == ["failed", "sent"]
    assert "hello" not in str(rows(cloud))
