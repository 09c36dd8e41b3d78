"""The command about the kinds of senders: `hookline sources`."""

from typing import Annotated

import typer

from local.commands import complete
from local.commands.options import Asked, asking


@asking
def sources(
    asked: Asked,
    kind: Annotated[
        str | None,
        typer.Argument(
            metavar="KIND", help="A kind, as in github; without it all are listed.", autocompletion=complete.kinds
        ),
    ] = None,
) -> None:
    """List the kinds of senders, or say of one what to paste where.

    Addresses are those of the run on this machine or of the stack; where there is neither, what to put in their place.

    Example: hookline sources
    Example: hookline sources github --stack hookline
    """
    from local.commands.sources import Place, listed, told  # what it needs isn't needed by others

    if kind is None:
        listed(as_json=asked.as_json)
        return
    place = Place.of_stack(asked.place()) if asked.stack else Place.of_run(asked.port)
    told(kind, place, as_json=asked.as_json)
