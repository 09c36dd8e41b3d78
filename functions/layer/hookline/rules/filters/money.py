"""The filter for amounts of money."""

from typing import Any

from hookline import amount
from hookline.rules.filters.values import whole

_MOST_DECIMALS = 6
_LONGEST_CURRENCY = 10  # characters


def money(value: Any, currency: Any = "", decimals: Any = None, minor: Any = False) -> Any:  # noqa: FBT002 - minor=true
    """Write an amount with its currency behind it.

    ``{{ 1234.5 | money("EUR") }}`` is ``1,234.50 EUR``. ``minor=true`` reads the currency's least unit, as Stripe
    sends it: ``{{ 123450 | money("eur", minor=true) }}`` is the same, and yen have no cents. The decimals are the
    currency's own unless they are given. What is no number comes back as it is.
    """
    if not isinstance(currency, str | None) or len(currency or "") > _LONGEST_CURRENCY:
        raise ValueError(f"a currency is a text of at most {_LONGEST_CURRENCY} characters, as in EUR")
    places = None if decimals is None else whole("the decimals of `money`", decimals, 0, _MOST_DECIMALS)
    number = amount.read(value)
    if number is None:
        return "" if value is None else value
    return amount.say(number, currency or "", places, minor=bool(minor))
