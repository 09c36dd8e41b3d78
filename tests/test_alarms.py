"""The alarms of the template are complete, act only where somebody is to be told, and are explained."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hookline.conversation import Admission, Step
from local.cloud.intrinsics import Intrinsics, parse
from local.cloud.template import Template
from local.project import ROOT, TEMPLATE

ENDPOINT = "http://127.0.0.1"
DOCUMENT = parse(TEMPLATE.read_text(encoding="utf-8"))
TEMPLATED = Template.load(TEMPLATE, ENDPOINT)
PAGE = " ".join((ROOT / "docs" / "operate.md").read_text(encoding="utf-8").split())
DEPLOYED = [*(ROOT / "functions" / "layer" / "hookline").rglob("*.py"), *(ROOT / "functions").glob("*/app.py")]
# What is counted under a name that is made: of a message that waits, its status.
MADE = {"admission.status.capitalize()": {Admission(step).status.capitalize() for step in (Step.HOLD, Step.PARK)}}


def alarms(**parameters: str) -> dict[str, dict[str, Any]]:
    resolve = Intrinsics(DOCUMENT, ENDPOINT, parameters).resolve
    found = {name: it for name, it in DOCUMENT["Resources"].items() if it["Type"] == "AWS::CloudWatch::Alarm"}
    return {name: resolve(it["Properties"]) for name, it in found.items()}


ALARMS = alarms()


def dimension(alarm: dict[str, Any]) -> Any:
    [given] = alarm["Dimensions"]
    return given["Value"]


def metrics(file: Path) -> Iterator[str]:
    """Give the names of what a module counts or measures: literals, or constants of the module itself."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    constants: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            constants |= _strings(node.targets[0], node.value)
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args):
        if _is_counting(call):
            yield from _names(call.args[0], constants)


def _strings(target: ast.expr, value: ast.expr) -> dict[str, str]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        pairs = zip(target.elts, value.elts, strict=True)
    else:
        pairs = zip([target], [value], strict=True)
    return {
        name.id: it.value
        for name, it in pairs
        if isinstance(name, ast.Name) and isinstance(it, ast.Constant) and isinstance(it.value, str)
    }


def _is_counting(call: ast.Call) -> bool:
    """Any ``count(…)``, ``self._count(…)`` or ``self._measure(…)``, of others only that of the means and the counts."""
    match call.func:
        case ast.Name(id="count"):
            return True
        case ast.Attribute(attr="_count" | "_measure", value=ast.Name(id="self")):
            return True
        case ast.Attribute(attr="count", value=ast.Name(id="means") | ast.Attribute(attr="_means")):
            return True
        case ast.Attribute(attr="add", value=ast.Name(id="counts")):
            return True
    return False


def _names(given: ast.expr, constants: dict[str, str]) -> set[str]:
    match given:
        case ast.Constant(value=str(name)):
            return {name}
        case ast.Name(id=name):
            return {constants[name]}
        case ast.IfExp(body=one, orelse=other):
            return _names(one, constants) | _names(other, constants)
    return MADE[ast.unparse(given)]


COUNTED = sorted({name for file in DEPLOYED for name in metrics(file)})


def test_the_names_of_what_is_counted_are_found() -> None:
    assert {"Undelivered", "RuleFailed", "RulesRefused", "Held", "Digests", "Woken", "Honeypot"} <= set(COUNTED)
    assert {"RenderFailed", "Rejected", "DeliveryDelay"} <= set(COUNTED)


@pytest.mark.parametrize("metric", COUNTED)
def test_the_page_says_what_each_metric_counts(metric: str) -> None:
    assert f"| `{metric}` |" in PAGE


def test_the_page_of_the_costs_knows_how_many_there_are() -> None:
    assert f"[the {len(COUNTED)}](operate.md#metrics)" in (ROOT / "docs" / "cost.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ALARMS)
def test_the_page_has_the_words_of_each_alarm(name: str) -> None:
    assert f"### {name} " in PAGE
    assert ALARMS[name]["AlarmDescription"] in PAGE


def test_the_page_has_no_alarm_that_there_is_not() -> None:
    assert sorted(re.findall(r"### (\w+) ", PAGE)) == sorted(ALARMS)


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_says_what_is_the_matter_and_what_to_do_in_a_few_sentences(name: str) -> None:
    said = ALARMS[name]["AlarmDescription"]
    assert said.endswith(".")
    assert 100 < len(said) < 400


@pytest.mark.parametrize("metric", ["Errors", "Throttles"])
def test_every_function_has_an_alarm_on_its_errors_and_on_being_throttled(metric: str) -> None:
    watched = [dimension(alarm) for alarm in ALARMS.values() if alarm["MetricName"] == metric]
    assert sorted(watched) == sorted(TEMPLATED.functions)
    assert all(alarm["Namespace"] == "AWS/Lambda" for alarm in ALARMS.values() if alarm["MetricName"] == metric)


def test_the_queues_that_are_watched_are_ours_by_the_name_that_sqs_gives_them() -> None:
    watched = [dimension(alarm) for alarm in ALARMS.values() if alarm["Namespace"] == "AWS/SQS"]
    assert sorted(watched) == sorted(queue.name for queue in TEMPLATED.queues)


def test_what_is_to_run_each_minute_is_missed_when_it_does_not() -> None:
    alarm, [schedule] = ALARMS["ReleaseIsNotRunning"], TEMPLATED.schedules
    assert (dimension(alarm), alarm["MetricName"]) == (schedule.function, "Invocations")
    assert alarm["TreatMissingData"] == "breaching"
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("LessThanThreshold", 1)
    assert alarm["Period"] >= 3 * schedule.seconds


@pytest.mark.parametrize("name", [name for name in ALARMS if name != "ReleaseIsNotRunning"])
def test_of_every_other_no_news_is_good_news(name: str) -> None:
    assert ALARMS[name]["TreatMissingData"] == "notBreaching"
    assert ALARMS[name]["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"


def test_an_alarm_tells_nobody_until_somebody_is_named() -> None:
    assert {tuple(alarm.get("AlarmActions", ())) for alarm in alarms().values()} == {()}
    told = alarms(AlarmEmail="oncall@example.com").values()
    assert {tuple(alarm["AlarmActions"]) for alarm in told} == {("AlarmTopic",)}
    assert DOCUMENT["Resources"]["AlarmTopic"]["Condition"] == "HasAlarmEmail"
