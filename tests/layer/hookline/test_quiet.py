"""Until when a chat wants quiet."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hookline.clock import DAY, MINUTE, SECOND_MS
from hookline.quiet import LONGEST, until
from hookline.rules import written
from hookline.rules.written import DAY_MINUTES, Quiet

MINUTE_MS = MINUTE * SECOND_MS
# Where the clock is put forward or back: by an hour, by half of one, by a quarter, at midnight, and by a whole day.
CHANGES = [
    ("Europe/Berlin", date(2026, 3, 29)), ("Europe/Berlin", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)), ("America/New_York", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 5)), ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("America/Havana", date(2026, 3, 8)), ("America/Havana", date(2026, 11, 1)),
    ("Asia/Kathmandu", date(1986, 1, 1)), ("Pacific/Apia", date(2011, 12, 30)), ("Pacific/Apia", date(2012, 4, 1)),
]  # fmt: skip
ZONES = sorted({zone for zone, _ in CHANGES})
ALL_WEEK = ["Mon-Sun 00:00-24:00 UTC"]


def ms(moment: str) -> int:
    return int(datetime.fromisoformat(moment).timestamp()) * SECOND_MS


def hours(*given: str) -> list[Quiet]:
    return [written.quiet(one) for one in given]


def is_quiet(quiet: Sequence[Quiet], at: int) -> bool:
    """Look at the clock on the wall, and at what began there today or yesterday."""
    for one in quiet:
        wall = datetime.fromtimestamp(at / SECOND_MS, UTC).astimezone(ZoneInfo(one.zone)).replace(tzinfo=None)
        for day in (wall.date(), wall.date() - timedelta(days=1)):
            midnight = datetime.combine(day, time())
            length = one.end - one.begin if one.end > one.begin else one.end - one.begin + DAY_MINUTES
            begin = midnight + timedelta(minutes=one.begin)
            if day.weekday() in one.days and begin <= wall < begin + timedelta(minutes=length):
                return True
    return False


def slowly(quiet: Sequence[Quiet], now: int) -> int | None:
    """Wait minute by minute until it is over."""
    if not is_quiet(quiet, now):
        return None
    bound = (now // SECOND_MS + LONGEST) * SECOND_MS
    minutes = range(now - now % MINUTE_MS + MINUTE_MS, bound, MINUTE_MS)
    return next((at for at in minutes if not is_quiet(quiet, at)), bound)


@pytest.mark.parametrize(
    ("quiet", "now", "end"),
    [
        ([], "2026-11-02T23:00+01:00", None),
        (["22:00-07:00 Europe/Berlin"], "2026-11-02T21:59+01:00", None),
        (["22:00-07:00 Europe/Berlin"], "2026-11-02T22:00+01:00", "2026-11-03T07:00+01:00"),
        (["22:00-07:00 Europe/Berlin"], "2026-11-03T06:59:59+01:00", "2026-11-03T07:00+01:00"),
        (["22:00-07:00 Europe/Berlin"], "2026-11-03T07:00+01:00", None),
        (["12:00-13:00 Asia/Kathmandu"], "2026-11-03T06:30+00:00", "2026-11-03T07:15+00:00"),
        # The night belongs to the day on which it begins.
        (["Sun 22:00-07:00 UTC"], "2026-11-02T06:00+00:00", "2026-11-02T07:00+00:00"),
        (["Mon 22:00-07:00 UTC"], "2026-11-02T06:00+00:00", None),
    ],
)
def test_quiet_lasts_to_its_end_and_not_a_moment_longer(quiet: list[str], now: str, end: str | None) -> None:
    assert until(hours(*quiet), ms(now)) == (end and ms(end))


@pytest.mark.parametrize(
    ("quiet", "now", "end"),
    [
        (["22:00-07:00 UTC", "Sat,Sun 00:00-24:00 UTC"], "2026-10-30T23:00+00:00", "2026-11-02T07:00+00:00"),
        (["Sat,Sun 00:00-24:00 UTC"], "2026-10-31T00:00+00:00", "2026-11-02T00:00+00:00"),
        (["22:00-00:00 UTC", "00:00-07:00 UTC"], "2026-11-02T22:30+00:00", "2026-11-03T07:00+00:00"),
        (["12:00-13:00 UTC", "13:01-14:00 UTC"], "2026-11-02T12:30+00:00", "2026-11-02T13:00+00:00"),
        (["20:00-22:00 UTC", "22:30-23:30 Europe/Berlin"], "2026-11-02T21:00+00:00", "2026-11-02T22:30+00:00"),
    ],
)
def test_hours_that_overlap_or_touch_are_one(quiet: list[str], now: str, end: str) -> None:
    assert until(hours(*quiet), ms(now)) == ms(end)
    assert until(hours(*quiet[::-1]), ms(now)) == ms(end)


@pytest.mark.parametrize(
    "quiet", [ALL_WEEK, ["00:00-12:00 UTC", "12:00-24:00 UTC"], [f"{day} 00:00-24:00 UTC" for day in written.DAYS]]
)
def test_a_chat_that_is_always_quiet_is_told_after_eight_days(quiet: list[str]) -> None:
    assert until(hours(*quiet), ms("2026-11-02T12:34+00:00")) == ms("2026-11-10T12:34+00:00")


def test_an_end_that_is_left_out_in_spring_is_where_the_clock_leaps_over_it() -> None:
    leap = ms("2026-03-29T01:00+00:00")  # from 2:00 to 3:00
    assert until(hours("22:00-02:30 Europe/Berlin"), ms("2026-03-28T23:00+01:00")) == leap
    assert until(hours("02:15-02:45 Europe/Berlin"), leap) is None
    assert until(hours("02:30-04:00 Europe/Berlin"), leap) == leap + 60 * MINUTE_MS


def test_an_hour_that_comes_twice_in_autumn_is_quiet_both_times() -> None:
    night = hours("22:00-02:30 Europe/Berlin")
    assert until(night, ms("2026-10-25T02:10+02:00")) == ms("2026-10-25T02:30+02:00")
    assert until(night, ms("2026-10-25T02:50+02:00")) is None
    assert until(night, ms("2026-10-25T02:10+01:00")) == ms("2026-10-25T02:30+01:00")
    # What begins within that hour hasn't begun yet when the clock is put back.
    assert until(hours("02:30-04:00 Europe/Berlin"), ms("2026-10-25T02:50+02:00")) == ms("2026-10-25T02:00+01:00")


def test_a_morning_after_the_clock_was_changed_comes_by_the_clock() -> None:
    night = hours("22:00-07:00 Europe/Berlin")
    assert until(night, ms("2026-03-28T22:00+01:00")) == ms("2026-03-29T07:00+02:00")
    assert until(night, ms("2026-10-24T22:00+02:00")) == ms("2026-10-25T07:00+01:00")


def test_a_day_that_an_island_left_out_was_not_quiet() -> None:
    assert until(hours("Thu 20:00-24:00 Pacific/Apia"), ms("2011-12-29T21:00-10:00")) == ms("2011-12-31T00:00+14:00")


@pytest.mark.parametrize(("zone", "day"), CHANGES)
@pytest.mark.parametrize("of_day", ["22:00-02:30", "01:15-02:15", "23:50-00:10", "02:45-01:45", "Sat 00:00-24:00"])
def test_around_each_change_of_the_clock_each_minute_knows_the_end(zone: str, day: date, of_day: str) -> None:
    quiet = hours(f"{of_day} {zone}")
    first = int(datetime.combine(day, time(), UTC).timestamp()) - DAY
    minutes = range(first * SECOND_MS, (first + 3 * DAY) * SECOND_MS, MINUTE_MS)
    end: int | None = slowly(quiet, minutes[-1])
    for at in reversed(minutes):
        end = (end or at + MINUTE_MS) if is_quiet(quiet, at) else None
        assert until(quiet, at) == end


QUIET = st.builds(
    lambda begin, length, zone, days: Quiet(begin, (begin + length) % DAY_MINUTES or DAY_MINUTES, zone, tuple(days)),
    st.integers(0, DAY_MINUTES - 1),
    st.integers(1, DAY_MINUTES - 1),
    st.sampled_from(ZONES),
    st.lists(st.integers(0, 6), min_size=1, max_size=7, unique=True),
)


@given(st.lists(QUIET, max_size=3), st.sampled_from(CHANGES), st.integers(-2 * DAY, 3 * DAY), st.integers(0, 999))
@example(hours("22:00-06:00 Pacific/Apia", "06:00-22:00 Pacific/Apia"), CHANGES[-2], 0, 1)
def test_at_any_moment_the_end_is_the_first_minute_that_is_not_quiet(
    quiet: list[Quiet], change: tuple[str, date], seconds: int, more: int
) -> None:
    zone, day = change
    midnight = int(datetime.combine(day, time(), ZoneInfo(zone)).timestamp())
    now = (midnight + seconds) * SECOND_MS + more
    assert until(quiet, now) == slowly(quiet, now)
