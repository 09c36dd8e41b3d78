"""Telephone numbers as people read them."""

import re

_PHONE = re.compile(r"\s*(?:\+|00)([0-9][0-9 ().\-/\u00a0]{5,30})")
_LONGEST = 40  # characters
_E164 = range(8, 16)  # digits of an international number
_SHORT_COUNTRIES = re.compile(
    r"1|7|20|27|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]"  # E.164; all others have three digits
)
_AREA, _GROUP = 3, 4


def grouped(written: str) -> str:
    """Return an international number in groups: the country, three digits, fours from the end.

    Where an area's own code ends is not known here, and a number without its country is no such number: it comes back
    as it is.
    """
    match = _PHONE.fullmatch(written.replace("(0)", "")) if len(written) <= _LONGEST else None
    digits = re.sub("[^0-9]", "", match[1]) if match else ""
    if len(digits) not in _E164 or digits.startswith("0"):
        return written
    short = _SHORT_COUNTRIES.match(digits)
    ends = short.end() if short else 3
    area, rest = digits[ends : ends + _AREA], digits[ends + _AREA :]
    first = len(rest) % _GROUP or _GROUP
    first += _GROUP if first == 1 else 0  # no digit stands alone
    groups = [rest[:first], *(rest[at : at + _GROUP] for at in range(first, len(rest), _GROUP))]
    return " ".join(filter(None, [f"+{digits[:ends]}", area, *groups]))
