"""Tables of Markdown."""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

import yaml

NOTHING = "–"
_WIDE = 10_000  # characters: one line whatever it is


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; a cell that is empty has a dash."""
    lines = [heads, ["---"] * len(heads), *([cell or NOTHING for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def code(text: str) -> str:
    """Return the text in the type of code, as it may stand in a cell."""
    fence = "``" if "`" in text else "`"
    inner = f" {text} " if "`" in text else text
    return f"{fence}{inner}{fence}".replace("|", "\\|")


def codes(values: Iterable[str], between: str = ", ") -> str:
    """Return several of them."""
    return between.join(map(code, values))


def either(values: Iterable[str]) -> str:
    """Return them as a choice, as in `a`, `b` or `c`."""
    *others, last = map(code, values)
    return f"{', '.join(others)} or {last}" if others else last


def in_yaml(value: Any) -> str:
    """Return a value as one writes it into the rules file, in one line."""
    if isinstance(value, str):
        return (
            value if _is_plain(value) else json.dumps(value, ensure_ascii=False) if '"' not in value else f"'{value}'"
        )
    return yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=_WIDE, sort_keys=False).rstrip(
        "\n."
    )


def _is_plain(text: str) -> bool:
    """True for what YAML reads as it stands; the models read its `off` as it was meant."""
    try:
        return text == "off" or ("\n" not in text and yaml.safe_load(text) == text)
    except yaml.YAMLError:
        return False


def anchor(heading: str) -> str:
    """Return the name under which GitHub lets one link to a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
