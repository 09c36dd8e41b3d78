"""The built functions under Lambda's own runtime client: an event goes in, a text arrives at the phone."""

import json
import time
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from tests.built.runtime.api import RuntimeApi
from tests.built.runtime.conftest import CHATS
from tests.conftest import Cloud

from hookline.rules.load import load
from hookline.sources import KINDS
from local.cloud.scheduler import event_of
from local.project import ROOT, RULES
from local.provider.phone import Phone

pytestmark = pytest.mark.slow

Start = Callable[..., RuntimeApi]
EVENTS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (ROOT / "events").glob("*.json")}
SHIPPED = load(RULES).sources
WEBHOOKS = {name: event for name, event in EVENTS.items() if name.partition("_")[0] in SHIPPED}
OTHERS = {name: event for name, event in EVENTS.items() if name.partition("_")[0] in KINDS.keys() - SHIPPED.keys()}
DROPPED = {"alertmanager_watchdog"}


def for_machines(event: dict[str, Any]) -> dict[str, Any]:
    """Return the event as a sender posts it that wants no page."""
    return {**event, "headers": {**event["headers"], "accept": "application/json"}}


def statuses(answer: Any) -> list[str]:
    assert answer["statusCode"] == HTTPStatus.OK, answer
    return [delivery["status"] for delivery in json.loads(answer["body"]).get("deliveries", [])]


def test_a_webhook_reaches_the_phone_and_its_copy_does_not(start: Start, phone: Phone) -> None:
    receive, event = start("ReceiveFunction"), EVENTS["alertmanager_critical"]
    assert [statuses(receive.invoke(event)) for _ in range(2)] == [["sent"], ["duplicate"]]
    (text,) = phone.texts()
    assert text.chat_id == CHATS[0]
    assert text.text.startswith("🔥 DiskAlmostFull on db-1.example.net:9100\n")


def test_every_event_that_ships_is_answered_however_old_its_file_is(start: Start, phone: Phone) -> None:
    receive = start("ReceiveFunction")
    assert {name: statuses(receive.invoke(for_machines(event))) for name, event in WEBHOOKS.items()} == {
        name: [] if name in DROPPED else ["sent"] for name in WEBHOOKS
    }
    assert len(phone.texts()) == len(WEBHOOKS) - len(DROPPED)


def test_an_event_of_every_other_kind_is_told_or_greeted(start: Start, phone: Phone, tmp_path: Path) -> None:
    sources = "".join(f"  {name}: {{kind: {name}, auth: none}}\n" for name in KINDS)
    rules = tmp_path / "rules.yaml"
    rules.write_text(f"chats: {{oncall: {CHATS[0]}}}\nsources:\n{sources}rules:\n  - {{name: all, chat: oncall}}\n")
    receive = start("ReceiveFunction", RULES_FILE=str(rules))
    told = {name: statuses(receive.invoke(for_machines(event))) for name, event in OTHERS.items()}
    assert {name.partition("_")[0] for name, deliveries in told.items() if deliveries == ["sent"]} >= {
        name.partition("_")[0] for name in OTHERS
    }
    assert {status for deliveries in told.values() for status in deliveries} == {"sent"}
    assert len(phone.texts()) == sum(map(len, told.values()))


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


def test_a_chat_that_is_due_is_woken_by_the_clock(start: Start, cloud: Cloud) -> None:
    row = {"id": {"S": "chat chat_a1b2"}, "generation": {"N": "0"}, "waits": {"S": "chat"}, "due_at": {"N": "1"}}
    cloud.clients("dynamodb").put_item(TableName="DeliveryLog", Item=row)
    release = start("ReleaseFunction", DELIVERY_QUEUE_URL=cloud.queue_url)
    [schedule] = cloud.template.schedules
    assert release.invoke(event_of(schedule, time.time())) is None
    assert cloud.waiting() == 1
