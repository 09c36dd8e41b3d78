"""Reads a template into texts and tags, and each tag into tokens, as MiniJinja's own lexer does."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_OPENS = re.compile(r"\{[{%#]")
_END_OF_RAW = re.compile(
    r"\{%[-+]?[ \t\n\r\f]*endraw[ \t\n\r\f]*[-+]?%\}"
)  # of white space no more than MiniJinja knows
_CLOSES = {"{{": re.compile(r"[-+]?\}\}"), "{%": re.compile(r"[-+]?%\}")}
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    | (?P<number>0[xXbBoO][0-9a-fA-F_]+|[0-9][0-9_]*(?:\.[0-9][0-9_]*)?(?:[eE][-+]?[0-9]+)?)
    | (?P<name>[^\W\d]\w*)
    | (?P<operator>//|\*\*|==|!=|<=|>=|[-+*/%~<>=.,:|()\[\]{}])
    )""",
    re.VERBOSE | re.DOTALL,
)
_DEPTH = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}


class Unreadable(ValueError):
    """No template: the sentence says why, ``at`` where (characters from the beginning)."""

    def __init__(self, at: int, sentence: str) -> None:
        self.at = at
        super().__init__(sentence)


@dataclass(frozen=True, slots=True)
class Token:
    """``kind`` is string, number, name or operator; ``at`` counts characters from the template's beginning."""

    kind: str
    text: str
    at: int

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.at + len(self.text)


@dataclass(frozen=True, slots=True)
class Tag:
    """``{{ … }}`` or ``{% … %}``. ``opening`` and ``closing`` are its marks, with their ``-`` or ``+``."""

    at: int
    opening: str
    tokens: tuple[Token, ...]
    closing: str
    lines: int  # how many line ends are in it

    @property
    def is_output(self) -> bool:
        """True for ``{{ … }}``."""
        return self.opening.startswith("{{")

    @property
    def word(self) -> str:
        """The statement's word, as ``for``."""
        return self.tokens[0].text if self.tokens and not self.is_output else ""


def pieces(source: str) -> Iterator[str | Tag]:
    """Give texts (comments and raw blocks among them) and tags, in order. Raises Unreadable."""
    place = 0
    while opened := _OPENS.search(source, place):
        if opened.start() > place:
            yield source[place : opened.start()]
        place = opened.start()
        if opened[0] == "{#":
            end = source.find("#}", place + len("{#"))
            if end < 0:
                raise Unreadable(place, "a comment begins here and has no end; write `#}` behind it")
            yield source[place : end + 2]
            place = end + 2
            continue
        tag, place = _tag(source, place)
        if tag.word == "raw":
            end_of_raw = _END_OF_RAW.search(source, place)
            if end_of_raw is None:
                raise Unreadable(tag.at, "`{% raw %}` needs an `{% endraw %}`")
            yield source[tag.at : end_of_raw.end()]
            place = end_of_raw.end()
        else:
            yield tag
    if place < len(source):
        yield source[place:]


def expression(source: str) -> tuple[Token, ...]:
    """Return the tokens of an expression that stands alone. Raises Unreadable."""
    tokens, place = _tokens(source, 0, None)
    if source[place:].strip():
        raise Unreadable(place, f"`{source[place:].strip()[:20]}` can't stand in an expression")
    return tokens


def _tag(source: str, at: int) -> tuple[Tag, int]:
    opening = source[at : at + 2]
    begin = at + 2
    if source[begin : begin + 1] in {"-", "+"} and (opening == "{%" or source[begin] == "-"):
        opening, begin = opening + source[begin], begin + 1
    tokens, place = _tokens(source, begin, _CLOSES[opening[:2]])
    closed = _CLOSES[opening[:2]].match(source, _blank_until(source, place))
    if closed is None:
        end = "}}" if opening[:2] == "{{" else "%}"
        raise Unreadable(at, f"a tag begins here and has no end; write `{end}` behind it")
    return Tag(at, opening, tokens, closed[0], source.count("\n", at, closed.end())), closed.end()


def _tokens(source: str, place: int, closes: re.Pattern[str] | None) -> tuple[tuple[Token, ...], int]:
    """Return the tokens up to the tag's end, which can't stand within brackets, and the place behind them."""
    found: list[Token] = []
    depth = 0
    while True:
        if closes is not None and depth <= 0 and closes.match(source, _blank_until(source, place)):
            return tuple(found), place
        match = _TOKEN.match(source, place)
        if match is None or match.lastgroup is None:
            return tuple(found), place
        token = Token(match.lastgroup, match[match.lastgroup], match.start(match.lastgroup))
        depth += _DEPTH.get(token.text, 0) if token.kind == "operator" else 0
        found.append(token)
        place = match.end()


def _blank_until(source: str, place: int) -> int:
    while source[place : place + 1].isspace():
        place += 1
    return place
