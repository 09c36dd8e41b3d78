"""ReceiptsFunction: what Blooio tells later finds its row, in the chat's own turn."""

import hashlib
import hmac
import json
from typing import Any

import pytest

from hookline.wiring import now_ms

SECRETS = {
    "BLOOIO_API_KEY": "blooio-key",
    "ALERTMANAGER_TOKEN": "local-alertmanager-token",
    "JSON_TOKEN": "local-json-token",
    "BLOOIO_WEBHOOK_SECRET": ["whsec_new", "whsec_old"],
}
AT = 1_793_620_800  # seconds
CHAT = "chat_a1b2c3d4"


def told(
    what: str, data: dict[str, Any], secret: str = "whsec_old", created_at: int = AT * 1000, event_id: str = "evt_1"
) -> dict[str, Any]:
    about = {"id": event_id, "type": what, "created_at": created_at, "organization_id": "org_1"}
    body = json.dumps({**about, "data": data})
    digest = hmac.new(secret.encode(), f"{AT}.{body}".encode(), hashlib.sha256).hexdigest()
    context = {
        "http": {"method": "POST", "path": "/receipts"},
        "requestId": "r-1",
        "timeEpoch": AT * 1000,
        "stage": "$default",
    }
    return {
        "version": "2.0",
        "routeKey": "POST /receipts",
        "rawPath": "/receipts",
        "rawQueryString": "",
        "headers": {"content-type": "application/json", "x-blooio-signature": f"t={AT},v1={digest}"},
        "requestContext": context,
        "body": body,
        "isBase64Encoded": False,
    }


@pytest.mark.parametrize(("what", "status"), [("delivered", "delivered"), ("read", "read"), ("failed", "failed")])
def test_a_receipt_moves_the_row_of_its_message(
    functions: Any, events: Any, provider: Any, deliveries: Any, poller: Any, what: str, status: str
) -> None:
    secrets = json.dumps(SECRETS)
    receive = functions.load("ReceiveFunction", HOOKLINE_SECRETS=secrets)
    deliver = functions.load("DeliverFunction", HOOKLINE_SECRETS=secrets)
    receipts = functions.load("ReceiptsFunction", HOOKLINE_SECRETS=secrets)
    receive(events("alertmanager_critical"))
    poller.work_off(deliver)
    [text] = provider.phone.texts()
    data = {"id": text.id, "chat_id": CHAT, "status": what, "error": {"code": "carrier_rejected", "message": "no"}}
    answer = receipts(told(f"message.{what}", data))
    assert (answer["statusCode"], json.loads(answer["body"])) == (200, {"status": "kept"})
    poller.work_off(deliver)
    [row] = [row for row in deliveries() if row["chat"] == {"S": CHAT}]
    assert row["status"] == {"S": status}


RULES = """
chats: {a: {id: chat_a1b2c3d4, budget: 1}}
sources: {alertmanager: {kind: alertmanager, auth: none}}
rules: [{name: r, chat: a, text: "{{ event.status }}"}]
"""


@pytest.mark.parametrize("what", ["received", "reaction"])
def test_an_answer_brings_what_waits_for_it_and_who_acknowledges_is_known(
    functions: Any, events: Any, rules_file: Any, provider: Any, deliveries: Any, poller: Any, what: str
) -> None:
    house = {"HOOKLINE_SECRETS": json.dumps(SECRETS), "RULES_FILE": rules_file(RULES)}
    receive, deliver, receipts = (
        functions.load(f"{name}Function", **house) for name in ("Receive", "Deliver", "Receipts")
    )
    for name in ("alertmanager_critical", "alertmanager_resolved"):
        receive(events(name))
    poller.work_off(deliver)
    [first] = provider.phone.texts()
    data = {"chat_id": CHAT, "message_id": first.id, "reaction": "like", "text": "Ack!", "reply_to": first.id}
    receipts(told(f"message.{what}", data, created_at=now_ms()))
    poller.work_off(deliver)
    assert [text.partition("\n")[0] for text in provider.texts] == ["firing", "resolved"]
    [row] = [row for row in deliveries() if row.get("message_id") == {"S": first.id}]
    assert row["acknowledged_by"] == {"S": "like" if what == "reaction" else "ack"}


@pytest.mark.parametrize(
    "event",
    [
        told("message.sent", {"id": "msg_1", "chat_id": CHAT}),
        told("message.delivered", {"id": "msg_1", "chat_id": "chat_of_somebody_else"}),
        told("message.delivered", {"chat_id": CHAT}),
        told("typing.started", {}),
    ],
)
def test_what_is_of_no_use_is_answered_200_and_not_kept(functions: Any, cloud: Any, event: Any) -> None:
    receipts = functions.load("ReceiptsFunction", HOOKLINE_SECRETS=json.dumps(SECRETS))
    answer = receipts(event)
    assert (answer["statusCode"], json.loads(answer["body"])) == (200, {"status": "ignored"})
    assert cloud.waiting() == 0


def test_the_same_event_twice_is_kept_once(functions: Any, cloud: Any) -> None:
    receipts = functions.load("ReceiptsFunction", HOOKLINE_SECRETS=json.dumps(SECRETS))
    for _ in range(2):
        assert receipts(told("message.read", {"message_id": "msg_1", "chat_id": CHAT}))["statusCode"] == 200
    assert cloud.waiting() == 1


def test_a_wrong_signature_is_answered_401(functions: Any, cloud: Any) -> None:
    receipts = functions.load("ReceiptsFunction", HOOKLINE_SECRETS=json.dumps(SECRETS))
    data = {"id": "msg_1", "chat_id": CHAT}
    altered = told("message.read", data)
    altered["body"] = altered["body"].replace("msg_1", "msg_2")
    for event in (told("message.read", data, secret="whsec_nearly"), altered):
        assert receipts(event)["statusCode"] == 401
    assert cloud.waiting() == 0


def test_a_body_that_is_not_json_is_answered_400_only_after_its_signature_was_right(functions: Any) -> None:
    receipts = functions.load("ReceiptsFunction", HOOKLINE_SECRETS=json.dumps(SECRETS))
    event = told("message.read", {})
    event["body"] = "{"
    assert receipts(event)["statusCode"] == 401
    digest = hmac.new(b"whsec_new", f"{AT}.{{".encode(), hashlib.sha256).hexdigest()
    event["headers"]["x-blooio-signature"] = f"t={AT},v1={digest}"
    assert receipts(event)["statusCode"] == 400


def test_a_queue_that_is_gone_is_answered_503_so_that_blooio_tries_again(functions: Any, cloud: Any) -> None:
    receipts = functions.load("ReceiptsFunction", HOOKLINE_SECRETS=json.dumps(SECRETS))
    cloud.clients("sqs").delete_queue(QueueUrl=cloud.queue_url)
    assert receipts(told("message.read", {"id": "msg_1", "chat_id": CHAT}))["statusCode"] == 503


def test_without_a_queue_a_receipt_changes_its_row_at_once(
    functions: Any, events: Any, provider: Any, deliveries: Any
) -> None:
    inline = {"HOOKLINE_SECRETS": json.dumps(SECRETS), "DELIVERY_QUEUE_URL": ""}
    functions.load("ReceiveFunction", **inline)(events("alertmanager_critical"))
    [text] = provider.phone.texts()
    receipts = functions.load("ReceiptsFunction", **inline)
    assert receipts(told("message.read", {"id": text.id, "chat_id": CHAT}))["statusCode"] == 200
    [row] = deliveries()
    assert row["status"] == {"S": "read"}
