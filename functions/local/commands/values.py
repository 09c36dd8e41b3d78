"""The names that an expression reads, and what an event has under them."""

import json
from typing import Any

from minijinja import Environment, TemplateError

from hookline.models import Scope
from local.commands.printable import printable

UNDEFINED = "undefined"
LONGEST = 60  # characters of a value in one line


def names(template: str) -> list[str]:
    """Return the names that a template reads, as in `event.severity`, in the order in which they stand there."""
    try:
        found = Environment().undeclared_variables_in_str(template, nested=True)
    except TemplateError:
        return []
    whole = (name for name in found if not any(other.startswith(f"{name}.") for other in found))
    return sorted(whole, key=lambda name: (template.find(name), name))


def expression(source: str) -> str:
    """Return an expression as a template."""
    return "{{ " + source + " }}"


def values(template: str, scope: Scope) -> dict[str, str]:
    """Return the names that a template reads, each with its value as one printable line."""
    return {name: _value(name, scope) for name in names(template)}


def _value(name: str, scope: Scope) -> str:
    value: Any = scope
    for part in name.split("."):
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
