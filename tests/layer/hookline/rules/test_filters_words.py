"""The filters for long texts, phone numbers, money."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookline.rules.filters.money import money
from hookline.rules.filters.words import phone, truncate

FAMILY = "👨‍👩‍👧‍👦"


@pytest.mark.parametrize(
    ("value", "length", "cut"),
    [("The disk is full", 16, "The disk is full"), ("The disk is full", 15, "The disk is…"),
     ("The disk is full", 9, "The disk…"), ("The disk is full", 1, "T"), ("a" * 20, 10, "a" * 9 + "…"),
     ("a " + "b" * 20, 10, "a " + "b" * 7 + "…"), (1234567, 4, "123…"), (["disk", None], 200, '["disk", null]'),
     ({"a": ["b"] * 5000}, 12, '{"a": ["b",…')],
)  # fmt: skip
def test_a_text_is_cut_at_a_word_where_there_is_one(value: Any, length: int, cut: str) -> None:
    assert truncate(value, length) == cut


@pytest.mark.parametrize(
    ("sign", "kept"), [(FAMILY, "abc…"), ("🇩🇪", "abc…"), ("👍🏽", "abc…"), ("e\u0301", "abc…"), ("❤\ufe0f", "abc…")]
)
def test_what_is_drawn_as_one_sign_is_kept_whole_or_not_at_all(sign: str, kept: str) -> None:
    whole = f"abc{sign}{sign}"
    for length in range(5, len(whole)):
        cut = truncate(whole, length)
        assert cut in {kept, f"abc{sign}…"}


def test_of_several_flags_none_is_taken_apart() -> None:
    flags = "🇩🇪🇫🇷🇮🇹🇪🇸"
    assert [truncate(flags, length, "") for length in (2, 3, 4, 5, 8)] == [
        "🇩🇪", "🇩🇪", "🇩🇪🇫🇷", "🇩🇪🇫🇷", flags,
    ]  # fmt: skip


@given(st.text() | st.text("ab \u0301\u200d👨👩🇩🇪🏽"), st.integers(1, 40), st.text(max_size=3))
def test_what_is_cut_is_never_longer_than_asked_and_begins_like_the_whole(text: str, length: int, end: str) -> None:
    cut = truncate(text, length, end)
    assert len(cut) <= length
    assert text.startswith(cut) or (cut.endswith(end) and text.startswith(cut.removesuffix(end)))
    assert len(text) > length or cut == text


@pytest.mark.parametrize("length", [0, -1, 1.5, "20", True, 10**9])
def test_a_length_that_is_none_is_refused(length: Any) -> None:
    with pytest.raises(ValueError, match="whole number from 1"):
        truncate("x", length)


@pytest.mark.parametrize(
    ("number", "grouped"),
    [("+4915112345678", "+49 151 1234 5678"), ("+1 (415) 555-0132", "+1 415 555 0132"),
     ("0049 (0)30 1234567", "+49 301 23 4567"), ("+35312345678", "+353 123 45678"),
     ("+442079460000", "+44 207 946 0000"), ("+65 6123 4567", "+65 612 34567"),
     ("+7.495.123.45.67", "+7 495 123 4567")],
)  # fmt: skip
def test_a_phone_number_is_grouped(number: str, grouped: str) -> None:
    assert phone(number) == grouped


@pytest.mark.parametrize(
    "value", ["(415) 555-0132", "030 1234567", "+49", "+1234567890123456", "+49 151 x", "call +4915112345678",
              "+٤٩١٥١١٢٣٤٥٦٧٨", "+0151234567", 4915112345678, True, ["+4915112345678"], ""]
)  # fmt: skip
def test_what_is_no_number_with_its_country_comes_back_as_it_is(value: Any) -> None:
    assert phone(value) is value


@given(st.from_regex(r"\+[1-9][0-9]{7,14}", fullmatch=True))
def test_grouping_changes_no_digit_and_leaves_none_alone(number: str) -> None:
    grouped = phone(number)
    assert grouped.replace(" ", "") == number
    assert not re.search(r" [0-9]( |$)", grouped) or len(number) < 10


@pytest.mark.parametrize(
    ("arguments", "said"),
    [((1234.5, "EUR"), "1,234.50 EUR"), ((1234.5,), "1,234.50"), (("1234.5", "€"), "1,234.50 €"),
     ((0.1 + 0.2, "USD"), "0.30 USD"), ((2.675, "USD"), "2.68 USD"), ((-0.001, "USD"), "0.00 USD"),
     ((-5, "usd"), "-5.00 USD"), ((5, "JPY"), "5 JPY"), ((5, "BHD"), "5.000 BHD"), ((1234.5, "EUR", 0), "1,235 EUR"),
     ((123_450, "eur", None, True), "1,234.50 EUR"), ((500, "jpy", None, True), "500 JPY"),
     ((1234, "kwd", None, True), "1.234 KWD"), ((99, None, 2, True), "0.99"),
     ((1e14, "EUR"), "100,000,000,000,000.00 EUR"), ((5e-324, "EUR"), "0.00 EUR")],
)  # fmt: skip
def test_an_amount_is_written_with_its_currency(arguments: tuple[Any, ...], said: str) -> None:
    assert money(*arguments) == said


@pytest.mark.parametrize(
    "value", ["free", "1.2.3", "1e5", "", "٥", True, [5], 10**15, 1e300, float("inf"), float("nan")]
)
def test_what_is_no_amount_comes_back_as_it_is(value: Any) -> None:
    assert money(value, "EUR") is value


@pytest.mark.parametrize("arguments", [("x" * 11,), (7,), ("EUR", 7), ("EUR", -1), ("EUR", "2")])
def test_a_currency_or_decimals_that_are_none_are_refused(arguments: tuple[Any, ...]) -> None:
    with pytest.raises(ValueError, match=r"currency is a text|decimals of `money`"):
        money(1, *arguments)


@given(st.integers(-(10**14), 10**14), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_an_amount_in_the_least_unit_keeps_every_digit(amount: int, currency: str) -> None:
    assert int(re.sub("[^-0-9]", "", money(amount, currency, None, minor=True))) == amount
