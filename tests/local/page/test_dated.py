"""What a sample tells happens now, and stays written as its sender writes it."""

from datetime import datetime

import pytest

from local.page.dated import brought_up_to, moved


def ms(moment: str) -> int:
    return round(datetime.fromisoformat(moment).timestamp() * 1000)


NOW = ms("2026-11-22T20:00:00.500Z")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("2026-11-02T03:10:00Z", "2026-11-22T20:00:00.500Z"),
        ("2026-11-02T03:10:00.250Z", "2026-11-22T20:00:00.500Z"),
        ("2026-11-02T03:10:00.123456789Z", "2026-11-22T20:00:00.500456789Z"),
        ("2026-11-02T04:10:00+01:00", "2026-11-22T21:00:00.500+01:00"),
    ],
)
def test_the_latest_moment_becomes_now(before: str, after: str) -> None:
    assert brought_up_to(f'{{"at": "{before}"}}', NOW) == f'{{"at": "{after}"}}'


def test_the_others_keep_their_distance() -> None:
    told = brought_up_to("from 2026-11-02T03:00:00.000Z to 2026-11-02T03:10:00.000Z", NOW)
    assert told == "from 2026-11-22T19:50:00.500Z to 2026-11-22T20:00:00.500Z"


def test_what_is_far_off_or_no_moment_stays() -> None:
    text = "ends 0001-01-01T00:00:00Z, born 1970-05-01T00:00:00Z, 2026-13-45T99:99:99Z"
    assert brought_up_to(f"{text}, at 2026-11-02T03:10:00Z", NOW) == f"{text}, at 2026-11-22T20:00:00.500Z"


def test_what_lies_ahead_is_not_taken_for_the_time_of_the_event() -> None:
    told = brought_up_to("at 2026-11-22T19:00:00Z, due 2026-11-23T19:00:00Z", NOW)
    assert told == "at 2026-11-22T20:00:00.500Z, due 2026-11-23T20:00:00.500Z"


def test_a_text_without_moments_stays() -> None:
    assert brought_up_to("nothing at all", NOW) == "nothing at all"


def test_twice_within_a_second_is_not_the_same() -> None:
    sample = '{"at": "2026-11-02T03:10:00Z"}'
    assert brought_up_to(sample, NOW) != brought_up_to(sample, NOW + 1)


def test_a_sample_is_moved_by_its_own_clock() -> None:
    received = ms("2026-11-02T03:15:00Z")
    assert moved("since 2026-11-02T03:10:00.000Z", received, NOW) == "since 2026-11-22T19:55:00.500Z"
