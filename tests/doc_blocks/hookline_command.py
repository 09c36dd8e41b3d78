"""Whether a line calls `hookline` as it can be called."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import typer.main
from tests.doc_blocks.reader import Stale
from tests.doc_blocks.shell import Call

from local.cli import app

# What a page writes where the reader has something of his own.
PLACEHOLDERS = {"PORT": "8787", "NAME": "oncall", "KIND": "github", "N": "3"}


def check(call: Call) -> None:
    """Raise Stale for what the command line would refuse."""
    command, rest, context = _found(call.arguments)
    if {"--help", "--install-completion", "--show-completion"} & set(rest):
        return
    given = [PLACEHOLDERS.get(word, word) for word in rest]
    try:
        command.make_context(command.name, given, parent=context)
    except Exception as error:
        raise Stale(f"hookline {' '.join(call.arguments)}: {error}") from error


def check_names(call: Call) -> None:
    """Raise Stale for a command or an option that there isn't; arguments may be missing, as in running text."""
    command, rest, _ = _found(tuple(word.strip("[]") for word in call.arguments))
    options = {"--help"}.union(*(parameter.opts for parameter in command.params))
    for word in rest:
        if word.startswith("-") and word.partition("=")[0] not in options:
            raise Stale(f"hookline {command.name} has no option {word}; it has {', '.join(sorted(options))}")


def _found(arguments: Sequence[str]) -> tuple[Any, list[str], Any]:
    """Return the innermost command that is called, what is left for it, and the context that it is called in."""
    command, rest = _group(), list(arguments)
    context = command.make_context("hookline", [], resilient_parsing=True)
    while rest and rest[0] in getattr(command, "commands", ()):
        command = command.commands[rest.pop(0)]
        if rest and rest[0] in getattr(command, "commands", ()):
            context = command.make_context(command.name, [], parent=context, resilient_parsing=True)
    if command is _group() and rest and not rest[0].startswith("-"):
        raise Stale(f"there is no command `hookline {rest[0]}`; there are {', '.join(command.commands)}")
    return command, rest, context


@cache
def _group() -> Any:
    return typer.main.get_command(app)
