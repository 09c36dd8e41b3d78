"""What the functions count and time, as CloudWatch reads it: each is made to happen, and its metric read as printed."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.functions.test_receive import event

from hookline.wiring import now_ms

CHAT = "chat_a1b2c3d4"
RULES = """
chats: {a: chat_a1b2c3d4}
sources: {in: {kind: json, auth: none}, key: {kind: json, auth: {bearer: JSON_TOKEN}}}
rules:
  - {name: broken, when: payload.condition and payload.condition / 0 == 1, chat: a}
  - {name: odd, when: payload.text, chat: a, text: "{{ payload.text / 0 }}"}
  - {name: noise, when: payload.noise, drop: true}
  - {name: told, when: payload.told, chat: a}
"""
Printed = Callable[[str], list[tuple[str, dict[str, str], list[float]]]]


@pytest.fixture
def metric(capsys: pytest.CaptureFixture[str]) -> Printed:
    """Return what was printed of a metric since it was asked last: unit, dimensions and values, for each share."""

    def read(name: str) -> list[tuple[str, dict[str, str], list[float]]]:
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
        found = []
        for line in lines:
            [about] = line["_aws"]["CloudWatchMetrics"]
            assert about["Namespace"] == "hookline"
            for unit in (each["Unit"] for each in about["Metrics"] if each["Name"] == name):
                found += [(unit, {by: line[by] for by in names}, line[name]) for names in about["Dimensions"]]
        return found

    return read


def shares(value: float, **by: str) -> list[tuple[str, dict[str, str], list[float]]]:
    """Return what is counted for the whole of receive and again for a share of it."""
    return [("Count", {"service": "receive", **share}, [value]) for share in ({}, by)]


def whole(service: str, value: float = 1.0) -> list[tuple[str, dict[str, str], list[float]]]:
    return [("Count", {"service": service}, [value])]


@pytest.fixture
def receive(functions: Any, rules_file: Any) -> Any:
    return functions.load("ReceiveFunction", RULES_FILE=rules_file(RULES), MAX_BODY_BYTES="100")


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ('{"told": 1}', "Accepted"),
        ('{"noise": 1}', "Accepted"),
        ("{}", "Unmatched"),
        ('{"condition": 1}', "RuleFailed"),
        ('{"text": 1}', "RenderFailed"),
    ],
)
def test_what_becomes_of_a_webhook_is_counted_also_by_its_source(
    receive: Any, metric: Printed, body: str, name: str
) -> None:
    assert receive(event("in", body))["statusCode"] in {200, 202}
    assert metric(name) == shares(1.0, source="in")


def test_one_webhook_is_one_line_of_metrics(receive: Any, capsys: pytest.CaptureFixture[str]) -> None:
    receive(event("in", '{"text": 1}'))
    [line] = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert {name for name in line if name[0].isupper()} == {"Accepted", "RenderFailed"}


def test_what_is_dropped_is_not_unmatched_and_what_is_refused_not_accepted(receive: Any, metric: Printed) -> None:
    receive(event("in", '{"noise": 1}'))
    assert metric("Unmatched") == []
    receive(event("in", "{"))
    assert metric("Accepted") == []


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (event("key", "{}"), "unauthorized"),
        (event("nobody", "{}"), "unknown_source"),
        (event("in", "{"), "unreadable"),
        (event("in", json.dumps("x" * 100)), "too_large"),
        (event("in", b"GIF89a", {"content-type": "image/gif"}), "wrong_type"),
    ],
)
def test_what_is_refused_is_counted_also_by_reason(
    receive: Any, metric: Printed, request_: dict[str, Any], reason: str
) -> None:
    assert 400 <= receive(request_)["statusCode"] < 500
    assert metric("Rejected") == shares(1.0, reason=reason)


def test_what_a_topic_says_is_refused_by_the_same_name(receive: Any, metric: Printed) -> None:
    said = {"TopicArn": "arn:aws:sns:eu-central-1:1:other", "MessageId": "id-1", "Message": "m"}
    receive({"Records": [{"EventSource": "aws:sns", "Sns": said}]})
    assert metric("Rejected") == shares(1.0, reason="unknown_source")


def batch(events: Any, **changed: Any) -> dict[str, Any]:
    """Return a batch of one message."""
    record = events("deliver_sqs")["Records"][0]
    return {"Records": [{**record, "body": json.dumps(json.loads(record["body"]) | changed)}]}


def test_a_text_that_is_sent_is_counted_and_timed(
    functions: Any, events: Any, metric: Printed, capsys: pytest.CaptureFixture[str]
) -> None:
    deliver = functions.load("DeliverFunction")
    assert deliver(batch(events, queued_at=now_ms() - 60_000)) == {"batchItemFailures": []}
    printed = capsys.readouterr().out
    [line] = [json.loads(line) for line in printed.splitlines() if "_aws" in line]
    [about] = line["_aws"]["CloudWatchMetrics"]
    assert about["Dimensions"] == [["service"]]
    assert {each["Name"]: each["Unit"] for each in about["Metrics"]} == {
        "Sent": "Count", "DeliveryDelay": "Milliseconds", "ProviderLatency": "Milliseconds"
    }  # fmt: skip
    [delay], [latency] = line["DeliveryDelay"], line["ProviderLatency"]
    assert (line["Sent"], line["service"]) == ([1.0], "deliver")
    assert 0 <= latency < 30_000
    assert 60_000 <= delay < 90_000
    # A copy is not sent, and tells nothing of the provider.
    deliver(batch(events))
    assert metric("Sent") == []


def test_every_attempt_is_timed_and_only_what_is_sent_has_a_delay(
    functions: Any, events: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    deliver = functions.load("DeliverFunction", BLOOIO_BASE_URL="http://127.0.0.1:9/v4")
    two = events("deliver_sqs")
    assert len(deliver(two)["batchItemFailures"]) == 2
    [line] = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert len(line["ProviderLatency"]) == 2
    assert line["Retried"] == [2.0]
    assert not {"Sent", "DeliveryDelay", "Stumbled"} & line.keys()


def test_what_is_too_old_is_given_up(functions: Any, events: Any, metric: Printed) -> None:
    functions.load("DeliverFunction")(batch(events, queued_at=1))
    assert metric("Dead") == whole("deliver")


def test_a_record_that_nobody_can_read_is_given_up(functions: Any, events: Any, metric: Printed) -> None:
    functions.load("DeliverFunction")(batch(events, text=None))
    assert metric("Dead") == whole("deliver")


def test_without_the_table_records_stay_on_the_queue_and_are_counted(
    functions: Any, events: Any, cloud: Any, metric: Printed
) -> None:
    deliver = functions.load("DeliverFunction")
    cloud.clients("dynamodb").delete_table(TableName="DeliveryLog")
    assert len(deliver(events("deliver_sqs"))["batchItemFailures"]) == 2
    assert metric("Stumbled") == whole("deliver", 2.0)


def test_a_stand_in_that_the_queue_does_not_take_leaves_the_message_there(
    functions: Any, events: Any, rules_file: Any, provider: Any, cloud: Any, metric: Printed
) -> None:
    provider.phone.forget(CHAT)
    rules = f"chats: {{a: {{id: {CHAT}, fallback: b}}, b: chat_e5f6a7b8}}\nsources: {{}}\nrules: []\n"
    deliver = functions.load("DeliverFunction", RULES_FILE=rules_file(rules))
    cloud.clients("sqs").delete_queue(QueueUrl=cloud.queue_url)
    assert len(deliver(batch(events))["batchItemFailures"]) == 1
    assert metric("Stumbled") == whole("deliver")


def test_without_a_queue_receive_counts_what_becomes_of_its_texts(
    functions: Any, events: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    functions.load("ReceiveFunction", DELIVERY_QUEUE_URL="")(events("alertmanager_critical"))
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert [(line["service"], *(name for name in line if name[0].isupper())) for line in lines] == [
        ("receive", "Sent", "ProviderLatency", "DeliveryDelay"), ("receive", "Accepted")
    ]  # fmt: skip
