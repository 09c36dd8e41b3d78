"""The command that changes rules without a deployment: `hookline push`."""

from pathlib import Path
from typing import Annotated

import typer

from local.commands.options import Asked, asking


@asking
def push(
    asked: Asked,
    rules: Annotated[
        str | None,
        typer.Argument(
            metavar="RULES", help="The rules file; with --rollback a version's number, or nothing for the one before."
        ),
    ] = None,
    *,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", show_default=False, help="Why, for --list.")] = "",
    rollback: Annotated[bool, typer.Option("--rollback", help="Let an earlier version run again.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="Show the versions; * marks the one that runs.")] = False,
) -> None:
    """Check and test a rules file, and let a stack run it; or go back.

    No deployment is needed, but a stack that reads its rules from the table: RulesSource=table.

    Exit 1: nothing was pushed, because of the rules or because somebody else was faster

    Example: hookline push my-rules.yaml --stack hookline --note "page the office, too"
    Example: hookline push --list --stack hookline
    Example: hookline push --rollback
    """
    if (rollback and listed) or (listed and rules) or not (rules or rollback or listed):
        raise typer.BadParameter("Give a rules file, or --rollback with or without a version, or --list.")
    if note and (rollback or listed):
        raise typer.BadParameter("A note belongs to a rules file that is pushed.")
    if rollback and rules and not rules.isdecimal():
        raise typer.BadParameter(f"--rollback takes the number of a version, not {rules}; --list shows them.")
    from local.commands.push import Push  # boto3, which only these commands need

    pushing = Push.of(asked.place(), as_json=asked.as_json)
    if listed:
        pushing.list()
    elif rollback:
        pushing.back(int(rules) if rules else None)
    elif rules:
        pushing.new(Path(rules), note, lambda path: _failures(path, is_shown=not asked.as_json))


def _failures(path: Path, *, is_shown: bool) -> list[str]:
    """Run the file's own tests, and return a line for each that fails with what differs under it."""
    from local.commands import tested
    from local.commands.progress import underway

    lines: list[str] = []
    with underway("Testing the rules", is_shown=is_shown) as progress:
        for result in tested.run(path):
            progress.advance()
            if not result.is_passed:
                differs = [*result.error.splitlines(), *(f"{mark} {line}" for mark, line in result.difference)]
                lines += [f"FAILED  {result.name}", *(f"        {line}" for line in differs)]
    return lines
