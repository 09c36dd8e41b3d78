"""Events that differ from each other, as the gateway, the queue and the clock would give them."""

import hashlib
import hmac
import json
import time
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from hookline.models import Message
from local.cloud.scheduler import event_of
from local.cloud.template import Template
from local.project import EVENTS, RULES, TEMPLATE

SECRETS = {
    "ALERTMANAGER_TOKEN": "bench-alertmanager-token",
    "JSON_TOKEN": "bench-json-token",
    "BLOOIO_API_KEY": "bench-key",
    "BLOOIO_WEBHOOK_SECRET": "bench-webhook-secret",
}
TEXT = "🔥 DiskAlmostFull on db-1.example.net:9100\nLess than 3 % left on /var/lib/postgresql\ncritical, for 5 min"
# So few that the default pace holds none back; so many chats that all who are measured have their own.
TEXTS_TO_A_CHAT, CHATS = 3, 2000
_SHIPPED = json.loads((EVENTS / "alertmanager_critical.json").read_text(encoding="utf-8"))
_RECEIPT = "msg_0000000000000001"
_numbers, _chats = count(1), count()


def rules() -> str:
    """Return the rules that ship, with many chats more; what comes as plain JSON is told item by item."""
    chats = "".join(f"  series{number}: chat_series_{number}\n" for number in range(CHATS))
    shipped = RULES.read_text(encoding="utf-8").partition("\ntests:")[0]
    shipped = shipped.replace("    source: json\n", "    source: json\n    each: payload.deploys\n", 1)
    return shipped.replace("chats:\n", f"chats:\n{chats}", 1) + "\n"


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def webhook(filler: int = 0) -> dict[str, Any]:
    """Return an alert that was not there before; ``filler`` is how many bytes its description has."""
    number = next(_numbers)
    payload = json.loads(_SHIPPED["body"])
    for alert in payload["alerts"]:
        alert["fingerprint"] = f"{number:016x}"
        if filler:
            alert["annotations"]["description"] = "x" * filler
    payload["groupKey"] = f'{{}}:{{alertname="Bench{number}"}}'
    context = {**_SHIPPED["requestContext"], "requestId": f"{number:016d}", "timeEpoch": now_ms()}
    headers = {**_SHIPPED["headers"], "authorization": f"Bearer {SECRETS['ALERTMANAGER_TOKEN']}"}
    return {**_SHIPPED, "headers": headers, "requestContext": context, "body": json.dumps(payload)}


def message(chat: str, *, urgent: bool = False) -> Message:
    """Return one as receive would have queued it."""
    number, now = next(_numbers), now_ms()
    return Message(
        delivery_id=str(UUID(int=number)),
        source="alertmanager",
        rule="alerts to on-call",
        event_id=f"content:{number:064x}",
        request_id=f"{number:016d}",
        chat=chat,
        chat_name="oncall",
        text=TEXT,
        accepted_at=now,
        queued_at=now,
        title="DiskAlmostFull",
        where="db-1",
        phase="firing",
        repeat=300,
        because="it has no condition",
        urgent=urgent,
    )


def plain_message(chat: str) -> str:
    """Return one as the plain artifact's receive would have queued it."""
    number = f"{next(_numbers):016d}"
    about = {"source": "alertmanager", "rule": "alerts to on-call"}
    return json.dumps({"id": number, "chat": chat, "text": TEXT, **about})


def batch(*bodies: tuple[str, str]) -> dict[str, Any]:
    """Return the event of a batch of (chat, body)."""
    return {"Records": [_record(chat, body) for chat, body in bodies]}


def of_ours(chats: int, messages: int = 1, *, urgent: bool = False) -> dict[str, Any]:
    """Return so many messages to each of so many chats that nobody has heard of."""
    names = [_chat(CHATS - 1 - next(_chats) % (CHATS // 2)) for _ in range(chats)]
    return batch(*((chat, message(chat, urgent=urgent).model_dump_json()) for chat in names for _ in range(messages)))


def an_alert() -> dict[str, Any]:
    """Return a message as an alert has it: what is over will be a reply to it."""
    chat = _chat(CHATS - 1 - next(_chats) % (CHATS // 2))
    return batch((chat, message(chat).model_copy(update={"thread": chat}).model_dump_json()))


def chat_of(number: int) -> str:
    """Return the chat of the n-th message of a series."""
    return _chat(number // TEXTS_TO_A_CHAT)


def _chat(number: int) -> str:
    return f"chat_series_{number}"


def receipt() -> dict[str, Any]:
    """Return what the provider tells of a message that arrived, signed as it signs."""
    number, now = next(_numbers), now_ms()
    told = {"id": f"evt_{number}", "type": "message.delivered", "event": "message.delivered", "created_at": now,
            "event_id": f"evt_{number}", "message_id": _RECEIPT,
            "data": {"id": _RECEIPT, "message_id": _RECEIPT, "chat_id": "chat_a1b2c3d4"}}  # fmt: skip
    body, at = json.dumps(told), now // 1000
    signature = hmac.digest(SECRETS["BLOOIO_WEBHOOK_SECRET"].encode(), f"{at}.{body}".encode(), "sha256").hex()
    http = {**_SHIPPED["requestContext"]["http"], "path": "/receipts"}
    context = {**_SHIPPED["requestContext"], "http": http, "routeKey": "POST /receipts", "timeEpoch": now}
    headers = {"content-type": "application/json", "x-blooio-signature": f"t={at},v1={signature}"}
    return {**_SHIPPED, "rawPath": "/receipts", "routeKey": "POST /receipts", "pathParameters": {}, "headers": headers,
            "requestContext": {**context, "requestId": f"{number:016d}"}, "body": body}  # fmt: skip


def minute() -> dict[str, Any]:
    """Return what the schedule says."""
    [schedule] = Template.load(TEMPLATE, "http://127.0.0.1").schedules
    return event_of(schedule, time.time())


def _record(chat: str, body: str) -> dict[str, Any]:
    now = str(now_ms())
    return {
        "messageId": str(uuid4()),
        "receiptHandle": "bench",
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": now,
            "SequenceNumber": "18890140021530627840",
            "MessageGroupId": chat,
            "SenderId": "AROAEXAMPLEEXAMPLEEXA:ReceiveFunction",
            "MessageDeduplicationId": str(uuid4()),
            "ApproximateFirstReceiveTimestamp": now,
        },
        "messageAttributes": {},
        "md5OfBody": hashlib.md5(body.encode(), usedforsecurity=False).hexdigest(),
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:DeliveryQueue.fifo",
        "awsRegion": "us-east-1",
    }
