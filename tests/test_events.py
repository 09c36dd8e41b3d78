"""The events that ship are what API Gateway, SQS and our own functions really make, and go with `sam local`."""

import hashlib
import json
import tomllib
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest

from hookline import gateway, receipts
from hookline.identity import queue_key
from hookline.models import Message
from hookline.rules.load import load
from hookline.secrets import Secrets
from local.cloud.scheduler import event_of
from local.cloud.template import Template
from local.project import ROOT, RULES, SAM_LOCAL, TEMPLATE

EVENTS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (ROOT / "events").glob("*.json")}
REQUESTS = [name for name, event in EVENTS.items() if "requestContext" in event]
WEBHOOKS = [name for name in REQUESTS if "pathParameters" in EVENTS[name]]
RECEIPT = "receipts_received"
RECORDS = EVENTS["deliver_sqs"]["Records"]
OVERRIDDEN = json.loads(SAM_LOCAL.read_text(encoding="utf-8"))
LIMIT = 262_144
ENDPOINT = "http://host.docker.internal:8788"  # the local engine beside `make run`, as a container sees it


@pytest.mark.parametrize("name", REQUESTS)
def test_an_event_agrees_with_itself(name: str) -> None:
    event: dict[str, Any] = EVENTS[name]
    context, inbound = event["requestContext"], gateway.read(event, LIMIT)
    assert event["rawPath"] == context["http"]["path"]
    assert event["headers"] == {header.lower(): value for header, value in event["headers"].items()}
    assert int(event["headers"]["content-length"]) == len(inbound.body)
    said = datetime.strptime(context["time"], "%d/%b/%Y:%H:%M:%S %z")
    assert said == datetime.fromtimestamp(context["timeEpoch"] // 1000, UTC)


@pytest.mark.parametrize("name", WEBHOOKS)
def test_a_webhook_is_named_by_its_source(name: str) -> None:
    source = EVENTS[name]["pathParameters"]["source"]
    assert name.startswith(f"{source}_")
    assert EVENTS[name]["rawPath"] == f"/hooks/{source}"


@pytest.mark.parametrize(("names", "function"), [(WEBHOOKS, "ReceiveFunction"), ([RECEIPT], "ReceiptsFunction")])
def test_the_events_take_the_route_of_the_template(names: list[str], function: str) -> None:
    [route] = [route for route in Template.load(TEMPLATE, ENDPOINT).routes if route.function == function]
    for name in names:
        assert EVENTS[name]["routeKey"] == EVENTS[name]["requestContext"]["routeKey"] == f"{route.method} {route.path}"


def test_no_two_requests_have_one_id() -> None:
    assert len({EVENTS[name]["requestContext"]["requestId"] for name in REQUESTS}) == len(REQUESTS)


def test_the_receipt_is_signed_with_the_secret_of_sam_local_and_of_a_chat_that_ships() -> None:
    held = Secrets(lambda: OVERRIDDEN["Parameters"]["HOOKLINE_SECRETS"], lambda: 0)
    chats = {chat.id for chat in load(RULES).chats.values()}
    told = receipts.read(gateway.read(EVENTS[RECEIPT], LIMIT), held, chats)
    assert told
    assert (told.what, told.ack) == ("received", "ack")


def test_the_minute_is_over_as_the_clock_says_it() -> None:
    [schedule] = Template.load(TEMPLATE, ENDPOINT).schedules
    told, at = EVENTS["release_schedule"], datetime.fromisoformat(EVENTS["release_schedule"]["time"])
    assert told == {**event_of(schedule, at.timestamp()), "id": told["id"]}


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record["attributes"]["MessageGroupId"])
def test_a_record_is_what_receive_would_queue(record: dict[str, Any]) -> None:
    message = Message.model_validate_json(record["body"])
    assert set(json.loads(record["body"])) <= set(Message.model_fields)
    assert record["attributes"]["MessageGroupId"] == message.chat
    assert record["attributes"]["MessageDeduplicationId"] == queue_key(message.delivery_id, message.request_id)
    assert record["md5OfBody"] == hashlib.md5(record["body"].encode(), usedforsecurity=False).hexdigest()


def test_sam_local_sets_only_what_the_template_names() -> None:
    for name, function in Template.load(TEMPLATE, ENDPOINT).functions.items():
        overridden = OVERRIDDEN["Parameters"] | OVERRIDDEN.get(name, {})
        assert set(overridden) <= set(function.environment)  # sam drops any other without a word


def test_there_all_but_receive_go_by_the_queue_of_the_run() -> None:
    template = Template.load(TEMPLATE, ENDPOINT)
    queue = {"DELIVERY_QUEUE_URL": template.event_source("DeliveryQueue").queue.url}
    assert {name: OVERRIDDEN.get(name, {}) for name in template.functions} == {
        "ReceiveFunction": {},
        "ReceiptsFunction": queue,
        "DeliverFunction": queue,
        "ReleaseFunction": queue,
    }


def test_the_container_is_told_where_the_host_is() -> None:
    configured = tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))["default"]
    for command in ("local_invoke", "local_start_api"):
        given = configured[command]["parameters"]
        assert given["add_host"] == ["host.docker.internal:host-gateway"]
        assert ROOT / given["env_vars"] == SAM_LOCAL
    assert OVERRIDDEN["Parameters"]["AWS_ENDPOINT_URL"] == ENDPOINT
    assert urlsplit(OVERRIDDEN["Parameters"]["BLOOIO_BASE_URL"]).hostname == urlsplit(ENDPOINT).hostname
