"""Chats beside which nobody hears: said by `hookline check` of a file with which nothing else is wrong."""

from collections.abc import Iterator

from hookline.errors import Problem
from hookline.rules.model import Rules
from hookline.rules.tree import Tree


def alone(rules: Rules, tree: Tree) -> Iterator[Problem]:
    """Warn once, at the first chat that nobody stands in for, with how many others there are."""
    found = [name for name in rules.chats if _is_alone(name, rules)]
    if not found:
        return
    others = {0: "", 1: " (one more chat has none)"}.get(len(found) - 1, f" ({len(found) - 1} more chats have none)")
    said = (
        f"'{found[0]}' has no `fallback`, which is fine for a start; but when Blooio wants an answer there before it "
        f"takes more, nobody else hears of what comes meanwhile{others}"
    )
    yield tree.warning(("chats", found[0]), said, at_name=True)


def _is_alone(name: str, rules: Rules) -> bool:
    """Return whether neither the chat nor each of the rules that may send to it names somebody else."""
    its = [rule for rule in rules.rules if not rule.drop and (rule.chat_is_expression or name in rule.chat)]
    return not rules.chats[name].fallback and not (its and all(set(rule.fallback) - {name} for rule in its))
