"""What somebody reads of an incident while PagerDuty is ringing."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.layer.hookline.sources.anything import anything

from hookline.identity import event_id
from hookline.models import Inbound
from hookline.sources.kind import MAX_TEXT, Greeting
from hookline.sources.pagerduty import KIND, describe, greet

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
LINK = "https://nordwind.pagerduty.com/incidents/Q1"
INCIDENT: dict[str, Any] = {
    "type": "incident", "id": "Q1", "number": 7, "title": "Orders are late", "html_url": LINK, "urgency": "high",
    "created_at": "2026-11-02T11:40:00Z", "service": {"summary": "Checkout"}, "priority": {"summary": "P1"},
    "assignees": [{"summary": "Ann Kask"}, {"summary": "Li Wei"}],
}  # fmt: skip


def event(kind: str, agent: str | None = "Ann Kask", data: Any = INCIDENT, **changes: Any) -> dict[str, Any]:
    about = {"id": "01F", "event_type": kind, "occurred_at": "2026-11-02T12:00:00Z", "data": data}
    return {"event": about | {"agent": {"summary": agent} if agent else None} | changes}


def text(kind: str, **changes: Any) -> str:
    return describe(event(kind, **changes), NOW).text


def test_an_incident_says_where_how_bad_and_who_has_it() -> None:
    assert text("incident.triggered", agent="Checkout") == (
        f"🔥 Orders are late (#7)\ntriggered on Checkout, P1, assigned to Ann Kask, Li Wei\n{LINK}"
    )


def test_where_it_is_is_its_service() -> None:
    assert describe(event("incident.triggered"), NOW).where == "Checkout"
    note = {"type": "incident_note", "content": "on it", "incident": INCIDENT}
    assert describe(event("incident.annotated", data=note), NOW).where == "Checkout"


def test_one_that_is_over_says_by_whom_and_how_long_it_took() -> None:
    assert (
        text("incident.resolved") == f"✅ Orders are late (#7)\nresolved on Checkout by Ann Kask after 20 min\n{LINK}"
    )


def test_one_that_somebody_looks_at_says_who() -> None:
    assert text("incident.acknowledged") == f"👀 Orders are late (#7)\nacknowledged on Checkout by Ann Kask\n{LINK}"


@pytest.mark.parametrize(
    ("name", "urgency", "status", "severity"),
    [
        ("triggered", "high", "firing", "critical"),
        ("triggered", "low", "firing", "warning"),
        ("triggered", None, "firing", "critical"),
        ("reopened", "high", "firing", "critical"),
        ("unacknowledged", "high", "firing", "critical"),
        ("escalated", "low", "firing", "warning"),
        ("acknowledged", "high", "info", "info"),
        ("reassigned", "high", "info", "info"),
        ("priority_updated", "high", "info", "info"),
        ("resolved", "high", "resolved", "info"),
    ],
)
def test_what_rings_fires_by_its_urgency(name: str, urgency: str | None, status: str, severity: str) -> None:
    told = describe(event(f"incident.{name}", data=INCIDENT | {"urgency": urgency}), NOW)
    assert (told.status, told.severity, told.thread) == (status, severity, "Q1")


def about(**data: Any) -> dict[str, Any]:
    return {
        "incident": {"id": "Q1", "summary": "Orders are late", "html_url": LINK, "type": "incident_reference"}
    } | data


def test_a_note_and_an_update_are_quoted_in_the_incidents_story() -> None:
    note = describe(event("incident.annotated", data=about(content="The queue\nis full.")), NOW)
    assert note.text == f"📝 Orders are late\nnote by Ann Kask\n“The queue is full.”\n{LINK}"
    assert note.thread == "Q1"
    update = text("incident.status_update_published", agent=None, data=about(message="We are on it."))
    assert update == f"📣 Orders are late\nupdate\n“We are on it.”\n{LINK}"


def test_a_responder_is_named() -> None:
    data = about(user={"summary": "Li Wei"}, message="Can you look?")
    assert text("incident.responder.added", data=data) == (
        f"ℹ️ Orders are late\nresponder added by Ann Kask: Li Wei\n“Can you look?”\n{LINK}"
    )


def test_anything_else_says_what_changed() -> None:
    data = {"type": "service", "summary": "Checkout", "html_url": "https://nordwind.pagerduty.com/services/P7"}
    assert text("service.updated", data=data) == (
        "🔔 Checkout: service updated\nby Ann Kask\nhttps://nordwind.pagerduty.com/services/P7"
    )


def test_rules_may_ask_for_the_service_and_the_team() -> None:
    told = describe(event("incident.triggered", data=INCIDENT | {"teams": [{"summary": "Store"}]}), NOW)
    assert told.fields == {
        "event": "incident.triggered", "service": "Checkout", "urgency": "high", "priority": "P1", "team": "Store",
        "assignee": "Ann Kask, Li Wei", "agent": "Ann Kask",
    }  # fmt: skip


def test_a_test_from_pagerdutys_page_is_greeted_and_nothing_else_is() -> None:
    assert greet(event("pagey.ping", data={"type": "ping", "message": "Hello."})) == Greeting("pagey.ping")
    assert greet(event("incident.triggered")) is None
    assert greet([]) is None


def test_what_is_sent_again_is_the_same_delivery() -> None:
    inbounds = [Inbound("pagerduty", "POST", {}, {}, b"{}", request, 0) for request in ("r1", "r2")]
    assert {event_id(one, KIND, event("incident.triggered")).value for one in inbounds} == {"pagerduty:01F"}


NAMES = ["event", "event_type", "data", "type", "incident", "title", "summary", "number", "urgency", "service",
         "priority", "assignees", "agent", "teams", "user", "content", "message", "html_url", "id", "created_at",
         "occurred_at"]  # fmt: skip
VALUES = ["incident", "incident.triggered", "incident.resolved", "service.updated", "2026-11-02T12:00:00Z"]


@settings(deadline=None, max_examples=200)
@given(anything(NAMES, VALUES), st.sampled_from(VALUES))
def test_any_json_at_all_is_an_event_that_fits_on_a_screen(payload: Any, kind: str) -> None:
    for one in (
        payload,
        event(kind, data=payload),
        event(kind, data=INCIDENT | {"title": payload, "assignees": payload}),
    ):
        told = describe(one, NOW)
        assert told.text.startswith(f"{told.icon} ")
        assert len(told.text) <= MAX_TEXT
        assert told.title
        greet(one)
