"""Options that several commands have, each written once; and what a command is given that asks a stack."""

import inspect
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from local.commands import complete
from local.commands.terminal import sentences
from local.project import RULES

if TYPE_CHECKING:
    from local.commands.stack import Stack

WHICH_STACK = "Which stack"  # the heading above the options that say so
HIGHEST_PORT = 65_535
RULES_THAT_SHIP = "functions/rules/rules.yaml"

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document, for machines.")]
Since = Annotated[
    str | None,
    typer.Option("--since", metavar="WHEN", help="Only later ones: 30m, 2h, 1d ago, or a date as in 2026-11-02T14:00."),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask; go on.")]
Wait = Annotated[bool, typer.Option("--wait/--no-wait", help="Wait a few seconds to say what became of it.")]

RulesFile = Annotated[
    Path | None,
    typer.Argument(metavar="RULES", envvar="RULES", show_default=RULES_THAT_SHIP, help="The rules file."),
]
GivenRules = Annotated[Path, typer.Argument(metavar="RULES", help="The rules file.")]
EventFile = Annotated[
    Path, typer.Argument(metavar="EVENT", help="An event of API Gateway, as in events/; with --source what is posted.")
]
OfSource = Annotated[
    str | None,
    typer.Option(
        "--source",
        metavar="NAME",
        help="The file is the bare body that a sender posts to this source.",
        autocompletion=complete.sources,
    ),
]


def usual_rules() -> Path:
    """Return the rules file that is meant where none is named, as short as it can be said from here."""
    path = Path(os.environ.get("RULES") or RULES)
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _which_stack(*names: str, **more: Any) -> Any:
    return typer.Option(*names, rich_help_panel=WHICH_STACK, **more)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which stack a command is about, and whether a machine reads the answer: the options of all who ask a stack."""

    as_json: AsJson = False
    stack: Annotated[
        str | None,
        _which_stack(
            "--stack",
            metavar="NAME",
            help="A deployed stack; without it the run on this machine.",
            autocompletion=complete.stacks,
        ),
    ] = None
    region: Annotated[
        str | None, _which_stack("--region", metavar="NAME", help="The stack's region, if not your usual one.")
    ] = None
    profile: Annotated[
        str | None,
        _which_stack(
            "--profile",
            metavar="NAME",
            help="The AWS profile, if not your usual one.",
            autocompletion=complete.profiles,
        ),
    ] = None
    port: Annotated[
        int | None,
        _which_stack(
            "--port",
            metavar="PORT",
            envvar="PORT",
            min=1,
            max=HIGHEST_PORT,
            help="Which run on this machine, if there are several.",
            autocompletion=complete.ports,
        ),
    ] = None

    def place(self) -> "Stack":
        """Return the stack. Raises like ``stack.find``."""
        from local.commands.stack import find  # it brings boto3 along, which the others don't need

        return find(self.stack, self.region, self.profile, self.port)


def asking(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of ``Asked``, as its argument ``asked``; what goes wrong in it is a sentence."""
    theirs = inspect.signature(Asked, eval_str=True).parameters
    own = inspect.signature(command, eval_str=True).parameters
    merged = [parameter for name, parameter in own.items() if name != "asked"] + list(theirs.values())

    @wraps(command)
    def called(**given: Any) -> None:
        asked = Asked(**{name: given.pop(name) for name in theirs})
        with sentences():
            command(**given, asked=asked)

    called.__signature__ = inspect.Signature(merged)  # type: ignore[attr-defined]  # what Typer reads
    return called
