"""The events that ship are what API Gateway, SQS and our own functions really make, and go with `sam local`."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from hookline import gateway
from hookline.identity import queue_key
from hookline.models import Message
from local.cloud.template import Template
from local.project import ROOT, SAM_LOCAL, TEMPLATE

EVENTS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (ROOT / "events").glob("*.json")}
WEBHOOKS = [name for name, event in EVENTS.items() if "requestContext" in event]
RECORDS = EVENTS["deliver_sqs"]["Records"]
DESKTOP = SAM_LOCAL.with_suffix(".desktop.json")
LIMIT = 262_144


@pytest.mark.parametrize("name", WEBHOOKS)
def test_an_event_agrees_with_itself(name: str) -> None:
    event: dict[str, Any] = EVENTS[name]
    context, inbound = event["requestContext"], gateway.read(event, LIMIT)
    assert name.startswith(f"{inbound.source}_")
    assert event["rawPath"] == context["http"]["path"] == f"/hooks/{inbound.source}"
    assert event["headers"] == {header.lower(): value for header, value in event["headers"].items()}
    assert int(event["headers"]["content-length"]) == len(inbound.body)
    said = datetime.strptime(context["time"], "%d/%b/%Y:%H:%M:%S %z")
    assert said == datetime.fromtimestamp(context["timeEpoch"] // 1000, UTC)


def test_the_events_take_the_route_of_the_template() -> None:
    [route] = [r for r in Template.load(TEMPLATE, "http://127.0.0.1").routes if r.function == "ReceiveFunction"]
    for name in WEBHOOKS:
        assert EVENTS[name]["routeKey"] == EVENTS[name]["requestContext"]["routeKey"] == f"{route.method} {route.path}"


def test_no_two_requests_have_one_id() -> None:
    assert len({EVENTS[name]["requestContext"]["requestId"] for name in WEBHOOKS}) == len(WEBHOOKS)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record["attributes"]["MessageGroupId"])
def test_a_record_is_what_receive_would_queue(record: dict[str, Any]) -> None:
    message = Message.model_validate_json(record["body"])
    assert set(json.loads(record["body"])) <= set(Message.model_fields)
    assert record["attributes"]["MessageGroupId"] == message.chat
    assert record["attributes"]["MessageDeduplicationId"] == queue_key(message.delivery_id, message.request_id)
    assert record["md5OfBody"] == hashlib.md5(record["body"].encode(), usedforsecurity=False).hexdigest()


def test_sam_local_sets_only_what_the_template_names() -> None:
    overridden = json.loads(SAM_LOCAL.read_text(encoding="utf-8"))["Parameters"]
    for function in Template.load(TEMPLATE, "http://127.0.0.1").functions.values():
        assert set(overridden) <= set(function.environment)  # sam drops any other without a word


def test_on_a_desktop_only_the_host_is_another() -> None:
    text = SAM_LOCAL.read_text(encoding="utf-8")
    assert DESKTOP.read_text(encoding="utf-8") == text.replace("127.0.0.1", "host.docker.internal")
