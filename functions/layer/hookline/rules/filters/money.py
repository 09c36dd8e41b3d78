"""The filter for amounts of money."""

from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from hookline.rules.filters.values import number, whole

# What payment services send: the least unit of a currency, of which most have a hundred to one.
_NO_DECIMALS = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"}
)
_THREE_DECIMALS = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
_MOST_DECIMALS = 6
_LONGEST_CURRENCY = 10  # characters
_EXACT = Context(prec=60)


def money(value: Any, currency: Any = "", decimals: Any = None, minor: Any = False) -> Any:  # noqa: FBT002 - minor=true
    """Write an amount with its currency behind it.

    ``{{ 1234.5 | money("EUR") }}`` is ``1,234.50 EUR``. ``minor=true`` reads the currency's least unit, as Stripe
    sends it: ``{{ 123450 | money("eur", minor=true) }}`` is the same, and yen have no cents. The decimals are the
    currency's own unless they are given. What is no number comes back as it is.
    """
    if not isinstance(currency, str | None) or len(currency or "") > _LONGEST_CURRENCY:
        raise ValueError(f"a currency is a text of at most {_LONGEST_CURRENCY} characters, as in EUR")
    code = (currency or "").strip().upper()
    own = 0 if code in _NO_DECIMALS else 3 if code in _THREE_DECIMALS else 2
    places = own if decimals is None else whole("the decimals of `money`", decimals, 0, _MOST_DECIMALS)
    amount = number(value)
    if amount is None:
        return "" if value is None else value
    if minor:
        amount = amount.scaleb(-own, _EXACT)
    rounded = amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, _EXACT)
    return f"{rounded or abs(rounded):,f} {code}".strip()  # nothing has no sign
