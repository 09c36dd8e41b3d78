"""One message, and what the log has of it."""

from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from hookline.claim import Claim
from hookline.log import DeliveryLog
from hookline.models import Message
from hookline.status import Status

LEASE, DAYS, REPEAT = 30.0, 30, 300  # seconds, days, seconds
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
