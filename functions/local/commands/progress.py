"""What a person sees while something takes long: a bar on the terminal, below what is printed, gone when it is done."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from local.commands.terminal import console, is_terminal, moves_cursor

if TYPE_CHECKING:
    from rich.progress import Progress

PATIENCE_SECONDS = 0.5  # what is done sooner needs no bar


class Underway:
    """A piece of work and how far it is."""

    def __init__(self, bar: "Progress | None" = None, total: int | None = None, what: str = "") -> None:
        self._bar = bar
        self._task = bar.add_task(what, total=total) if bar else None

    def advance(self, steps: int = 1) -> None:
        """Say that so many steps more are done."""
        if self._bar is not None and self._task is not None:
            self._bar.advance(self._task, steps)


@contextmanager
def underway(what: str, total: int | None = None, *, is_shown: bool = True) -> Iterator[Underway]:
    """Show how far the work is, if somebody looks and it takes a while; ``total`` steps, where that is known."""
    if not (is_shown and moves_cursor(err=True)):
        yield Underway()
        return
    bar = _bar(is_counted=total is not None)
    late = threading.Timer(PATIENCE_SECONDS, bar.start)
    late.daemon = True
    try:
        late.start()
        yield Underway(bar, total, what)
    finally:
        late.cancel()
        late.join()
        bar.stop()


def _bar(*, is_counted: bool) -> "Progress":
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

    counted = [BarColumn(bar_width=30), MofNCompleteColumn()] if is_counted else [TextColumn("{task.completed:,.0f}")]
    # What is printed meanwhile stands above the bar; it must not land there that goes into a file.
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        *counted,
        console=console(err=True),
        transient=True,
        redirect_stdout=is_terminal(),
        redirect_stderr=True,
    )
