"""What a person sees while something takes long: a bar on the terminal, below what is printed, gone when it is done."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from local.commands.terminal import console, is_terminal, moves_cursor, say

if TYPE_CHECKING:
    from rich.progress import Progress

PATIENCE_SECONDS = 0.5  # what is done sooner needs no bar
PRINT_SECONDS = 0.1  # each time something is printed above it, the bar is drawn anew, which costs more than a test


class Underway:
    """A piece of work and how far it is."""

    def __init__(self, bar: "Progress | None" = None, total: int | None = None, what: str = "") -> None:
        self._bar = bar
        self._task = bar.add_task(what, total=total) if bar else None
        self._unsaid: list[str] = []
        self._said_at = 0.0

    def advance(self, steps: int = 1) -> None:
        """Say that so many steps more are done."""
        if self._bar is not None and self._task is not None:
            self._bar.advance(self._task, steps)

    def say(self, text: str) -> None:
        """Print a text above the bar, together with what comes at the same moment."""
        self._unsaid.append(text)
        if self._bar is None or not self._bar.live.is_started or time.monotonic() - self._said_at > PRINT_SECONDS:
            self.say_all()

    def say_all(self) -> None:
        """Print what wasn't printed yet."""
        if self._unsaid:
            said, self._unsaid = "\n".join(self._unsaid), []
            say(said)
            self._said_at = time.monotonic()


@contextmanager
def underway(what: str, total: int | None = None, *, is_shown: bool = True) -> Iterator[Underway]:
    """Show how far the work is, if somebody looks and it takes a while; ``total`` steps, where that is known."""
    if not (is_shown and moves_cursor(err=True)):
        yield Underway()
        return
    bar = _bar(is_counted=total is not None)
    work, late = Underway(bar, total, what), threading.Timer(PATIENCE_SECONDS, bar.start)
    late.daemon = True
    try:
        late.start()
        yield work
    finally:
        late.cancel()
        late.join()
        work.say_all()
        bar.stop()


def _bar(*, is_counted: bool) -> "Progress":
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

    counted = [BarColumn(bar_width=30), MofNCompleteColumn()] if is_counted else [TextColumn("{task.completed:,.0f}")]
    shown = console(err=True)
    shown.soft_wrap = True
    # What is printed meanwhile stands above the bar, in lines as long as they are; what goes into a file goes there.
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        *counted,
        console=shown,
        transient=True,
        redirect_stdout=is_terminal(),
        redirect_stderr=True,
    )
