"""Makes a long text fit: cut with a note of what is missing, or in numbered parts. Lengths are characters. Pure."""

import re
from itertools import takewhile
from unicodedata import category

MAX_PARTS = 10
_ROOM_FOR_NUMBER = len(f"({MAX_PARTS}/{MAX_PARTS}) ")
_WORD = re.compile(r"(?=\s)")
# Where one reads on most easily; each ends where a part may end. These make no part less than half full.
_BETTER = (
    re.compile(r"(?=\n[ \t]*\n)"),
    re.compile(r"(?=\n)"),
    re.compile(r"[.!?…][\"'”’»)\]]*(?=\s)|[。！？]"),
)
_JOINER = "\u200d"
_LONGEST_LETTER = 32  # characters; families and flags have about ten, and nobody needs a hundred accents


def fit(text: str, limit: int, *, mark: str = "", is_split: bool = False) -> list[str]:
    """Return the text in as many parts as it is sent in, each within the limit; ``mark`` is a last line that stays."""
    whole = f"{text}\n{mark}" if mark else text
    if is_split:
        return split(whole, limit)
    if len(whole) <= limit or not mark:
        return [cut(whole, limit)]
    last = "\n" + cut(mark, limit // 2)
    return [cut(text, limit - len(last)) + last]


def cut(text: str, limit: int) -> str:
    """Return the text within the limit, cut at a word with a note of how many characters are missing."""
    if len(text) <= limit:
        return text
    room = limit - len(f"… ({len(text)} more)")
    end = _last(_WORD, text, room)
    kept = text[: end if end >= room // 2 else _between_letters(text, room)].rstrip()
    return f"{kept}… ({len(text) - len(kept)} more)"


def split(text: str, limit: int) -> list[str]:
    """Return the text whole, or in parts whose numbers come first: there a phone shows them also when it is locked.

    They end with a paragraph, a line, a sentence or a word, in this order. The tenth is the last, and is cut.
    """
    if len(text) <= limit:
        return [text]
    room = limit - _ROOM_FOR_NUMBER
    parts: list[str] = []
    rest = text.strip()
    while len(rest) > room and len(parts) < MAX_PARTS - 1:
        end = _end(rest, room)
        parts.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    parts.append(cut(rest, room))
    return [f"({n}/{len(parts)}) {part}" for n, part in enumerate(parts, 1)]


def _end(text: str, room: int) -> int:
    """Return the best place for a part to end. A word is parted only when it is longer than a part."""
    ends = (_last(boundary, text, room) for boundary in _BETTER)
    better = next((end for end in ends if end >= room // 2), 0)
    return better or _last(_WORD, text, room) or _between_letters(text, room)


def _last(boundary: re.Pattern[str], text: str, room: int) -> int:
    """Return the last place up to ``room`` where the boundary is, or 0."""
    # A boundary at the very end shows in the white space behind it.
    found = (match.end() for match in boundary.finditer(text, 0, room + 2))
    return max(takewhile(lambda end: end <= room, found), default=0)


def _between_letters(text: str, end: int) -> int:
    """Return the last place up to ``end`` that parts no letter from its accents and no emoji in two."""
    places = range(end, max(end - _LONGEST_LETTER, 0), -1)
    return next((place for place in places if not _is_within_letter(text, place)), end)


def _is_within_letter(text: str, place: int) -> bool:
    before, after = text[place - 1], text[place]
    if _JOINER in {before, after} or category(after) in {"Mn", "Mc", "Me"}:
        return True
    if "\U0001f3fb" <= after <= "\U0001f3ff" or "\U000e0020" <= after <= "\U000e007f":  # skin tones, flags' tags
        return True
    # Two letters of these make one flag.
    flags = sum(1 for _ in takewhile(lambda n: "\U0001f1e6" <= text[n] <= "\U0001f1ff", range(place - 1, -1, -1)))
    return flags % 2 == 1 and "\U0001f1e6" <= after <= "\U0001f1ff"
