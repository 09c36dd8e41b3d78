"""The command that changes rules without a deployment: `hookline push`."""

from pathlib import Path
from typing import Annotated

import typer

from local.commands.terminal import AsJson, AtPort, InRegion, OfStack, WithProfile, reaching


def push(  # noqa: PLR0913 - its options
    rules: Annotated[
        str | None, typer.Argument(help="The rules file; with --rollback a version, or nothing for the one before.")
    ] = None,
    *,
    note: Annotated[str, typer.Option(help="Why, for the list.")] = "",
    rollback: Annotated[bool, typer.Option("--rollback", help="Let an earlier version run again.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="Show the versions; * marks the one that runs.")] = False,
    as_json: AsJson = False,
    stack: OfStack = None,
    region: InRegion = None,
    profile: WithProfile = None,
    port: AtPort = None,
) -> None:
    """Check and test a rules file, and let the stack run it without a deployment.

    Example: hookline push my-rules.yaml --note "pages the office, too", and hookline push --rollback
    """
    if (rollback and listed) or (listed and rules) or not (rules or rollback or listed):
        raise typer.BadParameter("Give a rules file, or --rollback with or without a version, or --list.")
    if note and (rollback or listed):
        raise typer.BadParameter("A note belongs to a rules file that is pushed.")
    if rollback and rules and not rules.isdecimal():
        raise typer.BadParameter(f"--rollback takes the number of a version, not {rules}; --list shows them.")
    with reaching():
        from local.commands.push import Push  # boto3, which only these commands need
        from local.commands.stack import find

        pushing = Push.of(find(stack, region, profile, port), as_json=as_json)
        if listed:
            pushing.list()
        elif rollback:
            pushing.back(int(rules) if rules else None)
        elif rules:
            pushing.new(Path(rules), note, _failures)


def _failures(path: Path) -> list[str]:
    """Run the file's own tests, and return a line for each that fails with what differs under it."""
    from local.commands import tested

    lines: list[str] = []
    for result in tested.run(path):
        if not result.is_passed:
            differs = [f"{mark} {line}" for mark, line in result.difference]
            lines += [f"FAILED  {result.name}", *(f"        {line}" for line in [*result.error.splitlines(), *differs])]
    return lines
