"""What a number is worth, and how money is written: for a filter of the rules, and for what kinds say themselves."""

from decimal import Decimal
from typing import Any

import pytest

from hookline import amount


@pytest.mark.parametrize(
    ("value", "worth"),
    [(7, "7"), (-0.5, "-0.5"), ("199.65", "199.65"), (" 12 ", "12"), ("+1", "1"), (10**15 - 1, "999999999999999")],
)
def test_numbers_and_texts_of_digits_are_read(value: Any, worth: str) -> None:
    assert amount.read(value) == Decimal(worth)


@pytest.mark.parametrize("value", [None, True, "", "free", "1,5", "1e5", "٥", "1" * 41, [], {}, 10**15, float("nan")])
def test_anything_else_is_no_amount(value: Any) -> None:
    assert amount.read(value) is None


@pytest.mark.parametrize(
    ("value", "currency", "minor", "said"),
    [("123450", "eur", True, "1,234.50 EUR"), ("1900", "JPY", True, "1,900 JPY"), ("1500", "KWD", True, "1.500 KWD"),
     ("1234.5", "EUR", False, "1,234.50 EUR"), ("-0.001", "", False, "0.00"), ("12", "", False, "12.00")],
)  # fmt: skip
def test_money_has_the_decimals_of_its_currency(value: str, currency: str, minor: bool, said: str) -> None:  # noqa: FBT001
    assert amount.say(Decimal(value), currency, minor=minor) == said
