"""The commands that try the rules: `hookline test`, `explain` and `render`."""

import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from local.commands import complete
from local.commands.errors import Wrong
from local.commands.options import AsJson, EventFile, GivenRules, OfSource, usual_rules
from local.commands.terminal import NO, console, is_terminal, say, say_json, sentences, width

Paths = Annotated[
    list[Path] | None,
    typer.Argument(metavar="PATH", help="Rules files, .case files, or folders of them; without any, what RULES names."),
]


def run_tests(
    paths: Paths = None,
    *,
    update: Annotated[bool, typer.Option("--update", help="Write what came into the .case files.")] = False,
    junit: Annotated[
        Path | None, typer.Option("--junit", metavar="FILE", help="Write the results as JUnit XML, too.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run the tests of rules files and .case files; nothing is sent.

    docs/testing-rules.md says how to write some.

    Exit 1: a test fails

    Example: hookline test my-rules.yaml
    Example: hookline test tests/rules --junit report.xml
    """
    from local.commands import report, tested  # the other commands needn't wait for the engine
    from local.commands.progress import underway

    begun = time.perf_counter()
    with sentences():
        if junit and not junit.parent.is_dir():
            raise Wrong(f"There is no folder {junit.parent}; make it first, or give another place.")
        found = tested.files(paths or [usual_rules()])
        results = []
        with underway("Testing", len(found), is_shown=not as_json) as progress:
            for file in found:
                for result in tested.run(file, update=update):
                    results.append(result)
                    if not as_json:
                        progress.say(report.told(result, update=update))
                progress.advance()
        if junit:
            from local.commands.junit import write

            write(junit, results)
    if as_json:
        say_json(report.machine(results))
    else:
        report.sum_up(found, results, time.perf_counter() - begun)
    raise typer.Exit(0 if all(result.is_passed for result in results) else NO)


def explain(
    rules: GivenRules,
    event: EventFile,
    *,
    source: OfSource = None,
    as_json: AsJson = False,
) -> None:
    """Say of every rule why it takes an event, or why it doesn't.

    Below it stand the values that it went by, and what its chats would do with the message.

    Exit 1: no rule takes the event

    Example: hookline explain functions/rules/rules.yaml events/alertmanager_critical.json
    Example: hookline explain my-rules.yaml body.json --source alertmanager
    """
    with sentences():
        from local.commands import explained
        from local.commands.explain import TAKEN
        from local.commands.explain import explain as lines_of
        from local.commands.given import given

        lines = lines_of(*given(rules, event, source))
    if as_json:
        say_json([asdict(line) for line in lines])
    else:
        for line in lines:
            say("\n".join(explained.said(line, width())))
    is_taken = any(line.verdict in TAKEN for line in lines)
    raise typer.Exit(0 if is_taken else NO)


def render(
    rules: GivenRules,
    event: EventFile,
    *,
    source: OfSource = None,
    rule: Annotated[
        str | None,
        typer.Option("--rule", metavar="NAME", help="Only the texts of this rule.", autocompletion=complete.rules),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the texts of an event as they would arrive; nothing is sent.

    Exit 1: nobody hears of it

    Example: hookline render functions/rules/rules.yaml events/alertmanager_group.json
    Example: hookline render my-rules.yaml events/alertmanager_group.json --rule "all alerts to oncall"
    """
    with sentences():
        from local.commands import outcome
        from local.commands import render as rendered
        from local.commands.given import given
        from local.commands.printable import printable
        from local.commands.rehearse import rehearse

        loaded, webhook = given(rules, event, source)
        if rule is not None:
            rendered.known(rule, loaded, rules)
        rehearsal = rehearse(loaded, webhook).of_rule(rule)
    if as_json:
        say_json([rendered.machine(message) for message in rehearsal.messages])
    if not rehearsal.messages:
        say(f"Nobody hears of it: {rehearsal.reason}. `hookline explain` says why, rule by rule.", err=True)
    elif is_terminal() and not as_json:
        rendered.show(rehearsal.messages, console())
    elif not as_json:
        say(printable(outcome.told(rehearsal)))
    raise typer.Exit(0 if rehearsal.messages else NO)
