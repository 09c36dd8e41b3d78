"""The filter for regular expressions: RE2, little of it, and loaded by those who use it."""

import re
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookline.rules.filters.pattern import LARGE_READS, MOST_KEPT, MOST_READ, _compiled, matches

SAFE = st.recursive(
    st.sampled_from(["a", "b", "c", ".", "[ab]", "[^a]", r"\d", r"\w", "^", "$"]),
    lambda inner: (
        st.builds("{}{}".format, inner, inner)
        | st.builds("(?:{}|{})".format, inner, inner)
        | st.builds("(?:{}){}".format, inner, st.sampled_from(["*", "+", "?", "{2}", "{0,3}"]))
    ),
    max_leaves=8,
)


@given(SAFE, st.text("abc1 ", max_size=12))
def test_it_finds_what_pythons_own_engine_finds(regex: str, text: str) -> None:
    assert matches(text, regex) is bool(re.search(regex, text))


@pytest.mark.parametrize(
    ("value", "regex", "found"),
    [("HighCPU on web-1", "(?i)cpu", True), ("HighCPU", "^CPU", False), (503, "^5", True), (-1.5, r"^-\d", True),
     ("Störung", "ö", True), ("Störung", r"^\pL+$", True), ("", "^$", True), (None, ".*", False), (["a"], "a", False),
     ({"a": 1}, "a", False), (True, "True", True), ("\ud800x", "x$", True), ("\ud800", "\ud800", False)],
)  # fmt: skip
def test_it_searches_anywhere_in_a_text_or_a_number(value: Any, regex: str, found: bool) -> None:  # noqa: FBT001
    assert matches(value, regex) is found


@pytest.mark.parametrize("regex", ["(a+)+$", "(a|a)*c$", "(a|aa)+$", "(.*a){12}$", "^(([a-z])+.)+[A-Z]([a-z])+$"])
def test_an_expression_that_takes_other_engines_for_ever_is_answered(regex: str) -> None:
    assert matches("a" * 4000 + "!", regex) is False


def test_no_more_is_read_than_four_kibibytes_and_no_character_in_halves() -> None:
    assert matches("x" * (MOST_READ - 1) + "y", "y") is True
    assert matches("x" * MOST_READ + "y", "y") is False
    assert matches("x" * (MOST_READ - 1) + "é", "^x+$") is True
    assert matches("x" * (LARGE_READS - 1) + "y", r"\pL{2}y|y") is True
    assert matches("x" * LARGE_READS + "y", r"\pLy|y") is False


@pytest.mark.parametrize(
    ("regex", "why"),
    [("(", "'(' is not a regular expression: missing )"), (r"(a)\1", "no back references"),
     ("(?=a)", "no look-around"), ("a{1001}", "is not a regular expression"), ("(?:.{1,100}){1,10}", "too large"),
     (r"(\pL{1,30}){1,10}", "regular expression"),
     ("a" * 501, "at most 500"), (None, "at most 500"), (7, "at most 500")],
)  # fmt: skip
def test_an_expression_that_cannot_be_used_is_refused_with_the_reason(
    capfd: pytest.CaptureFixture[str], regex: Any, why: str
) -> None:
    with pytest.raises(ValueError, match="regular expression") as refused:
        matches("a", regex)
    assert why in str(refused.value)
    assert capfd.readouterr().err == ""


def test_only_so_many_expressions_are_kept() -> None:
    for number in range(3 * MOST_KEPT):
        assert matches(str(number), f"^{number}$")
    assert _compiled.cache_info().currsize <= MOST_KEPT


def test_the_engine_is_loaded_by_the_first_expression_and_not_before() -> None:
    program = (
        "import sys; from hookline.rules.filters import FILTERS as f; assert 're2' not in sys.modules; "
        "f['matches']('a', 'a'); assert 're2' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
