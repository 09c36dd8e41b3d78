"""Reads a template, says what it uses and what it may not, and writes it anew with bounds where MiniJinja has none.

MiniJinja's fuel counts steps, whatever a step costs: ``'a' * 100000000`` is one, and ``x ~ x`` thirty times over is
thirty. So each operator that can make something larger becomes a call (``a ~ b`` -> ``_concatenate(a, b)``), each
filter that works longer on more looks first at what it is given (``x|sort`` -> ``x|_spend|sort``; those of our own do
so by themselves), and each loop, macro and comparison looks at the clock. Lines stay where they are.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from itertools import zip_longest

from hookline.rules.template import words
from hookline.rules.template.names import bound
from hookline.rules.template.nodes import (
    COMPARES,
    LITERALS,
    OPENS,
    ORDERS,
    PARTS,
    Group,
    Node,
    arguments,
    comma,
    divides,
    is_,
    is_group,
    is_operand,
    is_scalar,
    key,
    nested,
    place_of,
    text_of,
)
from hookline.rules.template.tokens import Tag, Token, Unreadable, expression, pieces

MAX_SOURCE = 20_000  # characters
MAX_TOKENS = 4_000  # MiniJinja's own parser fails on tens of thousands of `not`
_SURROGATE = re.compile("[\ud800-\udfff]")
_LEVELS = (("+", "-"), ("~",), ("*", "/", "//", "%"), ("**",))  # MiniJinja's, the loosest first
_MADE_CALLS = {"+": words.ADD, "~": words.CONCATENATE, "*": words.MULTIPLY}
_OPERATORS = frozenset(operator for level in _LEVELS for operator in level)


@dataclass(frozen=True, slots=True)
class Complaint:
    """Why a template can't be used, ``at`` so many characters from its beginning."""

    at: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Read:
    """A name that is looked up, with what is looked up in it: ``event.title`` is (event, title)."""

    at: int
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A filter with arguments that are texts in quotes, as they are written."""

    at: int
    name: str
    arguments: tuple[str, ...]


@dataclass(slots=True)
class Page:
    """What was read. ``bounded`` is what MiniJinja is given."""

    bounded: str = ""
    is_readable: bool = True
    complaints: list[Complaint] = field(default_factory=list)
    reads: list[Read] = field(default_factory=list)
    includes: list[Read] = field(default_factory=list)  # of templates: the path is the template's name
    calls: list[Call] = field(default_factory=list)
    bound: set[str] = field(default_factory=set)  # names that it gives to things itself


def read_text(source: str, filters: Collection[str], *, is_careful: bool = False) -> Page:
    """Read a text with tags. With ``is_careful`` each output notes when its turn comes: ``_here(n)``."""
    reader = _Reader(filters, is_careful=is_careful)
    try:
        reader.measure(source)
        whole = list(pieces(source))
        reader.count([token for piece in whole if isinstance(piece, Tag) for token in piece.tokens])
        reader.page.bound, reader.aliases = bound(piece for piece in whole if isinstance(piece, Tag))
        reader.lengths = _lengths(whole)
        whole = list(_with_ends_kept(whole))
        reader.page.bounded = "".join(piece if isinstance(piece, str) else reader.tag(piece) for piece in whole)
    except Unreadable as error:
        reader.page.is_readable = False
        reader.complain(error.at, str(error))
    return reader.page


def read_expression(source: str, filters: Collection[str]) -> Page:
    """Read an expression that stands alone."""
    reader = _Reader(filters)
    try:
        reader.measure(source)
        tokens = expression(source)
        reader.count(tokens)
        reader.page.bounded = reader.written(nested(tokens))
    except Unreadable as error:
        reader.page.is_readable = False
        reader.complain(error.at, str(error))
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
        self._ours = filters
        self._is_careful = is_careful
        self._outputs = 0
        self.lengths: dict[int, int] = {}  # of the plain text in each loop and macro, by its place
        self.aliases: set[str] = set()  # names under which templates are imported

    def complain(self, at: float, sentence: str) -> None:
        self.page.complaints.append(Complaint(int(at), sentence))

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
                self.complain(token.at, f"there is no `{token.text}` for templates; the name is taken")

    def tag(self, tag: Tag) -> str:
        """Return a tag as MiniJinja is given it."""
        if tag.is_output:
            inner = self.written(nested(tag.tokens))
            if self._is_careful:
                inner = f"{words.HERE}({self._outputs}) or ({inner})"
                self._outputs += 1
            return _tagged(tag, inner, tag.closing)
        if not tag.tokens or tag.word not in words.STATEMENTS:
            at = tag.tokens[0].at if tag.tokens else tag.at
            self.complain(at, _unknown("statement", tag.word, words.STATEMENTS))
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
                return self._operand([nothing, Token("operator", "|", tag.at), *nodes]).removeprefix("0|")
            case "macro" if len(nodes) == 2 and isinstance(nodes[0], Token) and isinstance(nodes[1], Group):  # noqa: PLR2004
                return f"{nodes[0].text}({self.written(nodes[1].inner)})"
            case "call" if nodes and isinstance(nodes[0], Group):
                return f"({self.written(nodes[0].inner)}) {self.written(nodes[1:])}"
        return self.written(nodes)

    def _assigned(self, tag: Tag, nodes: tuple[Node, ...]) -> str:
        """Return names and what they are given: the names stay as they are."""
        ends = next((n for n, node in enumerate(nodes) if is_(node, "in", "=")), len(nodes))
        if any(is_(node, ".") for node in nodes[:ends]):
            self.complain(tag.at, "a part of something can't be set; `set` gives a name to a value")
        targets = " ".join(token.text for token in tag.tokens[1:] if token.at < place_of(nodes, ends))
        if any(is_(node, "|") for node in nodes[:ends]):  # `{% set x | upper %}…`: a block through filters
            return self._operand(nodes)
        value = self.written(nodes[ends + 1 :])
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
            self.complain(tag.at, f"`{tag.word}` takes the name of one of `templates`, in quotes")

    def written(self, nodes: Sequence[Node]) -> str:
        """Return a sequence of operands, and what stands between them, as MiniJinja is given it."""
        runs: list[list[Node]] = [[]]
        dividers: list[str] = []
        for n, node in enumerate(nodes):
            if divides(nodes, n):
                dividers.append(text_of(node))
                runs.append([])
            else:
                runs[-1].append(node)
        written: list[str] = []
        around = zip(runs, ["", *dividers], [*dividers, ""], [*runs[1:], ()], strict=True)
        for n, (run, before, behind, following) in enumerate(around):
            # What stands before `=` is the name of an argument; nothing is looked up by it.
            text = " ".join(map(text_of, run)) if behind == "=" else self._run(run)
            if _is_ordered(dividers, n):
                written[-2:] = [f"{words.ORDERED}('{before}', {written[-2]}, {text})", behind]
                continue
            compares = behind in COMPARES and not is_scalar(run) and not is_scalar(following)
            looks = before == "in" and not is_scalar(run) and not (len(run) == 1 and is_group(run, "["))
            if compares and not _is_ordered(dividers, n + 1):
                text = _ticking(text)
            written += [f"{_ticking(text)}|{words.NOTHING_IS_EMPTY}" if looks else text, behind]
        return " ".join(filter(None, written))

    def _run(self, run: Sequence[Node]) -> str:
        """Return operands that operators join."""
        items: list[list[Node]] = [[]]  # operand, operator, operand …
        for node in run:
            if (
                isinstance(node, Token)
                and node.kind == "operator"
                and node.text in _OPERATORS
                and is_operand(items[-1])
            ):
                items += [[node], []]
            else:
                items[-1].append(node)
        return self._folded(items, 0)

    def _folded(self, items: Sequence[list[Node]], level: int) -> str:
        if len(items) == 1:
            return self._operand(items[0])
        parts: list[list[list[Node]]] = [[]]
        operators: list[str] = []
        for n, item in enumerate(items):
            operator = item[0].text if n % 2 and isinstance(item[0], Token) else ""
            if operator in _LEVELS[level]:
                operators.append(operator)
                parts.append([])
            else:
                parts[-1].append(item)
        written = self._folded(parts[0], level + 1)
        before = ""
        for operator, part in zip(operators, parts[1:], strict=True):
            right = self._folded(part, level + 1)
            call = _MADE_CALLS.get(operator)
            if call and operator == before:  # one call for all of them: MiniJinja's parser goes 150 brackets deep
                written = f"{written.removesuffix(')')}, {right})"
            else:
                written = f"{call}({written}, {right})" if call else f"{written} {operator} {right}"
            before = operator
        return written

    def _operand(self, nodes: Sequence[Node]) -> str:
        """Return a value with everything that is done to it: looked up in, called, filtered, tested."""
        sign = ""
        rest = list(nodes)
        while rest and is_(rest[0], "-"):
            sign += f"{text_of(rest.pop(0))} "
        if rest and is_(rest[0], "*", "**"):
            self.complain(place_of(rest, 0), "the parts of a value can't be made arguments; write them one by one")
        written = self._first(rest) if rest else ""
        while rest:
            node = rest.pop(0)
            if isinstance(node, Group):
                if node.open.text == "(":
                    self.complain(node.open.at, "only functions and macros can be called, by their names")
                part = f"{node.open.text}{self.written(node.inner)}{OPENS[node.open.text]}"
                written = f"{_ticking(written) if any(is_(inner, ':') for inner in node.inner) else written}{part}"
            elif node.text == "." and rest and isinstance(rest[0], Token):
                name = rest.pop(0)
                is_part = not is_group(rest, "(")
                written = f"{written}.{text_of(name)}" if is_part else self._method(written, name, rest)
            elif node.text == "|" and rest and isinstance(rest[0], Token):
                name = rest.pop(0)
                self._called(name, rest)
                written += f"|{self._filter(name)}{self._arguments(rest, text_of(name))}"
            elif node.text == "is":
                is_long = any(is_(name, *words.COMPARING_TESTS) for name in rest[:2])
                written = f"{_ticking(written) if is_long else written}{self._tested(rest)}"
            else:
                written += f" {text_of(node)} "
        return sign + written

    def _first(self, rest: list[Node]) -> str:
        node = rest.pop(0)
        if isinstance(node, Group):
            return self._literal(node)
        if node.kind != "name":
            return node.text
        if is_group(rest, "("):
            if node.text not in words.CALLABLE | self.page.bound:
                self.complain(node.at, _unknown("function", node.text, [*words.CALLABLE, *self.page.bound]))
            return words.FUNCTIONS.get(node.text, node.text) + self._arguments(rest)
        self._looked_up(node, rest)
        return node.text

    def _looked_up(self, name: Token, rest: Sequence[Node]) -> None:
        """Note a name with the names behind it, as ``payload.alerts`` and ``headers['x-id']``."""
        path = [name.text]
        left = list(rest)
        while left:
            if is_(left[0], ".") and len(left) > 1 and not is_group(left[2:], "("):
                path.append(text_of(left[1]))
                left = left[2:]
            elif isinstance(left[0], Group) and left[0].open.text == "[" and (name_in := key(left[0])) is not None:
                path.append(name_in)
                left = left[1:]
            else:
                break
        if name.text.lower() not in LITERALS:
            self.page.reads.append(Read(name.at, tuple(path)))

    def _literal(self, group: Group) -> str:
        """Return a literal; one of more than texts and numbers in a list is made by a call, which measures it.

        What the template itself says whole MiniJinja keeps: `x in ["a", "b"]` takes a quarter of the time.
        """
        inner = group.inner
        if group.open.text == "[" and all(map(is_scalar, arguments(inner))):
            return f"[{self.written(inner)}]"
        if group.open.text == "{":
            return f"{words.MAP}({self.written([comma(node) for node in inner])})" if inner else "{}"
        if group.open.text == "[" or any(is_(node, ",") for node in inner):
            return f"{words.LIST}({self.written(inner)})"
        return f"({self.written(inner)})"

    def _arguments(self, rest: list[Node], of: str = "") -> str:
        """Return the arguments that stand next, if any do: those of a function or of the filter with that name."""
        if not is_group(rest, "("):
            return ""
        given = rest.pop(0)
        inner = given.inner if isinstance(given, Group) else ()
        return f"({self.written(self._named(of, inner) if of in words.BY_NAME else inner)})"

    def _named(self, of: str, given: Sequence[Node]) -> list[Node]:
        """Return a filter's arguments; the filter or test that one of them names becomes its bounded form."""
        what, known = ("filter", self._filters()) if of == "map" else ("test", words.TESTS)
        place = 0
        for n, argument in enumerate(arguments(given), 1):
            is_option = len(argument) > 1 and is_(argument[1], "=")
            if is_option and of == "map" and is_(argument[0], "default"):
                self.complain(place_of(argument, 0), "`map` has no `default`; write `|map('default', …)` behind it")
            if n == words.BY_NAME[of] and not is_option:
                name = argument[0] if len(argument) == 1 else None
                if not isinstance(name, Token) or name.kind != "string":
                    self.complain(place_of(argument, 0), f"`{of}` takes the name of a {what}, in quotes")
                    break
                word = name.text[1:-1]
                if word not in known or word in words.BY_NAME:
                    self.complain(name.at, _unknown(what, word, known - words.BY_NAME.keys()))
                bounded = Token("string", f"'{words.FOR_EACH.get(word, word)}'", name.at)
                return [*given[:place], bounded, *given[place + 1 :]]
            place += len(argument) + 1
        return list(given)

    def _method(self, of: str, name: Node, rest: list[Node]) -> str:
        word = text_of(name)
        if of in self.aliases and word not in words.METHODS_ELSEWHERE:
            return f"{of}.{word}{self._arguments(rest)}"
        if word in words.AS_FILTERS:
            as_filter = Token("name", words.AS_FILTERS[word], int(place_of([name], 0)))
            return f"({of}|{self._filter(as_filter)}{self._arguments(rest)})"
        if word not in words.METHODS:
            hint = "write `x.name` or `x['name']`" if word == "get" else "the filters do what methods do elsewhere"
            self.complain(place_of([name], 0), f"there is no `{word}()` here; {hint}")
        return f"{words.SPEND}({of}).{word}{self._arguments(rest)}"

    def _filters(self) -> set[str]:
        return {*words.QUICK_FILTERS, *words.SLOW_FILTERS, *self._ours}

    def _filter(self, name: Node) -> str:
        word = text_of(name)
        if word not in self._filters():
            self.complain(place_of([name], 0), _unknown("filter", word, self._filters()))
        if word in words.OF_NOTHING:
            return f"{words.NOTHING_IS_EMPTY}|{word}"
        return f"{words.SPEND}|{word}" if word in words.SLOW_FILTERS else word

    def _called(self, name: Node, rest: Sequence[Node]) -> None:
        given = [node for node in rest[0].inner if not is_(node, ",")] if rest and isinstance(rest[0], Group) else []
        texts = [node.text for node in given if isinstance(node, Token) and node.kind == "string"]
        if given and len(texts) == len(given):
            self.page.calls.append(Call(int(place_of(given, 0)), text_of(name), tuple(texts)))

    def _tested(self, rest: list[Node]) -> str:
        """Return a test and the value that it may take without brackets."""
        written = " is"
        if rest and is_(rest[0], "not"):
            written += f" {text_of(rest.pop(0))}"
        if not rest or not isinstance(rest[0], Token):
            return written
        name = rest.pop(0)
        if isinstance(name, Token) and name.text not in words.TESTS:
            self.complain(name.at, _unknown("test", name.text, words.TESTS))
        written += f" {text_of(name)}"
        if rest and not is_group(rest, "(") and (isinstance(rest[0], Group) or rest[0].kind != "operator"):
            return f"{written} {self._first(rest)}"
        return written + self._arguments(rest)


def _is_ordered(dividers: Sequence[str], n: int) -> bool:
    """Return whether the run behind the nth divider is compared with the one before it, and with no other."""
    around = dividers[max(0, n - 2) : n + 1]
    return 0 < n <= len(dividers) and dividers[n - 1] in ORDERS and sum(d in COMPARES or d == "in" for d in around) == 1


def _ticking(value: str) -> str:
    """Return the same value, of which something is worked out that may take its time."""
    return f"({words.TICK}() or {value})"


def _tagged(tag: Tag, inner: str, closing: str) -> str:
    """Return a tag with as many line ends in it as it had."""
    return f"{tag.opening} {inner}{chr(10) * (tag.lines - inner.count(chr(10)))} {closing}"


def _unknown(what: str, name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, sorted(known), 1)
    hint = f"did you mean `{close[0]}`?" if close else "docs/rules.md lists those there are"
    return f"there is no {what} `{name}`; {hint}"
