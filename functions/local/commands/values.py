"""The names that an expression reads, and what an event has under them."""

import json
from typing import Any

from hookline.models import Scope
from hookline.rules.expression import Expressions
from local.commands.printable import printable

UNDEFINED = "undefined"
LONGEST = 60  # characters of a value in one line


def values(template: str, scope: Scope, expressions: Expressions, *, is_text: bool) -> dict[str, str]:
    """Return the names that a template reads, in its order, each with its value as one printable line."""
    paths = dict.fromkeys(read.path for read in expressions.reads(template, is_text=is_text))
    whole = [path for path in paths if not any(other != path and other[: len(path)] == path for other in paths)]
    return {".".join(path): _value(path, scope) for path in whole}


def _value(path: tuple[str, ...], scope: Scope) -> str:
    value: Any = scope
    for part in path:
        if not isinstance(value, dict) or part not in value:
            return UNDEFINED
        value = value[part]
    return shown(value)


def shown(value: Any) -> str:
    """Return a value as one writes it in an expression, ``'warning'``, ``3``, ``true``; of a large one its size."""
    said = repr(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if len(said) > LONGEST and isinstance(value, list | dict):
        said = f"a list of {len(value)}" if isinstance(value, list) else f"a block of {', '.join(value)}"
    return in_one_line(said)


def in_one_line(text: str, longest: int = LONGEST) -> str:
    """Return the beginning without line breaks and control characters: a payload's words are data."""
    line = printable(" ".join(text.split()))
    return line if len(line) <= longest else line[: longest - 1] + "…"
