"""Tries templates on samples, each within 100 ms of processor time and 64 MiB: a process of its own, that may die.

Reads ``{"templates": …, "scopes": […], "trials": [{"source", "is_text", "each", "when", "scope"}]}`` from its standard
input.
Writes the number of each trial before it begins, and behind it why it failed, if it did.
"""

import json
import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hookline.rules.expression import Expressions, TemplateError, is_limit
from hookline.rules.template.data import frozen

SECONDS, BYTES = 0.1, 64 << 20
_STATM = Path("/proc/self/statm")  # Linux; elsewhere memory isn't bounded


def main() -> None:
    """Make all trials from the given number on."""
    work = json.load(sys.stdin)
    expressions = Expressions(work["templates"])
    expressions.text("{{ 1 }}", {})  # what is made once isn't part of any trial
    scopes = [{name: frozen(value) for name, value in scope.items()} for scope in work["scopes"]]
    _bound_memory()
    for n, trial in enumerate(work["trials"]):
        print(n, end=" ", flush=True)
        print(json.dumps(_tried(expressions, trial, scopes[trial["scope"]])), flush=True)


def _tried(expressions: Expressions, trial: dict[str, Any], scope: dict[str, Any]) -> dict[str, Any]:
    """Return why the template failed, if it did, whether by a limit, and whether the rule would come to it at all."""
    is_for = _is_true(expressions, trial["when"], scope)
    if trial["each"]:
        item = _item(expressions, trial["each"], scope)
        is_for, scope = is_for and item is not None, {**scope, "item": item}
    why, is_bound = _failure(expressions, trial["source"], scope, is_text=trial["is_text"])
    return {"why": why if is_for or is_bound else "", "is_limit": is_bound, "is_for": is_for}


def _is_true(expressions: Expressions, when: str | None, scope: dict[str, Any]) -> bool:
    """Return whether the condition holds; one that fails doesn't, which its own trial tells."""
    try:
        with _bounded_time():
            return when is None or bool(expressions.value(when, scope))
    except TemplateError:
        return False


def _item(expressions: Expressions, each: str, scope: dict[str, Any]) -> Any:
    """Return the first item; without any the kind's own text goes out."""
    try:
        with _bounded_time():
            items = expressions.value(each, scope)
    except TemplateError:
        return None
    return items[0] if isinstance(items, list) and items else None


def _failure(expressions: Expressions, source: str, scope: dict[str, Any], *, is_text: bool) -> tuple[str, bool]:
    try:
        with _bounded_time():
            (expressions.text if is_text else expressions.value)(source, scope)
    except TemplateError as error:
        if is_limit(error) or not is_text:
            return error.message, is_limit(error)
        return _limit_behind(expressions, source, scope) or (error.message, False)
    return "", False


def _limit_behind(expressions: Expressions, source: str, scope: dict[str, Any]) -> tuple[str, bool] | None:
    """Return the limit that a text reaches behind what fails in it: an event gets that far, too."""
    try:
        with _bounded_time():
            expressions.lenient(source, scope)
    except TemplateError as error:
        return (error.message, True) if is_limit(error) else None
    return None


def _bound_memory() -> None:
    if _STATM.exists():
        most = int(_STATM.read_text(encoding="ascii").split()[0]) * resource.getpagesize() + BYTES
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


@contextmanager
def _bounded_time() -> Iterator[None]:
    """Let the process be killed when the time is over."""
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


if __name__ == "__main__":
    main()
