"""The table by which a worker that finds a row decides, cell by cell."""

from dataclasses import replace

import pytest

from hookline.claim import MAX_LOST_LEASES, Decision, Row, decide
from hookline.models import Message
from hookline.status import Status

NOW = 1_000_000_000
LIVE, RUN_OUT, NONE = NOW + 1, NOW, 0
REPEAT = 300  # seconds
MINE, OTHER = "request-1", "request-2"
OPEN = [Status.SENDING, Status.RETRYING]
CLOSED = [status for status in Status if status not in OPEN]


def message(request_id: str = MINE, repeat: int | None = None, accepted_at: int = NOW) -> Message:
    return Message(
        delivery_id="d",
        source="s",
        rule="r",
        event_id="e",
        request_id=request_id,
        chat="chat_1",
        chat_name="c",
        text="t",
        accepted_at=accepted_at,
        repeat=repeat,
    )


@pytest.mark.parametrize("status", OPEN)
def test_a_live_lease_is_left_alone_by_everyone(status: Status) -> None:
    for request in (MINE, OTHER):
        row = Row(status, MINE, lease_until=LIVE)
        assert decide(row, message(request, repeat=REPEAT), NOW) is Decision.LEAVE


@pytest.mark.parametrize("status", OPEN)
@pytest.mark.parametrize("lease", [RUN_OUT, NONE])
def test_without_a_live_lease_an_open_row_is_claimed_again(status: Status, lease: int) -> None:
    for request in (MINE, OTHER):
        assert decide(Row(status, MINE, lease_until=lease), message(request), NOW) is Decision.CLAIM


@pytest.mark.parametrize("lost", range(MAX_LOST_LEASES + 1))
def test_the_third_lease_lost_while_sending_closes_the_row(lost: int) -> None:
    row = Row(Status.SENDING, MINE, lease_until=RUN_OUT, lost_leases=lost)
    expected = Decision.CLOSE if lost + 1 >= MAX_LOST_LEASES else Decision.CLAIM
    assert decide(row, message(), NOW) is expected


def test_waiting_for_a_retry_is_no_lost_lease() -> None:
    row = Row(Status.RETRYING, MINE, lost_leases=MAX_LOST_LEASES)
    assert decide(row, message(), NOW) is Decision.CLAIM


@pytest.mark.parametrize("status", CLOSED)
def test_the_same_record_again_is_a_copy_whatever_became_of_it(status: Status) -> None:
    long_ago = Row(status, MINE, told_at=0)
    assert decide(long_ago, message(MINE, repeat=REPEAT), NOW) is Decision.COPY


@pytest.mark.parametrize("status", [Status.HELD, Status.PARKED])
def test_what_waits_with_its_chat_will_be_told_and_is_a_copy_for_everyone(status: Status) -> None:
    row = Row(status, MINE, closed_at=NOW)
    later = message(OTHER, repeat=REPEAT, accepted_at=NOW + REPEAT * 1000)
    for asked in (message(MINE), later, later.model_copy(update={"replay": True})):
        assert decide(row, asked, NOW) is Decision.COPY


def test_what_a_digest_told_may_be_told_again_like_any_other_text() -> None:
    row = Row(Status.DIGESTED, MINE, told_at=NOW)
    assert decide(row, message(OTHER, repeat=REPEAT), NOW) is Decision.COPY
    assert decide(row, message(OTHER, repeat=REPEAT, accepted_at=NOW + REPEAT * 1000), NOW) is Decision.NEXT
    assert decide(row, message(OTHER).model_copy(update={"replay": True}), NOW) is Decision.NEXT


@pytest.mark.parametrize("status", [Status.FAILED, Status.DEAD])
def test_a_senders_redelivery_of_what_failed_really_sends(status: Status) -> None:
    assert decide(Row(status, MINE), message(OTHER), NOW) is Decision.NEXT


FAILED, TOO_OLD = Row(Status.FAILED, MINE, closed_at=NOW), Row(Status.DEAD, MINE, closed_at=NOW)
STOPPED_WORKERS = replace(TOO_OLD, lost_leases=MAX_LOST_LEASES)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (FAILED, Decision.COPY),
        (replace(FAILED, is_passed_on=True), Decision.COPY),
        (replace(TOO_OLD, is_passed_on=True), Decision.COPY),
        (STOPPED_WORKERS, Decision.COPY),
        (TOO_OLD, Decision.NEXT),
    ],
)
def test_what_was_asked_before_the_first_failed_is_a_copy_unless_the_first_was_only_too_old(
    row: Row, expected: Decision
) -> None:
    asked = message(OTHER).model_copy(update={"queued_at": NOW})
    assert decide(row, asked, NOW) is expected
    assert decide(row, asked.model_copy(update={"queued_at": NOW + 1}), NOW) is Decision.NEXT
    assert decide(row, asked.model_copy(update={"replay": True}), NOW) is Decision.NEXT


def test_what_stands_in_for_another_chat_is_a_copy_of_what_was_told_and_may_have_better_luck_later() -> None:
    other = message(MINE).model_copy(update={"fallback_of": "d2", "queued_at": NOW + 1})
    told, failed = (Row(status, MINE, closed_at=NOW, fallback_of="d1") for status in (Status.SENT, Status.FAILED))
    assert decide(told, other, NOW) is Decision.COPY
    assert decide(failed, other, NOW) is Decision.NEXT
    assert decide(failed, other.model_copy(update={"queued_at": NOW}), NOW) is Decision.COPY
    assert decide(failed, other.model_copy(update={"fallback_of": "d1"}), NOW) is Decision.COPY


def test_a_delivery_id_of_the_senders_own_is_told_once_for_ever() -> None:
    assert decide(Row(Status.SENT, MINE, told_at=0), message(OTHER, repeat=None), NOW) is Decision.COPY


@pytest.mark.parametrize(
    ("age_ms", "expected"),
    [(REPEAT * 1000 - 1, Decision.COPY), (REPEAT * 1000, Decision.NEXT), (-1, Decision.COPY)],
)
def test_content_may_be_told_again_after_its_repeat_counted_from_when_it_was_told(
    age_ms: int, expected: Decision
) -> None:
    row = Row(Status.SENT, MINE, told_at=NOW - age_ms)
    assert decide(row, message(OTHER, repeat=REPEAT, accepted_at=NOW), NOW) is expected


def test_the_same_event_by_an_id_of_its_own_is_a_copy_also_when_its_content_may_be_told_again() -> None:
    again = message(OTHER, repeat=REPEAT).model_copy(update={"once": True})
    row = Row(Status.SENT, MINE, event_id="e", told_at=0)
    assert decide(row, again, NOW) is Decision.COPY
    assert decide(row, again.model_copy(update={"event_id": "e2"}), NOW) is Decision.NEXT
    assert decide(row, message(OTHER, repeat=REPEAT), NOW) is Decision.NEXT


@pytest.mark.parametrize("status", [Status.FAILED, Status.DEAD])
@pytest.mark.parametrize(("age_ms", "expected"), [(REPEAT * 1000 - 1, Decision.COPY), (REPEAT * 1000, Decision.NEXT)])
def test_content_that_a_fallback_told_is_told_again_only_after_its_repeat(
    status: Status, age_ms: int, expected: Decision
) -> None:
    row = Row(status, MINE, closed_at=NOW - age_ms, is_passed_on=True)
    assert decide(row, message(OTHER, repeat=REPEAT, accepted_at=NOW), NOW) is expected
