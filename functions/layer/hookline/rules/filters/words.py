"""Filters for what people read: a long text, a phone number."""

import re
import unicodedata
from typing import Any

from hookline.rules.filters.values import MOST_TEXT, beginning, text, whole

_ZERO_WIDTH_JOINER = "\u200d"
_SKIN_TONES = ("\U0001f3fb", "\U0001f3ff")
_TAGS = ("\U000e0020", "\U000e007f")
_FLAG_LETTERS = "".join(map(chr, range(0x1F1E6, 0x1F200)))
_LONGEST_SIGN = 32  # characters; a longer pile of accents may be cut anywhere
_PHONE = re.compile(r"\s*(?:\+|00)([0-9][0-9 ().\-/\u00a0]{5,30})")
_LONGEST_PHONE = 40  # characters
_E164 = range(8, 16)  # digits of an international number
_SHORT_COUNTRIES = re.compile(
    r"1|7|20|27|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]"  # E.164; all others have three digits
)
_AREA, _GROUP = 3, 4


def truncate(value: Any, length: Any = 200, end: Any = "…") -> str:
    """Cut a text to so many characters, the end included: at a word where there is one, never within an emoji.

    ``{{ item.annotations.summary | truncate(80) }}`` is the summary, or its beginning and ``…``.
    """
    most, ending = whole("the length of `truncate`", length, 1, MOST_TEXT), text(end)
    written = beginning(value, most + 1)
    if len(written) <= most:
        return written
    room = most - len(ending)
    if room <= 0:
        return written[: _between_signs(written, most)]
    cut = _between_signs(written, room)
    head = written[:cut]
    if not (written[cut].isspace() or head[-1].isspace()):
        words = head[: -len(head.rsplit(None, 1)[-1])]
        head = words if len(words) > cut // 2 else head
    return head.rstrip() + ending


def _between_signs(written: str, cut: int) -> int:
    """Return the last place up to the cut that isn't within what is drawn as one sign."""
    for place in range(cut, max(0, cut - _LONGEST_SIGN), -1):
        if not _is_within_sign(written, place):
            return place
    return cut


def _is_within_sign(written: str, place: int) -> bool:
    before, after = written[place - 1], written[place]
    if before in _FLAG_LETTERS and after in _FLAG_LETTERS:  # two make a flag
        run = written[max(0, place - _LONGEST_SIGN) : place]
        return (len(run) - len(run.rstrip(_FLAG_LETTERS))) % 2 == 1
    return (
        _ZERO_WIDTH_JOINER in {before, after}
        or unicodedata.category(after).startswith("M")  # accents, variation selectors, keycaps
        or _SKIN_TONES[0] <= after <= _SKIN_TONES[1]
        or _TAGS[0] <= after <= _TAGS[1]
    )


def phone(value: Any) -> Any:
    """Group the digits of an international phone number.

    ``{{ "+4915112345678" | phone }}`` is ``+49 151 1234 5678``: the country, three digits, fours from the end. Where an
    area's own code ends is not known here, and a number without its country is no such number: it comes back as it is.
    """
    if value is None:
        return ""
    written = value.replace("(0)", "") if isinstance(value, str) and len(value) <= _LONGEST_PHONE else ""
    match = _PHONE.fullmatch(written)
    digits = re.sub("[^0-9]", "", match[1]) if match else ""
    if len(digits) not in _E164 or digits.startswith("0"):
        return value
    short = _SHORT_COUNTRIES.match(digits)
    ends = short.end() if short else 3
    area, rest = digits[ends : ends + _AREA], digits[ends + _AREA :]
    first = len(rest) % _GROUP or _GROUP
    first += _GROUP if first == 1 else 0  # no digit stands alone
    groups = [rest[:first], *(rest[at : at + _GROUP] for at in range(first, len(rest), _GROUP))]
    return " ".join(filter(None, [f"+{digits[:ends]}", area, *groups]))
