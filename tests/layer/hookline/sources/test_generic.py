"""What somebody reads of JSON that nobody has described."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hookline.sources.generic import describe
from hookline.sources.kind import MAX_TEXT, fitting, lines, link, words

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def text(payload: Any) -> str:
    return describe(payload, NOW).text


def test_the_names_that_senders_use_give_a_headline_a_text_and_a_link() -> None:
    assert text(
        {"title": "Disk almost full", "message": "/var is at 96 %", "severity": "critical", "host": "db-1",
         "url": "https://mon.example.com/1"}
    ) == "🔥 Disk almost full\n/var is at 96 %\nseverity: critical\nhost: db-1\nhttps://mon.example.com/1"  # fmt: skip


def test_a_text_without_a_headline_is_said_once() -> None:
    down = "[Shop] [🔴 Down] timeout of 48000 ms exceeded while waiting for the answer of the backend behind it"
    payload = {"heartbeat": {"status": 0, "important": True}, "monitor": {"name": "Shop"}, "msg": down}
    assert text(payload) == f"🔔 {down}\nheartbeat.status: 0\nheartbeat.important: yes\nmonitor.name: Shop"
    event = describe(payload, NOW)
    assert event.title == "[Shop] [🔴 Down] timeout of 48000 ms exceeded while waiting for the answer of…"
    assert event.body == down


def test_a_short_text_is_the_title_too() -> None:
    event = describe({"text": "deploy finished"}, NOW)
    assert (event.text, event.title, event.body) == ("🔔 deploy finished", "deploy finished", "")
    assert text({"title": "same", "message": "same"}) == "🔔 same"


def test_an_error_is_the_text_when_there_is_no_other() -> None:
    assert text({"error": "boom", "level": "error"}) == "🔥 boom\nlevel: error"


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        ([], "🔔 Webhook"),
        ({}, "🔔 Webhook"),
        (None, "🔔 Webhook"),
        ("", "🔔 Webhook"),
        ({"a": None, "b": "", "c": []}, "🔔 Webhook"),
        ("hello", "🔔 Webhook\nhello"),
        (7, "🔔 Webhook\n7"),
        (False, "🔔 Webhook\nno"),
        ({"": "x"}, "🔔 Webhook\nx"),
        ([{"a": 1}, {"a": 2}], "🔔 Webhook\n[0].a: 1\n[1].a: 2"),
        (["prod", 7, None], "🔔 Webhook\nprod, 7"),
        ({"name": "backup", "tags": ["prod", "db"]}, "🔔 backup\ntags: prod, db"),
        ({"title": {"not": "text"}, "name": "  "}, "🔔 Webhook\ntitle.not: text"),
    ],
)
def test_whatever_there_is_is_listed(payload: Any, said: str) -> None:
    assert text(payload) == said


def test_a_field_without_a_name_is_listed_like_any_other() -> None:
    assert "value" in text({"": "value"})


def test_no_more_than_eight_fields_are_listed() -> None:
    assert text({"a": {f"k{n}": n for n in range(30)}}).splitlines() == [
        "🔔 Webhook",
        *(f"a.k{n}: {n}" for n in range(8)),
    ]


def test_a_link_that_is_too_long_is_left_out_rather_than_cut() -> None:
    assert text({"title": "Build", "url": "https://ci.example.com/" + "x" * 400}) == "🔔 Build"


def test_a_long_headline_leaves_room_for_the_text() -> None:
    said = text({"title": "T " * 400, "message": "m " * 100 + "end"})
    assert said.startswith("🔔 T T T")
    assert said.endswith("m end")


@pytest.mark.parametrize(
    ("payload", "status", "severity", "icon"),
    [
        ({"status": "FIRING", "severity": "Critical"}, "firing", "critical", "🔥"),
        ({"state": "alerting", "level": "warn"}, "firing", "warning", "⚠️"),
        ({"status": "resolved", "severity": "critical"}, "resolved", "critical", "✅"),
        ({"state": "ok"}, "resolved", "info", "✅"),
        ({"status": 200, "priority": "P1"}, "info", "critical", "🔥"),
        ({"status": ["down"], "severity": {"a": 1}}, "info", "info", "🔔"),
        ({}, "info", "info", "🔔"),
    ],
)
def test_status_and_severity_are_read_from_the_words_that_senders_use(
    payload: dict[str, Any], status: str, severity: str, icon: str
) -> None:
    event = describe(payload, NOW)
    assert (event.status, event.severity, event.icon) == (status, severity, icon)


names = st.sampled_from(["title", "message", "text", "url", "status", "severity", "name", "error", ""]) | st.text()
leaves: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.sampled_from(["x " * 500, "y" * 900])
)
anything = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(names, inner, max_size=9), max_leaves=20
)


@settings(deadline=None, max_examples=100)
@given(anything)
def test_any_json_at_all_is_an_event_that_fits_on_a_screen(payload: Any) -> None:
    event = describe(payload, NOW)
    assert event.text.startswith(f"{event.icon} ")
    assert len(event.text) <= MAX_TEXT
    assert event.title
    assert event.text.split() != [event.icon]


@given(st.one_of(leaves, st.lists(leaves), st.dictionaries(st.text(), leaves)), st.integers(len("yes"), 50))
def test_words_are_one_line_within_their_limit(value: Any, limit: int) -> None:
    said = words(value, limit)
    assert len(said) <= limit + 1
    assert said == " ".join(said.split())


def test_words_are_cut_between_words() -> None:
    assert words("one two three", 9) == "one two…"
    assert words("abcdefghij", 5) == "abcde…"
    assert words(" a \n b ") == "a b"


@given(st.lists(st.text(max_size=300)))
def test_lines_never_exceed_a_default_text(parts: list[str]) -> None:
    assert len(lines(*parts)) <= MAX_TEXT


@given(st.lists(st.text(max_size=30)), st.integers(0, 100))
def test_what_fits_is_a_beginning_that_finds_room(parts: list[str], room: int) -> None:
    kept = fitting(parts, room)
    assert kept == parts[: len(kept)]
    assert sum(len(part) + 1 for part in kept) <= room
    assert kept == parts or sum(len(part) + 1 for part in parts[: len(kept) + 1]) > room


@pytest.mark.parametrize("value", [None, 7, ["https://example.com"], "https://example.com/" + "x" * 300])
def test_what_is_no_link_or_too_long_a_one_is_none(value: Any) -> None:
    assert link(value) == ""
