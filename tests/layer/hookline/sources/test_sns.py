"""What somebody reads of a CloudWatch alarm at three in the morning, and of what else a topic passes on."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.layer.hookline.sources.amazon import TOPIC, confirmation

from hookline.identity import event_id
from hookline.models import Inbound
from hookline.rules.load import load_text
from hookline.sources import KINDS
from hookline.sources.kind import MAX_TEXT
from hookline.sources.sns import describe, greet, host

NOW = datetime(2026, 11, 2, 3, 12, 50, tzinfo=UTC)
ARN = "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:"
CONSOLE = "https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#alarmsV2:alarm/"
REASON = (
    "Threshold Crossed: 2 out of the last 2 datapoints [97.44182 (02/11/26 03:10:00), 95.1 (02/11/26 03:05:00)] were "
    "greater than or equal to the threshold (90.0) (minimum 2 datapoints for OK -> ALARM transition)."
)
TRIGGER = {
    "MetricName": "CPUUtilization",
    "Namespace": "AWS/EC2",
    "Dimensions": [{"value": "i-0f3c9a", "name": "InstanceId"}],
    "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    "Threshold": 90.0,
}


def alarm(state: str = "ALARM", **changes: Any) -> dict[str, Any]:
    return {
        "AlarmName": "web-1 CPU",
        "AlarmDescription": "web-1 is busy",
        "NewStateValue": state,
        "NewStateReason": REASON,
        "StateChangeTime": "2026-11-02T03:12:41.117+0000",
        "Region": "EU (Frankfurt)",
        "AlarmArn": f"{ARN}web-1 CPU",
        "OldStateValue": "OK" if state == "ALARM" else "ALARM",
        "Trigger": TRIGGER,
        **changes,
    }


def passed_on(message: Any, **changes: Any) -> dict[str, Any]:
    text = message if isinstance(message, str) else json.dumps(message)
    return {"Type": "Notification", "MessageId": "id-1", "TopicArn": TOPIC, "Message": text, **changes}


def text(message: Any, **changes: Any) -> str:
    return describe(passed_on(message, **changes), NOW).text


def test_an_alarm_says_what_somebody_wrote_what_was_measured_and_where_to_look() -> None:
    assert text(alarm(), Subject='ALARM: "web-1 CPU" in EU (Frankfurt)') == (
        "🔥 web-1 CPU is in alarm\n"
        "web-1 is busy\n"
        "CPUUtilization of i-0f3c9a is 97.4418, alarm ≥ 90\n"
        f"{CONSOLE}web-1%20CPU"
    )


def test_an_alarm_that_is_over_does_not_repeat_the_trouble() -> None:
    assert text(alarm("OK")) == f"✅ web-1 CPU is OK again\n{CONSOLE}web-1%20CPU"
    assert text(alarm("OK", OldStateValue="INSUFFICIENT_DATA")).startswith("✅ web-1 CPU is OK\n")


def test_where_it_is_is_what_the_metric_is_of() -> None:
    assert describe(passed_on(alarm()), NOW).where == "i-0f3c9a"
    assert describe(passed_on(alarm(Trigger=None)), NOW).where == ""


def test_missing_data_is_neither_trouble_nor_its_end() -> None:
    event = describe(
        passed_on(alarm("INSUFFICIENT_DATA", NewStateReason="Insufficient Data: 1 datapoint was unknown.")), NOW
    )
    assert event.text == (
        "⚠️ web-1 CPU has not enough data\nInsufficient Data: 1 datapoint was unknown.\n" + f"{CONSOLE}web-1%20CPU"
    )
    assert (event.status, event.severity) == ("info", "warning")


def test_the_same_few_fields_are_there_for_the_rules() -> None:
    event = describe(passed_on(alarm()), NOW)
    assert (event.title, event.status, event.severity, event.icon) == ("web-1 CPU", "firing", "critical", "🔥")
    assert (event.body, event.url) == ("web-1 is busy", f"{CONSOLE}web-1%20CPU")
    assert event.fields["Trigger"]["MetricName"] == "CPUUtilization"
    over = describe(passed_on(alarm("OK")), NOW)
    assert (over.title, over.status, over.severity) == ("web-1 CPU", "resolved", "info")
    assert event.thread == over.thread == f"{ARN}web-1 CPU"


def test_what_came_late_says_how_late() -> None:
    late = alarm(StateChangeTime="2026-11-02T01:02:41.117+0000")
    assert text(late).splitlines()[3] == "2 h 10 min ago"
    assert text(alarm("OK", StateChangeTime="2026-11-02T01:02:41.117+0000")).splitlines()[1] == "2 h 10 min ago"


@pytest.mark.parametrize(
    ("operator", "sign"),
    [("GreaterThanThreshold", ">"), ("LessThanThreshold", "<"), ("LessThanOrEqualToThreshold", "≤")],
)
def test_each_comparison_has_its_sign(operator: str, sign: str) -> None:
    said = text(alarm(Trigger={**TRIGGER, "ComparisonOperator": operator}))
    assert f"is 97.4418, alarm {sign} 90" in said


def test_the_result_of_an_expression_has_its_label() -> None:
    metrics = [
        {"Id": "e1", "Expression": "m1/m2*100", "Label": "Error rate", "ReturnData": True},
        {"Id": "m1", "MetricStat": {"Metric": {"MetricName": "Errors"}}, "ReturnData": False},
    ]
    trigger = {"Metrics": metrics, "ComparisonOperator": "GreaterThanThreshold", "Threshold": 5}
    assert "Error rate is 97.4418, alarm > 5" in text(alarm(Trigger=trigger))


@pytest.mark.parametrize(
    "changes",
    [
        {"NewStateReason": "testing the pager"},
        {"NewStateReason": "testing the pager", "Trigger": {}},
        {"NewStateReason": "testing the pager", "Trigger": None},
        {"NewStateReason": "testing the pager", "Trigger": {**TRIGGER, "Threshold": None}},
    ],
)
def test_without_a_measured_value_the_reason_is_told(changes: dict[str, Any]) -> None:
    assert text(alarm(**changes)).splitlines()[2] == "testing the pager"


@pytest.mark.parametrize(
    ("number", "said"),
    [(0.0, "0"), (0.25, "0.25"), (12345.0, "12345"), (2147483648.0, "2.15 G"), (5_000_000, "5 M"), (-3e12, "-3 T")],
)
def test_a_number_is_said_as_people_say_it(number: float, said: str) -> None:
    assert f", alarm ≥ {said}\n" in text(alarm(Trigger={**TRIGGER, "Threshold": number}))


def test_a_number_of_hundreds_of_digits_is_a_number_too() -> None:
    assert ", alarm ≥ 1000000" in text(alarm(Trigger={**TRIGGER, "Threshold": 10**400}))


def test_an_anomaly_has_no_threshold_but_a_reason() -> None:
    trigger = {"ComparisonOperator": "LessThanLowerOrGreaterThanUpperThreshold", "ThresholdMetricId": "ad1"}
    assert text(alarm(Trigger=trigger)).splitlines()[2].startswith("Threshold Crossed: 2 out of the last 2 datapoints")


def test_a_composite_alarm_names_the_alarms_behind_it() -> None:
    children = [{"Arn": f"{ARN}{name}", "State": {"Value": "ALARM"}} for name in ("shop-5xx", "db:cpu", "c", "d")]
    composite = alarm(AlarmRule="ALARM(a) OR ALARM(b)", Trigger=None, TriggeringChildren=children[:2])
    assert text(composite).splitlines()[2] == "because of shop-5xx, db:cpu"
    composite["TriggeringChildren"] = children
    assert text(composite).splitlines()[2] == "because of shop-5xx, db:cpu, c and 1 more"


@pytest.mark.parametrize(
    ("arn", "link"),
    [
        (f"{ARN}a/b ü", f"{CONSOLE}a%2Fb%20%C3%BC"),
        ("arn:aws-cn:cloudwatch:cn-north-1:123456789012:alarm:a",
         "https://cn-north-1.console.amazonaws.cn/cloudwatch/home?region=cn-north-1#alarmsV2:alarm/a"),
        ("arn:aws:cloudwatch:evil.example/#:123456789012:alarm:a", ""),
        ("arn:aws:ec2:eu-central-1:123456789012:alarm:a", ""),
        ("", ""),
        (None, ""),
    ],
)  # fmt: skip
def test_the_link_leads_to_the_alarm_in_its_own_console_or_nowhere(arn: Any, link: str) -> None:
    assert describe(passed_on(alarm(AlarmArn=arn)), NOW).url == link


def of_a_rule(state: str = "ALARM") -> dict[str, Any]:
    return {
        "version": "0",
        "id": "c4c1c1c9-6542-e61b-6ef0-8c4d36933a92",
        "detail-type": "CloudWatch Alarm State Change",
        "source": "aws.cloudwatch",
        "account": "123456789012",
        "time": "2026-11-02T03:12:41Z",
        "region": "eu-central-1",
        "resources": [f"{ARN}web-1"],
        "detail": {
            "alarmName": "web-1",
            "configuration": {"description": "web-1 is busy", "metrics": []},
            "previousState": {"value": "ALARM" if state == "OK" else "OK"},
            "state": {"value": state, "reason": "Threshold Crossed", "timestamp": "2026-11-02T03:12:41.117+0000"},
        },
    }


def test_an_alarm_that_a_rule_of_eventbridge_passes_on_reads_the_same() -> None:
    assert text(of_a_rule()) == f"🔥 web-1 is in alarm\nweb-1 is busy\nThreshold Crossed\n{CONSOLE}web-1"
    assert text(of_a_rule("OK")) == f"✅ web-1 is OK again\n{CONSOLE}web-1"
    assert describe(passed_on(of_a_rule()), NOW).thread == f"{ARN}web-1"


def test_another_event_of_eventbridge_has_its_kind_as_title() -> None:
    other = {**of_a_rule(), "detail-type": "EC2 Spot Instance Interruption Warning", "detail": {"instance-id": "i-1"}}
    event = describe(passed_on(other), NOW)
    assert event.title == "EC2 Spot Instance Interruption Warning"
    assert "i-1" in event.text


def test_text_is_told_as_it_is() -> None:
    assert text("backup of db-1 finished\n214 GB in 31 minutes\n") == "🔔 backup of db-1 finished\n214 GB in 31 minutes"
    assert text("214 GB\nin 31 minutes", Subject="Backup finished") == "🔔 Backup finished\n214 GB\nin 31 minutes"
    assert describe(passed_on("backup finished"), NOW).title == "backup finished"
    assert text("17") == "🔔 17"
    assert text("") == "🔔 Message"
    long = text("word " * 400)
    assert len(long) <= MAX_TEXT
    assert long.endswith(" more)")


def test_json_is_told_by_the_names_that_are_common_with_the_subject_above_it() -> None:
    job = {"message": "disk is full", "severity": "critical", "host": "db-1"}
    assert text(job, Subject="Backup failed").splitlines()[:2] == ["🔥 Backup failed", "disk is full"]
    assert text({**job, "title": "Nightly backup"}, Subject="from the topic").startswith("🔥 Nightly backup\n")


def test_a_message_that_is_delivered_raw_is_told_too() -> None:
    assert describe(alarm(), NOW).text == text(alarm())
    assert "backup finished" in describe({"text": "backup finished"}, NOW).text


@pytest.mark.parametrize(
    "message", ["[" * 100_000, '{"a": NaN}', '{"a": 1e999}', '{"a": "\\ud800"}', "{", '"a"', "null"]
)
def test_what_is_no_json_that_can_be_said_again_is_text(message: str) -> None:
    assert text(message).startswith("🔔 " + message[:20])


def test_json_that_is_nested_without_end_is_an_event_all_the_same() -> None:
    assert text('{"a":' * 900 + "1" + "}" * 900, Subject="deep").startswith("🔔 deep")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
NAMES = [*alarm(), "TriggeringChildren", "detail", "detail-type", "resources", "Metrics", "alarmName", "state", "value"]
nearly = st.recursive(
    json_values | st.sampled_from(["ALARM", "OK", REASON, f"{ARN}x", NOW.isoformat()]),
    lambda inner: st.dictionaries(st.sampled_from(NAMES), inner, max_size=6) | st.lists(inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=300)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "Type": st.sampled_from(["Notification", "SubscriptionConfirmation"]) | json_values,
            "Message": nearly.map(json.dumps) | nearly | st.text(),
            "Subject": json_values,
            "TopicArn": json_values,
            "SubscribeURL": json_values,
        },
    )
    | nearly
)
def test_any_payload_makes_a_short_text(payload: Any) -> None:
    event = describe(payload, NOW)
    assert 0 < len(event.text) <= MAX_TEXT
    assert event.title
    greet(payload)


@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from(list(alarm())), nearly, max_size=5))
def test_any_change_of_an_alarm_makes_a_short_text(changes: dict[str, Any]) -> None:
    event = describe(passed_on({**alarm(), **changes}), NOW)
    assert 0 < len(event.text) <= MAX_TEXT


def test_a_subscription_is_confirmed_at_amazons_address_for_that_topic() -> None:
    message = confirmation()
    greeting = greet(message)
    assert greeting
    assert greeting.confirm == message["SubscribeURL"]
    assert not greeting.is_alarming


def test_the_end_of_a_subscription_is_something_to_look_at_and_confirms_nothing() -> None:
    greeting = greet(confirmation(Type="UnsubscribeConfirmation"))
    assert greeting
    assert (greeting.confirm, greeting.is_alarming) == ("", True)
    assert greet(passed_on("hello")) is None


GOOD = confirmation()["SubscribeURL"]


@pytest.mark.parametrize(
    ("old", "new"),
    [("https", "http"), (".com", ".com.evil.example"), ("//", "//evil.example/"), ("//", "//a@"),
     (".com/", ".com:443/"), (".com/", ".com@evil.example/"), (".com/", ".com\\@evil.example/"),
     ("eu-central-1.", "us-east-1."), ("/?", "/x?"), ("sns.", "sqs."), ("Confirm", "Delete"),
     (":alarms&", ":other&"), ("?", "#"), ("Action=", "Action=x&Action="), ("https", " https"), ("37", "37\n"),
     (".com/", ".com.cn/"), ("?", "?TopicArn=x&"), ("37", "37 "), ("/?", "?")],
)  # fmt: skip
def test_a_subscription_is_confirmed_nowhere_else(old: str, new: str) -> None:
    address = GOOD.replace(old, new, 1) if old != "37" else GOOD + new[2:]
    assert address != GOOD
    greeting = greet({**confirmation(), "SubscribeURL": address})
    assert greeting
    assert (greeting.confirm, greeting.is_alarming) == ("", True)


@settings(max_examples=1000)
@given(st.text() | st.tuples(st.integers(0, len(GOOD)), st.text(max_size=4), st.integers(0, 4)))
def test_whatever_the_address_only_amazon_is_asked(change: Any) -> None:
    if isinstance(change, str):
        address = change
    else:
        at, put_in, left_out = change
        address = GOOD[:at] + put_in + GOOD[at + left_out :]
    greeting = greet({**confirmation(), "SubscribeURL": address})
    assert greeting
    if greeting.confirm:
        parts = urlsplit(greeting.confirm)
        assert (parts.scheme, parts.netloc, parts.path, parts.fragment) == ("https", host(TOPIC), "/", "")
        assert parse_qs(parts.query)["TopicArn"] == [TOPIC]


@pytest.mark.parametrize("topic", ["", "x", "arn:aws:sns:evil.example/:123456789012:a", f"{TOPIC}\n", None, 7, [TOPIC]])
def test_a_topic_that_is_none_has_no_address_to_confirm_it(topic: Any) -> None:
    greeting = greet({**confirmation(), "TopicArn": topic})
    assert greeting
    assert greeting.confirm == ""


def test_a_message_is_known_by_its_id() -> None:
    inbound = Inbound("alarms", "POST", {}, {}, b"", "request-1", 0)
    assert event_id(inbound, KINDS["sns"], passed_on("a")).value == "sns:id-1"


RULES = """
chats: {oncall: chat_1}
sources: {alarms: {kind: sns, auth: AUTH}}
rules: [{name: a, chat: oncall}]
"""


@pytest.mark.parametrize(
    "auth", [f"{{sns: '{TOPIC}'}}", f"{{sns: ['{TOPIC}', 'arn:aws-cn:sns:cn-north-1:123456789012:b']}}"]
)
def test_a_topic_or_a_list_of_them_is_read(auth: str) -> None:
    rules = load_text(RULES.replace("AUTH", auth).encode(), "rules.yaml")
    assert rules.secrets == []
    assert (rules.source_of(TOPIC), rules.source_of("other")) == ("alarms", "")
