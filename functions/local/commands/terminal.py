"""How the commands speak: the one place that prints, and that knows whether colours are wanted."""

import json
import os
import shutil
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from hookline.errors import HooklineError, RulesError
from local.commands.errors import No, Wrong, ended

if TYPE_CHECKING:
    from rich.console import Console

NO, WRONG = 1, 2  # exit codes: the answer is no; the call was wrong
NO_EDGE = 100_000  # columns; into a file or a pipe every line goes whole
_DUMB = frozenset({"dumb", "unknown"})  # what TERM says of a terminal that obeys no sequences


def is_terminal(*, err: bool = False) -> bool:
    """Return whether somebody looks at what is printed there, and not a program or a file."""
    stream = sys.stderr if err else sys.stdout
    return stream is not None and stream.isatty()


def is_coloured(*, err: bool = False) -> bool:
    """Return whether what is printed there may have colours: on a terminal, unless NO_COLOR or TERM says no."""
    if os.environ.get("NO_COLOR") or _is_dumb():
        return False
    return bool(os.environ.get("FORCE_COLOR")) or is_terminal(err=err)


def moves_cursor(*, err: bool = False) -> bool:
    """Return whether a line that was printed there can be taken back."""
    return is_terminal(err=err) and not _is_dumb()


def _is_dumb() -> bool:
    return os.environ.get("TERM", "").lower() in _DUMB


def paint(text: str, colour: str = "", *, err: bool = False, **more: bool) -> str:
    """Return the text in a colour, or ``bold``, ``dim``, ``reverse``; as it is where no colours are wanted."""
    wanted = {name: True for name, is_wanted in more.items() if is_wanted}
    return typer.style(text, colour or None, **wanted) if is_coloured(err=err) and (colour or wanted) else text


def say(text: str, *, err: bool = False) -> None:
    """Print a text and the end of its line."""
    stream = sys.stderr if err else sys.stdout
    # Below a bar of progress Rich has its own in the stream's place, which Typer would look behind.
    beside_a_bar = stream if hasattr(stream, "rich_proxied_file") else None
    typer.echo(text, beside_a_bar, err=err, color=is_coloured(err=err))


def console(*, err: bool = False) -> "Console":
    """Return what prints tables and bubbles: cut at the edge on a terminal, plain and whole elsewhere."""
    from rich.console import Console  # most commands don't need it

    class Whole(Console):
        def on_broken_pipe(self) -> None:
            """Let it through: whoever called says how that ends, here as everywhere."""
            raise  # noqa: PLE0704 - Rich calls this while it handles the BrokenPipeError

    made = Whole(
        stderr=err,
        highlight=False,
        markup=False,
        emoji=False,
        force_terminal=moves_cursor(err=err),
        color_system="standard" if is_coloured(err=err) else None,
    )
    if not is_terminal(err=err):
        made.width = NO_EDGE
    return made


def width(*, err: bool = False) -> int:
    """Return how many columns a line may have."""
    return shutil.get_terminal_size().columns if is_terminal(err=err) else NO_EDGE


def wrapped(sentence: str, *, err: bool = False, indent: str = "") -> str:
    """Return the sentence as a terminal shows it best, broken between words; elsewhere it stays one line."""
    if not is_terminal(err=err):
        return sentence
    edge = width(err=err)
    lines = textwrap.wrap(sentence, edge, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines)


def say_json(content: Any) -> None:
    say(json.dumps(content))


def fail(sentence: str, code: int = WRONG) -> NoReturn:
    """End with a sentence for the person who must act; what has lines already keeps them."""
    say(sentence if "\n" in sentence else wrapped(sentence, err=True), err=True)
    raise typer.Exit(code)


@contextmanager
def sentences() -> Iterator[None]:
    """Turn what is wrong with what was given, and what a stack refuses, into a sentence and an exit code."""
    try:
        yield
    except No as error:
        fail(str(error), NO)
    except BrokenPipeError:
        raise  # nobody reads any more, so there is nobody to tell
    except RulesError as error:
        from local.commands.problems import shown

        fail("\n".join(shown(problem, err=True) for problem in error.problems))
    except (Wrong, HooklineError, ValueError) as error:
        fail(str(error))
    except OSError as error:
        fail(of_file(error))
    except Exception as error:
        from local.commands.refusals import refusal  # only who asks AWS can be refused

        if (sentence := refusal(error)) is None:
            raise
        fail(sentence)


def of_file(error: OSError) -> str:
    """Return what is wrong with a file, as a sentence."""
    if error.filename is None:
        return ended(error.strerror or str(error))
    if isinstance(error, FileNotFoundError):
        return f"There is no {error.filename}."
    if isinstance(error, IsADirectoryError):
        return f"{error.filename} is a folder; this takes a file."
    if isinstance(error, PermissionError):
        return f"{error.filename} is not yours to read or write; look at its rights with `ls -l`."
    return f"{error.filename}: {error.strerror}."
