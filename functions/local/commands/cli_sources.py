"""The command about the kinds of senders: `hookline sources`."""

from typing import Annotated

import typer

from local.commands.terminal import AsJson, AtPort, InRegion, OfStack, WithProfile, reaching


def sources(  # noqa: PLR0913 - its options
    kind: Annotated[str | None, typer.Argument(help="A kind, as in github; without it all are listed.")] = None,
    *,
    as_json: AsJson = False,
    stack: OfStack = None,
    region: InRegion = None,
    profile: WithProfile = None,
    port: AtPort = None,
) -> None:
    """List the kinds of senders, or say of one what to paste where.

    Example: hookline sources github --stack hookline
    """
    with reaching():
        from local.commands.sources import Place, listed, told  # what it needs isn't needed by others

        if kind is None:
            listed(as_json=as_json)
        elif stack is None:
            told(kind, Place.of_run(port), as_json=as_json)
        else:
            from local.commands.stack import find

            told(kind, Place.of_stack(find(stack, region, profile, port)), as_json=as_json)
