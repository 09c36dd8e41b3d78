"""Lines of a shell, taken apart as far as it takes to see which programs they call with what."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

_OPERATORS, _REDIRECTIONS = frozenset("|&;()\n"), frozenset("<>&")
_INNER = re.compile(r"\$\(([^()]*)\)")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")
_LEADING = {"do", "then", "else", "time", "!", "{"}
_STRUCTURE = {"for", "while", "until", "if", "case", "done", "fi", "esac", "}", "elif"}
_HEREDOC = re.compile(r"(<<-?\s*(['\"]?)(\w+)\2[^\n]*\n).*?^\3$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Line:
    """What a shell reads at once, which may be several lines; ``number`` is that of the first within the block."""

    number: int
    text: str


@dataclass(frozen=True)
class Call:
    """A program with its arguments, and the variables that are set for it alone."""

    program: str
    arguments: tuple[str, ...]
    variables: tuple[str, ...] = ()


def lines(block: str) -> Iterator[Line]:
    """Give what a shell would read at once. Raises ValueError for what it couldn't read."""
    begun, first = "", 0
    for n, line in enumerate(block.splitlines()):
        first = first if begun else n
        begun += f"{line}\n"
        if line.endswith("\\") or not _is_whole(begun):
            continue
        if begun.strip() and not begun.lstrip().startswith("#"):
            yield Line(first, begun)
        begun = ""
    if begun:
        raise ValueError(f"a shell can't read this: {begun}")


def _is_whole(text: str) -> bool:
    read = subprocess.run(["bash", "-n", "-c", text], capture_output=True, check=False)
    return read.returncode == 0 and not read.stderr  # it only warns of a here-document without an end


def calls(text: str) -> Iterator[Call]:
    """Give the programs that a line calls, those within ``$(…)`` first."""
    text = _HEREDOC.sub(r"\1", text)
    while inner := _INNER.search(text):
        yield from calls(inner[1])
        text = f"{text[: inner.start()]}_{text[inner.end() :]}"
    command: list[str] = []
    for token in [*_tokens(text), ";"]:
        if not set(token) <= _OPERATORS:
            command.append(token)
            continue
        yield from _call(command)
        command = []


def _tokens(text: str) -> Iterator[str]:
    lexer = shlex.shlex(text.replace("\\\n", " "), posix=True, punctuation_chars="|&;()<>\n")
    lexer.whitespace, lexer.whitespace_split, lexer.commenters = " \t", True, "#"
    return (token for token in lexer if token)


def _call(command: list[str]) -> Iterator[Call]:
    words = list(_without_redirections(command))
    while words and words[0] in _LEADING:
        words.pop(0)
    if not words or words[0] in _STRUCTURE:
        return
    variables = []
    while words and _VARIABLE.match(words[0]):
        variables.append(words.pop(0).partition("=")[0])
    if words:
        yield Call(words[0].rpartition("/")[2], tuple(words[1:]), tuple(variables))


def _without_redirections(command: list[str]) -> Iterator[str]:
    skipped = False
    for word in command:
        if set(word) <= _REDIRECTIONS:
            skipped = True
        elif skipped:
            skipped = False
        else:
            yield word
