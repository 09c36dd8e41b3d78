"""How tests look at a terminal: a line for each, what differs under it, a last line for all."""

from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby
from pathlib import Path
from typing import Any

from local.commands.diff import Line
from local.commands.printable import printable
from local.commands.terminal import paint, say
from local.commands.tested import Result

_COLOURS = {"-": "red", "+": "green", " ": ""}
_ALIKE = 0.5  # from here on two lines are one that changed


def told(result: Result, *, update: bool) -> str:
    """Return what became of a test."""
    return "\n".join(_lines(result, update=update))


def _lines(result: Result, *, update: bool) -> Iterator[str]:
    word, colour = ("ok", "green") if result.is_passed else ("FAILED", "red")
    if result.is_updated:
        word, colour = "updated", "yellow"
    yield f"{paint(f'{word:<7}', colour)}  {result.file}: {printable(result.name)}"
    for line in result.error.splitlines():
        yield f"         {printable(line)}"
    if result.difference:
        yield f"         {paint('- expected', 'red')}, {paint('+ came', 'green')}"
        for line in coloured(result.difference):
            yield f"         {line}".rstrip()
    if update and result.paste:
        yield f"\nWhat {result.file} would have to say:\n\n{printable(result.paste)}"


def sum_up(files: Sequence[Path], results: Sequence[Result], seconds: float) -> None:
    """Print the last line."""
    if not results:
        say(f"{', '.join(map(str, files))}: there are no tests in it yet; see docs/testing-rules.md.")
        return
    counts = {
        "passed": sum(result.is_passed and not result.is_updated for result in results),
        "updated": sum(result.is_updated for result in results),
        "failed": sum(not result.is_passed for result in results),
    }
    said = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    say(f"{said} in {seconds:.2f} s.")


def machine(results: Iterable[Result]) -> dict[str, Any]:
    """Return the results for machines."""
    tests = [
        {
            "file": result.file,
            "name": result.name,
            "ok": result.is_passed,
            "updated": result.is_updated,
            "error": result.error,
            "difference": [f"{mark} {line}" for mark, line in result.difference],
            "seconds": round(result.seconds, 4),
        }
        for result in results
    ]
    return {"ok": all(test["ok"] for test in tests), "tests": tests}


def coloured(lines: Iterable[Line]) -> Iterator[str]:
    """Give the lines with their marks; of two that are one line changed, the changed words stand out."""
    blocks = [(mark, [printable(line) for _, line in block]) for mark, block in groupby(lines, lambda line: line[0])]
    for n, (mark, block) in enumerate(blocks):
        before, after = blocks[n - 1] if n else (" ", []), blocks[n + 1] if n + 1 < len(blocks) else (" ", [])
        others = after[1] if (mark, after[0]) == ("-", "+") else before[1] if (before[0], mark) == ("-", "+") else []
        for k, line in enumerate(block):
            yield paint(f"{mark} ", _COLOURS[mark]) + _marked(line, others[k] if k < len(others) else "", mark)


def _marked(line: str, other: str, mark: str) -> str:
    matcher = SequenceMatcher(None, line, other, autojunk=False)
    if mark == " " or matcher.ratio() < _ALIKE:
        return paint(line, _COLOURS[mark]) if mark != " " else line
    return "".join(
        paint(line[begin:end], _COLOURS[mark], reverse=what != "equal")
        for what, begin, end, _, _ in matcher.get_opcodes()
        if end > begin
    )
