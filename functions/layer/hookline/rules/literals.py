"""Texts in quotes that a template compares with, or names a chat by, and that can't be right."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from hookline.errors import Problem
from hookline.rules.closest import meant
from hookline.rules.model import Rule
from hookline.rules.template.names import bound
from hookline.rules.template.nodes import Group, Node, is_, nested
from hookline.rules.template.tokens import Tag, Token, Unreadable, expression, pieces
from hookline.rules.templated import Templated, of_rule
from hookline.rules.tree import Path, Tree

# What `event` has of these, whatever the kind.
_VALUES = {"severity": ("critical", "warning", "info"), "status": ("firing", "resolved", "info")}
_GOES_ON = frozenset({".", "[", "|", "~", "+", "*", "%"})  # behind a text: it becomes another one


def of_chat(rule: Rule, at: Path, chats: Sequence[str] | None, tree: Tree) -> Iterator[Problem]:
    """Warn of each text that a `chat` may come to, and that no chat is named by."""
    tags = _tags(rule.chat[0]) if rule.chat_is_expression and not rule.drop else []
    chat = rule.chat[0].strip() if tags else ""
    if chats is None or len(tags) != 1 or not tags[0].is_output or chat[:2] != "{{" or chat[-2:] != "}}":
        return
    for token in _results(nested(tags[0].tokens)):
        name = token.text[1:-1].strip()
        if name and "\\" not in name and name not in chats:
            said = f"`chat`: unknown chat '{name}'; {meant(name, chats)}"
            yield tree.within((*at, "chat"), token.at, said, "warning")


def _results(nodes: Sequence[Node]) -> Iterator[Token]:
    """Give the texts that an expression may come to as they are: alone, before `if`, behind `else` or beside `or`."""
    if len(nodes) == 1:
        only = nodes[0]
        if isinstance(only, Group) and only.open.text == "(":
            yield from _results(only.inner)
        elif isinstance(only, Token) and only.kind == "string":
            yield only
        return
    if condition := _place_of("if", nodes):
        yield from _results(nodes[:condition])
        if otherwise := _place_of("else", nodes):
            yield from _results(nodes[otherwise + 1 :])
    elif other := _place_of("or", nodes):
        yield from _results(nodes[:other])
        yield from _results(nodes[other + 1 :])


def _place_of(word: str, nodes: Sequence[Node]) -> int:
    return next((n for n, node in enumerate(nodes) if isinstance(node, Token) and node.kind == "name" and
                 node.text == word), 0)  # fmt: skip


def of_events(rules: Mapping[int, Rule], templates: Mapping[str, str], tree: Tree) -> Iterator[Problem]:
    """Warn of each text that `event.severity` or `event.status` is compared with and never is."""
    shared = [Templated(("templates", name), "text", text) for name, text in templates.items()]
    of_rules = [template for n, rule in rules.items() for template in of_rule(rule, ("rules", n))]
    for template in (*of_rules, *shared):
        for tokens in _tokens(template):
            for name, token in _compared(tokens):
                value = token.text[1:-1]
                if value not in _VALUES[name]:
                    said = f"`event.{name}` is never '{value}'; {meant(value, _VALUES[name])}"
                    yield tree.within(template.path, token.at, f"`{template.path[-1]}`: {said}", "warning")


def _tokens(template: Templated) -> Iterator[Sequence[Token]]:
    if template.what == "text":
        tags = _tags(template.source)
        # Where `event` is a name of the template's own, it is anything.
        yield from () if "event" in bound(tags)[0] else (tag.tokens for tag in tags)
        return
    try:
        yield expression(template.source)
    except Unreadable:
        return


def _compared(tokens: Sequence[Token]) -> Iterator[tuple[str, Token]]:
    """Give `severity` or `status`, and each text that it is compared with."""
    for n in range(len(tokens) - 2):
        event, dot, part = tokens[n : n + 3]
        if not (is_(event, "event") and is_(dot, ".") and part.text in _VALUES) or (n and is_(tokens[n - 1], ".")):
            continue
        before, behind = tokens[:n], tokens[n + 3 :]
        texts: Iterable[Token] = ()
        if len(behind) > 1 and is_(behind[0], "==", "!="):
            texts = _alone(behind[1:])
        elif len(before) > 1 and is_(before[-1], "==", "!=") and not (behind and behind[0].text in _GOES_ON):
            is_part = len(before) > 2 and (is_(before[-3], *_GOES_ON))  # noqa: PLR2004 - text and operator
            texts = () if is_part else before[-2:-1]
        elif behind and is_(behind[0], "in"):
            texts = _listed(behind[1:])
        elif len(behind) > 1 and is_(behind[0], "not") and is_(behind[1], "in"):
            texts = _listed(behind[2:])
        yield from ((part.text, token) for token in texts if token.kind == "string" and "\\" not in token.text)


def _alone(tokens: Sequence[Token]) -> Sequence[Token]:
    """Return the first one, if it isn't made into something else."""
    return () if len(tokens) > 1 and is_(tokens[1], *_GOES_ON) else tokens[:1]


def _listed(tokens: Sequence[Token]) -> Sequence[Token]:
    """Return the texts of a list that begins here and holds nothing but texts."""
    if not tokens or not is_(tokens[0], "[", "("):
        return ()
    closing = next((n for n, token in enumerate(tokens) if is_(token, "]", ")")), 0)
    inner = tokens[1:closing]
    is_plain = all(token.kind == "string" if n % 2 == 0 else is_(token, ",") for n, token in enumerate(inner))
    return inner[::2] if is_plain and (tokens[0].text == "[" or len(inner) > 1) else ()


def _tags(source: str) -> list[Tag]:
    try:
        return [piece for piece in pieces(source) if isinstance(piece, Tag)]
    except Unreadable:
        return []
