"""Filters for what people read: a long text, a phone number."""

import unicodedata
from typing import Any

from hookline.phone import grouped
from hookline.rules.filters.values import MOST_TEXT, beginning, text, whole

_ZERO_WIDTH_JOINER = "\u200d"
_SKIN_TONES = ("\U0001f3fb", "\U0001f3ff")
_TAGS = ("\U000e0020", "\U000e007f")
_FLAG_LETTERS = "".join(map(chr, range(0x1F1E6, 0x1F200)))
_LONGEST_SIGN = 32  # characters; a longer pile of accents may be cut anywhere


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
    return grouped(value) if isinstance(value, str) else value
