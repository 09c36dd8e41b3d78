"""Values that a rules file writes in a way of its own: what is read, and what is said of anything else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookline.rules import written
from hookline.rules.written import Pace, Quiet

NIGHT = (22 * 60, 7 * 60)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30s", 30), ("5m", 300), ("4h", 14_400), ("1d", 86_400), ("5 m", 300), ("999999d", 999_999 * 86_400)],
)
def test_a_length_of_time_is_a_number_and_a_unit(text: str, seconds: int) -> None:
    assert written.seconds(text) == seconds


@pytest.mark.parametrize(
    "value", ["", "5", 5, 5.0, "0s", "-5m", "5w", "5M", "1h30m", "1000000s", "٥m", None, True, ["5m"]]
)
def test_anything_else_is_no_length_of_time(value: object) -> None:
    with pytest.raises(ValueError, match=r"is not a length of time; write a number and s, m, h or d, as in 30s, 5m"):
        written.seconds(value)


def test_a_pace_is_texts_in_a_length_of_time() -> None:
    assert written.pace("3 per 1m") == Pace(3, 60)
    assert written.pace("100  per 2 h") == Pace(100, 7200)
    assert written.pace(Pace(1, 2)) == Pace(1, 2)


def test_no_pace_is_off_which_yaml_reads_as_false() -> None:
    assert written.pace("off") is None
    assert written.pace(False) is None  # noqa: FBT003


@pytest.mark.parametrize(
    "value", ["", "3", 3, "3/m", "0 per 1m", "3 per m", "3 per 0s", "3 per minute", True, None, "on"]
)
def test_anything_else_is_no_pace(value: object) -> None:
    with pytest.raises(ValueError, match="is not a pace; write texts per length of time, as in `3 per 1m`, or `off`"):
        written.pace(value)


@pytest.mark.parametrize(("value", "read"), [("auto", "auto"), (1, 1), (100, 100), ("off", None), (False, None)])
def test_a_budget_is_learned_or_a_number_or_off(value: object, read: object) -> None:
    assert written.budget(value) == read


@pytest.mark.parametrize("value", [0, -1, 101, "5", 5.0, True, None, "on", [5], "x" * 500])
def test_anything_else_is_no_budget(value: object) -> None:
    with pytest.raises(ValueError, match="is not a budget; write `auto`, a number from 1 to 100, or `off`") as wrong:
        written.budget(value)
    assert len(str(wrong.value)) < 150


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("22:00-07:00 Europe/Berlin", Quiet(*NIGHT, "Europe/Berlin")),
        ("22:00-7:00  UTC", Quiet(*NIGHT, "UTC")),
        ("00:00-24:00 America/New_York", Quiet(0, 1440, "America/New_York")),
        ("Sat,Sun 00:00-24:00 Europe/Berlin", Quiet(0, 1440, "Europe/Berlin", (5, 6))),
        ("Mon-Fri 22:00-07:00 UTC", Quiet(*NIGHT, "UTC", (0, 1, 2, 3, 4))),
        ("Fri-Mon,Wed 22:00-07:00 UTC", Quiet(*NIGHT, "UTC", (0, 2, 4, 5, 6))),
    ],
)
def test_quiet_hours_have_a_zone_and_may_have_days(text: str, read: Quiet) -> None:
    assert written.quiet(text) == read


@pytest.mark.parametrize(
    "value",
    ["", "22:00-07:00", "22-7 UTC", "22:00-22:00 UTC", "25:00-07:00 UTC", "22:60-07:00 UTC", "24:00-07:00 UTC",
     "22:00-24:30 UTC", "Sa 22:00-07:00 UTC", "sat 22:00-07:00 UTC", "Mon,,Tue 22:00-07:00 UTC", True, None, 22, []],
)  # fmt: skip
def test_anything_else_is_no_quiet_hours(value: object) -> None:
    with pytest.raises(ValueError, match="are not quiet hours; write them as in `22:00-07:00 Europe/Berlin`"):
        written.quiet(value)


@pytest.mark.parametrize(
    ("zone", "hint"),
    [
        ("Europe/Berln", "did you mean 'Europe/Berlin'"),
        ("Mittelerde", "they are named as in Europe/Berlin"),
        ("../../etc/passwd", "they are named as in Europe/Berlin"),
        ("/etc/passwd", "they are named as in Europe/Berlin"),
    ],
)
def test_a_zone_that_there_is_not_is_said(zone: str, hint: str) -> None:
    with pytest.raises(ValueError, match="there is no time zone") as wrong:
        written.quiet(f"22:00-07:00 {zone}")
    assert zone in str(wrong.value)
    assert hint in str(wrong.value)


@given(st.text(max_size=40) | st.none() | st.booleans() | st.integers() | st.floats() | st.lists(st.integers()))
def test_whatever_is_written_is_read_or_refused_in_a_short_sentence(value: object) -> None:
    said = []
    for read in (written.seconds, written.pace, written.budget, written.quiet):
        try:
            read(value)
        except ValueError as wrong:
            said.append(str(wrong))
    assert all(len(sentence) < 250 for sentence in said)
