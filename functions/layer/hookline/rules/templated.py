"""Every place of a rules file where a template may stand."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from hookline.rules.model import Rule
from hookline.rules.parts import Parts
from hookline.rules.tree import Path


class Templated(NamedTuple):
    """A template by its place in the file: an expression gives a value, a text is filled in."""

    path: Path
    what: Literal["expression", "text"]
    source: str


def templated(parts: Parts) -> Iterator[Templated]:
    """Give all of them, in file order as far as the blocks are."""
    for n, rule in parts.rules.items():
        yield from of_rule(rule, ("rules", n))
    for name, text in parts.templates.items():
        yield Templated(("templates", name), "text", text)


def of_rule(rule: Rule, at: Path) -> Iterator[Templated]:
    """Give the templates of a rule that stands there."""
    for option, expression in (("when", rule.when), ("each", rule.each)):
        if expression is not None:
            yield Templated((*at, option), "expression", expression)
    if rule.chat_is_expression:
        yield Templated((*at, "chat"), "text", rule.chat[0])
    for option, text in (("text", rule.text), ("thread", rule.thread), ("reply_to", rule.reply_to)):
        if text is not None:
            yield Templated((*at, option), "text", text)
    if rule.link_preview:
        for option, text in (("image", rule.link_preview.image), ("title", rule.link_preview.title)):
            if text is not None:
                yield Templated((*at, "link_preview", option), "text", text)
