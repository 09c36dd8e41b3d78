"""The commands that speak to chats by hand: `hookline send` and `hookline chats`."""

import sys
from typing import Annotated

import typer

from local.commands import complete
from local.commands.errors import Wrong
from local.commands.helped import HelpedCommand, HelpedGroup
from local.commands.options import Asked, Wait, asking

chats = typer.Typer(cls=HelpedGroup, invoke_without_command=True, rich_markup_mode=None)


@asking
def send(
    asked: Asked,
    chat: Annotated[
        str,
        typer.Argument(metavar="CHAT", help="A chat's name in the rules, or its id.", autocompletion=complete.chats),
    ],
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What to send; - reads it from the standard input.")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Ask the provider for a preview; send nothing.")] = False,
    wait: Wait = True,
) -> None:
    """Send a text to a chat, through the queue and into the log.

    It is urgent: neither quiet hours nor pace hold it up.

    Exit 1: it failed, or with --dry-run would not be sent

    Example: hookline send oncall "Maintenance is over."
    Example: df -h | hookline send oncall -
    """
    from local.commands.by_hand import ByHand  # boto3, which only these commands need

    hand = ByHand.of(asked.place(), as_json=asked.as_json)
    given = _read() if text == "-" else text
    if dry_run:
        hand.preview(chat, given)
    else:
        hand.send(chat, given, wait=wait)


def _read() -> str:
    try:
        return sys.stdin.read()
    except UnicodeDecodeError:
        raise Wrong("What comes from the standard input is not text in UTF-8, so it can't be sent.") from None


@chats.callback()
@asking
def listed(
    context: typer.Context,
    asked: Asked,
    *,
    limit: Annotated[
        int | None, typer.Option("--limit", "-n", metavar="N", min=1, help="No more than so many.")
    ] = None,
) -> None:
    """List the chats of your Blooio account, with their names in the rules.

    Example: hookline chats
    Example: hookline chats --json --limit 5
    """
    if context.invoked_subcommand:
        _refuse_options(context)
        return
    from local.commands.address_book import AddressBook  # httpx and Rich, which the other commands don't need

    AddressBook.of(asked.place(), as_json=asked.as_json).show(limit)


def _refuse_options(context: typer.Context) -> None:
    """What stands before `add` would be forgotten, and another stack be asked than was meant."""
    for parameter in context.command.params:
        source = context.get_parameter_source(parameter.name)
        if source and source.name == "COMMANDLINE":
            raise typer.BadParameter(f"Put {parameter.opts[0]} behind `{context.invoked_subcommand}`, not before it.")


@chats.command(cls=HelpedCommand)
@asking
def add(
    asked: Asked,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name that the rules shall use.")],
    person: Annotated[
        str, typer.Argument(metavar="PERSON", help="A phone number as in +15551234567, or an e-mail address.")
    ],
    *,
    channel: Annotated[
        str,
        typer.Option("--channel", metavar="CHANNEL_ID", help="The line to send from, as `hookline chats` shows it."),
    ],
) -> None:
    """Find or create a person's chat, and print its line for the rules file.

    Example: hookline chats add oncall +15551234567 --channel ch_a1b2c3d4
    """
    from local.commands.address_book import AddressBook

    AddressBook.of(asked.place(), as_json=asked.as_json).add(name, person, channel)
