"""The command that checks the rules file: `hookline check`."""

import typer

from local.commands.options import AsJson, RulesFile
from local.commands.terminal import NO, say, say_json, sentences
from local.project import RULES


def check(rules: RulesFile = RULES, as_json: AsJson = False) -> None:  # noqa: FBT002 - Typer's way to declare a flag
    """Say what is wrong with a rules file, each problem with its line.

    A warning names what works, and is probably not meant.

    Exit 1: something is wrong (a warning alone is not)

    Example: hookline check my-rules.yaml
    Example: hookline check functions/rules/rules.yaml --json
    """
    with sentences():
        from local.commands import problems
        from local.commands.check import check as checked  # what it needs isn't needed by other commands

        rules.open("rb").close()
        found = checked(rules)
    if as_json:
        say_json(found.as_json())
    else:
        for problem in found.problems:
            say(problems.shown(problem, err=True), err=True)
        say(found.summary, err=not found.ok)
    raise typer.Exit(0 if found.ok else NO)
