"""How a call ends that comes to no answer: stopped, read by nobody any more, or broken."""

import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import typer

from local.commands.helped import HelpedGroup
from local.commands.mistyped import mistyped
from local.commands.terminal import WRONG, is_terminal, of_file, say, wrapped
from local.start import STOPPED

DEBUG = "HOOKLINE_DEBUG"
COMPLETION = "_HOOKLINE_COMPLETE"  # what the shells' functions set
UNREAD = 141  # what shells say of a program whose reader has gone


class Program(HelpedGroup):
    """The command `hookline` itself."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: FBT001, FBT002 - Typer's
        windows_expand_args: bool = True,  # noqa: FBT001, FBT002 - Typer's
        **extra: Any,
    ) -> Any:
        if COMPLETION in os.environ:
            from local.commands.shells import register

            register()
        words = list(sys.argv[1:] if args is None else args) or ["--help"]
        call = partial(super().main, words, prog_name, complete_var, False, windows_expand_args, **extra)  # noqa: FBT003 - Click's order
        return sys.exit(_ended(call)) if standalone_mode else call()

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # As in `hookline log | head -1`. What is still to be printed would break as Python ends, and that be said.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(UNREAD) from None


def _ended(call: Callable[[], Any]) -> int:
    """Return the exit code, with a sentence where there is something to say."""
    try:
        code: int = call() or 0
    except SystemExit as error:  # Typer's own: what installs completion, and a help that nobody reads to its end
        return UNREAD if isinstance(error.__context__, BrokenPipeError) else int(error.code or 0)
    except typer.Abort:  # Ctrl-C or the end of the input at a question
        code = STOPPED
    except typer.TyperException as error:
        say(wrapped(mistyped(error), err=True), err=True)
        return WRONG
    if code == STOPPED:
        say("\nStopped." if is_terminal(err=True) else "Stopped.", err=True)  # behind the ^C that a terminal shows
    return code


def broken(error: Exception) -> int:
    """Say what nobody has thought of, and where its traceback is; while a shell completes, nothing."""
    if COMPLETION in os.environ:
        return WRONG
    if isinstance(error, OSError):  # as where the answer goes to a disk that is full
        say(f"It can't be written: {of_file(error)}", err=True)
        return WRONG
    import tempfile  # nobody else needs them
    import traceback

    with tempfile.NamedTemporaryFile("w", prefix="hookline-", suffix=".txt", encoding="utf-8", delete=False) as file:
        traceback.print_exception(error, file=file)
    said = " ".join(f"{type(error).__name__}: {error}".split())
    sentence = f"Hookline itself broke ({said}). How it came to that is in {file.name}: please report it."
    say(wrapped(sentence, err=True), err=True)
    if os.environ.get(DEBUG):
        traceback.print_exception(error)
    return WRONG
