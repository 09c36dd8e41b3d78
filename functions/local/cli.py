"""The command `hookline`."""

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from local.commands import cli_log, cli_new, cli_push, cli_rules, cli_send, cli_sources, cli_test
from local.commands.runs import USUAL_PORT
from local.commands.terminal import fail, sentences
from local.project import RULES

app = typer.Typer(
    help="Turns any webhook into a text message.", no_args_is_help=True, add_completion=False, rich_markup_mode=None
)
EventFile = Annotated[Path, typer.Argument(help="An event, as in events/.")]
app.command()(cli_rules.check)
app.command("test")(cli_test.run_tests)
app.command()(cli_test.explain)
app.command()(cli_test.render)
app.command()(cli_new.new)
app.command()(cli_sources.sources)
app.command()(cli_push.push)
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
    from local.place import CannotServe, Place  # the other commands needn't wait for the servers
    from local.run import serve

    try:
        with sentences():
            place = Place.of(host, port, rules, os.environ)
        serve(place)
    except CannotServe as error:
        fail(str(error))
    except KeyboardInterrupt:
        typer.echo("Stopped.")


@app.command()
def event(file: EventFile) -> None:
    """Print an event with a fresh id and time, as if it came now.

    Example: hookline event events/json_deploy.json | sam local invoke ReceiveFunction -e -
    """
    from local.commands.events import read_fresh

    with sentences():
        fresh = read_fresh(file)
    typer.echo(json.dumps(fresh, indent=2, ensure_ascii=False))


def main() -> None:
    """Run the command line."""
    app()
