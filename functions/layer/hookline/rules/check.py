"""What a well-formed rules file can still have wrong: names that lead nowhere and expressions that don't compile."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

import yaml

from hookline.errors import Problem
from hookline.rules.expression import Expressions, TemplateError
from hookline.rules.model import Rule, Rules
from hookline.rules.yaml_tree import Path, Tree
from hookline.sources import KINDS


def check(rules: Rules, tree: Tree) -> list[Problem]:
    """Return every problem, in file order."""
    problems = [*_sources(rules, tree), *_names(rules, tree), *_fallbacks(rules, tree)]
    expressions = Expressions()
    for n, rule in enumerate(rules.rules):
        problems += _rule(rule, ("rules", n), rules, tree)
        problems += _compiled(rule, ("rules", n), expressions, tree)
    return in_file_order(problems)


def in_file_order(problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems as somebody who reads down the file comes by them."""
    return sorted(problems, key=lambda problem: (problem.line, problem.column))


def _sources(rules: Rules, tree: Tree) -> Iterator[Problem]:
    for name, source in rules.sources.items():
        if source.kind not in KINDS:
            yield tree.problem(("sources", name, "kind"), _unknown("kind", source.kind, KINDS))


def _names(rules: Rules, tree: Tree) -> Iterator[Problem]:
    seen: set[str] = set()
    for n, rule in enumerate(rules.rules):
        if rule.name in seen:
            yield tree.problem(
                ("rules", n, "name"), f"a rule named '{rule.name}' stands further up; names tell rules apart"
            )
        seen.add(rule.name)


def _fallbacks(rules: Rules, tree: Tree) -> Iterator[Problem]:
    for name, chat in rules.chats.items():
        for n, fallback in enumerate(chat.fallback):
            if fallback not in rules.chats:
                yield tree.problem(("chats", name, "fallback", n), _unknown("chat", fallback, rules.chats))


def _rule(rule: Rule, at: Path, rules: Rules, tree: Tree) -> Iterator[Problem]:
    for n, source in enumerate(rule.source):
        if source not in rules.sources:
            yield tree.problem((*at, "source", n), _unknown("source", source, rules.sources))
    chats = [] if rule.chat_is_expression else [((*at, "chat", n), chat) for n, chat in enumerate(rule.chat)]
    chats += [((*at, "fallback", n), chat) for n, chat in enumerate(rule.fallback)]
    if rule.otherwise is not None:
        chats.append(((*at, "otherwise"), rule.otherwise))
    for place, chat in chats:
        if chat not in rules.chats:
            yield tree.problem(place, _unknown("chat", chat, rules.chats))


def _compiled(rule: Rule, at: Path, expressions: Expressions, tree: Tree) -> Iterator[Problem]:
    for option, source in (("when", rule.when), ("each", rule.each)):
        if source is not None and (error := expressions.check_expression(source)):
            yield _template_problem(error, (*at, option), tree)
    if rule.text is not None and (error := expressions.check_text(rule.text)):
        yield _template_problem(error, (*at, "text"), tree)
    if rule.chat_is_expression and (error := expressions.check_text(rule.chat[0])):
        yield _template_problem(error, (*at, "chat"), tree)


def _template_problem(error: TemplateError, at: Path, tree: Tree) -> Problem:
    """Place the error at its own line in the file: a block text (``|``, ``>``) begins on the line after its mark."""
    node = tree.nodes.get(at)
    is_block = isinstance(node, yaml.ScalarNode) and node.style in {"|", ">"}
    line = (error.line or 1) - 1 + (1 if is_block else 0)
    return tree.problem(at, f"`{at[-1]}`: {error.detail or error.message}", line=line)


def _unknown(what: str, name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, list(known), 1)
    if close:
        return f"unknown {what} '{name}'; did you mean '{close[0]}'?"
    return f"unknown {what} '{name}'; there are " + (", ".join(known) or "none")
