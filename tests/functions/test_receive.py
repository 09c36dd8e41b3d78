"""ReceiveFunction as API Gateway calls it: what the sender is told, and what waits on the queue."""

import base64
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

BEARER = {"authorization": "Bearer local-alertmanager-token"}
JSON_BEARER = {"authorization": "Bearer local-json-token"}


def event(
    source: str, body: str | bytes, headers: dict[str, str] | None = None, method: str = "POST", **query: str
) -> dict[str, Any]:
    is_bytes = isinstance(body, bytes)
    return {
        "version": "2.0",
        "routeKey": "ANY /hooks/{source}",
        "rawPath": f"/hooks/{source}",
        "rawQueryString": "",
        "headers": {"content-type": "application/json", **(headers or {})},
        "queryStringParameters": query or None,
        "pathParameters": {"source": source},
        "requestContext": {
            "http": {"method": method, "path": f"/hooks/{source}", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.7"},
            "requestId": str(uuid4()),
            "timeEpoch": 1_793_620_800_000,
            "stage": "$default",
        },
        "body": base64.b64encode(body).decode() if isinstance(body, bytes) else body,
        "isBase64Encoded": is_bytes,
    }


def content(answer: dict[str, Any]) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(answer["body"])
    return parsed


@pytest.fixture
def receive(functions: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    loaded: Callable[[dict[str, Any]], dict[str, Any]] = functions.load("ReceiveFunction")
    return loaded


def test_an_accepted_webhook_is_answered_202_and_waits_on_the_queue(receive: Any, events: Any, cloud: Any) -> None:
    answer = receive(events("alertmanager_critical"))
    assert answer["statusCode"] == 202
    [delivery] = content(answer)["deliveries"]
    assert delivery.keys() == {"delivery_id", "rule", "chat", "status"}
    assert (delivery["rule"], delivery["chat"], delivery["status"]) == ("alerts to on-call", "oncall", "queued")
    assert content(answer)["event_id"]
    assert cloud.waiting() == 1


def test_a_dropped_webhook_is_answered_200_with_its_reason_and_leaves_a_row(
    receive: Any, events: Any, cloud: Any
) -> None:
    answer = receive(events("alertmanager_watchdog"))
    assert answer["statusCode"] == 200
    assert content(answer)["deliveries"] == []
    assert content(answer)["reason"] == "dropped by the rule 'ignore watchdog'"
    assert cloud.waiting() == 0
    [row] = cloud.clients("dynamodb").scan(TableName="DeliveryLog")["Items"]
    assert row["status"] == {"S": "dropped"}


def test_a_webhook_that_matches_no_rule_is_answered_200_also_when_the_table_is_gone(
    functions: Any, rules_file: Any, cloud: Any
) -> None:
    rules = rules_file("chats: {a: chat_1}\nsources: {in: {kind: json, auth: none}}\nrules: []\n")
    receive = functions.load("ReceiveFunction", RULES_FILE=rules)
    cloud.clients("dynamodb").delete_table(TableName="DeliveryLog")
    answer = receive(event("in", "{}"))
    assert answer["statusCode"] == 200
    assert content(answer) == {"event_id": content(answer)["event_id"], "deliveries": [], "reason": "no rule matched"}


def test_a_queue_that_is_gone_is_answered_503_with_retry_after(receive: Any, events: Any, cloud: Any) -> None:
    cloud.clients("sqs").delete_queue(QueueUrl=cloud.queue_url)
    answer = receive(events("alertmanager_critical"))
    assert answer["statusCode"] == 503
    assert answer["headers"]["Retry-After"] == "30"
    assert answer["headers"]["Content-Type"] == "application/problem+json"


def test_a_secret_that_nobody_has_filled_in_is_answered_503(functions: Any, events: Any) -> None:
    receive = functions.load("ReceiveFunction", HOOKLINE_SECRETS='{"ALERTMANAGER_TOKEN": ""}')
    empty = {"authorization": "Bearer "}
    answers = [receive(events("alertmanager_critical")), receive(event("alertmanager", "{}", empty))]
    assert [answer["statusCode"] for answer in answers] == [503, 503]
    assert "ALERTMANAGER_TOKEN" not in answers[0]["body"]


REFUSED = {
    "bad JSON": (event("alertmanager", "{", BEARER), 400),
    "invalid UTF-8": (event("alertmanager", b'{"a": "\xff"}', BEARER), 400),
    "not the base64 it says": ({**event("alertmanager", b"{}", BEARER), "body": "{}"}, 400),
    "base64 of another alphabet": ({**event("alertmanager", b"{}", BEARER), "body": "Füße"}, 400),
    "200 levels of nesting": (event("alertmanager", "[" * 200 + "]" * 200, BEARER), 400),
    "nesting without end": (event("alertmanager", "[" * 200_000, BEARER), 400),
    "an empty body": (event("alertmanager", "", BEARER), 400),
    "a form without fields": (event("contact", "", {"content-type": "application/x-www-form-urlencoded"}), 400),
    "a body over the limit": (event("alertmanager", " " * 262_145, BEARER), 413),
    "a type that the kind can't read": (event("alertmanager", "<a/>", {**BEARER, "content-type": "text/xml"}), 415),
    "a missing token": (event("alertmanager", "{}"), 401),
    "a wrong token": (event("alertmanager", "{}", {"authorization": "Bearer nearly"}), 401),
    "a wrong token on a bad body": (event("alertmanager", "{", {"authorization": "Bearer nearly"}), 401),
    "an unknown source": (event("nobody", "{}", BEARER), 404),
    "a source with a strange name": (event("../../etc", "{}", BEARER), 404),
    "a method that is no webhook": (event("alertmanager", "", method="DELETE"), 405),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_gets_a_sentence_and_the_next_webhook_works(
    receive: Any, events: Any, cloud: Any, case: str
) -> None:
    sent, status = REFUSED[case]
    answer = receive(sent)
    assert answer["statusCode"] == status
    assert answer["headers"]["Content-Type"] == "application/problem+json"
    problem = content(answer)
    assert problem["status"] == status
    assert problem["detail"].endswith(".")
    assert cloud.waiting() == 0
    assert receive(events("alertmanager_critical"))["statusCode"] == 202


@pytest.mark.parametrize(("method", "status"), [("GET", 200), ("HEAD", 200), ("OPTIONS", 204)])
def test_a_probe_finds_somebody_listening(receive: Any, cloud: Any, method: str, status: int) -> None:
    assert receive(event("alertmanager", "", method=method))["statusCode"] == status
    assert receive(event("nobody", "", method=method))["statusCode"] == 404
    assert cloud.waiting() == 0


def test_every_secret_of_a_list_is_accepted(receive: Any) -> None:
    answers = [
        receive(event("json", '{"title": "t"}', {"authorization": f"Bearer {t}"}))
        for t in ("json-now", "local-json-token")
    ]
    assert [answer["statusCode"] for answer in answers] == [202, 202]


@pytest.mark.parametrize("header", ["idempotency-key", "x-request-id"])
def test_the_same_key_twice_is_the_same_delivery(receive: Any, header: str) -> None:
    ids = [
        content(receive(event("json", body, {**JSON_BEARER, header: key})))["deliveries"][0]["delivery_id"]
        for body, key in [('{"a": 1}', "k1"), ('{"a": 1}', "k1"), ('{"a": 1}', "k2")]
    ]
    assert ids[0] == ids[1] != ids[2]


def test_webhooks_that_carry_no_id_are_different_deliveries(receive: Any) -> None:
    ids = {content(receive(event("json", "{}", JSON_BEARER)))["deliveries"][0]["delivery_id"] for _ in range(3)}
    assert len(ids) == 3


def test_an_event_that_grows_by_one_alert_makes_one_more_delivery_with_each(functions: Any, rules_file: Any) -> None:
    receive = functions.load(
        "ReceiveFunction",
        RULES_FILE=rules_file(
            "chats: {a: chat_1}\nsources: {in: {kind: alertmanager, auth: none}}\n"
            "rules: [{name: r, chat: a, each: payload.alerts}]\n"
        ),
    )

    def notified(count: int) -> set[str]:
        alerts = [
            {"status": "firing", "fingerprint": f"f{n}", "startsAt": "2026-11-02T11:00:00Z"} for n in range(count)
        ]
        body = json.dumps({"version": "4", "groupKey": "g", "status": "firing", "alerts": alerts})
        return {delivery["delivery_id"] for delivery in content(receive(event("in", body)))["deliveries"]}

    assert len(notified(21) - notified(20)) == 1


def test_inline_the_answer_is_the_outcome_and_a_repeated_event_a_duplicate(
    functions: Any, events: Any, provider: Any
) -> None:
    receive = functions.load("ReceiveFunction", DELIVERY_QUEUE_URL="")
    answers = [receive(events("alertmanager_critical")) for _ in range(2)]
    assert [answer["statusCode"] for answer in answers] == [200, 200]
    again = events("alertmanager_critical")
    again["requestContext"]["requestId"] = "another"
    answers.append(receive(again))
    assert [content(answer)["deliveries"][0]["status"] for answer in answers] == ["sent", "duplicate", "duplicate"]
    assert len(provider.texts) == 1


def test_inline_the_answer_says_what_the_chat_would_have_been_kept_to(functions: Any, events: Any) -> None:
    receive = functions.load("ReceiveFunction", DELIVERY_QUEUE_URL="")
    [delivery] = content(receive(events("alertmanager_critical")))["deliveries"]
    assert delivery["not_applied"] == ["pace 3 per 1 min", "budget auto"]


def test_inline_an_outcome_that_may_change_is_answered_503(functions: Any, events: Any) -> None:
    receive = functions.load("ReceiveFunction", DELIVERY_QUEUE_URL="", BLOOIO_BASE_URL="http://127.0.0.1:9/v4")
    answer = receive(events("alertmanager_critical"))
    assert answer["statusCode"] == 503
    assert content(answer)["deliveries"][0]["status"] == "retrying"


ANYTHING = st.sampled_from(
    ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "text/plain", "", "x"]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=300) | st.from_regex(rb'\{"[a-z]{1,5}": .{0,20}\}', fullmatch=True),
    content_type=ANYTHING,
    source=st.sampled_from(["alertmanager", "contact", "json"]),
)
def test_no_bytes_make_it_answer_5xx_or_raise(receive: Any, body: bytes, content_type: str, source: str) -> None:
    headers = {**(BEARER if source == "alertmanager" else JSON_BEARER), "content-type": content_type}
    assert receive(event(source, body, headers))["statusCode"] < 500


def test_a_fallback_that_hears_the_event_anyway_is_not_told_twice(functions: Any, rules_file: Any, cloud: Any) -> None:
    rules = """
chats: {oncall: chat_1, office: {id: chat_2, fallback: oncall}}
sources: {in: {kind: json, auth: none}}
rules: [{name: r, chat: [oncall, office]}]
"""
    functions.load("ReceiveFunction", RULES_FILE=rules_file(rules))(event("in", "{}"))
    messages = cloud.clients("sqs").receive_message(QueueUrl=cloud.queue_url, MaxNumberOfMessages=10)["Messages"]
    tried = {body["chat"]: body["tried"] for body in (json.loads(message["Body"]) for message in messages)}
    assert tried == {"chat_1": ["chat_2"], "chat_2": ["chat_1"]}


def test_of_many_items_twenty_are_told_one_by_one_and_the_rest_is_counted(
    functions: Any, rules_file: Any, cloud: Any
) -> None:
    rules = (
        "chats: {a: chat_1}\nsources: {in: {kind: json, auth: none}}\nrules: [{name: r, chat: a, each: payload.x}]\n"
    )
    receive = functions.load("ReceiveFunction", RULES_FILE=rules_file(rules))
    answer = receive(event("in", json.dumps({"x": [{"title": str(n)} for n in range(500)]})))
    assert answer["statusCode"] == 202
    assert len(content(answer)["deliveries"]) == cloud.waiting() == 21
    texts = []
    while (
        batch := cloud.clients("sqs").receive_message(QueueUrl=cloud.queue_url, MaxNumberOfMessages=10).get("Messages")
    ):
        texts += [json.loads(message["Body"])["text"] for message in batch]
        for message in batch:
            cloud.clients("sqs").delete_message(QueueUrl=cloud.queue_url, ReceiptHandle=message["ReceiptHandle"])
    assert texts[:2] == ["🔔 0", "🔔 1"]
    assert texts[-1].startswith("… and 480 more at the same time:\n• 🔔 20\n")


SPLIT = """
chats: {oncall: chat_a1b2c3d4, office: {id: chat_e5f6a7b8, limit: 200}}
sources: {in: {kind: json, auth: none}}
rules:
  - name: report
    chat: [oncall, office]
    text: "{% include 'report' %}"
    split: true
    effect: slam
templates:
  report: "{{ payload.report }}"
"""
REPORT = " ".join(f"word{n}" for n in range(60))


def test_a_text_that_is_split_waits_in_its_chats_group_in_order_and_every_part_is_told_to_the_sender(
    functions: Any, rules_file: Any, poller: Any
) -> None:
    receive = functions.load("ReceiveFunction", RULES_FILE=rules_file(SPLIT))
    answer = receive(event("in", json.dumps({"report": REPORT})))
    assert answer["statusCode"] == 202
    deliveries = content(answer)["deliveries"]
    assert [delivery["chat"] for delivery in deliveries] == ["oncall", "office", "office", "office"]
    records = poller.receive()
    groups: dict[str, list[Any]] = {"chat_a1b2c3d4": [], "chat_e5f6a7b8": []}
    for record in records:
        groups[record["attributes"]["MessageGroupId"]].append(json.loads(record["body"]))
    [whole], parts = groups["chat_a1b2c3d4"], groups["chat_e5f6a7b8"]
    assert whole["text"] == REPORT
    assert [part["text"][:6] for part in parts] == ["(1/3) ", "(2/3) ", "(3/3) "]
    assert [part["effect"] for part in parts] == ["slam", None, None]
    waiting = [message["delivery_id"] for message in (whole, *parts)]
    assert waiting == [delivery["delivery_id"] for delivery in deliveries]
    assert len(set(waiting)) == 4


def test_what_fails_in_a_rule_is_told_all_the_same_and_logged_and_counted(
    functions: Any, rules_file: Any, poller: Any, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = """
chats: {a: chat_a1b2c3d4}
sources: {in: {kind: json, auth: none}}
rules:
  - {name: broken, when: payload.n / 0 == 1, chat: a}
  - {name: noise, drop: true}
"""
    receive = functions.load("ReceiveFunction", RULES_FILE=rules_file(rules))
    assert receive(event("in", '{"title": "Hello", "n": 1}'))["statusCode"] == 202
    [record] = poller.receive()
    message = json.loads(record["body"])
    assert message["text"] == "🔔 Hello\nn: 1\n⚠ Sent because the condition of the rule “broken” failed."
    assert message["because"].startswith("its condition failed: ")
    told = [vars(record) for record in caplog.records if hasattr(record, "rule_failed")]
    assert [(line["rule_failed"], line["option"], line["levelname"]) for line in told] == [
        ("broken", "when", "WARNING")
    ]
    [metric] = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert (metric["source"], metric["RuleFailed"]) == ("in", [1.0])


def test_a_rule_that_says_repeat_tells_the_same_json_once_whatever_id_it_comes_with(
    functions: Any, rules_file: Any, poller: Any, provider: Any
) -> None:
    rules = """
chats: {a: chat_a1b2c3d4}
sources: {in: {kind: json, auth: none}}
rules: [{name: r, chat: a, repeat: 1h}]
"""
    path = rules_file(rules)
    receive = functions.load("ReceiveFunction", RULES_FILE=path)
    for n, hour in enumerate((0, 0, 1)):
        again = event("in", '{"title": "Down"}', {"x-request-id": f"r-{n}"})
        again["requestContext"]["timeEpoch"] += hour * 100 * 365 * 24 * 3_600_000
        assert receive(again)["statusCode"] == 202
    poller.work_off(functions.load("DeliverFunction", RULES_FILE=path))
    assert provider.texts == ["🔔 Down"] * 2
