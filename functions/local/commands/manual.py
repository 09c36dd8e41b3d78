"""What there is to say about each command, read from Typer's own objects: for --help, and for docs/commands.md.

A command's docstring begins with what it does. Then come paragraphs of any kind; one that begins with ``Exit 1:`` says
when the answer is no, and each line that begins with ``Example:`` is a call as it is typed.
"""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

EXAMPLE, NO = "Example:", "Exit 1:"
ARGUMENTS, OPTIONS = "Arguments", "Options"

Command = TyperCommand | TyperGroup


@dataclass(frozen=True)
class Entry:
    """An argument or an option."""

    names: str  # as in `-n, --limit N`
    about: str
    heading: str
    notes: tuple[str, ...] = ()  # sentences, as in `Without it 30.`

    @property
    def said(self) -> str:
        """What it is for, with its notes."""
        return " ".join([self.about, *self.notes])


@dataclass(frozen=True)
class Manual:
    """A command as somebody reads about it."""

    path: str  # as in `hookline chats add`
    heading: str
    summary: str
    more: tuple[str, ...]  # paragraphs
    synopsis: str
    entries: tuple[Entry, ...]
    no: str  # what exit code 1 means; empty where the answer is never no
    examples: tuple[str, ...]
    commands: tuple["Manual", ...] = ()

    def headings(self) -> dict[str, list[Entry]]:
        """Return the entries by heading: arguments, its own options, then the options of many."""
        found: dict[str, list[Entry]] = {ARGUMENTS: [], OPTIONS: []}
        for entry in self.entries:
            found.setdefault(entry.heading, []).append(entry)
        return {heading: entries for heading, entries in found.items() if entries}


def manual(command: Command, context: typer.Context) -> Manual:
    """Return what there is to say about the command, and about those below it."""
    summary, *paragraphs = inspect.cleandoc(command.help or "").split("\n\n")
    more = [part for part in paragraphs if not part.startswith((EXAMPLE, NO))]
    no = [part.removeprefix(NO) for part in paragraphs if part.startswith(NO)]
    examples = [line.removeprefix(EXAMPLE) for line in (command.help or "").splitlines() if line.startswith(EXAMPLE)]
    params = [one for one in command.get_params(context) if not getattr(one, "hidden", False)]
    return Manual(
        path=context.command_path,
        heading=getattr(command, "rich_help_panel", None) or "",
        summary=_joined(summary),
        more=tuple(map(_joined, more)),
        synopsis=" ".join(_synopsis(command, context)),
        entries=tuple(_entry(one, context) for one in params if isinstance(one, TyperArgument | TyperOption)),
        no=_joined("".join(no)),
        examples=tuple(example.strip() for example in examples),
        commands=tuple(_below(command, context)),
    )


def every(page: Manual) -> Iterator[Manual]:
    """Give the commands below, with those below them, as one would look them up."""
    for below in page.commands:
        yield below
        yield from every(below)


def _below(command: Command, context: typer.Context) -> Iterator[Manual]:
    for name, below in getattr(command, "commands", {}).items():
        if not below.hidden:
            yield manual(below, typer.Context(below, info_name=name, parent=context))


def _synopsis(command: Command, context: typer.Context) -> Iterator[str]:
    yield context.command_path
    if isinstance(command, TyperGroup) and context.parent is None:
        yield "COMMAND"
    for param in command.get_params(context):
        if isinstance(param, TyperArgument):
            many = "..." if param.nargs != 1 else ""
            yield (param.display_name_raw if param.required else f"[{param.display_name_raw}]") + many
        elif isinstance(param, TyperOption) and param.required:
            yield f"{param.opts[-1]} {param.metavar}"
    yield "[OPTIONS]"


def _entry(param: TyperArgument | TyperOption, context: typer.Context) -> Entry:
    heading = getattr(param, "rich_help_panel", None)
    if isinstance(param, TyperArgument):
        names = param.display_name_raw + ("..." if param.nargs != 1 else "")
        return Entry(names, param.help or "", heading or ARGUMENTS, tuple(_notes(param, context)))
    names = ", ".join(sorted(param.opts, key=len))
    if param.secondary_opts:
        names += f" / {', '.join(param.secondary_opts)}"
    names += "" if param.is_flag else f" {param.metavar}"
    return Entry(names, param.help or "", heading or OPTIONS, tuple(_notes(param, context)))


def _notes(param: TyperArgument | TyperOption, context: typer.Context) -> Iterator[str]:
    if param.required and isinstance(param, TyperOption):
        yield "Required."
    if getattr(param, "multiple", False):
        yield "May be given again."
    if param.envvar:
        yield f"Also from {param.envvar}."
    if isinstance(param.show_default, str):
        yield f"Without it {param.show_default}."
    elif param.show_default and param.default is not None and not getattr(param, "is_flag", False):
        yield f"Without it {param.get_default(context, call=False)}."


def _joined(paragraph: str) -> str:
    return " ".join(paragraph.split())
