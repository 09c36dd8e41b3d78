"""The commands that speak to chats by hand: `hookline send` and `hookline chats`."""

from typing import Annotated

import typer

from local.commands.terminal import AsJson, AtPort, InRegion, OfStack, WithProfile, reaching

chats = typer.Typer(invoke_without_command=True, rich_markup_mode=None)


def send(  # noqa: PLR0913 - its options
    chat: Annotated[str, typer.Argument(help="A chat's name in the rules, or its id.")],
    text: Annotated[str, typer.Argument(help="What to send; - reads it from the standard input.")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Ask the provider for a preview; send nothing.")] = False,
    wait: Annotated[bool, typer.Option(help="Wait a few seconds to say what became of it.")] = True,
    as_json: AsJson = False,
    stack: OfStack = None,
    region: InRegion = None,
    profile: WithProfile = None,
    port: AtPort = None,
) -> None:
    """Send a text through the queue, so that it comes in its turn and is logged.

    Example: hookline send oncall "Maintenance is over."
    """
    with reaching():
        from local.commands.by_hand import ByHand  # boto3, which only these commands need
        from local.commands.stack import find

        given = typer.get_text_stream("stdin").read() if text == "-" else text
        hand = ByHand.of(find(stack, region, profile, port), as_json=as_json)
        if dry_run:
            hand.preview(chat, given)
        else:
            hand.send(chat, given, wait=wait)


@chats.callback()
def listed(  # noqa: PLR0913 - its options
    context: typer.Context,
    *,
    limit: Annotated[int | None, typer.Option("--limit", "-n", min=1, help="No more than so many.")] = None,
    as_json: AsJson = False,
    stack: OfStack = None,
    region: InRegion = None,
    profile: WithProfile = None,
    port: AtPort = None,
) -> None:
    """List the chats of the account with their ids, and the names that the rules give them.

    Example: hookline chats --json
    """
    if context.invoked_subcommand:
        return
    with reaching():
        from local.commands.address_book import AddressBook  # httpx and Rich, which the other commands don't need
        from local.commands.stack import find

        AddressBook.of(find(stack, region, profile, port), as_json=as_json).show(limit)


@chats.command()
def add(  # noqa: PLR0913 - its options
    name: Annotated[str, typer.Argument(help="The name that the rules shall use.")],
    person: Annotated[str, typer.Argument(help="A phone number as in +15551234567, or an e-mail address.")],
    *,
    channel: Annotated[str, typer.Option(help="The line to send from, ch_…; `hookline chats` shows yours.")],
    as_json: AsJson = False,
    stack: OfStack = None,
    region: InRegion = None,
    profile: WithProfile = None,
    port: AtPort = None,
) -> None:
    """Find or create the chat with a person, and print its line for the rules file.

    Example: hookline chats add oncall +15551234567 --channel ch_a1b2c3d4
    """
    with reaching():
        from local.commands.address_book import AddressBook
        from local.commands.stack import find

        AddressBook.of(find(stack, region, profile, port), as_json=as_json).add(name, person, channel)
