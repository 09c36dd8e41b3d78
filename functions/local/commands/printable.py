"""A webhook's words must not move the cursor of whoever reads them, nor turn the direction of what follows."""

import re

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """Return the text with a mark for each character that a terminal would obey."""
    return _CONTROL.sub("�", text)
