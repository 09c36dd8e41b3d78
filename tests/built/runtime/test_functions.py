"""The built functions under Lambda's own runtime client: an event goes in, a text arrives at the phone."""

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest
from tests.built.runtime.api import RuntimeApi
from tests.built.runtime.conftest import CHATS
from tests.conftest import Cloud

from local.project import ROOT
from local.provider.phone import Phone

pytestmark = pytest.mark.slow

Start = Callable[..., RuntimeApi]
EVENTS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (ROOT / "events").glob("*.json")}
WEBHOOKS = {name: event for name, event in EVENTS.items() if "requestContext" in event}
DROPPED = {"alertmanager_watchdog"}


def statuses(answer: Any) -> list[str]:
    assert answer["statusCode"] == HTTPStatus.OK, answer
    return [delivery["status"] for delivery in json.loads(answer["body"])["deliveries"]]


def test_a_webhook_reaches_the_phone_and_its_copy_does_not(start: Start, phone: Phone) -> None:
    receive, event = start("ReceiveFunction"), EVENTS["alertmanager_critical"]
    assert [statuses(receive.invoke(event)) for _ in range(2)] == [["sent"], ["duplicate"]]
    (text,) = phone.texts()
    assert text.chat_id == CHATS[0]
    assert text.text.startswith("🔥 DiskAlmostFull on db-1.example.net:9100\n")


def test_every_event_that_ships_is_answered_however_old_its_file_is(start: Start, phone: Phone) -> None:
    receive = start("ReceiveFunction")
    assert {name: statuses(receive.invoke(event)) for name, event in WEBHOOKS.items()} == {
        name: [] if name in DROPPED else ["sent"] for name in WEBHOOKS
    }
    assert len(phone.texts()) == len(WEBHOOKS) - len(DROPPED)


def test_a_wrong_token_is_refused(start: Start, phone: Phone) -> None:
    event = EVENTS["json_deploy"]
    forged = {**event, "headers": {**event["headers"], "authorization": "Bearer another"}}
    assert start("ReceiveFunction").invoke(forged)["statusCode"] == HTTPStatus.UNAUTHORIZED
    assert phone.texts() == []


def test_queued_messages_of_two_chats_reach_the_phone(start: Start, cloud: Cloud, phone: Phone) -> None:
    deliver = start("DeliverFunction", DELIVERY_QUEUE_URL=cloud.queue_url)
    assert deliver.invoke(EVENTS["deliver_sqs"]) == {"batchItemFailures": []}
    sent = [json.loads(record["body"]) for record in EVENTS["deliver_sqs"]["Records"]]
    assert {(text.chat_id, text.text) for text in phone.texts()} == {(body["chat"], body["text"]) for body in sent}
