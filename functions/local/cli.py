"""The command `hookline`."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from local.commands import cli_log, cli_new, cli_push, cli_rules, cli_send, cli_sources, cli_test
from local.commands.ending import Program, broken
from local.commands.helped import HelpedCommand
from local.commands.options import HIGHEST_PORT, RULES_THAT_SHIP
from local.commands.runs import USUAL_PORT
from local.commands.terminal import fail, say, sentences
from local.project import RULES

SET_UP, OF_RULES, OF_DELIVERIES = "Set up", "Rules", "Deliveries"
NAME = "hookline"

app = typer.Typer(
    name=NAME,
    cls=Program,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(value: bool) -> None:  # noqa: FBT001 - Typer's way
    if value:
        from importlib.metadata import version

        say(f"{NAME} {version(NAME)}")
        raise typer.Exit


@app.callback()
def hookline(
    *,
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """Turn any webhook into a text message.

    Each command has examples in its --help. With --json the answer is one JSON document on the standard output; what
    went wrong is a sentence on the standard error either way.

    Exit 1: the answer is no

    Example: hookline run
    Example: hookline log --chat oncall --since 1d
    """


def run(
    host: Annotated[
        str, typer.Option("--host", metavar="ADDRESS", envvar="HOST", help="Where to listen.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", metavar="PORT", envvar="PORT", min=0, max=HIGHEST_PORT, help="Port to listen on.")
    ] = USUAL_PORT,
    rules: Annotated[
        Path,
        typer.Option("--rules", metavar="FILE", envvar="RULES", show_default=RULES_THAT_SHIP, help="The rules file."),
    ] = RULES,
) -> None:
    """Serve everything on this machine, with a simulated provider.

    Nothing leaves it unless LIVE=1 says so, which takes your key in BLOOIO_API_KEY.

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
        say("Stopped.")


def event(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An event of API Gateway, SQS or SNS, as in events/.")],
) -> None:
    """Print an event with a fresh id and time, as if it came now.

    Example: hookline event events/json_deploy.json | sam local invoke ReceiveFunction -e -
    """
    from local.commands.events import read_fresh

    with sentences():
        fresh = read_fresh(file)
    say(json.dumps(fresh, indent=2, ensure_ascii=False))


_COMMANDS: dict[str, dict[str, Callable[..., None]]] = {
    SET_UP: {"run": run, "new": cli_new.new, "sources": cli_sources.sources, "event": event},
    OF_RULES: {
        "check": cli_rules.check,
        "test": cli_test.run_tests,
        "explain": cli_test.explain,
        "render": cli_test.render,
        "push": cli_push.push,
    },
    OF_DELIVERIES: {"log": cli_log.log, "replay": cli_log.replay, "send": cli_send.send},
}
for panel, commands in _COMMANDS.items():
    for name, command in commands.items():
        app.command(name, cls=HelpedCommand, rich_help_panel=panel)(command)
app.add_typer(cli_send.chats, name="chats", rich_help_panel=SET_UP)


def main() -> None:
    """Run the command line."""
    try:
        app(prog_name=NAME)
    except Exception as error:  # noqa: BLE001 - whatever it is, somebody has to be told what to do
        sys.exit(broken(error))
