"""The command that begins a rules file: `hookline new`."""

import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from local.commands import complete
from local.commands.errors import Wrong
from local.commands.options import Yes
from local.commands.terminal import say, sentences, wrapped

_WHICH_CHAT = "The id of the chat that hears of it, as `hookline chats` lists it"
_HELP_ID = "The chat's id, as in chat_a1b2c3d4; `hookline chats` lists yours."
_HELP_SOURCE = "What the address ends in, of whatever has no alerts."


def new(  # noqa: PLR0913 - its options
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")] = Path("rules.yaml"),
    *,
    sender: Annotated[
        str | None,
        typer.Option(
            "--sender", metavar="KIND", help="What sends: a kind of `hookline sources`.", autocompletion=complete.kinds
        ),
    ] = None,
    chat_id: Annotated[str | None, typer.Option("--id", metavar="CHAT_ID", help=_HELP_ID)] = None,
    chat: Annotated[str | None, typer.Option("--chat", metavar="NAME", help="A name for that chat.")] = None,
    alerts: Annotated[
        str | None,
        typer.Option(
            "--alerts",
            metavar="WHICH",
            help="Which alerts matter: all, warning or critical.",
            autocompletion=complete.alerts,
        ),
    ] = None,
    source: Annotated[str | None, typer.Option("--source", metavar="NAME", help=_HELP_SOURCE)] = None,
    yes: Yes = False,
) -> None:
    """Ask four questions and write a first rules file.

    What is given as an option isn't asked for; with --yes only the chat's id has to be given.

    Example: hookline new my-rules.yaml
    Example: hookline new my-rules.yaml --id chat_a1b2c3d4 --yes
    """
    from local.commands import answers as made  # the other commands needn't wait for it
    from local.commands.ask import ask
    from local.commands.new import written
    from local.recipe import usual_source

    with sentences():
        if file.exists():
            raise Wrong(f"{file} is there already, and stays as it is; give another name.")
        if not file.parent.is_dir():
            raise Wrong(f"There is no folder {file.parent}; make it first, or give another place.")
        if sender is None and not yes:
            say(wrapped(f"What can send: {', '.join(made.SENDERS)}.") + "\n")
        kind = ask("What sends", "--sender", sender, "alertmanager", made.sender, yes=yes)
        an_id = ask(_WHICH_CHAT, "--id", chat_id, None, made.chat_id, yes=yes)
        usual = "office" if kind == "form" else "oncall"
        name = ask("A name for that chat", "--chat", chat, usual, made.chat_name, yes=yes)
        which, address = "all", usual_source(kind)
        if kind in made.OF_ALERTS:
            which = ask("Which alerts matter (all, warning, critical)", "--alerts", alerts, "all", made.alerts, yes=yes)
        else:
            address = ask("The address ends in /hooks/…", "--source", source, address, made.source_name, yes=yes)
        text = written(made.Answers(kind, an_id, name, address, which), file)
        with file.open("x", encoding="utf-8") as opened:
            opened.write(text)
    hookline = _called()
    lines = f"  {hookline} check {file}\n  {hookline} test {file}\n  RULES={file} {hookline} run"
    say(f"{file} is written. Try it:\n\n{lines}")


def _called() -> str:
    """Return how whoever called this can call the others."""
    called = Path(sys.argv[0])
    return str(called) if called.name == "hookline" and shutil.which("hookline") is None else "hookline"
