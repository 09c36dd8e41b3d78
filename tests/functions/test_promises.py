"""What the product promises when AWS itself is not well, through the real functions and a real queue."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from botocore.client import BaseClient
from botocore.exceptions import EndpointConnectionError

RULES = """
chats: {a: {id: chat_a1b2c3d4, pace: off}}
sources: {in: {kind: alertmanager, auth: none}}
rules: [{name: r, chat: a, each: payload.alerts}]
"""


def ten_alerts() -> dict[str, Any]:
    alerts = [
        {
            "status": "firing",
            "fingerprint": f"f{n}",
            "startsAt": "2026-11-02T11:00:00Z",
            "labels": {"alertname": f"A{n}"},
        }
        for n in range(10)
    ]
    return {
        "version": "2.0",
        "routeKey": "ANY /hooks/{source}",
        "rawPath": "/hooks/in",
        "rawQueryString": "",
        "headers": {"content-type": "application/json"},
        "pathParameters": {"source": "in"},
        "requestContext": {
            "http": {"method": "POST", "path": "/hooks/in"},
            "requestId": str(uuid4()),
            "timeEpoch": 1_793_620_800_000,
            "stage": "$default",
        },
        "body": json.dumps({"version": "4", "groupKey": "g", "status": "firing", "alerts": alerts}),
        "isBase64Encoded": False,
    }


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[..., Any]]:
    """Let a test change what AWS answers to a call, by the call's name."""
    changed: dict[str, Callable[..., Any]] = {}
    real = BaseClient._make_api_call  # type: ignore[attr-defined]  # noqa: SLF001 - the one door all calls go through

    def call(self: Any, name: str, request: Any) -> Any:
        through = changed.get(name)
        return through(lambda r: real(self, name, r), request) if through else real(self, name, request)

    monkeypatch.setattr(BaseClient, "_make_api_call", call)
    return changed


def test_an_entry_that_is_refused_for_good_is_503_and_the_senders_retry_doubles_nothing(
    functions: Any, rules_file: Any, cloud: Any, poller: Any, provider: Any, calls: dict[str, Any]
) -> None:
    def all_but_the_third(make: Callable[[Any], Any], request: Any) -> Any:
        bad = [entry for entry in request["Entries"] if entry["Id"] == "2"]
        good = [entry for entry in request["Entries"] if entry["Id"] != "2"]
        answer = make({**request, "Entries": good}) if good else {}
        return {
            **answer,
            "Failed": [{"Id": entry["Id"], "Code": "InternalError", "SenderFault": False} for entry in bad],
        }

    rules = rules_file(RULES)
    receive = functions.load("ReceiveFunction", RULES_FILE=rules)
    calls["SendMessageBatch"] = all_but_the_third
    refused = receive(ten_alerts())
    assert (refused["statusCode"], refused["headers"]["Retry-After"]) == (503, "30")
    assert cloud.waiting() == 9
    del calls["SendMessageBatch"]
    assert receive(ten_alerts())["statusCode"] == 202
    poller.work_off(functions.load("DeliverFunction", RULES_FILE=rules))
    assert sorted(text.split()[1] for text in provider.texts) == [f"A{n}" for n in range(10)]


def test_a_table_out_of_reach_leaves_everything_on_the_queue_and_nothing_is_told_twice(
    functions: Any, rules_file: Any, poller: Any, provider: Any, calls: dict[str, Any]
) -> None:
    def down(_: Any, __: Any) -> Any:
        raise EndpointConnectionError(endpoint_url="https://dynamodb.test")

    rules = rules_file(RULES)
    receive = functions.load("ReceiveFunction", RULES_FILE=rules)
    deliver = functions.load("DeliverFunction", RULES_FILE=rules)
    calls["PutItem"] = down
    assert receive(ten_alerts())["statusCode"] == 202
    records = poller.receive()
    assert len(deliver({"Records": records})["batchItemFailures"]) == 10
    assert provider.texts == []
    del calls["PutItem"]
    poller.give_back(records)
    poller.work_off(deliver)
    assert len(provider.texts) == 10


def test_a_secret_store_that_goes_down_leaves_the_secrets_held_in_use(
    functions: Any, cloud: Any, calls: dict[str, Any], events: Any
) -> None:
    cloud.clients("secretsmanager").put_secret_value(
        SecretId="Secrets", SecretString='{"ALERTMANAGER_TOKEN": "local-alertmanager-token"}'
    )
    receive = functions.load("ReceiveFunction", SECRETS_ID="Secrets", HOOKLINE_SECRETS="")
    assert receive(events("alertmanager_critical"))["statusCode"] == 202

    def down(_: Any, __: Any) -> Any:
        raise EndpointConnectionError(endpoint_url="https://secretsmanager.test")

    calls["GetSecretValue"] = down
    assert receive(events("alertmanager_critical"))["statusCode"] == 202
    wrong = events("alertmanager_critical")
    wrong["headers"]["authorization"] = "Bearer nearly"
    assert receive(wrong)["statusCode"] == 401
    assert receive(events("alertmanager_critical"))["statusCode"] == 202


def test_a_secret_store_that_was_never_readable_is_503(functions: Any, calls: dict[str, Any], events: Any) -> None:
    def down(_: Any, __: Any) -> Any:
        raise EndpointConnectionError(endpoint_url="https://secretsmanager.test")

    calls["GetSecretValue"] = down
    receive = functions.load("ReceiveFunction", SECRETS_ID="Secrets", HOOKLINE_SECRETS="")
    assert receive(events("alertmanager_critical"))["statusCode"] == 503


SPLIT = """
chats: {a: {id: chat_a1b2c3d4, limit: 100}}
sources: {in: {kind: alertmanager, auth: none}}
rules:
  - name: r
    chat: a
    split: true
    effect: slam
    link_preview: {title: All alerts}
    text: "{% for alert in payload.alerts %}{{ alert.labels.alertname }} is firing again. {% endfor %}"
"""


def test_the_parts_of_a_text_arrive_in_their_order_each_with_a_row_that_says_why(
    functions: Any, rules_file: Any, deliveries: Any, poller: Any, provider: Any
) -> None:
    rules = rules_file(SPLIT)
    assert functions.load("ReceiveFunction", RULES_FILE=rules)(ten_alerts())["statusCode"] == 202
    deliver = functions.load("DeliverFunction", RULES_FILE=rules)
    poller.work_off(deliver)
    # The sender's retry is no news, part by part.
    assert functions.load("ReceiveFunction", RULES_FILE=rules)(ten_alerts())["statusCode"] == 202
    poller.work_off(deliver)
    first, *_, last = sent = provider.phone.texts()
    assert [text.text.partition(" ")[0] for text in sent] == ["(1/3)", "(2/3)", "(3/3)"]
    assert " ".join(text.text.partition(" ")[2] for text in sent) == " ".join(
        f"A{n} is firing again." for n in range(10)
    )
    assert (first.options, last.options) == ({"effect": "slam"}, {"link_preview": {"title": "All alerts"}})
    rows = deliveries()
    assert sorted(row["text"]["S"] for row in rows) == sorted(text.text for text in sent)
    assert {(row["because"]["S"], row["thread"]["S"], row["copies"]["N"]) for row in rows} == {
        ("it has no condition", "g", "1")
    }
