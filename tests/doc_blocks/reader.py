"""The pages as their readers see them: fenced blocks, words in the type of code, links."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from local.project import ROOT
from local.rules_reference.table import anchor

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\S*) *$")
_HEADING = re.compile(r"^#+ +(.+?) *$")
_CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_LINK = re.compile(r"(?:!?\[[^\]]*\]\(|(?:src|srcset|href)=\")([^)\"\s]+)")


class Stale(Exception):
    """A page says what isn't so (any more)."""


@dataclass(frozen=True)
class Block:
    """What stands between two fences; ``line`` is its first. ``above`` is the last line before it that says something.

    ``follows`` is the block before, where nothing stands between the two.
    """

    page: Path
    line: int
    language: str
    text: str
    above: str
    follows: "Block | None" = None

    @property
    def place(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


@dataclass(frozen=True)
class Word:
    """A piece of a line."""

    page: Path
    line: int
    text: str

    @property
    def place(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


@cache
def blocks() -> tuple[Block, ...]:
    """Return the fenced blocks of all pages."""
    return tuple(block for page in PAGES for block in _blocks(page))


def _blocks(page: Path) -> Iterator[Block]:
    above, opened, last = "", None, None
    inside: list[str] = []
    for n, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        fence = _FENCE.match(line)
        if opened is None and fence:
            opened, begins, inside = fence, n + 1, []
        elif opened is not None and line.strip() == "```":
            text = "".join(f"{one.removeprefix(opened['indent'])}\n" for one in inside)
            last = Block(page, begins, opened["language"], text, above, last)
            yield last
            opened = None
        elif opened is not None:
            inside.append(line)
        elif line.strip():
            above, last = line.strip(), None
    assert opened is None, f"{page.name}: the block that begins at line {begins} has no end"


@cache
def prose(page: Path) -> tuple[tuple[int, str], ...]:
    """Return the numbered lines of a page outside of its blocks."""
    within, kept = False, []
    for n, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        is_fence = line.strip().startswith("```")
        within ^= is_fence
        if not within and not is_fence:
            kept.append((n, line))
    return tuple(kept)


def words(begins: re.Pattern[str]) -> list[Word]:
    """Return the words in the type of code that begin so."""
    found = ((page, n, text) for page in PAGES for n, line in prose(page) for text in _CODE.findall(line))
    return [Word(page, n, text.replace("\\|", "|")) for page, n, text in found if begins.match(text)]


def links() -> list[Word]:
    """Return the links within the project."""
    found = ((page, n, target) for page in PAGES for n, line in prose(page) for target in _LINK.findall(line))
    return [Word(page, n, target) for page, n, target in found if not re.match(r"\w+:", target)]


@cache
def anchors(page: Path) -> frozenset[str]:
    """Return what a page's headings can be linked by."""
    return frozenset(anchor(_plain(found[1])) for _, line in prose(page) if (found := _HEADING.match(line)))


def _plain(heading: str) -> str:
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
