"""What somebody reads when a check of Healthchecks.io is down, or up again."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hookline.sources import KINDS
from hookline.sources.healthchecks import content_key, describe
from hookline.sources.kind import MAX_TEXT

NOW = datetime(2026, 11, 2, 3, 30, tzinfo=UTC)
UUID = "5c2e7a1d-8a41-4c2b-9f0e-3d5b6a7c8e90"
PAGE = f"https://hc.example.com/checks/{UUID}/details/"


def payload(status: str = "down", exit_status: Any = "-1", **check: Any) -> dict[str, Any]:
    known = {
        "name": "Nightly backup", "desc": "See /var/log/dump.log", "status": status, "uuid": UUID,
        "last_ping": "2026-11-01T02:30:00+00:00", "update_url": f"https://hc.example.com/api/v3/checks/{UUID}",
    }  # fmt: skip
    return {
        "name": "Nightly backup", "status": status, "now": "2026-11-02T03:30:00+00:00", "exit_status": exit_status,
        "check": known | check,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (payload(), f"🔥 Nightly backup is down\nlast heard of 1 d 1 h ago\nSee /var/log/dump.log\n{PAGE}"),
        (payload(exit_status="2"), f"🔥 Nightly backup is down\nexit status 2\nSee /var/log/dump.log\n{PAGE}"),
        (payload(exit_status=2, desc=""), f"🔥 Nightly backup is down\nexit status 2\n{PAGE}"),
        (
            payload(last_ping="2026-11-02T03:29:58+00:00", desc=None),
            f"🔥 Nightly backup is down\nit says itself that it failed\n{PAGE}",
        ),
        (payload(last_ping=None), f"🔥 Nightly backup is down\n{PAGE}"),
        (payload("up"), f"✅ Nightly backup is up\n{PAGE}"),
        ({"status": "down", "name": "Backup"}, "🔥 Backup is down"),
        ({"status": "UP"}, "✅ A check is up"),
        ({"check": {"status": "down", "name": "Backup", "update_url": "none"}}, "🔥 Backup is down"),
        ({"text": "Backup is down"}, "🔔 Backup is down"),
    ],
)
def test_a_check_is_told_by_its_name_its_state_and_since_when(given: Any, said: str) -> None:
    assert describe(given, NOW).text == said


def test_what_rules_can_ask_of_a_check() -> None:
    down, up = describe(payload(), NOW), describe(payload("up"), NOW)
    assert (down.title, down.status, down.severity, down.thread) == ("Nightly backup", "firing", "critical", UUID)
    assert (up.title, up.status, up.severity, up.thread) == ("Nightly backup", "resolved", "critical", UUID)
    assert (down.url, down.fields["check"]["uuid"]) == (PAGE, UUID)


def test_the_body_to_enter_is_what_is_understood() -> None:
    entered = KINDS["healthchecks"].setup.partition("request body ")[2]
    filled = entered.replace("$NAME_JSON", '"Backup"').replace("$STATUS", "down").replace("$JSON", '{"uuid": "u"}')
    assert describe(json.loads(filled), NOW).text == "🔥 Backup is down"


def test_the_same_check_in_the_same_state_at_the_same_time_is_the_same_event() -> None:
    assert content_key(payload()) == content_key(payload() | {"exit_status": "0"})
    assert content_key(payload()) != content_key(payload("up"))
    assert content_key(payload()) != content_key(payload() | {"now": "2026-11-02T04:30:00+00:00"})
    assert content_key({"text": "a"}) != content_key({"text": "b"})


names = st.sampled_from(["name", "status", "now", "exit_status", "check", "last_ping", "desc", "update_url", "uuid"])
leaves: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20),
    st.sampled_from(["down", "up", "2026-11-02T03:00:00Z", "٣", "²", "x " * 400, "9" * 5000]),
)  # fmt: skip
anything = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=6), max_leaves=15
)


@settings(deadline=None, max_examples=100)
@given(anything | st.dictionaries(names, anything, max_size=9))
def test_any_json_at_all_is_an_event_that_fits_on_a_screen(payload: Any) -> None:
    event = describe(payload, NOW)
    assert event.text.startswith(f"{event.icon} ")
    assert len(event.text) <= MAX_TEXT
    assert event.title
    json.loads(content_key(payload))
