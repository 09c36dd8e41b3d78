"""The table of what the provider's answers mean, row by row."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blooio import Outcome, Verdict, classify, unreachable

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def answer(status: int, payload: Any = None, **headers: str) -> Outcome:
    body = b"" if payload is None else json.dumps(payload).encode()
    return classify(
        status, httpx.Headers({name.replace("_", "-"): value for name, value in headers.items()}), body, NOW
    )


def enveloped(code: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": "as it is said", "details": {"more": 1}}}


@pytest.mark.parametrize("status", [200, 201, 202])
def test_an_accepted_message_is_sent_with_its_id_and_status(status: int) -> None:
    outcome = answer(status, {"id": "msg_1", "status": "queued", "protocol": "pending"})
    assert outcome.verdict is Verdict.SENT
    assert outcome.message is not None
    assert (outcome.message.id, outcome.message.status, outcome.message.protocol) == ("msg_1", "queued", "pending")


def test_a_201_that_says_failed_is_undeliverable_with_the_providers_error() -> None:
    outcome = answer(201, {"id": "msg_1", "status": "failed", "error": {"code": "no_route", "message": "No route."}})
    assert (outcome.verdict, outcome.code, outcome.reason) == (Verdict.UNDELIVERABLE, "no_route", "No route.")
    assert outcome.message is not None
    assert outcome.message.id == "msg_1"


@pytest.mark.parametrize("error", [{}, None, "No route.", 7])
def test_a_failure_without_a_readable_error_is_undeliverable_all_the_same(error: Any) -> None:
    outcome = answer(201, {"id": "msg_1", "status": "failed", "error": error})
    assert (outcome.verdict, outcome.code) == (Verdict.UNDELIVERABLE, None)


@pytest.mark.parametrize("body", [b"", b"<html>", b"{", b"[]", b"null", b"{}", b'"sent"', b"\xff\xfe", b"[" * 100_000])
def test_a_2xx_that_cannot_be_read_is_asked_again(body: bytes) -> None:
    outcome = classify(201, {}, body, NOW)
    assert (outcome.verdict, outcome.http_status, outcome.code) == (Verdict.RETRY, 201, "unreadable_answer")


def test_a_2xx_whose_status_is_no_text_is_asked_again() -> None:
    assert answer(201, {"id": "msg_1", "status": {"now": "sent"}}).verdict is Verdict.RETRY


def test_one_field_of_an_unexpected_shape_does_not_make_a_sent_message_unsent() -> None:
    outcome = answer(201, {"id": 17, "status": "sent", "preview": "text", "fallback": [], "would_send": "perhaps"})
    assert outcome.verdict is Verdict.SENT
    assert outcome.message is not None
    assert (outcome.message.id, outcome.message.preview, outcome.message.fallback) == ("17", None, None)


@pytest.mark.parametrize(
    ("status", "code", "verdict"),
    [
        (429, "conversation_awaiting_reply", Verdict.AWAIT_RECIPIENT),
        (429, "conversation_streak_limit", Verdict.AWAIT_RECIPIENT),
        (429, "conversation_inactive_paused", Verdict.AWAIT_RECIPIENT),
        (403, "conversation_content_restricted", Verdict.AWAIT_RECIPIENT),
        (403, "safety_new_conversations_paused", Verdict.BLOCKED),
        (403, "safety_reply_only", Verdict.BLOCKED),
        (403, "safety_account_review", Verdict.BLOCKED),
        (403, "inbound_only_no_prior_inbound", Verdict.BLOCKED),
        (429, "outbound_limit_reached", Verdict.BLOCKED),
        (429, "new_conversation_limit_reached", Verdict.BLOCKED),
        (402, "payment_required", Verdict.BLOCKED),
        (401, "unauthorized", Verdict.AUTH),
        (404, "chat_not_found", Verdict.UNDELIVERABLE),
        (409, "chat_closed", Verdict.UNDELIVERABLE),
        (409, "channel_not_active", Verdict.UNDELIVERABLE),
        (409, "idempotency_key_reused", Verdict.INVALID),
        (409, "idempotency_conflict", Verdict.INVALID),
        (400, "bad_request", Verdict.INVALID),
        (422, "validation_failed", Verdict.INVALID),
        (422, "reply_target_not_found", Verdict.INVALID),
        (501, "not_implemented", Verdict.INVALID),
        (403, "something_new", Verdict.BLOCKED),
        (418, "something_new", Verdict.INVALID),
        (408, "timeout", Verdict.RETRY),
        (425, "too_early", Verdict.RETRY),
        (429, "rate_limited", Verdict.RETRY),
        (500, "internal", Verdict.RETRY),
        (502, "bad_gateway", Verdict.RETRY),
        (503, "unavailable", Verdict.RETRY),
        (504, "timeout", Verdict.RETRY),
        (599, "something_new", Verdict.RETRY),
    ],
)
def test_each_refusal_has_its_verdict_and_keeps_the_providers_words(status: int, code: str, verdict: Verdict) -> None:
    assert answer(status, enveloped(code)) == Outcome(verdict, status, code, "as it is said")


@pytest.mark.parametrize("status", [401, 403])
def test_a_flat_error_is_about_the_key(status: int) -> None:
    outcome = answer(status, {"error": "Unauthorized", "message": "Invalid API key", "status": status})
    assert outcome == Outcome(Verdict.AUTH, status, "Unauthorized", "Invalid API key")


def test_a_code_says_more_than_the_shape_it_comes_in() -> None:
    assert answer(403, {"error": "safety_reply_only", "message": "-", "status": 403}).verdict is Verdict.BLOCKED


def test_a_code_says_more_than_the_status_it_comes_with() -> None:
    assert answer(503, enveloped("conversation_streak_limit")).verdict is Verdict.AWAIT_RECIPIENT


@pytest.mark.parametrize(
    ("status", "verdict"),
    [(401, Verdict.AUTH), (404, Verdict.UNDELIVERABLE), (409, Verdict.UNDELIVERABLE), (422, Verdict.INVALID),
     (429, Verdict.RETRY), (500, Verdict.RETRY), (502, Verdict.RETRY), (302, Verdict.RETRY), (100, Verdict.RETRY)],
)  # fmt: skip
def test_without_a_readable_body_the_status_decides(status: int, verdict: Verdict) -> None:
    assert answer(status) == Outcome(verdict, status)


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("0", 0.0),
        ("17", 17.0),
        (" 17 ", 17.0),
        ("86400", 86400.0),
        (format_datetime(NOW + timedelta(minutes=2), usegmt=True), 120.0),
        (format_datetime(NOW - timedelta(minutes=2), usegmt=True), 0.0),
        ("Mon, 02 Nov 2026 12:00:30", 30.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("9" * 400, None),
        ("Mon, 00 Jan 0000 00:00:00 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 -9999999999", None),
    ],
)
def test_the_wish_to_wait_is_read_as_seconds_from_now(asked: str, seconds: float | None) -> None:
    assert classify(503, {"retry-after": asked}, b"", NOW).retry_after == seconds


def test_the_wish_to_wait_is_heard_with_a_retry_only() -> None:
    assert answer(429, enveloped("rate_limited"), retry_after="9").retry_after == 9
    assert answer(429, enveloped("conversation_streak_limit"), retry_after="9").retry_after is None
    assert answer(201, {"id": "msg_1", "status": "queued"}, retry_after="9").retry_after is None


@pytest.mark.parametrize("body", [b'{"error": {"code": "\\ud83d"}}', b'{"error": {"code": "\xed\xa0\xbd"}}'])
def test_half_a_character_can_be_stored_however_it_is_written(body: bytes) -> None:
    code = classify(422, {}, body, NOW).code
    assert code is not None
    assert set(code.encode().decode()) <= {"?", "\ufffd"}


def test_half_a_character_in_an_error_can_be_stored() -> None:
    outcome = classify(422, {}, b'{"error": {"code": "x", "message": "half \\ud83d here, whole \\ud83d\\ude00"}}', NOW)
    assert outcome.reason == "half ? here, whole 😀"


def test_a_long_reason_is_cut() -> None:
    assert answer(422, {"error": {"code": "x", "message": "m" * 9000}}).reason == "m" * 500


def test_what_could_not_be_reached_may_have_arrived_so_it_is_tried_again() -> None:
    assert unreachable(httpx.ReadTimeout("too slow")) == Outcome(Verdict.RETRY, None, "ReadTimeout", "too slow")
    assert unreachable(httpx.ConnectError("")).reason is None


leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.just("\ud83d")
anything = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=5,
)
fields = st.sampled_from(["id", "status", "error", "fallback", "message", "code", "preview", "dry_run"])
bodies = st.binary() | st.dictionaries(
    fields, anything | st.dictionaries(fields, anything, max_size=3), max_size=5
).map(lambda payload: json.dumps(payload).encode())


@settings(deadline=None, max_examples=200)
@given(
    status=st.integers(100, 599) | st.sampled_from([200, 201, 403, 409, 429]),
    wait=st.none() | st.text() | st.integers().map(str) | st.datetimes().map(format_datetime),
    body=bodies,
)
def test_any_answer_at_all_has_an_outcome_that_can_be_stored(status: int, wait: str | None, body: bytes) -> None:
    outcome = classify(status, {} if wait is None else {"retry-after": wait}, body, NOW)
    assert outcome.http_status == status
    assert (outcome.verdict is Verdict.SENT) <= (200 <= status < 300)
    assert "\ud83d" not in f"{outcome.code}{outcome.reason}"
    if outcome.message is not None:
        assert json.loads(outcome.message.model_dump_json())["id"] == outcome.message.id
    if outcome.retry_after is not None:
        assert outcome.verdict is Verdict.RETRY
        assert 0 <= outcome.retry_after < float("inf")


def test_a_403_that_is_not_in_the_providers_words_is_tried_again() -> None:
    outcome = classify(403, httpx.Headers(), b"<html>blocked by a proxy</html>", NOW)
    assert outcome.verdict is Verdict.RETRY
