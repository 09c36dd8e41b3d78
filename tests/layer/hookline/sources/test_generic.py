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
    ) == "🔥 Disk almost full\n/var is at 96 %\nhost: db-1\nhttps://mon.example.com/1"  # fmt: skip


def test_where_it_is_is_the_machine_that_somebody_names() -> None:
    assert describe({"title": "Disk almost full", "hostname": "db-1"}, NOW).where == "db-1"
    assert describe({"title": "Disk almost full", "Host": 7, "instance": "db-1:9100"}, NOW).where == "db-1:9100"
    assert describe({"title": "Disk almost full"}, NOW).where == describe("hello", NOW).where == ""


def test_a_text_without_a_headline_is_said_once() -> None:
    down = "timeout of 48000 ms exceeded while waiting for the answer of the backend behind it, for the third time"
    assert text({"msg": down, "attempt": 3}) == f"🔔 {down}\nattempt: 3"
    event = describe({"msg": down}, NOW)
    assert event.title == "timeout of 48000 ms exceeded while waiting for the answer of the backend behind…"
    assert event.body == down


def test_a_short_text_is_the_title_too() -> None:
    event = describe({"text": "deploy finished"}, NOW)
    assert (event.text, event.title, event.body) == ("🔔 deploy finished", "deploy finished", "")
    assert text({"title": "same", "message": "same"}) == "🔔 same"


def test_an_error_is_the_text_when_there_is_no_other_and_a_warning_at_least() -> None:
    assert text({"error": "boom", "level": "error"}) == "🔥 boom"
    assert text({"error": "boom"}) == "⚠️ boom"
    assert text({"job": "import", "error": {"message": "boom", "code": 7}}) == "⚠️ import\nboom\nerror: code 7"
    assert text({"job": "import", "error": None, "rows": 7}) == "🔔 import\nrows: 7"


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        ([], "🔔 Webhook"),
        ({}, "🔔 Webhook"),
        (None, "🔔 Webhook"),
        ("", "🔔 Webhook"),
        ({"a": None, "b": "", "c": []}, "🔔 Webhook"),
        ("hello", "🔔 hello"),
        (7, "🔔 7"),
        (False, "🔔 no"),
        ({"": "x"}, "🔔 Webhook\nx"),
        ([{"a": 1}, {"a": 2}], "🔔 2 entries\n• a 1\n• a 2"),
        ([{"name": "n"}] * 7, "🔔 7 entries\n• n\n• n\n• n\n• n\n• n\n… and 2 more"),
        ([{"title": "alone"}], "🔔 alone"),
        (["prod", 7, None], "🔔 prod, 7"),
        ({"name": "backup", "tags": ["prod", "db"]}, "🔔 backup\ntags: prod, db"),
        ({"title": {"not": "text"}, "name": "  "}, "🔔 Webhook\ntitle: not text"),
    ],
)
def test_whatever_there_is_is_listed(payload: Any, said: str) -> None:
    assert text(payload) == said


def test_no_more_than_eight_fields_are_listed() -> None:
    assert text({f"k{n}": n for n in range(30)}).splitlines() == ["🔔 Webhook", *(f"k{n}: {n}" for n in range(8))]


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ({"duration_seconds": 214}, "duration: 3 min"),
        ({"timeoutSeconds": 5}, "timeout: 5 s"),
        ({"exitCode": 2}, "exit code: 2"),
        ({"Full Size": 12}, "Full Size: 12"),
        ({"start_time": "2026-11-05T09:30:00Z"}, "start time: 5 Nov 2026, 09:30 UTC"),
        ({"due": 1_793_620_800}, "due: 2 Nov 2026, 12:00 UTC"),
        ({"date": "2026-12-01"}, "date: 2026-12-01"),
        ({"version": "2.14.0"}, "version: 2.14.0"),
        ({"entity_id": "sensor.leak"}, "entity id: sensor.leak"),
        ({"pod": "shop-7d9f6c5b8-x2v4q"}, "pod: shop-7d9f6c5b8-x2v4q"),
        ({"team": "ops_platform"}, "team: ops_platform"),
        ({"customer": {"id": 4, "name": "Ann", "status": "new"}}, "customer: Ann, new"),
        ({"customer": {"id": 4, "tier": 2, "since": "2026-11-02T03:00:00Z"}}, "customer: tier 2"),
        ({"health": {"api": {"status": "slow"}, "web": {"status": "fine"}}}, "health: api slow, web fine"),
        ({"build": {"a": 1, "b": 2, "c": 3, "d": 4}}, "build: a 1, b 2, c 3, …"),
        ({"labels": ["bug", "urgent"]}, "labels: bug, urgent"),
        ({"labels": [{"name": "bug"}, {"name": "urgent"}]}, "labels: bug, urgent"),
        ({"commits": [{"sha": "a"}, {"sha": "b"}]}, "commits: 2"),
        ({"hosts": ["a", "b", "c", "d"]}, "hosts: 4"),
    ],
)
def test_what_tells_something_is_told_shortly(field: dict[str, Any], said: str) -> None:
    assert text({"title": "T", **field}) == f"🔔 T\n{said}"


@pytest.mark.parametrize(
    "field",
    [
        {"ok": True}, {"gone": None}, {"id": 5}, {"id": "A-17"}, {"orderId": 4711}, {"user_id": "4711"},
        {"ref": "b1c2d3e4-0000-4000-8000-000000000001"}, {"commit": "9f1c2ab" * 6}, {"customer": "cus_QabcDEF1234567"},
        {"cursor_token": "abc"}, {"password": "hunter2"}, {"X-Api-Key": "k"}, {"created_at": "2026-11-02T03:00:00Z"},
        {"seen": "2026-11-02 03:00:00"}, {"timestamp": 1_793_620_800}, {"ts": 1_793_620_800_123},
        {"time": "1793620800"},
        {"self": "https://api.example.com/1"}, {"repo": "git://example.com/shop"}, {"headers": {"accept": "*/*"}},
        {"labels": {"app": "shop"}}, {"empty": {}}, {"none": []}, {"deep": {"id": 1, "at": "2026-11-02T03:00:00Z"}},
        {"resource": "arn:aws:sns:eu-central-1:123456789012:x"}, {"level": "info"}, {"version": "1.0"},
        {"copy": "t"},
    ],
)  # fmt: skip
def test_what_tells_nothing_is_left_out(field: dict[str, Any]) -> None:
    assert text({"title": "T", **field}) == "🔔 T"


def test_where_nothing_else_is_left_what_tells_nothing_is_told_but_no_secrets() -> None:
    assert text({"ok": False, "id": 7, "token": "s3cr3t"}) == "🔔 Webhook\nok: no\nid: 7"


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        ({"action": "opened", "issue": {"title": "Login fails"}}, "🔔 Login fails\naction: opened"),
        ({"action": "created", "repository": {"full_name": "acme/shop"}}, "🔔 acme/shop: created"),
        ({"action": "created"}, "🔔 Created"),
        ({"type": "invoice.payment_failed", "data": {"total": 7}}, "⚠️ Invoice payment failed\ntotal: 7"),
        ({"eventType": "userCreated", "user": "ann"}, "🔔 User created\nuser: ann"),
        ({"type": "com.example.order.created"}, "🔔 Order created"),
        ({"event": "Somebody rings", "type": "warning"}, "⚠️ Somebody rings"),
        ({"type": "event", "name": "Party"}, "🔔 Party"),
        ({"name": "backup", "status": "failed"}, "⚠️ backup: failed"),
        ({"service": "shop", "state": "up"}, "✅ shop: up"),
        ({"host": "db-1", "text": "disk full"}, "🔔 db-1\ndisk full"),
        ({"user": {"name": "ann"}, "text": "Hello"}, "🔔 Hello\nuser: ann"),
        ({"workflow": {"name": "import"}, "text": "Hello"}, "🔔 import\nHello"),
        ({"event": "https://example.com/e/1", "rows": 7}, "🔔 Webhook\nrows: 7"),
    ],
)
def test_the_headline_says_what_it_is_about_and_what_became_of_it(payload: Any, said: str) -> None:
    assert text(payload) == said


def test_the_link_is_one_for_people() -> None:
    api, page = "https://api.example.com/1", "https://example.com/1"
    assert text({"title": "T", "url": api, "html_url": page}).endswith(f"\n{page}")
    assert text({"issue": {"title": "T", "url": api, "html_url": page}, "user": {"url": api}}).endswith(f"\n{page}")
    assert text({"title": "T", "url": "none"}) == "🔔 T\nurl: none"


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
        ({"state": "down"}, "firing", "warning", "⚠️"),
        ({"status": "open"}, "firing", "warning", "⚠️"),
        ({"data": {"status": "open"}}, "info", "info", "🔔"),
        ({"data": {"status": "failed"}, "level": "info"}, "firing", "info", "🔔"),
        ({"type": "error"}, "info", "critical", "🔥"),
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
