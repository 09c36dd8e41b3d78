"""What somebody reads of an event of a sender that follows Standard Webhooks."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hookline.sources.kind import MAX_TEXT
from hookline.sources.standard_webhooks import describe

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (
            {"type": "invoice.paid", "timestamp": "2026-11-02T12:00:00Z", "data": {"number": "7", "id": "in_7"}},
            "🔔 Invoice paid\nnumber: 7",
        ),
        (
            {"type": "issue.created", "data": {"title": "Login fails", "url": "https://t.example.com/1"}},
            "🔔 Issue created\nLogin fails\nhttps://t.example.com/1",
        ),
        (
            {"type": "issue.created", "data": {"issue": {"title": "Login fails", "body": "On Safari."}}},
            "🔔 Issue created\nLogin fails\nOn Safari.",
        ),
        ({"type": "export.failed", "data": {"reason": "Disk full."}}, "⚠️ Export failed\nDisk full."),
        ({"type": "ping", "data": {}}, "🔔 Ping"),
        ({"eventType": "userCreated", "user": {"name": "Ann"}}, "🔔 User created\nuser: Ann"),
        ({"type": 7, "title": "No type"}, "🔔 No type\ntype: 7"),
        ([1, 2], "🔔 1, 2"),
    ],
)
def test_the_type_is_said_in_words_and_then_what_any_json_says(payload: Any, said: str) -> None:
    assert describe(payload, NOW).text == said


def test_what_rules_can_ask_is_the_whole_payload() -> None:
    payload = {"type": "invoice.paid", "data": {"status": "success", "url": "https://pay.example.com/7"}}
    event = describe(payload, NOW)
    assert (event.title, event.status, event.url) == ("Invoice paid", "resolved", "https://pay.example.com/7")
    assert event.fields == payload


leaves: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.sampled_from(["x.y", "y" * 900])
)
names = st.sampled_from(["type", "data", "title", "timestamp", "event", "status", "name"]) | st.text(max_size=5)
anything = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=6), max_leaves=15
)


@settings(deadline=None, max_examples=100)
@given(anything)
def test_any_json_at_all_is_an_event_that_fits_on_a_screen(payload: Any) -> None:
    event = describe(payload, NOW)
    assert event.text.startswith(f"{event.icon} ")
    assert len(event.text) <= MAX_TEXT
    assert event.title
