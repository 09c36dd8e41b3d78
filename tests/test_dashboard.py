"""The dashboard of the template is one that CloudWatch takes, and shows what there is: every alarm, every metric."""

import json
import re
from itertools import pairwise
from typing import Any

import pytest
from tests.test_alarms import ALARMS, COUNTED, DOCUMENT, ENDPOINT

from local.cloud.intrinsics import REGION, Intrinsics
from local.cloud.template import Template
from local.project import ROOT, TEMPLATE

STACK = "hookline"
PARAMETERS = {"MaximumConcurrency": "37"}
INTRINSICS = Intrinsics(DOCUMENT, ENDPOINT, PARAMETERS)
PROPERTIES = INTRINSICS.resolve(DOCUMENT["Resources"]["Dashboard"]["Properties"])
BODY = json.loads(PROPERTIES["DashboardBody"])
WIDGETS: list[dict[str, Any]] = BODY["widgets"]
GRAPHS = [widget["properties"] for widget in WIDGETS if widget["type"] == "metric"]
COLUMNS = 24
MOST_METRICS_FOR_FREE = 50  # of the three dashboards that an account has for nothing
# What AWS counts, and by which dimension: the pages of Lambda, SQS and API Gateway about metrics.
OF_AWS = {
    "AWS/Lambda": ("FunctionName", {"Invocations", "Errors", "Throttles", "Duration", "ConcurrentExecutions"}),
    "AWS/SQS": (
        "QueueName",
        {
            "ApproximateAgeOfOldestMessage",
            "ApproximateNumberOfMessagesVisible",
            "ApproximateNumberOfMessagesNotVisible",
        },
    ),
    "AWS/ApiGateway": ("ApiId", {"Count", "4xx", "5xx", "Latency", "IntegrationLatency"}),
}
STATISTICS = re.compile(r"Sum|Maximum|Average|p\d\d")
# What each function counts, by the page; other tests hold that to the code.
SERVICES = {
    metric: re.findall(r"\w+", services)
    for metric, services in re.findall(
        r"^\| `(\w+)` \| ([`\w, ]+) \|", (ROOT / "docs" / "operate.md").read_text(encoding="utf-8"), re.MULTILINE
    )
}


def shown() -> list[tuple[str, str, str, str]]:
    """Return namespace, name and the one dimension of each metric that is shown."""
    metrics = [metric for graph in GRAPHS for metric in graph["metrics"]]
    return [tuple(metric[:4]) for metric in metrics]


SHOWN = sorted(set(shown()))
PHYSICAL = {
    "FunctionName": set(Template.load(TEMPLATE, ENDPOINT).functions),
    "QueueName": {queue.name for queue in Template.load(TEMPLATE, ENDPOINT).queues},
    "ApiId": {"Api"},
}


@pytest.mark.parametrize(("namespace", "name", "dimension", "value"), SHOWN)
def test_every_metric_that_is_shown_is_one_that_there_is(namespace: str, name: str, dimension: str, value: str) -> None:
    if namespace == STACK:
        assert name in COUNTED
        assert (dimension, value in SERVICES[name]) == ("service", True)
    else:
        assert (dimension, name in OF_AWS[namespace][1]) == (OF_AWS[namespace][0], True)
        assert value in PHYSICAL[dimension]


def test_every_metric_that_is_counted_is_shown() -> None:
    assert {name for namespace, name, _, _ in SHOWN if namespace == STACK} == set(COUNTED)


def test_it_is_one_of_those_that_are_free() -> None:
    assert len(shown()) <= MOST_METRICS_FOR_FREE


def test_what_a_person_looks_at_first_are_the_alarms_all_of_them() -> None:
    [first, *_] = sorted(WIDGETS, key=lambda widget: (widget["y"], widget["x"]))
    assert first["type"] == "alarm"
    assert sorted(arn.rpartition(":")[2] for arn in first["properties"]["alarms"]) == sorted(ALARMS)


def test_then_whether_anything_is_lost_late_or_refused() -> None:
    ordered = sorted((widget for widget in WIDGETS if widget["type"] == "metric"), key=lambda it: (it["y"], it["x"]))
    assert [widget["properties"]["title"] for widget in ordered[:3]] == ["Lost", "Late", "Refused"]


@pytest.mark.parametrize("graph", GRAPHS, ids=lambda graph: graph["title"])
def test_a_graph_says_of_which_region_and_how_it_is_summed_up(graph: dict[str, Any]) -> None:
    assert (graph["region"], graph["period"]) == (REGION, 300)
    options = [metric[4] for metric in graph["metrics"] if len(metric) > 4]
    for statistic in [graph["stat"], *(each["stat"] for each in options if "stat" in each)]:
        assert STATISTICS.fullmatch(statistic)


def test_what_takes_how_long_is_shown_for_the_half_and_for_nearly_all() -> None:
    for name in ("DeliveryDelay", "ProviderLatency"):
        [graph] = [graph for graph in GRAPHS if name in [metric[1] for metric in graph["metrics"]]]
        assert [metric[4].get("stat", graph["stat"]) for metric in graph["metrics"]] == ["p50", "p99"]


def test_lines_are_drawn_where_the_template_has_its_limits() -> None:
    lines = [line for graph in GRAPHS for line in graph.get("annotations", {}).get("horizontal", [])]
    assert {line["label"]: line["value"] for line in lines} == {
        "QueueIsLate": ALARMS["QueueIsLate"]["Threshold"],
        "MaximumConcurrency of deliver": int(PARAMETERS["MaximumConcurrency"]),
    }


def test_no_widget_lies_on_another_or_beside_the_page() -> None:
    places = [(w["x"] + dx, w["y"] + dy) for w in WIDGETS for dx in range(w["width"]) for dy in range(w["height"])]
    assert len(places) == len(set(places))
    assert max(x for x, _ in places) < COLUMNS
    heights = sorted({widget["y"] for widget in WIDGETS})
    assert all(after - before <= 6 for before, after in pairwise(heights)), "there is a gap"


def test_two_stacks_and_two_regions_have_dashboards_of_their_own() -> None:
    assert PROPERTIES["DashboardName"] == f"{STACK}-{REGION}"


def test_its_address_is_given_out() -> None:
    address = Template.load(TEMPLATE, ENDPOINT).outputs["Dashboard"]
    assert (
        address
        == f"https://{REGION}.console.aws.amazon.com/cloudwatch/home?region={REGION}#dashboards/dashboard/Dashboard"
    )
