"""Questions at a terminal."""

import sys
from collections.abc import Callable

import typer

from local.commands.errors import Wrong
from local.commands.terminal import say, wrapped


def ask(  # noqa: PLR0913 - an answer has that many places to come from
    question: str, option: str, given: str | None, usual: str | None, read: Callable[[str], str], *, yes: bool
) -> str:
    """Return what ``read`` makes of the answer, asking again while it isn't one.

    What was given as an option isn't asked for, and with ``yes`` the usual answer isn't either. Raises ValueError
    for an option that is wrong, or that is missing where nobody is asked.
    """
    if given is not None:
        return read(given)
    if yes:
        if usual is None:
            raise ValueError(f"{option} is missing, and there is no usual answer to: {question}?")
        return read(usual)
    while True:
        try:
            return read(_answer(question, usual))
        except ValueError as error:
            say(wrapped(f"  {error}", indent="  "))


def _answer(question: str, usual: str | None) -> str:
    """Raises Wrong where the input has ended: whoever sits at a terminal has said Ctrl-C or Ctrl-D, and stops."""
    try:
        return str(typer.prompt(question, default=usual)).strip()
    except typer.Abort:
        if sys.stdin.isatty():
            raise
        raise Wrong("Nobody answers here: give the answers as options, or --yes. See `hookline new --help`.") from None
