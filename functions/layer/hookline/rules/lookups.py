"""Names that templates look up and no event has: they are false and empty for ever, and nobody would notice."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from hookline.errors import Problem
from hookline.models import Event
from hookline.rules.closest import meant
from hookline.rules.expression import Expressions
from hookline.rules.model import Rule, Source
from hookline.rules.templated import Templated, of_rule
from hookline.rules.tree import Path, Tree
from hookline.sources import KINDS
from hookline.sources.kind import Shape

NAMES = ("payload", "item", "event", "source", "headers", "query", "now")  # what a template can look up
_IN_OTHER_LANGUAGES = dict.fromkeys(("null", "nil", "NULL", "Null"), "write `none`")
OF_EVENTS = (*(part.name for part in fields(Event) if part.name not in {"text", "where"}), "id", "received_at")
_ALONE = frozenset({"when", "each", "chat"})  # they are worked out once for the whole event


@dataclass(frozen=True)
class _There:
    """What a template can look up where it stands: in the payload, in the item, what a text around it gives."""

    shapes: Sequence[Shape]
    items: Sequence[Shape]
    has_item: bool
    given: frozenset[str] = frozenset()


def lookups(
    rule: Rule, at: Path, sources: dict[str, Source], expressions: Expressions, tree: Tree
) -> Iterator[Problem]:
    """Warn of each name in a rule that leads nowhere for any of the kinds it is for."""
    for template, there in _templates(rule, at, sources, expressions):
        for read in expressions.reads(template.source, is_text=template.what == "text"):
            if said := _wrong(read.path, there):
                yield tree.within(template.path, read.at, f"`{template.path[-1]}`: {said}", "warning")


def shared_lookups(
    rules: Mapping[int, Rule],
    templates: Mapping[str, str],
    sources: dict[str, Source],
    expressions: Expressions,
    tree: Tree,
) -> Iterator[Problem]:
    """Warn of each name in a shared template that leads nowhere in all of the rules that include it."""
    used: dict[str, list[_There]] = {name: [] for name in templates}
    for n, rule in rules.items():
        for template, there in _templates(rule, ("rules", n), sources, expressions):
            if template.what == "text":
                _follow(template.source, there, templates, expressions, used)
    for name, theres in used.items():
        for read in expressions.reads(templates[name], is_text=True) if theres else ():
            said = [read.path[0] not in there.given and _wrong(read.path, there) for there in theres]
            if all(said):
                yield tree.within(("templates", name), read.at, f"`{name}`: {said[0]}", "warning")


def _follow(
    source: str,
    there: _There,
    templates: Mapping[str, str],
    expressions: Expressions,
    used: dict[str, list[_There]],
) -> None:
    """Note what can be looked up in each template that a text includes, also by way of others."""
    within = replace(there, given=there.given | expressions.given(source))
    for name in expressions.included(source):
        if name in templates and within not in used[name]:
            used[name].append(within)
            _follow(templates[name], within, templates, expressions, used)


def _templates(
    rule: Rule, at: Path, sources: dict[str, Source], expressions: Expressions
) -> Iterator[tuple[Templated, _There]]:
    kinds = [sources[name].kind for name in rule.source or sources if name in sources]
    shapes: list[Shape] = [KINDS[kind].shape if kind in KINDS else None for kind in kinds] or [None]
    items = _items(rule, shapes, expressions)
    for template in of_rule(rule, at):
        yield template, _There(shapes, items, has_item=rule.each is not None and template.path[-1] not in _ALONE)


def _items(rule: Rule, shapes: Sequence[Shape], expressions: Expressions) -> Sequence[Shape]:
    """Return what an item of `each` can have, where `each` is no more than a name."""
    reads = expressions.reads(rule.each or "", is_text=False) if rule.each else []
    path = reads[0].path if len(reads) == 1 and ".".join(reads[0].path) == (rule.each or "").strip() else ()
    if path[:1] != ("payload",):
        return [None]
    found = [_inner(shape, path[1:])[0] for shape in shapes]
    return [shape[0] if isinstance(shape, list) else None for shape in found] or [None]


def _wrong(path: tuple[str, ...], there: _There) -> str:
    """Return what is wrong with a name, or nothing."""
    first, *inner = path
    match first:
        case "item" if not there.has_item:
            return "there is no `item` here; only the text of a rule with `each` has one"
        case "payload" | "item":
            return _unknown_part(first, inner, there.shapes if first == "payload" else there.items)
        case "event":
            return _unknown_part(first, inner, [dict.fromkeys(OF_EVENTS)])
        case "headers" if inner and inner[0] != (name := inner[0].lower().replace("_", "-")):
            return f"`headers` never has `{inner[0]}`; write `headers['{name}']`"
        case name if name not in NAMES:
            return f"there is no `{name}`; {_IN_OTHER_LANGUAGES.get(name) or meant(name, NAMES)}"
    return ""


def _unknown_part(first: str, inner: Sequence[str], shapes: Sequence[Shape]) -> str:
    ends = [_inner(shape, inner) for shape in shapes]
    if any(missing is None for _, missing in ends):
        return ""
    where, depth = ends[0][0], min(missing for _, missing in ends if missing is not None)
    name, before = inner[depth], ".".join([first, *inner[:depth]])
    if isinstance(where, list):
        return f"`{before}` is a list and has no `{name}`; `each`, a loop or `[0]` gives one of its items"
    return f"`{before}` never has `{name}`; {meant(name, list(where or {}))}"


def _inner(shape: Shape, path: Sequence[str]) -> tuple[Any, int | None]:
    """Return what lies at the path; or where the way there ends, with the number of the name that isn't there."""
    for n, name in enumerate(path):
        if shape is None:
            return None, None
        if isinstance(shape, list):
            if not name.isdigit():
                return shape, n
            shape = shape[0]
        elif name not in shape:
            return shape, n
        else:
            shape = shape[name]
    return shape, None
