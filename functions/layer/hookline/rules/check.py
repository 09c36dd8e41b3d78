"""What a well-formed rules file can still have wrong: names that lead nowhere and templates that don't compile."""

from collections.abc import Iterable, Iterator, Mapping

from hookline.errors import Problem
from hookline.rules.closest import meant
from hookline.rules.expression import Expressions
from hookline.rules.model import Rule, Test
from hookline.rules.parts import UNNAMED, Parts
from hookline.rules.templated import Templated, templated
from hookline.rules.tree import Path, Tree
from hookline.sources import KINDS


def check(parts: Parts, tree: Tree, *, reads_templates: bool = True) -> Iterator[Problem]:
    """Give every problem."""
    known = {**parts.known, "kind": list(KINDS)}
    for path, what, name in _references(parts):
        names = known[what]
        if names is not None and name not in names:
            yield tree.problem(path, f"unknown {what} '{name}'; {meant(name, names)}")
    yield from _not_of_forms(parts, tree)
    yield from _twice("rule", parts.rules, tree)
    yield from _twice("test", parts.tests, tree)
    if not reads_templates:
        return
    expressions = Expressions(parts.templates)
    for template in templated(parts):
        yield from _faults(template, expressions, tree)
    for name in parts.templates:
        if name in _included(name, expressions, parts.templates):
            yield tree.problem(("templates", name), f"`{name}` includes itself, and so it has no end", at_name=True)


def in_file_order(problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems as somebody who reads down the file comes by them."""
    return sorted(problems, key=lambda problem: (problem.line, problem.column))


def _references(parts: Parts) -> Iterator[tuple[Path, str, str]]:
    """Give the place, the kind and the name wherever a name has to lead somewhere."""
    for name, source in parts.sources.items():
        yield ("sources", name, "kind"), "kind", source.kind
    for name, chat in parts.chats.items():
        yield from _each(("chats", name, "fallback"), "chat", chat.fallback)
    for n, rule in parts.rules.items():
        yield from _each(("rules", n, "source"), "source", rule.source)
        if not rule.chat_is_expression:
            yield from _each(("rules", n, "chat"), "chat", rule.chat)
        if rule.otherwise is not None:
            yield ("rules", n, "otherwise"), "chat", rule.otherwise
        yield from _each(("rules", n, "fallback"), "chat", rule.fallback)
    for n, test in parts.tests.items():
        if test.source is not None:
            yield ("tests", n, "source"), "source", test.source
        for m, expected in enumerate(test.expect):
            yield ("tests", n, "expect", m, "rule"), "rule", expected.rule
            yield ("tests", n, "expect", m, "chat"), "chat", expected.chat


def _not_of_forms(parts: Parts, tree: Tree) -> Iterator[Problem]:
    for name, source in parts.sources.items():
        kind = KINDS.get(source.kind)
        if kind is None or "form" in kind.reads or not parts.is_whole("sources", name):
            continue
        for option in ("origins", "honeypot", "redirect"):
            if getattr(source, option):
                said = f"`{option}` is for forms, and the kind '{source.kind}' reads none"
                yield tree.problem(("sources", name, option), said, at_name=True)


def _each(path: Path, what: str, names: Iterable[str]) -> Iterator[tuple[Path, str, str]]:
    for n, name in enumerate(names):
        yield (*path, n), what, name


def _twice(what: str, blocks: Mapping[int, Rule | Test], tree: Tree) -> Iterator[Problem]:
    seen: set[str] = set()
    for n, block in blocks.items():
        if block.name in seen and block.name != UNNAMED:
            sentence = f"a {what} named '{block.name}' stands further up; names tell {what}s apart"
            yield tree.problem((f"{what}s", n, "name"), sentence)
        seen.add(block.name)


def _included(name: str, expressions: Expressions, templates: Mapping[str, str]) -> set[str]:
    """Return the templates that this one includes, also by way of others."""
    found: set[str] = set()
    rest = [name]
    while rest:
        inner = [other for other in expressions.includes(rest.pop()) if other in templates and other not in found]
        found.update(inner)
        rest += inner
    return found


def _faults(template: Templated, expressions: Expressions, tree: Tree) -> Iterator[Problem]:
    for fault in expressions.faults(template.source, is_text=template.what == "text"):
        yield tree.within(template.path, fault.at, f"`{template.path[-1]}`: {fault.sentence}")
