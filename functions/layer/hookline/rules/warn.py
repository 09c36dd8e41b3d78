"""What can be used as it is, but is probably not what somebody meant."""

from collections.abc import Iterator

import yaml

from hookline.errors import Problem
from hookline.rules.expression import Expressions
from hookline.rules.literals import of_chat, of_events
from hookline.rules.lookups import lookups, shared_lookups
from hookline.rules.model import Chat, Rule, Source
from hookline.rules.parts import Parts
from hookline.rules.pointless import pointless, untaken
from hookline.rules.tree import Tree
from hookline.rules.unsigned import unsigned

_FILLED_IN = frozenset({"name", "email", "message", "phone", "subject", "text", "comment"})  # by people


def warnings(parts: Parts, tree: Tree) -> Iterator[Problem]:
    """Give every warning. Of a block that is broken nothing is said: its options may not be what is written."""
    chats = {name: chat for name, chat in parts.chats.items() if parts.is_whole("chats", name)}
    sources = {name: source for name, source in parts.sources.items() if parts.is_whole("sources", name)}
    rules = {n: rule for n, rule in parts.rules.items() if parts.is_whole("rules", n)}
    expressions = Expressions(parts.templates)
    yield from _yes_or_no(tree)
    yield from _same_chats(chats, tree)
    yield from _traps(sources, tree)
    yield from _out_of_reach(rules, parts.known.get("source") or [], tree)
    yield from untaken(parts, tree)
    yield from of_events(rules, parts.templates, tree)
    for n, rule in rules.items():
        yield from pointless(rule, ("rules", n), tree)
        yield from of_chat(rule, ("rules", n), parts.known.get("chat"), tree)
        yield from unsigned(rule, ("rules", n), sources, expressions, tree)
        yield from lookups(rule, ("rules", n), sources, expressions, tree)
    yield from shared_lookups(rules, parts.templates, sources, expressions, tree)


def _yes_or_no(tree: Tree) -> Iterator[Problem]:
    for path, node in tree.names.items():
        if isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:bool":
            said = f"YAML reads {node.value} as true or false; put it in quotes, here and where it is used"
            yield tree.warning(path, said, at_name=True)


def _same_chats(chats: dict[str, Chat], tree: Tree) -> Iterator[Problem]:
    names: dict[str, str] = {}
    for name, chat in chats.items():
        first = names.setdefault(chat.id, name)
        if first != name:
            yield tree.warning(("chats", name, "id"), f"'{name}' is the same chat as '{first}'; both have this id")
        for n, fallback in enumerate(chat.fallback):
            if fallback == name or (fallback in chats and chats[fallback].id == chat.id):
                said = f"a chat can't stand in for itself, as '{fallback}' would here; name another or none"
                yield tree.warning(("chats", name, "fallback", n), said)


def _traps(sources: dict[str, Source], tree: Tree) -> Iterator[Problem]:
    for name, source in sources.items():
        if source.honeypot and source.honeypot.lower() in _FILLED_IN:
            said = f"people fill in `{source.honeypot}`, and nothing that has it filled in is sent; name another field"
            yield tree.warning(("sources", name, "honeypot"), said)


def _out_of_reach(rules: dict[int, Rule], sources: list[str], tree: Tree) -> Iterator[Problem]:
    taken: dict[str, str] = {}  # source -> the rule that takes all that comes from there
    for n, rule in rules.items():
        own = rule.source or tuple(sources)
        if own and all(source in taken for source in own):
            by = " and ".join(f"'{name}'" for name in dict.fromkeys(taken[source] for source in own))
            yield tree.warning(("rules", n, "name"), f"this rule is never reached: {by} further up takes every event")
        if rule.when is None and (rule.drop or not rule.continues):
            for source in own:
                taken.setdefault(source, rule.name)
