"""What was expected beside what came: whether it fits, and where it doesn't."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

ANYTHING = "…"
Line = tuple[str, str]  # `-` expected, `+` came, or a blank for both; and the line


def fits(expected: str, text: str) -> bool:
    """Return whether the text is the expected one; in that, … stands for anything, also over lines."""
    parts = expected.rstrip("\n").split(ANYTHING)
    return re.fullmatch(".*".join(map(re.escape, parts)), text.rstrip("\n"), re.DOTALL) is not None


def difference(expected: str, text: str) -> list[Line]:
    """Return both in one list, line by line; a line with … that fits is no difference."""
    came = text.rstrip("\n").split("\n")
    wanted = [_fitting(line, came) for line in expected.rstrip("\n").split("\n")]
    return list(_compared(wanted, came))


def _fitting(line: str, came: list[str]) -> str:
    if line.strip() == ANYTHING or ANYTHING not in line:
        return line
    return next((other for other in came if fits(line, other)), line)


def _compared(wanted: list[str], came: list[str]) -> Iterator[Line]:
    for what, begin, end, other_begin, other_end in SequenceMatcher(None, wanted, came, autojunk=False).get_opcodes():
        if what == "equal":
            yield from ((" ", line) for line in wanted[begin:end])
        else:
            yield from (("-", line) for line in wanted[begin:end])
            yield from (("+", line) for line in came[other_begin:other_end])
