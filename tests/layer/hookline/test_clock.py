"""Time, read and said."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookline.clock import read, say, to_datetime


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
    "value", [None, 7, 1.5, True, [], {}, "", "soon", "2026-13-01T00:00:00Z", "2026-11-02T25:00:00Z"]
)
def test_anything_else_is_no_moment(value: object) -> None:
    assert read(value) is None


@given(st.text() | st.datetimes().map(str) | st.datetimes(timezones=st.timezones()).map(datetime.isoformat))
def test_any_moment_that_is_read_can_be_compared_with_any_other(text: str) -> None:
    moment = read(text)
    if moment is not None:
        assert isinstance(moment - datetime(2026, 11, 2, tzinfo=UTC), timedelta)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-5, "0 s"), (0, "0 s"), (0.9, "0 s"), (59.9, "59 s"), (60, "1 min"), (3599, "59 min"), (3600, "1 h"),
     (3661, "1 h 1 min"), (7800, "2 h 10 min"), (86_399, "23 h 59 min"), (86_400, "1 d"), (90_000, "1 d 1 h"),
     (273_600, "3 d 4 h"), (86_400 * 400, "400 d")],
)  # fmt: skip
def test_a_length_of_time_is_said_in_its_largest_units(seconds: float, said: str) -> None:
    assert say(seconds) == said
