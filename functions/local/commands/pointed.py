"""A problem as a terminal shows it: a line that editors jump to, and what stands there with a mark under it."""

import unicodedata

from hookline.errors import Problem

_INDENT = "    "
_WIDTH = 100  # columns of the line that are shown
_BEFORE = 60  # of those, how many at most before the mark


def pointed(problem: Problem) -> str:
    """Return the problem with its line of the file and a caret under its column."""
    excerpt, at = _printable(problem.excerpt), problem.column - 1
    if not excerpt.strip() or at > len(excerpt):
        return str(problem)
    start = max(0, at - _BEFORE) if len(excerpt) > _WIDTH else 0
    shown = ("…" if start else "") + excerpt[start : start + _WIDTH] + ("…" if len(excerpt) > start + _WIDTH else "")
    gap = sum(map(_columns, ("…" if start else "") + excerpt[start:at]))
    margin = 0 if start else len(shown) - len(shown.lstrip(" "))
    margin = min(margin, gap)
    return f"{problem}\n{_INDENT}{shown[margin:]}\n{_INDENT}{' ' * (gap - margin)}^"


def _printable(line: str) -> str:
    """A tab takes one column here, and nothing in the file steers the terminal."""
    return "".join(" " if sign == "\t" else sign if sign.isprintable() else "\ufffd" for sign in line)


def _columns(sign: str) -> int:
    """Return how many columns of a terminal a sign takes."""
    if unicodedata.combining(sign) or unicodedata.category(sign) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(sign) in {"W", "F"} else 1
