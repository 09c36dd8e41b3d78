"""The commands about the rules file."""

from pathlib import Path
from typing import Annotated

import typer

from local.commands.terminal import NO, AsJson, say_json, sentences
from local.project import RULES

RulesFile = Annotated[Path, typer.Argument(help="The rules file.", envvar="RULES", show_envvar=True)]


def check(rules: RulesFile = RULES, as_json: AsJson = False) -> None:  # noqa: FBT002 - Typer's way to declare a flag
    """Say what is wrong with a rules file, each problem with its line.

    Example: hookline check functions/rules/rules.yaml
    """
    from local.commands.check import check as checked  # what it needs isn't needed by other commands

    with sentences():
        rules.open("rb").close()
        found = checked(rules)
    if as_json:
        say_json(found.as_json())
    else:
        if text := found.as_text():
            typer.echo(text, err=True)
        typer.echo(found.summary, err=not found.ok)
    raise typer.Exit(0 if found.ok else NO)
