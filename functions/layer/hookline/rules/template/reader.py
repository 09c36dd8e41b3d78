"""Reads a template, says what it uses and what it may not, and writes it anew with bounds where MiniJinja has none.

MiniJinja's fuel counts steps, whatever a step costs: ``'a' * 100000000`` is one, and ``x ~ x`` thirty times over is
thirty. So each operator that can make something larger becomes a call (``a ~ b`` -> ``_concatenate(a, b)``), each
filter that works longer on more looks first at what it is given (``x|sort`` -> ``x|_spend|sort``; those of our own do
so by themselves), and each loop, macro and comparison looks at the clock. Lines stay where they are.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest

from hookline.rules.template import words
from hookline.rules.template.names import bound
from hookline.rules.template.nodes import PARTS, Group, Node, is_, nested, place_of, text_of
from hookline.rules.template.operands import Operands, unknown
from hookline.rules.template.page import Page, Read
from hookline.rules.template.tokens import Tag, Token, Unreadable, expression, pieces

MAX_SOURCE = 20_000  # characters
MAX_TOKENS = 4_000  # MiniJinja's own parser fails on tens of thousands of `not`
_SURROGATE = re.compile("[\ud800-\udfff]")


def read_text(source: str, filters: Collection[str], *, is_careful: bool = False) -> Page:
    """Read a text with tags. With ``is_careful`` each output notes when its turn comes: ``_here(n)``."""
    reader = _Reader(filters, is_careful=is_careful)
    try:
        reader.measure(source)
        whole = list(pieces(source))
        reader.count([token for piece in whole if isinstance(piece, Tag) for token in piece.tokens])
        reader.page.bound, reader.operands.aliases = bound(piece for piece in whole if isinstance(piece, Tag))
        reader.lengths = _lengths(whole)
        whole = list(_with_ends_kept(whole))
        reader.page.bounded = "".join(piece if isinstance(piece, str) else reader.tag(piece) for piece in whole)
    except Unreadable as error:
        reader.page.is_readable = False
        reader.page.complain(error.at, str(error))
    return reader.page


def read_expression(source: str, filters: Collection[str]) -> Page:
    """Read an expression that stands alone."""
    reader = _Reader(filters)
    try:
        reader.measure(source)
        tokens = expression(source)
        reader.count(tokens)
        reader.page.bounded = reader.operands.written(nested(tokens))
    except Unreadable as error:
        reader.page.is_readable = False
        reader.page.complain(error.at, str(error))
    return reader.page


def begun(characters: int, closing: str = "%}") -> str:
    """Return what a template, a loop or a macro begins with that writes so many characters of plain text."""
    return f"{{% if {words.TICK}({characters}) %}}{{% endif {closing}"


def _lengths(whole: Iterable[str | Tag]) -> dict[int, int]:
    lengths: dict[int, int] = {}
    within: list[int] = []
    for piece in whole:
        if isinstance(piece, str):
            for at in within:
                lengths[at] += len(piece)
        elif piece.word in {"for", "macro"}:
            within.append(piece.at)
            lengths[piece.at] = 0
        elif piece.word in {"endfor", "endmacro"} and within:
            within.pop()
    return lengths


def _with_ends_kept(whole: Sequence[str | Tag]) -> Iterator[str | Tag]:
    """Let a statement drop the line's end behind it only where nothing is written in its line."""
    is_written = False
    for piece, following in zip_longest(whole, whole[1:], fillvalue=""):
        if isinstance(piece, Tag):
            is_written = is_written or piece.is_output
            is_at_end = isinstance(following, str) and following.startswith(("\n", "\r\n"))
            yield replace(piece, closing="+%}") if is_written and is_at_end and piece.closing == "%}" else piece
            continue
        *before, last = ("" if piece.startswith("{#") else piece).split("\n")
        is_written = bool(last.strip()) or (is_written and not before)
        yield piece


class _Reader:
    def __init__(self, filters: Collection[str], *, is_careful: bool = False) -> None:
        self.page = Page()
        self.operands = Operands(self.page, filters)
        self._is_careful = is_careful
        self._outputs = 0
        self.lengths: dict[int, int] = {}  # of the plain text in each loop and macro, by its place

    def measure(self, source: str) -> None:
        if len(source) > MAX_SOURCE:
            raise Unreadable(0, f"this template has more than {MAX_SOURCE} characters; divide it")
        if not source.isascii() and (half := _SURROGATE.search(source)):
            raise Unreadable(half.start(), "half of a surrogate pair is no character")

    def count(self, tokens: Sequence[Token]) -> None:
        if len(tokens) > MAX_TOKENS:
            raise Unreadable(0, f"this has {len(tokens)} words and signs, which is too much; {MAX_TOKENS} is the most")
        for n, token in enumerate(tokens):
            if token.kind == "name" and token.text in words.INSERTED and not (n and is_(tokens[n - 1], ".", "|")):
                self.page.complain(token.at, f"there is no `{token.text}` for templates; the name is taken")

    def tag(self, tag: Tag) -> str:
        """Return a tag as MiniJinja is given it."""
        if tag.is_output:
            inner = self.operands.written(nested(tag.tokens))
            if self._is_careful:
                inner = f"{words.HERE}({self._outputs}) or ({inner})"
                self._outputs += 1
            return _tagged(tag, inner, tag.closing)
        if not tag.tokens or tag.word not in words.STATEMENTS:
            at = tag.tokens[0].at if tag.tokens else tag.at
            self.page.complain(at, unknown("statement", tag.word, words.STATEMENTS))
            return ""
        inner = f"{tag.word} {self._statement(tag, nested(tag.tokens[1:]))}"
        if tag.word not in {"for", "macro"}:
            return _tagged(tag, inner, tag.closing)
        # The line's end behind the tag is dropped with the last of these as it would be with the first.
        return _tagged(tag, inner, "%}") + begun(self.lengths[tag.at], tag.closing)

    def _statement(self, tag: Tag, nodes: tuple[Node, ...]) -> str:
        match tag.word:
            case "include" | "import" | "from":
                self._included(tag, nodes)
                return " ".join(token.text for token in tag.tokens[1:])
            case "for" | "set":
                return self._assigned(tag, nodes)
            case "filter":
                nothing = Token("number", "0", tag.at)
                return self.operands.operand([nothing, Token("operator", "|", tag.at), *nodes]).removeprefix("0|")
            case "macro" if len(nodes) == 2 and isinstance(nodes[0], Token) and isinstance(nodes[1], Group):  # noqa: PLR2004
                return f"{nodes[0].text}({self.operands.written(nodes[1].inner)})"
            case "call" if nodes and isinstance(nodes[0], Group):
                return f"({self.operands.written(nodes[0].inner)}) {self.operands.written(nodes[1:])}"
        return self.operands.written(nodes)

    def _assigned(self, tag: Tag, nodes: tuple[Node, ...]) -> str:
        """Return names and what they are given: the names stay as they are."""
        ends = next((n for n, node in enumerate(nodes) if is_(node, "in", "=")), len(nodes))
        if any(is_(node, ".") for node in nodes[:ends]):
            self.page.complain(tag.at, "a part of something can't be set; `set` gives a name to a value")
        targets = " ".join(token.text for token in tag.tokens[1:] if token.at < place_of(nodes, ends))
        if any(is_(node, "|") for node in nodes[:ends]):  # `{% set x | upper %}…`: a block through filters
            return self.operands.operand(nodes)
        value = self.operands.written(nodes[ends + 1 :])
        if any(is_(node, ",") for node in nodes[ends:]):
            value = f"{words.LIST}({value})"
        return f"{targets} {text_of(nodes[ends])} {value}" if ends < len(nodes) else targets

    def _included(self, tag: Tag, nodes: tuple[Node, ...]) -> None:
        first = nodes[0] if nodes else None
        rest = all(is_(node, ",") or (isinstance(node, Token) and node.kind == "name") for node in nodes[1:])
        if (
            isinstance(first, Token)
            and first.kind == "string"
            and rest
            and not any(is_(n, "is", *PARTS) for n in nodes)
        ):
            self.page.includes.append(Read(first.at, (first.text[1:-1],)))
        else:
            self.page.complain(tag.at, f"`{tag.word}` takes the name of one of `templates`, in quotes")


def _tagged(tag: Tag, inner: str, closing: str) -> str:
    """Return a tag with as many line ends in it as it had."""
    return f"{tag.opening} {inner}{chr(10) * (tag.lines - inner.count(chr(10)))} {closing}"
