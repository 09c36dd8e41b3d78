"""The command `hookline`."""

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from local.commands import cli_log, cli_rules, cli_send
from local.commands.cli_rules import RulesFile
from local.commands.runs import USUAL_PORT
from local.commands.terminal import AsJson, fail, sentences
from local.project import RULES

app = typer.Typer(
    help="Turns any webhook into a text message.", no_args_is_help=True, add_completion=False, rich_markup_mode=None
)
EventFile = Annotated[Path, typer.Argument(help="An event, as in events/.")]
app.command()(cli_rules.check)
app.command()(cli_log.log)
app.command()(cli_log.replay)
app.command()(cli_send.send)
app.add_typer(cli_send.chats, name="chats")


@app.command()
def run(
    host: Annotated[str, typer.Option(envvar="HOST", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="PORT", help="Port to listen on.")] = USUAL_PORT,
    rules: Annotated[Path, typer.Option(envvar="RULES", help="The rules file.")] = RULES,
) -> None:
    """Serve everything on this machine, with a simulated provider.

    Example: RULES=my-rules.yaml hookline run
    """
    from local.run import CannotServe, Place, serve  # noqa: PLC0415 - the other commands needn't wait for the servers

    try:
        with sentences():
            place = Place.of(host, port, rules, os.environ)
        serve(place)
    except CannotServe as error:
        fail(str(error))
    except KeyboardInterrupt:
        typer.echo("Stopped.")


@app.command()
def explain(
    rules: RulesFile,
    event: EventFile,
    source: Annotated[str | None, typer.Option(help="The file is the JSON that a sender posts to this source.")] = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Say of every rule why it did or didn't match an event.

    Example: hookline explain functions/rules/rules.yaml events/alertmanager_critical.json
    """
    from hookline.rules import load  # noqa: PLC0415
    from local.commands.events import read_webhook  # noqa: PLC0415
    from local.commands.explain import TAKEN  # noqa: PLC0415
    from local.commands.explain import explain as explained  # noqa: PLC0415

    with sentences():
        lines = explained(load(rules), read_webhook(event, source))
    if as_json:
        typer.echo(json.dumps([asdict(line) for line in lines]))
    else:
        for line in lines:
            to = f" -> {', '.join(line.chats)}" if line.chats else ""
            typer.echo(f"{line.verdict:<15} {line.rule}{to}   ({line.because})")
    is_taken = any(line.verdict in TAKEN for line in lines)
    raise typer.Exit(0 if is_taken else 1)


@app.command()
def event(file: EventFile) -> None:
    """Print an event with a fresh id and time, as if it came now.

    Example: hookline event events/json_deploy.json | sam local invoke ReceiveFunction -e -
    """
    from local.commands.events import read_fresh  # noqa: PLC0415

    with sentences():
        fresh = read_fresh(file)
    typer.echo(json.dumps(fresh, indent=2, ensure_ascii=False))


def main() -> None:
    """Run the command line."""
    app()
