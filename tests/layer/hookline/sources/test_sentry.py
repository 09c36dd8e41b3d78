"""What somebody reads when Sentry has seen an error."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.layer.hookline.sources.anything import anything

from hookline.identity import event_id
from hookline.models import Inbound
from hookline.sources.kind import MAX_TEXT
from hookline.sources.sentry import KIND, describe, greet

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
LINK = "https://sentry.io/organizations/nordwind/issues/6021/"
EVENT: dict[str, Any] = {
    "title": "ValueError: total is negative", "culprit": "shop.totals in close", "level": "error", "issue_id": "6021",
    "web_url": LINK, "tags": [["environment", "production"], ["release", "shop@2.14.0"]],
}  # fmt: skip
ISSUE: dict[str, Any] = {
    "id": "6021", "shortId": "SHOP-3F", "title": "ValueError: total is negative", "culprit": "shop.totals in close",
    "level": "error", "project": {"slug": "shop"}, "permalink": LINK,
}  # fmt: skip
METRIC: dict[str, Any] = {"id": "88", "title": "Checkout is slow", "projects": ["shop"]}


def hook(action: str, actor: str = "", **data: Any) -> dict[str, Any]:
    who = {"type": "user", "name": actor} if actor else {"type": "application", "name": "Sentry"}
    return {"action": action, "installation": {"uuid": "0d7f"}, "data": data, "actor": who}


def text(action: str, actor: str = "", **data: Any) -> str:
    return describe(hook(action, actor, **data), NOW).text


def test_an_issue_alert_says_what_where_and_why_it_is_told() -> None:
    assert text("triggered", event=EVENT, triggered_rule="New errors") == (
        "🔥 ValueError: total is negative\nshop.totals in close\nerror, in production, shop@2.14.0\n"
        f"alert: New errors\n{LINK}"
    )


@pytest.mark.parametrize(
    ("data", "where"),
    [({"event": EVENT}, "production"), ({"issue": ISSUE}, "shop"), ({"metric_alert": METRIC}, "shop")],
)
def test_where_it_is_is_the_project_or_as_far_as_an_error_says_the_environment(data: Any, where: str) -> None:
    assert describe(hook("triggered", **data), NOW).where == where


def test_a_single_error_has_no_rule() -> None:
    assert text("created", error=EVENT | {"tags": None}) == (
        f"🔥 ValueError: total is negative\nshop.totals in close\nerror\n{LINK}"
    )


@pytest.mark.parametrize(
    ("level", "severity", "icon"),
    [("fatal", "critical", "🔥"), ("error", "critical", "🔥"), ("warning", "warning", "⚠️"), ("info", "info", "ℹ️"),
     (None, "info", "ℹ️"), ("Error", "critical", "🔥")],
)  # fmt: skip
def test_how_bad_it_is_is_its_level(level: str | None, severity: str, icon: str) -> None:
    told = describe(hook("triggered", event=EVENT | {"level": level}), NOW)
    assert (told.severity, told.icon, told.status) == (severity, icon, "firing")


@pytest.mark.parametrize(
    ("action", "actor", "status", "first_two"),
    [
        ("created", "", "firing", ["🔥 ValueError: total is negative (SHOP-3F)", "new issue in shop"]),
        ("unresolved", "", "firing", ["🔥 ValueError: total is negative (SHOP-3F)", "open again in shop"]),
        (
            "resolved",
            "Li Wei",
            "resolved",
            ["✅ ValueError: total is negative (SHOP-3F)", "resolved in shop by Li Wei"],
        ),
        ("archived", "Li Wei", "info", ["ℹ️ ValueError: total is negative (SHOP-3F)", "archived in shop by Li Wei"]),
    ],
)
def test_an_issue_says_what_became_of_it(action: str, actor: str, status: str, first_two: list[str]) -> None:
    told = describe(hook(action, actor, issue=ISSUE), NOW)
    assert (told.status, told.text.splitlines()[:2]) == (status, first_two)
    assert told.text.endswith(LINK)


def test_an_assigned_issue_says_to_whom() -> None:
    assigned = ISSUE | {"assignedTo": {"name": "Ann Kask"}}
    assert "\nassigned in shop by Li Wei to Ann Kask\n" in text("assigned", "Li Wei", issue=assigned)


def test_an_alert_and_the_end_of_its_issue_are_one_story() -> None:
    threads = {describe(hook(*one, **data), NOW).thread for one, data in (
        (("triggered",), {"event": EVENT}), (("resolved", "Li Wei"), {"issue": ISSUE}),
        (("created", "Li Wei"), {"comment": "Mine.", "issue_id": 6021}))}  # fmt: skip
    assert threads == {"issue 6021"}


def test_a_metric_alert_says_what_is_measured_and_when_it_is_over_no_longer() -> None:
    about = {"description_text": "2310 p95() in the last 5 minutes\\nFilter: x", "web_url": LINK}
    assert text("critical", metric_alert=METRIC, **about) == (
        f"🔥 Checkout is slow\ncritical in shop\n2310 p95() in the last 5 minutes\n{LINK}"
    )
    assert text("warning", metric_alert=METRIC, **about).startswith("⚠️ Checkout is slow\nwarning in shop\n")
    over = describe(hook("resolved", metric_alert=METRIC, **about), NOW)
    assert over.text == f"✅ Checkout is slow\nresolved in shop\n{LINK}"
    assert (over.status, over.thread) == ("resolved", "metric alert 88")
    named = {"alert_rule": {"name": "Slow"}}
    assert text("critical", metric_alert=named, description_text="a\nb") == "🔥 Slow\ncritical\na"


def test_a_comment_is_quoted() -> None:
    assert text("created", "Li Wei", comment="Fixed in\n2.14.1.", issue_id=6021, project_slug="shop") == (
        "💬 “Fixed in 2.14.1.”\ncomment created by Li Wei"
    )


def test_rules_may_ask_for_the_resource_although_its_header_is_not_signed() -> None:
    assert describe(hook("triggered", event=EVENT, triggered_rule="New errors"), NOW).fields == {
        "event": "event_alert", "action": "triggered", "level": "error", "environment": "production",
        "release": "shop@2.14.0", "rule": "New errors",
    }  # fmt: skip


def test_an_installation_is_greeted_and_its_end_is_told() -> None:
    greeting = greet(hook("created", installation={"uuid": "0d7f"}))
    assert greeting is not None
    assert greeting.reason == "installation"
    assert greet(hook("deleted", installation={})) is greet(hook("created", issue=ISSUE)) is greet(None) is None
    assert text("deleted", "Li Wei", installation={}) == "⚠️ The Sentry integration was deleted\nby Li Wei"


def test_the_request_id_is_the_delivery() -> None:
    inbound = Inbound("sentry", "POST", {"request-id": "5b0f"}, {}, b"{}", "r1", 0)
    assert event_id(inbound, KIND, hook("resolved", issue=ISSUE)).value == "sentry:5b0f"


NAMES = ["action", "data", "actor", "event", "error", "issue", "metric_alert", "comment", "installation", "title",
         "tags", "level", "culprit", "metadata", "type", "value", "project", "slug", "projects", "description_text",
         "alert_rule", "name", "id", "issue_id", "web_url", "shortId"]  # fmt: skip
VALUES = ["resolved", "triggered", "critical", "error", "environment", "https://sentry.io/x"]


@settings(deadline=None, max_examples=200)
@given(anything(NAMES, VALUES), st.sampled_from(["event", "error", "issue", "metric_alert", "comment", "installation"]))
def test_any_json_at_all_is_an_event_that_fits_on_a_screen(payload: Any, name: str) -> None:
    for one in (payload, hook("triggered", **{name: payload}), {"data": {name: payload}, "action": payload}):
        told = describe(one, NOW)
        assert told.text.startswith(f"{told.icon} ")
        assert len(told.text) <= MAX_TEXT
        assert told.title
        greet(one)
