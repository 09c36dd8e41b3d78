"""Writes operands and what joins them anew, so that whatever can grow, or takes long, is measured.

``a ~ b`` -> ``_concatenate(a, b)``, ``x|sort`` -> ``x|_spend|sort``, ``[a, b]`` -> ``_list(a , b)``,
``a == b`` -> ``(_tick() or a) == b``, ``a < b`` -> ``_ordered('<', a, b)``.
"""

from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches

from hookline.rules.template import words
from hookline.rules.template.nodes import (
    COMPARES,
    LITERALS,
    OPENS,
    ORDERS,
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
    place_of,
    text_of,
)
from hookline.rules.template.page import Call, Page, Read
from hookline.rules.template.tokens import Token

_LEVELS = (("+", "-"), ("~",), ("*", "/", "//", "%"), ("**",))  # MiniJinja's, the loosest first
_MADE_CALLS = {"+": words.ADD, "~": words.CONCATENATE, "*": words.MULTIPLY}
_OPERATORS = frozenset(operator for level in _LEVELS for operator in level)


class Operands:
    """Reads the operands of one template into its page. ``ours`` are the names of our own filters."""

    def __init__(self, page: Page, ours: Collection[str]) -> None:
        self._page = page
        self._ours = ours
        self.aliases: set[str] = set()  # names under which templates are imported

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
            return self.operand(items[0])
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

    def operand(self, nodes: Sequence[Node]) -> str:
        """Return a value with everything that is done to it: looked up in, called, filtered, tested."""
        sign = ""
        rest = list(nodes)
        while rest and is_(rest[0], "-"):
            sign += f"{text_of(rest.pop(0))} "
        if rest and is_(rest[0], "*", "**"):
            self._page.complain(
                place_of(rest, 0), "the parts of a value can't be made arguments; write them one by one"
            )
        written = self._first(rest) if rest else ""
        while rest:
            node = rest.pop(0)
            if isinstance(node, Group):
                if node.open.text == "(":
                    self._page.complain(node.open.at, "only functions and macros can be called, by their names")
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
            if node.text not in words.CALLABLE | self._page.bound:
                self._page.complain(node.at, unknown("function", node.text, [*words.CALLABLE, *self._page.bound]))
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
            self._page.reads.append(Read(name.at, tuple(path)))

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
                self._page.complain(
                    place_of(argument, 0), "`map` has no `default`; write `|map('default', …)` behind it"
                )
            if n == words.BY_NAME[of] and not is_option:
                name = argument[0] if len(argument) == 1 else None
                if not isinstance(name, Token) or name.kind != "string":
                    self._page.complain(place_of(argument, 0), f"`{of}` takes the name of a {what}, in quotes")
                    break
                word = name.text[1:-1]
                if word not in known or word in words.BY_NAME:
                    self._page.complain(name.at, unknown(what, word, known - words.BY_NAME.keys()))
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
            self._page.complain(place_of([name], 0), f"there is no `{word}()` here; {hint}")
        return f"{words.SPEND}({of}).{word}{self._arguments(rest)}"

    def _filters(self) -> set[str]:
        return {*words.QUICK_FILTERS, *words.SLOW_FILTERS, *self._ours}

    def _filter(self, name: Node) -> str:
        word = text_of(name)
        if word not in self._filters():
            self._page.complain(place_of([name], 0), unknown("filter", word, self._filters()))
        if word in words.OF_NOTHING:
            return f"{words.NOTHING_IS_EMPTY}|{word}"
        return f"{words.SPEND}|{word}" if word in words.SLOW_FILTERS else word

    def _called(self, name: Node, rest: Sequence[Node]) -> None:
        given = [node for node in rest[0].inner if not is_(node, ",")] if rest and isinstance(rest[0], Group) else []
        texts = [node.text for node in given if isinstance(node, Token) and node.kind == "string"]
        if given and len(texts) == len(given):
            self._page.calls.append(Call(int(place_of(given, 0)), text_of(name), tuple(texts)))

    def _tested(self, rest: list[Node]) -> str:
        """Return a test and the value that it may take without brackets."""
        written = " is"
        if rest and is_(rest[0], "not"):
            written += f" {text_of(rest.pop(0))}"
        if not rest or not isinstance(rest[0], Token):
            return written
        name = rest.pop(0)
        if isinstance(name, Token) and name.text not in words.TESTS:
            self._page.complain(name.at, unknown("test", name.text, words.TESTS))
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


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """Say that a word doesn't exist, and which was probably meant."""
    close = get_close_matches(name, sorted(known), 1)
    hint = f"did you mean `{close[0]}`?" if close else "docs/rules.md lists those there are"
    return f"there is no {what} `{name}`; {hint}"
