"""A problem of a rules file in the colours of a terminal."""

from hookline.errors import Problem
from local.commands.pointed import pointed
from local.commands.printable import printable
from local.commands.terminal import paint, wrapped

WARNING = " warning:"
_COLOURS = {"error": "red", "warning": "yellow"}


def shown(problem: Problem, *, err: bool = False) -> str:
    """Return the problem with its line, the place in bold and the mark in the colour of how bad it is."""
    first, *excerpt = printable(pointed(problem)).split("\n")
    place, colour = f"{problem.file}:{problem.line}:{problem.column}:", _COLOURS[problem.severity]
    whole = wrapped(first, err=err, indent="  ")
    said = (whole if whole.startswith(place) else first).removeprefix(place)
    if said.startswith(WARNING):
        said = paint(WARNING, colour, err=err) + said.removeprefix(WARNING)
    lines = [paint(place, bold=True, err=err) + said]
    if excerpt:
        lines += [paint(excerpt[0], dim=True, err=err), paint(excerpt[-1], colour, bold=True, err=err)]
    return "\n".join(lines)
