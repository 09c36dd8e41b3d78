"""Titles and places as one line has room for them; senders may write anything there."""

import re
from functools import lru_cache

_LONGEST_READ = 1000  # characters that are looked at
_JOINERS = "\u200c\u200d"  # letters and emoji are made with them, although they don't count as printable
_NUMBER = re.compile("([0-9]+)")


def line(text: str, longest: int) -> str:
    """Return a text as one line of so many characters, without signs that hide or that turn others round."""
    text = text[:_LONGEST_READ]
    if not text.isprintable():
        text = "".join(sign if sign.isprintable() or sign in _JOINERS else " " for sign in text)
    whole = " ".join(text.split())
    return whole if len(whole) <= longest else whole[: longest - 1].rstrip() + "…"


@lru_cache(maxsize=100)
def natural(text: str) -> tuple[list[str | int], str]:
    """Return a key that sorts web-2 before web-10."""
    parts = enumerate(_NUMBER.split(text))
    return [int(part) if nth % 2 else part for nth, part in parts], text


def size(text: str) -> int:
    """Return the bytes of a line in JSON, between its quotes."""
    return len(text.encode()) + text.count('"') + text.count("\\")
