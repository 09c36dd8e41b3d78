"""Tokens as operands, operators and brackets: what stands between them, and what belongs together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf

from hookline.rules.template.tokens import Token, Unreadable

OPENS = {"(": ")", "[": "]", "{": "}"}
_CLOSES = frozenset(OPENS.values())
LITERALS = frozenset({"true", "false", "none"})
ORDERS = frozenset({"<", "<=", ">", ">="})
COMPARES = ORDERS | {"==", "!="}
_DEEPEST = 40  # brackets in brackets
PARTS = frozenset({"and", "or", "not", "in", "if", "else"})  # they stand between operands
_BETWEEN = COMPARES | {",", ":", "="}
# They stand behind the last operand of a statement.
_TAIL = frozenset({"recursive", "ignore", "missing", "as", "with", "without", "context"})


@dataclass(frozen=True, slots=True)
class Group:
    """Brackets and what is in them."""

    open: Token
    inner: tuple["Node", ...]


Node = Token | Group


def nested(tokens: Sequence[Token]) -> tuple[Node, ...]:
    """Return the tokens with brackets as groups."""
    stack: list[tuple[Token | None, list[Node]]] = [(None, [])]
    for token in tokens:
        if token.kind == "operator" and token.text in OPENS:
            stack.append((token, []))
            if len(stack) > _DEEPEST:
                raise Unreadable(token.at, f"brackets in brackets, more than {_DEEPEST} deep")
        elif token.kind == "operator" and token.text in _CLOSES:
            opened, inner = stack.pop()
            if opened is None or OPENS[opened.text] != token.text:
                raise Unreadable(token.at, f"`{token.text}` closes nothing here")
            stack[-1][1].append(Group(opened, tuple(inner)))
        else:
            stack[-1][1].append(token)
    opened, inner = stack.pop()
    if opened is not None:
        raise Unreadable(opened.at, f"`{opened.text}` is never closed; `{OPENS[opened.text]}` is missing")
    return tuple(inner)


def divides(nodes: Sequence[Node], n: int) -> bool:
    """Return whether the node stands between two runs of operands."""
    node = nodes[n]
    if isinstance(node, Group):
        return False
    if node.kind == "operator":
        return node.text in _BETWEEN
    if node.kind != "name" or (n and is_(nodes[n - 1], ".", "|")):
        return False
    if node.text in {"not", "in"} and n and is_(nodes[n - 1], "is"):
        return False
    if node.text == "in" and n > 1 and is_(nodes[n - 1], "not") and is_(nodes[n - 2], "is"):
        return False
    behind_operand = bool(n) and is_operand(nodes[:n]) and not is_(nodes[n - 1], *PARTS) and node.text in _TAIL
    return node.text in PARTS or behind_operand


def arguments(nodes: Sequence[Node]) -> Iterator[Sequence[Node]]:
    """Give what stands between commas."""
    begin = 0
    for n, node in enumerate(nodes):
        if is_(node, ","):
            yield nodes[begin:n]
            begin = n + 1
    if begin < len(nodes):
        yield nodes[begin:]


def is_scalar(nodes: Sequence[Node]) -> bool:
    """Return whether this is a single text or number, or one of the words for what has no size."""
    only = nodes[0] if len(nodes) == 1 else None
    return isinstance(only, Token) and (only.kind in {"string", "number"} or only.text.lower() in LITERALS)


def is_operand(nodes: Sequence[Node]) -> bool:
    """Return whether these can be the left side of an operator."""
    if not nodes:
        return False
    last = nodes[-1]
    return isinstance(last, Group) or last.kind != "operator"


def is_(node: Node, *texts: str) -> bool:
    return isinstance(node, Token) and node.kind != "string" and node.text in texts


def is_group(nodes: Sequence[Node], opening: str = "") -> bool:
    return bool(nodes) and isinstance(nodes[0], Group) and (not opening or nodes[0].open.text == opening)


def key(group: Group) -> str | None:
    only = group.inner[0] if len(group.inner) == 1 else None
    return only.text[1:-1] if isinstance(only, Token) and only.kind == "string" else None


def comma(node: Node) -> Node:
    return Token("operator", ",", node.at) if isinstance(node, Token) and is_(node, ":") else node


def text_of(node: Node) -> str:
    return node.text if isinstance(node, Token) else node.open.text


def place_of(nodes: Sequence[Node], n: int) -> float:
    """Return where the node stands; behind the last one is behind everything."""
    if n >= len(nodes):
        return inf
    node = nodes[n]
    return node.at if isinstance(node, Token) else node.open.at
