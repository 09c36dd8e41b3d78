"""What the commands have in common: their options, how they speak, and how they fail."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from hookline.errors import HooklineError
from local.commands.errors import No, Wrong

if TYPE_CHECKING:
    from rich.console import Console

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
OfStack = Annotated[
    str | None,
    typer.Option("--stack", metavar="NAME", help="A deployed stack; without it the run on this machine."),
]
InRegion = Annotated[str | None, typer.Option("--region", help="The stack's region, if not your usual one.")]
WithProfile = Annotated[str | None, typer.Option("--profile", help="The AWS profile, if not your usual one.")]
AtPort = Annotated[int | None, typer.Option("--port", envvar="PORT", help="The port of the run on this machine.")]
Since = Annotated[
    str | None, typer.Option("--since", help="Only later ones: 30m, 2h, 1d ago, or a date as in 2026-11-02T14:00.")
]

NO, WRONG = 1, 2  # exit codes: the answer is no; the call was wrong
NO_EDGE = 100_000  # columns; into a file or a pipe every line goes whole


def console() -> "Console":
    """Return what prints: coloured and cut at the edge on a terminal, plain and whole elsewhere."""
    from rich.console import Console  # most commands don't need it

    made = Console(highlight=False, markup=False, emoji=False)
    if not made.is_terminal:
        made.width = NO_EDGE
    return made


def say_json(content: Any) -> None:
    typer.echo(json.dumps(content))


def fail(sentence: str, code: int = WRONG) -> NoReturn:
    """End with a sentence for the person who must act."""
    typer.echo(sentence, err=True)
    raise typer.Exit(code)


@contextmanager
def sentences() -> Iterator[None]:
    """Turn what is wrong with what was given into a sentence and an exit code."""
    try:
        yield
    except No as error:
        fail(str(error), NO)
    except (FileNotFoundError, IsADirectoryError) as error:
        is_folder = isinstance(error, IsADirectoryError)
        fail(f"{error.filename} is a folder; this takes a file." if is_folder else f"There is no {error.filename}.")
    except (Wrong, HooklineError, ValueError, OSError) as error:
        fail(str(error))


@contextmanager
def reaching() -> Iterator[None]:
    """The same for commands that ask a stack, with what AWS refuses."""
    from botocore.exceptions import BotoCoreError, ClientError  # the other commands needn't wait for it

    try:
        with sentences():
            yield
    except ClientError as error:
        fail(f"AWS refused it: {error}. Has your profile the rights for this stack?")
    except BotoCoreError as error:
        fail(f"AWS can't be asked: {error}")
