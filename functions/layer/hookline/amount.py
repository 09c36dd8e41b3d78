"""Amounts as people write them: what a number is worth, and how much money it is."""

import re
from decimal import ROUND_HALF_UP, Context, Decimal

MOST = 10**15  # from here on a number is no amount and no length of time
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?")
_LONGEST = 40  # characters, white space around it included
# What payment services send: the least unit of a currency, of which most have a hundred to one.
_NO_DECIMALS = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"}
)
_THREE_DECIMALS = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
_EXACT = Context(prec=60)


def read(value: object) -> Decimal | None:
    """Return what a JSON number or a text of digits is worth, or None: not a number, or out of proportion."""
    if isinstance(value, str):
        written = value.strip() if len(value) <= _LONGEST else ""
        return Decimal(written) if _NUMBER.fullmatch(written) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not -MOST < value < MOST:
        return None
    return Decimal(repr(value))


def say(amount: Decimal, currency: str, decimals: int | None = None, *, minor: bool = False) -> str:
    """Write an amount with its currency behind it: ``1,234.50 EUR``; ``minor`` says that it is in the least unit."""
    code = currency.strip().upper()
    own = 0 if code in _NO_DECIMALS else 3 if code in _THREE_DECIMALS else 2
    places = own if decimals is None else decimals
    if minor:
        amount = amount.scaleb(-own, _EXACT)
    rounded = amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, _EXACT)
    return f"{rounded or abs(rounded):,f} {code}".strip()  # nothing has no sign
