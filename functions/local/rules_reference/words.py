"""The words of templates, each with an example and what it gives: worked out here, not remembered."""

import json
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from hookline.models import Scope
from hookline.rules.expression import Expressions
from hookline.rules.filters import FILTERS, IN_PLACE_OF_OTHERS, at
from hookline.rules.template import words
from local.rules_reference.examples import OF_FILTERS, OF_FUNCTIONS, OF_TESTS
from local.rules_reference.table import code, codes, table

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
# What the examples in the docstrings of the filters speak of.
SCOPE: Scope = {
    "payload": {
        "at": "2026-11-02T12:00:00Z",
        "alerts": [{"labels": {"instance": "web-1"}}, {"labels": {"instance": "web-2"}}],
        "labels": {"job": "web", "Env": "prod"},
    },
    "item": {
        "startsAt": "2026-11-02T09:50:00Z",
        "labels": {"instance": "web-1.example.com"},
        "annotations": {"summary": "Disk full on /var", "description": "one\ntwo"},
        "value": 97.5,
    },
    "event": {"title": "DiskFull"},
}
_EXAMPLE = re.compile(r"``([^`]*\|[^`]*)``")
_BELOW = "<br>"


def filters() -> str:
    """Return our own filters: what each does, as its docstring says, and what its first example gives."""
    rows = (_ours(name, made) for name, made in sorted({**FILTERS, **IN_PLACE_OF_OTHERS}.items()))
    return table(("filter", "what it does", "for example", "gives"), rows)


def other_filters() -> str:
    """Return MiniJinja's own. Raises LookupError for one without an example."""
    return _told("filter", words.QUICK_FILTERS | words.SLOW_FILTERS, OF_FILTERS)


def tests() -> str:
    """Return the tests, each with something that it is true of. Raises LookupError for one that isn't."""
    rows = []
    for name in sorted(words.TESTS):
        if value(OF_TESTS[name]) is not True:
            raise LookupError(f"`{OF_TESTS[name]}` is not true")
        rows.append((code(name), code(OF_TESTS[name])))
    return table(("test", "true is"), rows)


def rest() -> str:
    """Return the statements, methods and functions."""
    rows = (
        (
            "statements",
            _listed(words.STATEMENTS),
            "`{% … %}`; `include`, `import` and `from` take what `templates` holds",
        ),
        ("methods", _listed(words.METHODS | words.AS_FILTERS.keys()), "as Python's"),
        *(
            (f"function `{name}`", code(OF_FUNCTIONS[name][0]), OF_FUNCTIONS[name][1])
            for name in sorted(words.CALLABLE)
        ),
    )
    return table(("words", "which", "what they are"), rows)


def value(expression: str) -> Any:
    """Return what an example is, at noon of an event."""
    with at(NOON):
        return Expressions().value(expression, SCOPE)


def text(template: str) -> str:
    """Return what an example writes."""
    with at(NOON):
        return Expressions().text(template, SCOPE)


def _ours(name: str, made: Callable[..., Any]) -> tuple[str, ...]:
    does, examples = described(made)
    return code(name), does, codes(examples, _BELOW), codes(map(gives, examples), _BELOW)


def described(made: Callable[..., Any]) -> tuple[str, list[str]]:
    """Return the first sentence of a filter's docstring, and its examples. Raises LookupError where it has none."""
    said = " ".join((made.__doc__ or "").split())
    examples: list[str] = _EXAMPLE.findall(said)
    if not examples:
        raise LookupError(f"the docstring of {made.__name__} has no example")
    sentence = said.partition(". ")[0].partition(": ``")[0].removesuffix(".")
    return f"{sentence}.".replace("``", "`"), examples


def gives(example: str) -> str:
    """Return in one line what an expression or a template gives."""
    given = text(example).strip() if "{{" in example else value(example)
    return json.dumps(given, ensure_ascii=False) if not isinstance(given, str) or "\n" in given else given


def _told(head: str, names: Iterable[str], examples: dict[str, str]) -> str:
    rows = ((code(name), code(examples[name]), code(gives(examples[name]))) for name in sorted(names))
    return table((head, "for example", "gives"), rows)


def _listed(names: Iterable[str]) -> str:
    return codes(sorted(names), " ")
