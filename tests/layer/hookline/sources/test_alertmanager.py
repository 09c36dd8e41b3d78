"""What somebody reads of an alert on a lock screen at three in the morning."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hookline.sources import KINDS
from hookline.sources.alertmanager import content_key, describe, describe_item, item_key
from hookline.sources.kind import MAX_TEXT

NOW = datetime(2026, 11, 2, 3, 12, tzinfo=UTC)
GRAPH = "http://prometheus.example.com:9090/graph?g0.expr=up+%3D%3D+0&g0.tab=1"
RUNBOOK = "https://runbooks.example.com/HighCPU"


def alert(instance: str = "web-1:9100", **changes: Any) -> dict[str, Any]:
    return {
        "status": "firing",
        "labels": {"alertname": "HighCPU", "instance": instance, "job": "node", "severity": "critical"},
        "annotations": {"summary": f"CPU above 95 % on {instance} for 10 minutes"},
        "startsAt": "2026-11-02T03:00:12.345678901Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": GRAPH,
        "fingerprint": f"print-{instance}",
    } | changes


def resolved(instance: str = "web-1:9100", **changes: Any) -> dict[str, Any]:
    return alert(instance, status="resolved", endsAt="2026-11-02T03:10:30Z", **changes)


def group(*alerts: dict[str, Any], **changes: Any) -> dict[str, Any]:
    firing = any(one["status"] == "firing" for one in alerts)
    return {
        "version": "4",
        "groupKey": '{}:{alertname="HighCPU"}',
        "truncatedAlerts": 0,
        "status": "firing" if firing else "resolved",
        "receiver": "hookline",
        "groupLabels": {"alertname": "HighCPU"},
        "commonLabels": {"alertname": "HighCPU", "severity": "critical"},
        "commonAnnotations": {},
        "externalURL": "http://alertmanager.example.com:9093",
        "alerts": list(alerts),
    } | changes


def text(*alerts: dict[str, Any], **changes: Any) -> str:
    return describe(group(*alerts, **changes), NOW).text


def test_one_alert_says_what_where_how_bad_and_since_when() -> None:
    assert text(alert()) == (
        "🔥 HighCPU on web-1:9100\n"
        "CPU above 95 % on web-1:9100 for 10 minutes\n"
        "critical, for 11 min\n"
        "http://prometheus.example.com:9090/graph?g0.expr=up+%3D%3D+0&g0.tab=1"
    )


def test_one_alert_that_is_over_says_how_long_it_took() -> None:
    assert text(resolved()) == (
        "✅ HighCPU on web-1:9100\n"
        "resolved after 10 min\n"
        "http://prometheus.example.com:9090/graph?g0.expr=up+%3D%3D+0&g0.tab=1"
    )


def test_an_alert_that_has_just_begun_does_not_count_its_seconds() -> None:
    assert "\ncritical\n" in text(alert(startsAt="2026-11-02T03:11:30Z"))
    assert "\ncritical\n" in text(alert(startsAt="2026-11-02T03:20:00Z"))
    assert "\ncritical\n" in text(alert(startsAt="soon"))


def test_a_resolve_with_times_that_make_no_sense_is_still_a_resolve() -> None:
    assert "\nresolved\n" in text(resolved() | {"endsAt": "0001-01-01T00:00:00Z"})


def test_a_runbook_is_worth_more_than_a_graph() -> None:
    said = text(alert(annotations={"description": "Busy.", "runbook_url": RUNBOOK}))
    assert said.endswith(f"\nBusy.\ncritical, for 11 min\n{RUNBOOK}")


def test_a_link_that_is_too_long_is_left_out_rather_than_cut() -> None:
    long = "https://example.com/" + "x" * 400
    assert text(alert(generatorURL=long)).endswith("\ncritical, for 11 min")
    assert text(alert(annotations={"runbook_url": long})).endswith(GRAPH)


@pytest.mark.parametrize(
    ("labels", "first"),
    [
        ({"alertname": "Deadman"}, "⚠️ Deadman"),
        ({"alertname": "PodCrash", "pod": "shop-1", "severity": "warning"}, "⚠️ PodCrash on shop-1"),
        (
            {"alertname": "KubePodNotReady", "namespace": "shop", "pod": "api-0", "instance": "10.0.3.17:8080"},
            "⚠️ KubePodNotReady on shop/api-0",
        ),
        (
            {"alertname": "KubeJobFailed", "namespace": "shop", "job_name": "dump", "job": "kube-state-metrics"},
            "⚠️ KubeJobFailed on shop/dump",
        ),
        (
            {
                "alertname": "A",
                "namespace": "monitoring",
                "exported_namespace": "shop",
                "exported_pod": "api-0",
                "pod": "kube-state-metrics-0",
            },
            "⚠️ A on shop/api-0",
        ),
        (
            {"alertname": "QuotaFull", "namespace": "shop", "job": "kube-state-metrics", "instance": "10.0.3.17:8080"},
            "⚠️ QuotaFull on shop",
        ),
        (
            {"alertname": "NodeDown", "namespace": "monitoring", "pod": "node-exporter-1", "instance": "node-7:9100"},
            "⚠️ NodeDown on node-7:9100",
        ),
        (
            {"alertname": "NodeGone", "node": "n-7", "job": "kube-state-metrics", "instance": "10.0.3.17:8080"},
            "⚠️ NodeGone on n-7",
        ),
        ({"alertname": "Slow", "service": "shop", "severity": "PAGE"}, "🔥 Slow on shop"),
        ({"alertname": "Backup", "job": "dump", "severity": "none"}, "ℹ️ Backup on dump"),
        ({"severity": "critical", "instance": {"not": "text"}, "pod": "shop-1"}, "🔥 Alert on shop-1"),
        ({}, "⚠️ Alert"),
    ],
)
def test_the_first_line_says_how_bad_it_is_and_where_as_far_as_the_labels_do(
    labels: dict[str, Any], first: str
) -> None:
    assert text(alert(labels=labels)).splitlines()[0] == first


def test_where_it_is_is_also_said_by_itself_of_a_group_only_what_all_have() -> None:
    assert describe(group(alert()), NOW).where == describe_item(alert(), NOW).where == "web-1:9100"
    several = [alert("web-1"), alert("web-2")]
    assert describe(group(*several), NOW).where == ""
    same = {"alertname": "HighCPU", "namespace": "shop", "pod": "api-0"}
    assert describe(group(*several, commonLabels=same), NOW).where == "shop/api-0"


def test_a_group_names_each_alert_with_its_summary() -> None:
    assert text(alert("web-1"), alert("web-2")) == (
        "🔥 HighCPU: 2 firing\n"
        "• web-1: CPU above 95 % on web-1 for 10 minutes\n"
        "• web-2: CPU above 95 % on web-2 for 10 minutes\n"
        "http://alertmanager.example.com:9093"
    )


def test_a_summary_that_all_alerts_share_is_said_once() -> None:
    assert text(alert("web-1"), alert("web-2"), commonAnnotations={"summary": "CPU is busy"}) == (
        "🔥 HighCPU: 2 firing\nCPU is busy\n• web-1\n• web-2\nhttp://alertmanager.example.com:9093"
    )


def test_a_group_of_different_alerts_names_them() -> None:
    full = alert(labels={"alertname": "DiskFull", "instance": "db-1", "severity": "warning"}, annotations={})
    assert text(alert("web-1"), full, groupLabels={}, commonLabels={"cluster": "eu"}) == (
        "🔥 Alerts: 2 firing\n"
        "• HighCPU on web-1: CPU above 95 % on web-1 for 10 minutes\n"
        "• DiskFull on db-1\n"
        "http://alertmanager.example.com:9093"
    )


def test_a_large_group_says_how_many_more_and_how_many_are_over() -> None:
    assert text(*(alert(f"web-{n}") for n in range(8)), resolved("web-9"), commonAnnotations={"summary": "Busy"}) == (
        "🔥 HighCPU: 8 firing\nBusy\n• web-0\n• web-1\n• web-2\n• web-3\n• web-4\n"
        "… and 3 more\n✅ 1 resolved\nhttp://alertmanager.example.com:9093"
    )


def test_a_group_that_is_over_lists_what_is_over() -> None:
    assert text(resolved("web-1"), resolved("web-2"), commonAnnotations={"summary": "Busy"}) == (
        "✅ HighCPU: 2 resolved\n• web-1\n• web-2\nhttp://alertmanager.example.com:9093"
    )


def test_alerts_that_alertmanager_left_out_are_counted() -> None:
    assert "\n… and 10 more\n" in text(alert("web-1"), alert("web-2"), truncatedAlerts=10)
    assert text(alert("web-1"), truncatedAlerts=10).splitlines()[:3] == [
        "🔥 HighCPU: 1 firing",
        "• web-1: CPU above 95 % on web-1 for 10 minutes",
        "… and 10 more",
    ]


def test_alerts_that_find_no_room_are_counted() -> None:
    lines = text(*(alert("w" * 90 + str(n), annotations={"summary": "s" * 90}) for n in range(5))).splitlines()
    bullets = [line for line in lines if line.startswith("•")]
    assert 0 < len(bullets) < 5
    assert f"… and {5 - len(bullets)} more" in lines


def test_a_name_that_goes_on_and_on_leaves_room_for_the_rest() -> None:
    said = text(alert(labels={"alertname": "A" * 900, "instance": "b" * 900, "severity": "critical"}))
    assert said.startswith("🔥 AAAA")
    assert said.endswith(f"critical, for 11 min\n{GRAPH}")


@pytest.mark.parametrize("severities", [["warning", "critical"], ["critical", "warning"]])
def test_the_worst_of_what_still_fires_marks_a_group(severities: list[str]) -> None:
    alerts = [alert(labels={"alertname": "A", "severity": severity}) for severity in severities]
    assert describe(group(*alerts), NOW).severity == "critical"
    over = [alerts[severities.index("critical")] | {"status": "resolved"}, alerts[severities.index("warning")]]
    assert describe(group(*over), NOW).severity == "warning"


def test_what_rules_can_ask_of_an_alert() -> None:
    event = describe(group(alert()), NOW)
    assert (event.title, event.status, event.severity, event.icon) == ("HighCPU", "firing", "critical", "🔥")
    assert (event.body, event.url) == ("CPU above 95 % on web-1:9100 for 10 minutes", GRAPH)
    assert (event.fields["job"], event.thread) == ("node", "print-web-1:9100")


def test_what_rules_can_ask_of_a_group() -> None:
    event = describe(group(alert("web-1"), alert("web-2")), NOW)
    assert (event.title, event.status, event.url) == ("HighCPU", "firing", "http://alertmanager.example.com:9093")
    assert (event.fields, event.thread) == (
        {"alertname": "HighCPU", "severity": "critical"},
        '{}:{alertname="HighCPU"}',
    )


def test_a_group_consists_of_its_alerts_and_one_alert_of_nothing_else() -> None:
    assert describe(group(alert("web-1"), alert("web-2")), NOW).items == [alert("web-1"), alert("web-2")]
    assert describe(group(alert()), NOW).items == []


def test_an_item_of_a_group_is_told_like_an_alert_of_its_own() -> None:
    assert describe_item(alert(), NOW) == describe(group(alert()), NOW)


def test_something_else_than_an_alertmanagers_notification_is_told_like_any_json() -> None:
    assert describe({"alert": "Disk full", "text": "on db-1"}, NOW).text == "🔔 Disk full\non db-1"


def test_the_kind_reads_json_and_knows_what_makes_two_notifications_or_items_the_same() -> None:
    kind = KINDS["alertmanager"]
    assert (kind.reads, kind.content_key, kind.item_key) == ({"json"}, content_key, item_key)


names = st.sampled_from(
    ["alerts", "status", "labels", "annotations", "alertname", "instance", "severity", "summary", "startsAt", "endsAt",
     "fingerprint", "generatorURL", "groupKey", "groupLabels", "commonLabels", "commonAnnotations", "truncatedAlerts",
     "externalURL"]
)  # fmt: skip
leaves: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=9),
    st.sampled_from(["firing", "resolved", "critical", "2026-11-02T03:00:00Z", "0001-01-01T00:00:00+14:00", "x " * 400,
                     "y" * 700]),
)  # fmt: skip
anything = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names | st.text(max_size=5), inner, max_size=5),
    max_leaves=12,
)
blocks = st.dictionaries(names, leaves, max_size=4)
alerts = st.dictionaries(names, anything | blocks, max_size=6)
groups = st.builds(
    lambda rest, listed: {**rest, "alerts": listed},
    st.dictionaries(names, anything | blocks, max_size=6),
    st.lists(alerts | anything, max_size=8),
)


@settings(deadline=None, max_examples=100)
@given(anything | groups)
def test_any_json_at_all_is_an_event_that_fits_on_a_screen(payload: Any) -> None:
    for event in (describe(payload, NOW), describe_item(payload, NOW)):
        assert event.text.strip()
        assert len(event.text) <= MAX_TEXT
        assert event.status in {"firing", "resolved", "info"}
        assert event.severity in {"critical", "warning", "info"}
        assert event.title
    json.loads(content_key(payload))
    json.loads(item_key(payload) or "null")
