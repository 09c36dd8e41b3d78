"""DeliverFunction as Lambda calls it for a batch of the queue."""

import json
from typing import Any

import pytest


def test_the_messages_of_a_batch_reach_their_chats(functions: Any, events: Any, provider: Any) -> None:
    deliver = functions.load("DeliverFunction")
    batch = events("deliver_sqs")
    assert deliver(batch) == {"batchItemFailures": []}
    assert sorted(text.chat_id for text in provider.phone.texts()) == sorted(
        record["attributes"]["MessageGroupId"] for record in batch["Records"]
    )


def test_a_batch_that_comes_twice_sends_once(functions: Any, events: Any, provider: Any) -> None:
    deliver = functions.load("DeliverFunction")
    for _ in range(2):
        assert deliver(events("deliver_sqs")) == {"batchItemFailures": []}
    assert len(provider.texts) == len(events("deliver_sqs")["Records"])


def test_what_the_provider_does_not_take_now_stays_on_the_queue(functions: Any, events: Any) -> None:
    deliver = functions.load("DeliverFunction", BLOOIO_BASE_URL="http://127.0.0.1:9/v4")
    batch = events("deliver_sqs")
    failed = {failure["itemIdentifier"] for failure in deliver(batch)["batchItemFailures"]}
    assert failed == {record["messageId"] for record in batch["Records"]}


def test_a_missing_table_leaves_the_batch_on_the_queue(functions: Any, events: Any, cloud: Any, provider: Any) -> None:
    deliver = functions.load("DeliverFunction")
    cloud.clients("dynamodb").delete_table(TableName="DeliveryLog")
    assert len(deliver(events("deliver_sqs"))["batchItemFailures"]) == len(events("deliver_sqs")["Records"])
    assert provider.texts == []


def test_from_the_hook_to_the_phone_in_order(functions: Any, events: Any, provider: Any, poller: Any) -> None:
    receive, deliver = functions.load("ReceiveFunction"), functions.load("DeliverFunction")
    for name in ("alertmanager_critical", "alertmanager_resolved"):
        assert receive(events(name))["statusCode"] == 202
    poller.work_off(deliver)
    assert [text[0] for text in provider.texts] == ["🔥", "✅"]


def test_two_chats_that_are_gone_tell_their_fallback_once_and_a_redelivery_once_more(
    functions: Any, events: Any, rules_file: Any, provider: Any, poller: Any
) -> None:
    rules = """
chats: {a: chat_gone1, b: chat_gone2, c: chat_a1b2c3d4}
sources: {alertmanager: {kind: alertmanager, auth: none}}
rules: [{name: r, chat: [a, b], fallback: c, repeat: 1s}]
"""
    path = rules_file(rules)
    receive, deliver = (functions.load(name, RULES_FILE=path) for name in ("ReceiveFunction", "DeliverFunction"))
    asked = events("alertmanager_critical")
    for n in (1, 2):
        asked["requestContext"]["requestId"] = f"request-{n}"
        asked["requestContext"]["timeEpoch"] += n * 100 * 365 * 24 * 3_600_000
        assert receive(asked)["statusCode"] == 202
        poller.work_off(deliver)
        assert [text.chat_id for text in provider.phone.texts()] == ["chat_a1b2c3d4"] * n


def test_what_went_wrong_is_counted_as_one_sum_each(
    functions: Any, events: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    deliver = functions.load("DeliverFunction", HOOKLINE_SECRETS='{"BLOOIO_API_KEY": "wrong"}')
    for _ in range(2):
        deliver(events("deliver_sqs"))
    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert [metrics["AuthFailures"] for metrics in printed] == [[2.0], [2.0]]
    assert printed[0]["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "hookline"  # the stack's name


def test_what_was_accepted_for_a_chat_that_the_rules_no_longer_name_is_delivered_as_it_comes(
    functions: Any, events: Any, rules_file: Any, provider: Any
) -> None:
    others = rules_file("chats: {other: chat_0ther}\nsources: {}\nrules: []\n")
    batch = events("deliver_sqs")
    deliver = functions.load("DeliverFunction", RULES_FILE=others)
    assert deliver(batch) == {"batchItemFailures": []}
    assert len(provider.texts) == len(batch["Records"])
