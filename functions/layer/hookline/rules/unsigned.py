"""What decides who hears of an event although no signature covers it."""

from collections.abc import Iterator, Mapping

from hookline.errors import Problem
from hookline.rules.expression import Expressions
from hookline.rules.model import Hmac, Rule, Sns, Source
from hookline.rules.templated import of_rule
from hookline.rules.tree import Path, Tree

_DECIDING = frozenset({"when", "chat", "each"})


def unsigned(
    rule: Rule, at: Path, sources: Mapping[str, Source], expressions: Expressions, tree: Tree
) -> Iterator[Problem]:
    """Warn of each header, and of the query, that a rule decides by although the source's signature is not over it."""
    for template in of_rule(rule, at):
        if template.path[-1] not in _DECIDING:
            continue
        for read in expressions.reads(template.source, is_text=template.what == "text"):
            for name in rule.source or sources:
                if (auth := sources[name].auth if name in sources else None) and (what := _open(read.path, auth)):
                    said = f"the signature of '{name}' doesn't cover {what}; whoever sees a request can change it"
                    yield tree.within(template.path, read.at, said, "warning")
                    break


def _open(path: tuple[str, ...], auth: object) -> str:
    """Return what anybody can change that is read there, or nothing."""
    if not isinstance(auth, Hmac | Sns):
        return ""
    match path:
        case ("query", *_):
            return "the query"
        case ("headers", name, *_) if "_" not in name and name.lower() not in _signed(auth):
            return f"the header {name.lower()}"
    return ""


def _signed(auth: Hmac | Sns) -> set[str]:
    """Return the names of the headers that nobody can change unnoticed."""
    if isinstance(auth, Sns):
        return set()
    timestamp = auth.timestamp if "{timestamp}" in auth.signed else ()
    id_ = auth.id if "{id}" in auth.signed else ()
    return {name.lower() for name in (*timestamp, *id_, *auth.header)}
