"""Time, read and said."""

import math
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookline.clock import read, say, to_datetime

NEW_YEAR = datetime(1974, 1, 1)  # noqa: DTZ001 - the strategy wants it so


def test_milliseconds_are_a_moment_in_utc() -> None:
    assert to_datetime(1_793_620_800_123) == datetime(2026, 11, 2, 12, 0, 0, 123_000, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["2026-11-02T12:00:00Z", "2026-11-02T12:00:00.000000000Z", "2026-11-02T13:00:00+01:00", "2026-11-02T12:00:00",
     "2026-11-02 12:00:00"],
)  # fmt: skip
def test_a_moment_is_read_as_monitoring_systems_write_it(text: str) -> None:
    assert read(text) == datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def test_the_fraction_of_nanoseconds_that_go_writes_is_read_too() -> None:
    assert read("2026-11-02T12:00:00.123456789Z") == datetime(2026, 11, 2, 12, 0, 0, 123_456, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["Mon, 02 Nov 2026 12:00:00 +0000", "Mon, 2 Nov 2026 13:00:00 +0100 (CET)", "2 Nov 2026 12:00 GMT",
     "Mon, 02 Nov 2026 07:00:00 EST", "Mon, 02 Nov 2026 12:00:00 -0000", " 2026-11-02T12:00Z\n"],
)  # fmt: skip
def test_a_moment_is_read_as_mails_write_it(text: str) -> None:
    assert read(text) == datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "value", [1_793_620_800, 1_793_620_800_000, 1_793_620_800.0, "1793620800", "1793620800000", "1793620800.000"]
)
def test_a_moment_is_read_as_a_count_since_1970(value: object) -> None:
    assert read(value) == datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [0, 99_999_999, -1_793_620_800, 10**11 - 1, 10**13, 10**30, 10**4000, 1e300, math.inf, -math.inf, math.nan,
     "0", "99999999999999", "1" * 60_000, "٢٠٢٦-١١-٠٢", "0000-01-01T00:00:00Z", "2026-11-02T23:59:60Z",
     "Mon, 02 Nov 0000 12:00:00 GMT", "Mon, 02 Nov 2026 23:59:60 GMT", "Mon, 02 Nov 2026 12:00:00 CET",
     "02 Nov 2026 12:00:00 +9999", "31 Feb 2026 12:00:00 GMT", "02 Foo 2026 12:00:00 GMT", "\ud800"],
)  # fmt: skip
def test_a_number_out_of_proportion_and_a_day_that_never_was_are_no_moment(value: object) -> None:
    assert read(value) is None


def test_the_time_that_go_never_set_is_before_all_others() -> None:
    assert read("0001-01-01T00:00:00Z") == datetime(1, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "value", [None, 7, 1.5, True, [], {}, "", "soon", "2026-13-01T00:00:00Z", "2026-11-02T25:00:00Z"]
)
def test_anything_else_is_no_moment(value: object) -> None:
    assert read(value) is None


@given(st.text() | st.datetimes().map(str) | st.datetimes(timezones=st.timezones()).map(datetime.isoformat))
def test_any_moment_that_is_read_can_be_compared_with_any_other(text: str) -> None:
    moment = read(text)
    if moment is not None:
        assert isinstance(moment - datetime(2026, 11, 2, tzinfo=UTC), timedelta)


@given(st.datetimes(NEW_YEAR, NEW_YEAR.replace(year=2285), timezones=st.timezones()))
def test_a_moment_that_is_written_in_any_form_is_read_again(moment: datetime) -> None:
    offset = moment.utcoffset() or timedelta()
    exactly = moment.astimezone(UTC)  # an hour that comes twice equals nothing
    assert read(moment.isoformat()) == exactly
    assert read(to_datetime(ms := int(moment.timestamp() * 1000)).isoformat()) == read(ms) == read(str(ms))
    if not offset.seconds % 60:
        assert read(format_datetime(moment)) == exactly.replace(microsecond=0)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-5, "0 s"), (0, "0 s"), (0.9, "0 s"), (59.9, "59 s"), (60, "1 min"), (3599, "59 min"), (3600, "1 h"),
     (3661, "1 h 1 min"), (7800, "2 h 10 min"), (86_399, "23 h 59 min"), (86_400, "1 d"), (90_000, "1 d 1 h"),
     (273_600, "3 d 4 h"), (86_400 * 400, "400 d")],
)  # fmt: skip
def test_a_length_of_time_is_said_in_its_largest_units(seconds: float, said: str) -> None:
    assert say(seconds) == said
