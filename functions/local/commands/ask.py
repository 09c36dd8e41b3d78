"""Questions at a terminal."""

from collections.abc import Callable

import typer

from local.commands.terminal import say


def ask(question: str, given: str | None, usual: str | None, read: Callable[[str], str], *, yes: bool) -> str:
    """Return what ``read`` makes of the answer, asking again while it isn't one.

    What was given as an option isn't asked for, and with ``yes`` the usual answer isn't either. Raises ValueError
    for an option that is wrong, or that is missing where nobody is asked.
    """
    if given is not None:
        return read(given)
    if yes:
        if usual is None:
            raise ValueError(f"{question}? Give it as an option; there is no usual answer. See --help.")
        return read(usual)
    while True:
        try:
            return read(str(typer.prompt(question, default=usual)).strip())
        except ValueError as error:
            say(f"  {error}")
