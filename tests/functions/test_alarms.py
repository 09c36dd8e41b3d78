"""What an alarm waits for is what the functions count: each is made to happen once, and its metric read as printed."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from local.cloud.intrinsics import Intrinsics, parse
from local.commands.versions import Versions
from local.project import TEMPLATE
from local.provider.limits import Limit

DOCUMENT = parse(TEMPLATE.read_text(encoding="utf-8"))
PROPERTIES = {
    name: Intrinsics(DOCUMENT, "http://127.0.0.1", {}).resolve(resource["Properties"])
    for name, resource in DOCUMENT["Resources"].items()
    if resource["Type"] == "AWS::CloudWatch::Alarm"
}
OURS = {name: alarm for name, alarm in PROPERTIES.items() if not alarm["Namespace"].startswith("AWS/")}
CHAT = "chat_a1b2c3d4"
ALONE = f"""
chats: {{a: {CHAT}}}
sources: {{in: {{kind: json, auth: none}}}}
rules: [{{name: r, chat: a}}]
"""
Happens = Callable[..., None]


def a_chat_is_gone(functions: Any, events: Any, rules_file: Any, provider: Any, **_: Any) -> None:
    provider.phone.forget(CHAT)
    functions.load("DeliverFunction", RULES_FILE=rules_file(ALONE))(events("deliver_sqs"))


def the_key_is_wrong(functions: Any, events: Any, **_: Any) -> None:
    functions.load("DeliverFunction", HOOKLINE_SECRETS='{"BLOOIO_API_KEY": "wrong"}')(events("deliver_sqs"))


def a_chat_wants_an_answer(functions: Any, events: Any, rules_file: Any, provider: Any, **_: Any) -> None:
    deliver = functions.load("DeliverFunction", RULES_FILE=rules_file(ALONE))
    provider.phone.limit(Limit(chat_id=CHAT, streak=1))
    batch = events("deliver_sqs")
    for n in range(2):
        record = batch["Records"][0]
        message = json.loads(record["body"]) | {"delivery_id": f"3245b3bd-9f14-5b9c-bd2f-88405be46e4{n}"}
        deliver({"Records": [{**record, "body": json.dumps(message)}]})


def a_sender_has_no_token(functions: Any, events: Any, **_: Any) -> None:
    event = events("alertmanager_critical")
    del event["headers"]["authorization"]
    assert functions.load("ReceiveFunction")(event)["statusCode"] == 401


def a_receipt_is_not_signed(functions: Any, events: Any, **_: Any) -> None:
    receipts = functions.load("ReceiptsFunction", HOOKLINE_SECRETS='{"BLOOIO_WEBHOOK_SECRET": "another"}')
    assert receipts(events("receipts_received"))["statusCode"] == 401


def what_was_pushed_is_nonsense(functions: Any, events: Any, cloud: Any, **_: Any) -> None:
    Versions(cloud.clients("dynamodb"), "DeliveryLog").push(b"nonsense: [", "", 0, 1)
    functions.load("ReceiveFunction", RULES_SOURCE="table")(events("alertmanager_critical"))


def a_text_finds_no_table(functions: Any, events: Any, cloud: Any, **_: Any) -> None:
    cloud.clients("dynamodb").delete_table(TableName="DeliveryLog")
    assert functions.load("DeliverFunction")(events("deliver_sqs"))["batchItemFailures"]


def the_table_is_gone(functions: Any, events: Any, cloud: Any, **_: Any) -> None:
    cloud.clients("dynamodb").delete_table(TableName="DeliveryLog")
    functions.load("ReceiveFunction", RULES_SOURCE="table")(events("alertmanager_critical"))


HAPPENS: dict[str, Happens] = {
    "TextReachedNobody": a_chat_is_gone,
    "KeyIsRefused": the_key_is_wrong,
    "ParkedWithoutFallback": a_chat_wants_an_answer,
    "SenderIsRefused": a_sender_has_no_token,
    "ReceiptsAreRefused": a_receipt_is_not_signed,
    "RulesAreRefused": what_was_pushed_is_nonsense,
    "RulesAreOutOfReach": the_table_is_gone,
    "DeliverStumbles": a_text_finds_no_table,
}


@pytest.mark.parametrize("name", OURS)
def test_what_an_alarm_waits_for_is_counted_under_just_these_names(
    name: str,
    functions: Any,
    events: Any,
    rules_file: Any,
    provider: Any,
    cloud: Any,
    capsys: pytest.CaptureFixture[str],
) -> None:
    HAPPENS[name](functions=functions, events=events, rules_file=rules_file, provider=provider, cloud=cloud)
    alarm = OURS[name]
    wanted = {dimension["Name"]: dimension["Value"] for dimension in alarm["Dimensions"]}
    assert (alarm["Namespace"], wanted) in counted(capsys.readouterr().out, alarm["MetricName"])


def counted(printed: str, metric: str) -> list[tuple[str, dict[str, str]]]:
    """Return the namespaces and dimensions that CloudWatch would count the metric under."""
    found = []
    for line in [json.loads(line) for line in printed.splitlines() if "_aws" in line]:
        for about in line["_aws"]["CloudWatchMetrics"]:
            if metric in [each["Name"] for each in about["Metrics"]]:
                found += [(about["Namespace"], {name: line[name] for name in names}) for names in about["Dimensions"]]
    return found
