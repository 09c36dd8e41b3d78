"""The commands that try the rules: `hookline test`, `explain` and `render`."""

import os
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from local.commands.cli_rules import RulesFile
from local.commands.errors import Wrong
from local.commands.terminal import NO, AsJson, console, say_json, sentences
from local.project import RULES

Paths = Annotated[
    list[Path] | None, typer.Argument(help="Rules files, .case files, folders of them; without any, what RULES names.")
]

EventFile = Annotated[Path, typer.Argument(help="An event, as in events/.")]
OfSource = Annotated[
    str | None, typer.Option("--source", help="The file is the JSON that a sender posts to this source.")
]


def run_tests(
    paths: Paths = None,
    *,
    update: Annotated[bool, typer.Option("--update", help="Write what came into the .case files.")] = False,
    junit: Annotated[Path | None, typer.Option(metavar="FILE", help="Write JUnit XML, too.")] = None,
    as_json: AsJson = False,
) -> None:
    """Run the tests of rules files and the cases in .case files; nothing is sent.

    Example: hookline test my-rules.yaml tests/rules
    """
    from local.commands import report, tested  # the other commands needn't wait for the engine

    begun = time.perf_counter()
    with sentences():
        found = tested.files(paths or [Path(os.environ.get("RULES", RULES))])
        results = []
        for file in found:
            for result in tested.run(file, update=update):
                results.append(result)
                if not as_json:
                    report.say(result, update=update)
        if junit:
            from local.commands.junit import write

            write(junit, results)
    if as_json:
        say_json(report.machine(results))
    else:
        report.sum_up(found, results, time.perf_counter() - begun)
    raise typer.Exit(0 if all(result.is_passed for result in results) else NO)


def explain(
    rules: RulesFile,
    event: EventFile,
    *,
    source: OfSource = None,
    as_json: AsJson = False,
) -> None:
    """Say of every rule why it did or didn't match an event, and what its chats would do with the message.

    Example: hookline explain functions/rules/rules.yaml events/alertmanager_critical.json
    """
    with sentences():
        from hookline.rules.load import load
        from local.commands import explained
        from local.commands.events import read_webhook
        from local.commands.explain import TAKEN
        from local.commands.explain import explain as lines_of

        lines = lines_of(load(rules), read_webhook(event, source))
    if as_json:
        say_json([asdict(line) for line in lines])
    else:
        for line in lines:
            typer.echo("\n".join(explained.said(line)))
    is_taken = any(line.verdict in TAKEN for line in lines)
    raise typer.Exit(0 if is_taken else NO)


def render(
    rules: RulesFile,
    event: EventFile,
    *,
    source: OfSource = None,
    rule: Annotated[str | None, typer.Option("--rule", metavar="NAME", help="Only the texts of this rule.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the texts of an event as they would arrive; nothing is sent.

    Example: hookline render functions/rules/rules.yaml events/alertmanager_critical.json
    """
    with sentences():
        from hookline.rules.load import load
        from local.commands import outcome
        from local.commands import render as rendered
        from local.commands.events import read_webhook
        from local.commands.rehearse import rehearse

        loaded = load(rules)
        if rule is not None and rule not in (names := [one.name for one in loaded.rules]):
            raise Wrong(f"There is no rule '{rule}' in {rules}; there are {', '.join(names)}.")
        rehearsal = rehearse(loaded, read_webhook(event, source)).of_rule(rule)
    if as_json:
        say_json([rendered.machine(message) for message in rehearsal.messages])
    elif not rehearsal.messages:
        typer.echo(f"Nobody hears of it: {rehearsal.reason}. `hookline explain` says why, rule by rule.", err=True)
    elif sys.stdout.isatty():
        rendered.show(rehearsal.messages, console())
    else:
        typer.echo(outcome.told(rehearsal))
    raise typer.Exit(0 if rehearsal.messages else NO)
