"""What a text may do to a value, beyond MiniJinja's own filters and in place of those that could run away.

Each is a plain function of the value, bounded in time and memory whatever it is. What is wrong with an argument is a
ValueError; a value that isn't what a filter is for comes back as it is, and null or undefined as an empty text.
"""

from collections.abc import Callable
from typing import Any

from hookline.rules.filters.bounded import format_, indent, join, replace, split
from hookline.rules.filters.money import money
from hookline.rules.filters.objects import dictsort, items, tojson
from hookline.rules.filters.pattern import matches
from hookline.rules.filters.times import ago, at, datetime_, duration
from hookline.rules.filters.words import phone, truncate

__all__ = ["FILTERS", "IN_PLACE_OF_OTHERS", "at"]

FILTERS: dict[str, Callable[..., Any]] = {
    "ago": ago,
    "datetime": datetime_,
    "duration": duration,
    "format": format_,
    "indent": indent,
    "join": join,
    "matches": matches,
    "money": money,
    "phone": phone,
    "replace": replace,
    "split": split,
    "truncate": truncate,
}
IN_PLACE_OF_OTHERS: dict[str, Callable[..., Any]] = {"dictsort": dictsort, "items": items, "tojson": tojson}
