"""What somebody reads when Uptime Kuma has seen something go down, or up."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hookline.sources.kind import MAX_TEXT
from hookline.sources.uptime_kuma import content_key, describe

NOW = datetime(2026, 11, 2, 3, 12, tzinfo=UTC)
SHOP = {"id": 12, "name": "Shop", "type": "http", "url": "https://shop.example.com", "hostname": None, "port": None}
DATABASE = {"id": 13, "name": "Database", "type": "port", "url": "https://", "hostname": "db-1", "port": 5432}


def payload(status: Any, monitor: Any = None, **beat: Any) -> dict[str, Any]:
    heartbeat = {"monitorID": 12, "status": status, "time": "2026-11-02 03:07:41", "msg": "timeout", **beat}
    return {"heartbeat": heartbeat, "monitor": monitor or SHOP, "msg": "[Shop] [Down] timeout"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (payload(0), "🔥 Shop is down\ntimeout\nhttps://shop.example.com"),
        (payload(1, msg="200 - OK"), "✅ Shop is up\nhttps://shop.example.com"),
        (payload(2), "⚠️ Shop is being tried again\ntimeout\nhttps://shop.example.com"),
        (payload(3, msg=""), "🔔 Shop is under maintenance\nhttps://shop.example.com"),
        (payload(0, DATABASE, msg="connect ECONNREFUSED"), "🔥 Database is down\nconnect ECONNREFUSED\ndb-1:5432"),
        (payload(0, {"url": "x"}, msg=None), "🔥 A monitor is down"),
        ({"heartbeat": None, "monitor": None, "msg": "Phone Testing"}, "🔔 Phone Testing"),
        (
            {"msg": "[Shop][https://shop.example.com] Certificate will expire in 14 days", "heartbeat": None},
            "⚠️ [Shop][https://shop.example.com] Certificate will expire in 14 days",
        ),
        (payload(9), "🔔 [Shop] [Down] timeout"),
        (payload("0"), "🔔 [Shop] [Down] timeout"),
        ({"data": json.dumps(payload(0))}, "🔥 Shop is down\ntimeout\nhttps://shop.example.com"),
        ({"data": "{broken", "msg": "hi"}, "🔔 hi"),
        ({"title": "made up"}, "🔔 made up"),
    ],
)
def test_a_monitor_is_told_by_its_name_its_state_and_why(given: Any, said: str) -> None:
    assert describe(given, NOW).text == said


def test_what_rules_can_ask_of_a_monitor() -> None:
    down, up = describe(payload(0), NOW), describe(payload(1), NOW)
    assert (down.title, down.status, down.severity, down.thread) == ("Shop", "firing", "critical", "12")
    assert (up.title, up.status, up.severity, up.thread) == ("Shop", "resolved", "critical", "12")
    assert (down.body, down.url, down.fields) == ("timeout", "https://shop.example.com", SHOP)


def test_the_same_heartbeat_is_the_same_event_and_another_is_another() -> None:
    assert content_key(payload(0)) == content_key(payload(0) | {"msg": "again"})
    assert content_key(payload(0)) == content_key({"data": json.dumps(payload(0))})
    assert content_key(payload(0)) != content_key(payload(1))
    assert content_key(payload(0)) != content_key(payload(0, time="2026-11-02 03:09:00"))
    assert content_key({"msg": "a test"}) != content_key({"msg": "a certificate"})


names = st.sampled_from(
    ["heartbeat", "monitor", "msg", "data", "status", "name", "url", "hostname", "port", "monitorID"]
)
leaves: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.integers(0, 3), st.floats(), st.text(max_size=20),
    st.sampled_from(["{", "{}", "x " * 400, "[" * 9000, '{"a":' * 9000]),
)  # fmt: skip
anything = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=6), max_leaves=15
)


@settings(deadline=None, max_examples=100)
@given(anything | st.dictionaries(names, anything, max_size=6))
def test_any_json_at_all_is_an_event_that_fits_on_a_screen(payload: Any) -> None:
    event = describe(payload, NOW)
    assert event.text.startswith(f"{event.icon} ")
    assert len(event.text) <= MAX_TEXT
    assert event.title
    json.loads(content_key(payload))
