"""The command that checks the rules file: `hookline check`."""

import typer

from local.commands.errors import ended
from local.commands.options import AsJson, RulesFile, usual_rules
from local.commands.terminal import NO, say, say_json, sentences


def check(rules: RulesFile = None, as_json: AsJson = False) -> None:  # noqa: FBT002 - Typer's way to declare a flag
    """Say what is wrong with a rules file, each problem with its line.

    A warning names what works, and is probably not meant.

    Exit 1: something is wrong (a warning alone is not)

    Example: hookline check my-rules.yaml
    Example: hookline check functions/rules/rules.yaml --json
    """
    with sentences():
        from local.commands import problems
        from local.commands.check import check as checked  # what it needs isn't needed by other commands

        path = rules or usual_rules()
        path.open("rb").close()
        found = checked(path)
    if as_json:
        say_json(found.as_json())
    else:
        for problem in found.problems:
            say(problems.shown(problem, err=True), err=True)
        say(ended(found.summary), err=not found.ok)
    raise typer.Exit(0 if found.ok else NO)
