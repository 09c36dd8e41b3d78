"""Tries templates on samples, each within 100 ms of processor time and 64 MiB: a process of its own, that may die.

Reads ``{"templates": …, "scopes": […], "trials": [{"source", "is_text", "each", "scope"}]}`` from its standard input.
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
        with _bounded_time():
            failed = _tried(expressions, trial, scopes[trial["scope"]])
        print(json.dumps(failed), flush=True)


def _tried(expressions: Expressions, trial: dict[str, Any], scope: dict[str, Any]) -> dict[str, Any]:
    evaluate = expressions.text if trial["is_text"] else expressions.value
    try:
        if trial["each"]:
            items = expressions.value(trial["each"], scope)
            scope = {**scope, "item": items[0] if isinstance(items, list) and items else None}
        evaluate(trial["source"], scope)
    except TemplateError as error:
        return {"why": error.message, "is_limit": is_limit(error)}
    return {"why": "", "is_limit": False}


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
