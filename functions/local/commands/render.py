"""The texts of an event as they would arrive: as bubbles on a terminal, plain elsewhere."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hookline.models import Message
from hookline.rules.closest import meant
from hookline.rules.model import Rules
from local.commands.errors import Wrong, ended
from local.commands.outcome import facts
from local.commands.printable import printable

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

WIDEST = 60  # columns of a bubble; a phone shows fewer, and nobody reads wider lines well
_NARROWEST, _MARGIN = 20, 4


def machine(message: Message) -> dict[str, Any]:
    """Return a message for machines: what it says, to whom, how."""
    said = ("rule", "chat_name", "chat", "text", "effect", "urgent", "thread", "reply_to", "link_preview")
    return {name: getattr(message, name) for name in said}


def show(messages: Iterable[Message], console: "Console") -> None:
    """Print each message as a bubble with its chat and rule above, and what else it brings below."""
    for message in messages:
        for part in _bubble(message, console.width):
            console.print(part)


def _bubble(message: Message, width: int) -> Iterator["RenderableType"]:
    from rich import box  # only a terminal shows bubbles
    from rich.panel import Panel
    from rich.text import Text

    text = Text(printable(message.text), overflow="fold")
    room = max(_NARROWEST, min(WIDEST, width - _MARGIN))
    yield Text.assemble((printable(message.chat_name), "bold"), (f" · {printable(message.rule)}", "dim"))
    widest_line = max(line.cell_len for line in text.split("\n", allow_blank=True))
    yield Panel(text, box=box.ROUNDED, border_style="blue", width=min(room, widest_line + _MARGIN))
    if about := facts(message):
        yield Text("  " + printable(" ".join(", ".join(about).split())), "dim italic")
    yield Text()


def known(rule: str, rules: Rules, file: Path) -> None:
    """Raise Wrong for the name of no rule."""
    if rule not in (names := [one.name for one in rules.rules]):
        raise Wrong(f"There is no rule '{rule}' in {file}; {ended(meant(rule, names))}")
