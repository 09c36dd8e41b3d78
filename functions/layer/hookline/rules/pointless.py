"""Options of a rule that change nothing where they stand, and sources that no rule is for."""

from collections.abc import Iterator

from hookline.errors import Problem
from hookline.rules.model import Rule
from hookline.rules.parts import Parts
from hookline.rules.tree import Path, Tree

_WHEN_DROPPED = frozenset({"name", "source", "when", "drop"})  # they decide what is dropped


def pointless(rule: Rule, at: Path, tree: Tree) -> Iterator[Problem]:
    """Warn of what the rule says in vain."""
    for name, option in Rule.model_fields.items():
        if rule.drop and name not in _WHEN_DROPPED and name in rule.model_fields_set and getattr(rule, name):
            written = option.alias or name
            said = f"`{written}` has nothing to do in a rule that drops"
            yield tree.warning((*at, written), said, at_name=True)
    if rule.otherwise is not None and not rule.chat_is_expression and not rule.drop:
        said = "`otherwise` has nothing to do beside a `chat` that is a name; it is for when an expression names none"
        yield tree.warning((*at, "otherwise"), said, at_name=True)
    for n, name in enumerate(rule.fallback):
        if rule.chat == (name,) and not rule.drop:
            said = f"a chat can't stand in for itself, as '{name}' would here; name another or none"
            yield tree.warning((*at, "fallback", n), said)


def untaken(parts: Parts, tree: Tree) -> Iterator[Problem]:
    """Warn of each source that no rule is for, if that is sure: a rule may be broken, or misspell its source."""
    named = {name for rule in parts.rules.values() for name in rule.source or parts.sources}
    known = parts.known.get("source")
    is_unsure = parts.known.get("rule") is None or any(path[0] == "rules" for path in parts.broken)
    if known is None or is_unsure or named - set(known):
        return
    for name in parts.sources:
        if name not in named:
            said = f"no rule is for '{name}', so nobody hears of what it sends"
            yield tree.warning(("sources", name), said, at_name=True)
