"""What somebody reads of an alert of Grafana's."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hookline.sources import KINDS, alertmanager
from hookline.sources.grafana import describe, describe_item
from hookline.sources.kind import MAX_TEXT

NOW = datetime(2026, 11, 2, 3, 12, tzinfo=UTC)
PANEL = "https://grafana.example.com/d/shop?viewPanel=4"
RULE = "https://grafana.example.com/alerting/grafana/ab12/view"


def alert(**changes: Any) -> dict[str, Any]:
    return {
        "status": "firing",
        "labels": {"alertname": "Slow checkout", "grafana_folder": "Shop", "instance": "web-1", "severity": "critical"},
        "annotations": {"summary": "Half wait longer than 3 s"},
        "startsAt": "2026-11-02T03:00:12Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": RULE,
        "fingerprint": "8c1b",
        "silenceURL": "https://grafana.example.com/alerting/silence/new",
        "dashboardURL": "https://grafana.example.com/d/shop",
        "panelURL": PANEL,
        "values": {"A": 3.41234, "C": 1},
    } | changes


def group(*alerts: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "status": "firing",
        "groupKey": "{}:{}",
        "groupLabels": {"alertname": "Slow checkout"},
        "commonLabels": {"alertname": "Slow checkout", "grafana_folder": "Shop"},
        "commonAnnotations": {},
        "externalURL": "https://grafana.example.com/",
        "title": "[FIRING:1] Slow checkout Shop",
        "message": "**Firing**\n\nValue: A=3.4\nLabels:\n - alertname = Slow checkout",
        "alerts": list(alerts),
    } | changes


def text(*alerts: dict[str, Any], **changes: Any) -> str:
    return describe(group(*alerts, **changes), NOW).text


def test_an_alert_is_told_with_its_panel_and_without_grafanas_own_title_and_dump() -> None:
    assert text(alert()) == (f"🔥 Slow checkout on web-1\nHalf wait longer than 3 s\ncritical, for 11 min\n{PANEL}")


def test_where_it_is_is_known_unless_somebody_wrote_a_title() -> None:
    assert describe(group(alert()), NOW).where == describe_item(alert(), NOW).where == "web-1"
    assert describe(group(alert(), title="Checkout is slow"), NOW).where == ""


def test_without_a_panel_there_is_the_dashboard_or_else_the_rule() -> None:
    assert text(alert(panelURL="")).endswith("\nhttps://grafana.example.com/d/shop")
    assert text(alert(panelURL="", dashboardURL="")).endswith(f"\n{RULE}")


def test_a_runbook_comes_before_a_panel() -> None:
    runbook = "https://runbooks.example.com/slow"
    assert text(alert(annotations={"summary": "Slow", "runbook_url": runbook})).endswith(f"\n{runbook}")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"A": 3.41234, "C": 1}, "\nA = 3.412\n"),
        ({"B": 1}, "\nB = 1\n"),
        ({"B": 1234567.0, "C": 0, "D": True}, "\nB = 1.235e+06\n"),
        ({"A": 2, "B": 3, "C": 4, "D": 5}, "\nA = 2, B = 3, C = 4\n"),
        ({"A": "much"}, "web-1\ncritical"),
        (None, "web-1\ncritical"),
        ([1], "web-1\ncritical"),
    ],
)
def test_what_was_measured_is_said_where_nobody_wrote_a_summary(values: Any, said: str) -> None:
    assert said in text(alert(annotations={}, values=values))


def test_a_rule_that_could_not_be_evaluated_is_called_by_its_name() -> None:
    labels = {"alertname": "DatasourceError", "rulename": "Slow checkout"}
    assert text(alert(labels=labels)).startswith("⚠️ Error in the query for Slow checkout\n")
    assert describe(group(alert(labels=labels)), NOW).fields == labels
    assert text(alert(labels={"alertname": "DatasourceNoData"})).startswith("⚠️ No data\n")


def test_a_title_that_somebody_wrote_is_the_headline() -> None:
    assert text(alert(), title="The shop is slow").startswith("🔥 The shop is slow\nHalf wait")
    assert text(alert(), message="Call Ann.").startswith("🔥 Slow checkout on web-1\nCall Ann.\n")


def test_a_group_is_listed_with_where_each_is() -> None:
    two = alert(labels={"alertname": "Slow checkout", "instance": "web-2"}, annotations={}, fingerprint="8c1c")
    assert text(alert(), two) == (
        "🔥 Slow checkout: 2 firing\n• web-1: Half wait longer than 3 s\n• web-2: A = 3.412\nhttps://grafana.example.com/"
    )
    assert text(alert(), two, title="The shop is slow", message="Call Ann.") == (
        "🔥 The shop is slow: 2 firing\nCall Ann.\n• web-1\n• web-2\nhttps://grafana.example.com/"
    )


def test_what_is_over_says_so_and_not_what_was_measured() -> None:
    over = alert(status="resolved", endsAt="2026-11-02T03:10:12Z", annotations={})
    assert text(over, title="[RESOLVED] Slow checkout") == (
        f"✅ Slow checkout on web-1\nresolved after 10 min\n{PANEL}"
    )


def test_what_rules_can_ask_is_what_grafana_sent() -> None:
    event = describe(group(alert(), title="The shop is slow"), NOW)
    assert (event.title, event.status, event.severity) == ("The shop is slow", "firing", "critical")
    assert (event.fields, event.thread, event.url) == (alert()["labels"], "8c1b", PANEL)
    both = describe(group(alert(), alert()), NOW)
    assert (both.items, both.fields["grafana_folder"]) == ([alert(), alert()], "Shop")
    assert describe_item(alert(), NOW) == describe(group(alert()), NOW)


def test_a_payload_that_somebody_made_up_is_told_like_any_json() -> None:
    assert describe({"title": "Slow", "alerts": []}, NOW).text.startswith("🔔 Slow")


def test_the_same_notification_is_known_as_alertmanagers_is() -> None:
    kind = KINDS["grafana"]
    assert (kind.content_key, kind.item_key) == (alertmanager.content_key, alertmanager.item_key)


names = st.sampled_from(
    ["alerts", "status", "labels", "annotations", "alertname", "rulename", "instance", "severity", "summary", "values",
     "panelURL", "title", "message", "commonLabels", "groupLabels", "A", "C"]
)  # fmt: skip
leaves: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=9),
    st.sampled_from(["firing", "resolved", "DatasourceNoData", "x " * 400, "y" * 700, 10**400]),
)  # fmt: skip
anything = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names | st.text(max_size=5), inner, max_size=5),
    max_leaves=12,
)
groups = st.builds(
    lambda rest, listed: {**rest, "alerts": listed},
    st.dictionaries(names, anything, max_size=6),
    st.lists(st.dictionaries(names, anything, max_size=6) | anything, max_size=8),
)


@settings(deadline=None, max_examples=100)
@given(anything | groups)
def test_any_json_at_all_is_an_event_that_fits_on_a_screen(payload: Any) -> None:
    for event in (describe(payload, NOW), describe_item(payload, NOW)):
        assert event.text.strip()
        assert len(event.text) <= MAX_TEXT
        assert event.title
        assert event.status in {"firing", "resolved", "info"}
        assert event.severity in {"critical", "warning", "info"}
