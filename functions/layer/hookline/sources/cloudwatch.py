"""A CloudWatch alarm, as a topic of SNS or a rule of EventBridge passes it on.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html and, for EventBridge,
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote

from hookline import clock
from hookline.models import JSON, Event
from hookline.sources.kind import first, fitting, items, link, mapping, words
from hookline.sources.tell import tell

_STATES = {"ALARM": ("firing", "critical"), "OK": ("resolved", "info"), "INSUFFICIENT_DATA": ("info", "warning")}
_SIGNS = {
    "GreaterThanThreshold": ">",
    "GreaterThanOrEqualToThreshold": "≥",
    "LessThanThreshold": "<",
    "LessThanOrEqualToThreshold": "≤",
}
_NEWEST = re.compile(r"datapoints? \[(-?[0-9.]+(?:E-?[0-9]+)?) \(")  # of those that a reason lists, the first
_ARN = re.compile(r"arn:(aws|aws-cn|aws-us-gov):cloudwatch:([a-z0-9-]{5,30}):[0-9]{12}:alarm:(.+)", re.DOTALL)
_CONSOLES = {"aws": "aws.amazon.com", "aws-cn": "amazonaws.cn", "aws-us-gov": "amazonaws-us-gov.com"}
_SIZES = ((1e12, "T"), (1e9, "G"), (1e6, "M"))
_LONG_NAME, _LONG_REASON = 150, 200
_MOST_CHILDREN, _MOST_DIMENSIONS = 3, 2


@dataclass(frozen=True, slots=True)
class _Alarm:
    """What both ways say. Of a composite alarm ``children`` are those that changed it."""

    name: str
    state: str
    before: str
    description: str
    reason: str
    arn: str
    changed_at: JSON
    trigger: dict[str, JSON]
    children: list[str]


def describe(message: dict[str, JSON], now: datetime) -> Event | None:
    """Say what became of an alarm; None for what is no alarm."""
    alarm = _of_topic(message) or _of_rule(message)
    if alarm is None:
        return None
    status, severity = _STATES[alarm.state]
    event = tell(
        f"{alarm.name} {_now(alarm)}",
        alarm.description if status == "firing" else "",  # else it reads as if it still were
        _why(alarm) if status != "resolved" else "",
        _ago(alarm, now),
        url=_console(alarm),
        status=status,
        severity=severity,
        body=first([alarm.description, alarm.reason]),
        thread=alarm.arn or alarm.name,
        fields=message,
        where=_where(alarm.trigger),
    )
    return replace(event, title=alarm.name)


def _of_topic(message: dict[str, JSON]) -> _Alarm | None:
    name, state = words(message.get("AlarmName"), _LONG_NAME), message.get("NewStateValue")
    if not name or not isinstance(state, str) or state not in _STATES:
        return None
    return _Alarm(
        name=name,
        state=state,
        before=words(message.get("OldStateValue")),
        description=words(message.get("AlarmDescription")),
        reason=words(message.get("NewStateReason")),
        arn=words(message.get("AlarmArn")),
        changed_at=message.get("StateChangeTime"),
        trigger=mapping(message.get("Trigger")),
        children=[_name(mapping(child).get("Arn")) for child in items(message.get("TriggeringChildren"))],
    )


def _of_rule(message: dict[str, JSON]) -> _Alarm | None:
    detail = mapping(message.get("detail"))
    state, name = mapping(detail.get("state")), words(detail.get("alarmName"), _LONG_NAME)
    value = state.get("value")
    if not name or not isinstance(value, str) or value not in _STATES:
        return None
    set_up = mapping(detail.get("configuration"))
    return _Alarm(
        name=name,
        state=value,
        before=words(mapping(detail.get("previousState")).get("value")),
        description=words(set_up.get("description")),
        reason=words(state.get("reason")),
        arn=first(map(words, items(message.get("resources")))),
        changed_at=state.get("timestamp"),
        trigger={},
        children=[],
    )


def _now(alarm: _Alarm) -> str:
    if alarm.state == "OK":
        return "is OK again" if alarm.before == "ALARM" else "is OK"
    return "is in alarm" if alarm.state == "ALARM" else "has not enough data"


def _why(alarm: _Alarm) -> str:
    """Return what was measured, or which alarms stand behind it; else the reason as CloudWatch gives it."""
    children = list(filter(None, alarm.children))
    if children:
        more = len(children) - _MOST_CHILDREN
        said = ", ".join(children[:_MOST_CHILDREN]) + (f" and {more} more" if more > 0 else "")
        return f"because of {said}"
    return _measured(alarm) or words(alarm.reason, _LONG_REASON)


def _measured(alarm: _Alarm) -> str:
    trigger = alarm.trigger
    newest, sign = _NEWEST.search(alarm.reason), _SIGNS.get(words(trigger.get("ComparisonOperator")))
    name, threshold = _metric(trigger), trigger.get("Threshold")
    if not newest or not sign or not name or not isinstance(threshold, int | float):
        return ""
    where = _where(trigger)
    return f"{name}{f' of {where}' if where else ''} is {_short(newest[1])}, alarm {sign} {_short(threshold)}"


def _metric(trigger: dict[str, JSON]) -> str:
    """Return the metric's name, or what the result of an expression is called."""
    asked = (mapping(metric) for metric in items(trigger.get("Metrics")))
    result = next((metric for metric in asked if metric.get("ReturnData") is True), {})
    return first(words(value, _LONG_NAME) for value in (trigger.get("MetricName"), result.get("Label")))


def _where(trigger: dict[str, JSON]) -> str:
    return ", ".join(fitting(_dimensions(trigger), _LONG_NAME)[:_MOST_DIMENSIONS])


def _dimensions(trigger: dict[str, JSON]) -> list[str]:
    """Return what the metric is of; CloudWatch has written the names both ways."""
    given = (mapping(dimension) for dimension in items(trigger.get("Dimensions")))
    return list(filter(None, (words(one.get("value", one.get("Value")), _LONG_NAME) for one in given)))


def _short(number: str | float) -> str:
    """Return a number as people say it: bytes in particular are many."""
    try:
        value = float(number)
    except (ValueError, OverflowError):  # such as 1.2.3, or a number of hundreds of digits
        return str(number)[:20]
    for size, unit in _SIZES:
        if abs(value) >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value:.6g}"


def _ago(alarm: _Alarm, now: datetime) -> str:
    """Say when it was, if it wasn't just now."""
    changed = clock.read(alarm.changed_at)
    age = (now - changed).total_seconds() if changed else 0
    return f"{clock.say(age)} ago" if age >= clock.MINUTE else ""


def _name(arn: JSON) -> str:
    found = _ARN.fullmatch(words(arn))
    return found[3] if found else ""


def _console(alarm: _Alarm) -> str:
    """Return the alarm's page in the console."""
    found = _ARN.fullmatch(alarm.arn)
    if not found:
        return ""
    partition, region, name = found.groups()
    home = f"https://{region}.console.{_CONSOLES[partition]}/cloudwatch/home?region={region}"
    return link(f"{home}#alarmsV2:alarm/{quote(name, safe='')}")
