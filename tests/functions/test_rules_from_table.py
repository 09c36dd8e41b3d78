"""Functions whose rules come from the table: what is pushed runs without a restart, what is no good doesn't."""

import json
import socket
from collections.abc import Callable
from typing import Any

import pytest
from botocore.httpsession import URLLib3Session
from tests.functions.test_receipts import SECRETS, told

from hookline import wiring
from hookline.rulebook import SOONEST_MS
from local.commands.versions import Versions

LOOK_MS = 60_000
RULES = """
chats: {{a: chat_a1b2c3d4, b: {{id: {chat}, fallback: {fallback}}}}}
sources: {{{source}: {{kind: json, auth: none}}}}
rules: [{{name: {name}, chat: b}}]
"""


def rules(name: str, source: str = "in", chat: str = "chat_e5f6a7b8", fallback: str = "[]") -> bytes:
    return RULES.format(name=name, source=source, chat=chat, fallback=fallback).encode()


class Pushed:
    """Pushes rules as the command does."""

    def __init__(self, cloud: Any) -> None:
        self._versions = Versions(cloud.clients("dynamodb"), "DeliveryLog")

    def __call__(self, name: str, **more: str) -> None:
        self.raw(rules(name, **more))

    def raw(self, text: bytes) -> None:
        self._versions.push(text, "", self._versions.current(), 1)


@pytest.fixture
def push(cloud: Any) -> Pushed:
    return Pushed(cloud)


@pytest.fixture
def load(functions: Any, clock: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """Load a function that reads its rules from the table, on the tests' clock."""
    monkeypatch.setattr(wiring, "now_ms", clock)
    return lambda name, **changed: functions.load(name, RULES_SOURCE="table", **changed)


def webhook(source: str = "in") -> dict[str, Any]:
    return {
        "version": "2.0",
        "routeKey": "ANY /hooks/{source}",
        "rawPath": f"/hooks/{source}",
        "rawQueryString": "",
        "headers": {"content-type": "application/json"},
        "pathParameters": {"source": source},
        "requestContext": {
            "http": {"method": "POST", "path": f"/hooks/{source}"},
            "requestId": "r",
            "timeEpoch": 1_793_620_800_000,
            "stage": "$default",
        },
        "body": "{}",
        "isBase64Encoded": False,
    }


def rule(answer: dict[str, Any]) -> str:
    """Return the rule that took the event."""
    assert answer["statusCode"] == 202, answer
    name: str = json.loads(answer["body"])["deliveries"][0]["rule"]
    return name


def test_receive_goes_by_what_was_pushed_without_a_restart(load: Any, push: Pushed, clock: Any) -> None:
    push("first")
    receive = load("ReceiveFunction")
    assert rule(receive(webhook())) == "first"
    push("second", source="other")
    assert rule(receive(webhook())) == "first"
    clock.ms += LOOK_MS
    assert rule(receive(webhook("other"))) == "second"
    assert receive(webhook("in"))["statusCode"] == 404


def test_receive_stays_with_what_is_good_and_counts_what_is_not(
    load: Any, push: Pushed, clock: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    push("good")
    receive = load("ReceiveFunction")
    push.raw(b"nonsense: [")
    clock.ms += LOOK_MS
    assert rule(receive(webhook())) == "good"
    [metric] = [line for line in capsys.readouterr().out.splitlines() if "RulesRefused" in line]
    assert json.loads(metric)["RulesRefused"] == [1.0]
    push("mended")
    clock.ms += LOOK_MS
    assert rule(receive(webhook())) == "mended"


def test_until_something_is_pushed_the_deployed_file_runs(load: Any, push: Pushed, clock: Any, rules_file: Any) -> None:
    receive = load("ReceiveFunction", RULES_FILE=rules_file(rules("deployed").decode()))
    assert rule(receive(webhook())) == "deployed"
    push("pushed")
    clock.ms += LOOK_MS
    assert rule(receive(webhook())) == "pushed"


def test_receive_answers_while_the_table_is_out_of_reach(load: Any, push: Pushed, clock: Any, cloud: Any) -> None:
    push("held")
    receive = load("ReceiveFunction")
    rows = cloud.clients("dynamodb").scan(TableName="DeliveryLog")["Items"]
    cloud.clients("dynamodb").delete_table(TableName="DeliveryLog")
    clock.ms += LOOK_MS
    assert rule(receive(webhook())) == "held"
    cloud.clients("dynamodb").create_table(**cloud.template.tables[0].create)
    for row in rows:
        cloud.clients("dynamodb").put_item(TableName="DeliveryLog", Item=row)
    push("new")
    assert rule(receive(webhook())) == "held"
    clock.ms += SOONEST_MS
    assert rule(receive(webhook())) == "new"


def test_a_table_that_says_nothing_is_tried_twice_and_the_sender_is_asked_to_come_again(
    load: Any, events: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        address = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        receive = load("ReceiveFunction", AWS_ENDPOINT_URL_DYNAMODB=address)
        assert_comes_again(receive(events("alertmanager_critical")))
        deaf.settimeout(0)
        knocks = list(iter(lambda: _accepted(deaf), None))
    assert len(knocks) == 2
    [metric] = [line for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert json.loads(metric)["RulesUnavailable"] == [1.0]


def assert_comes_again(answer: dict[str, Any]) -> None:
    assert (answer["statusCode"], answer["headers"]["Retry-After"]) == (503, "30")


def test_a_container_that_starts_while_the_table_is_away_takes_nothing_until_it_is_back(
    load: Any, push: Pushed, clock: Any, cloud: Any
) -> None:
    push("pushed")
    dynamodb = cloud.clients("dynamodb")
    rows = dynamodb.scan(TableName="DeliveryLog")["Items"]
    dynamodb.delete_table(TableName="DeliveryLog")
    receive, receipts = load("ReceiveFunction"), load("ReceiptsFunction", HOOKLINE_SECRETS=json.dumps(SECRETS))
    probe = webhook()
    probe["requestContext"]["http"]["method"] = "GET"
    for answer in (receive(webhook()), receive(webhook("nobody")), receive(probe)):
        assert_comes_again(answer)
    assert_comes_again(receipts(told("message.read", {"id": "msg_1", "chat_id": "chat_e5f6a7b8"})))
    dynamodb.create_table(**cloud.template.tables[0].create)
    for row in rows:
        dynamodb.put_item(TableName="DeliveryLog", Item=row)
    clock.ms += SOONEST_MS
    assert rule(receive(webhook())) == "pushed"


def _accepted(deaf: socket.socket) -> object | None:
    try:
        connection, address = deaf.accept()
    except BlockingIOError:
        return None
    connection.close()
    return address


def test_receipts_are_kept_of_the_chats_that_were_pushed(load: Any, push: Pushed, clock: Any) -> None:
    push("first")
    receipts = load("ReceiptsFunction", HOOKLINE_SECRETS=json.dumps(SECRETS))
    told_of_new = told("message.read", {"id": "msg_1", "chat_id": "chat_new"})
    assert json.loads(receipts(told_of_new)["body"]) == {"status": "ignored"}
    push("second", chat="chat_new")
    clock.ms += LOOK_MS
    assert json.loads(receipts(told_of_new)["body"]) == {"status": "kept"}


def test_deliver_knows_the_fallbacks_that_were_pushed(
    load: Any, push: Pushed, clock: Any, provider: Any, poller: Any
) -> None:
    push("without")
    receive, deliver = load("ReceiveFunction"), load("DeliverFunction")
    push("with", fallback="a")
    clock.ms += LOOK_MS
    provider.phone.forget("chat_e5f6a7b8")
    assert receive(webhook())["statusCode"] == 202
    poller.work_off(deliver)
    assert [text.chat_id for text in provider.phone.texts()] == ["chat_a1b2c3d4"]


def test_with_the_package_the_table_is_not_asked(functions: Any, events: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    send = URLLib3Session.send

    def noted(self: URLLib3Session, request: Any) -> Any:
        asked.append(request.headers.get("X-Amz-Target", b""))
        return send(self, request)

    monkeypatch.setattr(URLLib3Session, "send", noted)
    receive = functions.load("ReceiveFunction")
    assert receive(events("alertmanager_critical"))["statusCode"] == 202
    assert not any(b"DynamoDB" in target for target in asked)
