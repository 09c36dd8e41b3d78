"""The filters for moments and lengths of time."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookline.clock import read
from hookline.rules.filters.times import ago, at, datetime_, duration

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
NEW_YEAR = datetime(1970, 1, 1)  # noqa: DTZ001 - the strategy wants it so


@pytest.mark.parametrize(
    ("value", "said"),
    [("2026-11-02T11:55:00Z", "5 min ago"), ("2026-11-02 09:50:00", "2 h 10 min ago"), (1_793_620_500, "5 min ago"),
     ("2026-11-02T12:05:00.123456789Z", "in 5 min"), ("2026-11-02T11:59:00.5Z", "just now"),
     ("2026-11-02T12:00:59Z", "just now"), ("2026-11-02T11:59:00Z", "1 min ago"),
     ("Sun, 1 Nov 2026 12:00:00 GMT", "1 d ago"), ("1793620800000", "just now")],
)  # fmt: skip
def test_a_time_is_said_from_the_event_on(value: Any, said: str) -> None:
    with at(NOON):
        assert ago(value) == said


@pytest.mark.parametrize("value", ["soon", 7, True, ["2026"], {"at": 1}, "2026-11-02T23:59:60Z"])
def test_what_is_no_time_comes_back_as_it_is(value: Any) -> None:
    with at(NOON):
        assert ago(value) is datetime_(value) is value


def test_a_time_that_was_never_set_is_nothing_to_say() -> None:
    with at(NOON):
        assert ago("0001-01-01T00:00:00Z") == datetime_("0001-01-01T00:00:00Z") == ""


@pytest.mark.parametrize(
    ("value", "said"),
    [(7800, "2 h 10 min"), ("7800", "2 h 10 min"), (7800.9, "2 h 10 min"), ("PT2H10M", "2 h 10 min"), ("P1W", "7 d"),
     ("P1DT1.5S", "1 d"), ("PT90M", "1 h 30 min"), (0.2, "0 s"), (-300, "-5 min"), (-0.5, "0 s")],
)  # fmt: skip
def test_a_length_of_time_is_read_in_seconds_or_in_iso_8601(value: Any, said: str) -> None:
    assert duration(value) == said


@pytest.mark.parametrize("value", ["P", "PT", "P1DT", "P1Y", "P1M", "2h", "", 10**15, 1e300, float("nan"), True, []])
def test_what_is_no_length_of_time_comes_back_as_it_is(value: Any) -> None:
    assert duration(value) is value


@pytest.mark.parametrize(
    ("arguments", "said"),
    [((), "25 Oct 00:30"), (("Europe/Berlin",), "25 Oct 02:30"), ((None,), "25 Oct 00:30"),
     (("America/New_York", "%A %-d %B %Y, %I:%M %p"), "Saturday 24 October 2026, 08:30 PM"),
     (("Asia/Kathmandu", "%Z%z %% %j %-m/%d um %H"), "+0545+0545 % 298 10/25 um 06")],
)  # fmt: skip
def test_a_moment_is_written_as_the_clocks_of_a_zone_show_it(arguments: tuple[Any, ...], said: str) -> None:
    assert datetime_("2026-10-25T00:30:00Z", *arguments) == said


@pytest.mark.parametrize(
    "form", ["%", "%10000d", "%_d", "%Ed", "%c", "%s", "%-%d", "%-Y", "%é", "%\0", "x" * 101, 7, None, "%-9999999d"]
)
@pytest.mark.parametrize("value", ["2026-11-02T12:00:00Z", "soon"])
def test_a_format_with_anything_the_c_library_alone_knows_is_refused(value: str, form: Any) -> None:
    with pytest.raises(ValueError, match="a format of times"):
        datetime_(value, "UTC", form)


@pytest.mark.parametrize(
    ("name", "hint"),
    [("Europe/Berln", "did you mean 'Europe/Berlin'?"), ("../etc/passwd", "as in Europe/Berlin"),
     ("x" * 60_000, "as in Europe/Berlin"), (7, "as in Europe/Berlin"), ("\0", "as in Europe/Berlin")],
)  # fmt: skip
def test_an_unknown_zone_is_refused_with_the_one_that_was_meant(name: Any, hint: str) -> None:
    with pytest.raises(ValueError, match="zone") as refused:
        datetime_("2026-11-02T12:00:00Z", name)
    assert hint in str(refused.value)


def test_a_moment_beyond_the_calendar_of_a_zone_comes_back_as_it_is() -> None:
    assert datetime_("9999-12-31T23:59:59Z", "Pacific/Kiritimati") == "9999-12-31T23:59:59Z"


@given(st.datetimes(NEW_YEAR, NEW_YEAR.replace(year=2200)), st.timezone_keys(allow_prefix=False))
def test_a_time_that_is_written_with_its_offset_is_the_same_time(moment: datetime, key: str) -> None:
    there = moment.replace(microsecond=0, tzinfo=UTC).astimezone(ZoneInfo(key))
    if not (there.utcoffset() or timedelta()).seconds % 60:
        written = datetime_(there.isoformat(), key, "%Y-%m-%dT%H:%M:%S%z")
        assert read(written) == there.astimezone(UTC)


@given(st.integers(60, 10**9))
def test_the_past_and_the_future_are_said_alike(seconds: int) -> None:
    with at(NOON):
        past, future = (ago((NOON + sign * timedelta(seconds=seconds)).isoformat()) for sign in (-1, 1))
    assert past.removesuffix(" ago") == future.removeprefix("in ") == duration(seconds)
