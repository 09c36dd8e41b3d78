"""What can be used as it is, but is probably not what somebody meant."""

from collections.abc import Iterator

import yaml

from hookline.errors import Problem
from hookline.rules.expression import Expressions
from hookline.rules.lookups import lookups
from hookline.rules.model import Chat, Hmac, Rule, Sns, Source
from hookline.rules.parts import Parts
from hookline.rules.tree import Path, Tree

# Read, and shown by editors, but nothing comes of them yet.
_CHATS_LATER = {
    "pace": "everything is sent at once",
    "quiet": "everything is sent at once",
    "budget": "texts without an answer aren't counted",
}
_FILLED_IN = frozenset({"name", "email", "message", "phone", "subject", "text", "comment"})  # by people
_RULES_LATER = {
    "thread": "each message stands by itself",
    "urgent": "everything is sent at once",
}


def warnings(parts: Parts, tree: Tree) -> Iterator[Problem]:
    """Give every warning. Of a block that is broken nothing is said: its options may not be what is written."""
    chats = {name: chat for name, chat in parts.chats.items() if parts.is_whole("chats", name)}
    sources = {name: source for name, source in parts.sources.items() if parts.is_whole("sources", name)}
    rules = {n: rule for n, rule in parts.rules.items() if parts.is_whole("rules", n)}
    expressions = Expressions(parts.templates)
    yield from _yes_or_no(tree)
    yield from _same_chats(chats, tree)
    yield from _traps(sources, tree)
    yield from _not_yet(chats, rules, tree)
    yield from _out_of_reach(rules, parts.known.get("source") or [], tree)
    for n, rule in rules.items():
        yield from _pointless(rule, ("rules", n), tree)
        yield from _unsigned(rule, ("rules", n), sources, expressions, tree)
        yield from lookups(rule, ("rules", n), sources, expressions, tree)


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


def _not_yet(chats: dict[str, Chat], rules: dict[int, Rule], tree: Tree) -> Iterator[Problem]:
    blocks: list[tuple[Path, Chat | Rule, dict[str, str]]] = [
        *((("chats", name), chat, _CHATS_LATER) for name, chat in chats.items()),
        *((("rules", n), rule, _RULES_LATER) for n, rule in rules.items()),
    ]
    for path, block, options in blocks:
        for option in options.keys() & block.model_fields_set:
            if getattr(block, option):  # `off` asks for what happens anyway
                said = f"`{option}` is read but not applied yet by this version; {options[option]}"
                yield tree.warning((*path, option), said, at_name=True)


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


def _pointless(rule: Rule, at: Path, tree: Tree) -> Iterator[Problem]:
    if rule.drop and rule.split:
        yield tree.warning((*at, "split"), "`split` has nothing to do in a rule that drops", at_name=True)
    for n, name in enumerate(rule.fallback):
        if rule.chat == (name,):
            said = f"a chat can't stand in for itself, as '{name}' would here; name another or none"
            yield tree.warning((*at, "fallback", n), said)


def _unsigned(
    rule: Rule, at: Path, sources: dict[str, Source], expressions: Expressions, tree: Tree
) -> Iterator[Problem]:
    for read in expressions.reads(rule.when or "", is_text=False):
        header = _spelled(read.path[1]) if read.path[0] == "headers" and len(read.path) > 1 else None
        for name in rule.source or sources:
            auth = sources[name].auth if name in sources else None
            if header and isinstance(auth, Hmac | Sns) and header not in _signed(auth):
                said = (
                    f"the signature of '{name}' doesn't cover the header {header}; whoever sees a request can change it"
                )
                yield tree.within((*at, "when"), read.at, said, "warning")
                break


def _signed(auth: Hmac | Sns) -> set[str]:
    """Return the names of the headers that nobody can change unnoticed."""
    if isinstance(auth, Sns):
        return set()
    timestamp = auth.timestamp if "{timestamp}" in auth.signed else ()
    id_ = auth.id if "{id}" in auth.signed else ()
    return {_spelled(name) for name in (*timestamp, *id_, *auth.header)}


def _spelled(header: str) -> str:
    """Return a header's name as requests have it: an expression may write `x_token` for `x-token`."""
    return header.lower().replace("_", "-")
