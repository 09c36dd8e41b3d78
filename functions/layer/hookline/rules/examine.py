"""A look at a rules file that says also what works but is probably not meant."""

from typing import NamedTuple

from hookline.errors import Problem
from hookline.rules.check import in_file_order
from hookline.rules.load import look
from hookline.rules.model import Rules
from hookline.rules.tree import Tree
from hookline.rules.warn import warnings


class Examined(NamedTuple):
    """``rules`` is None when a problem is an error; warnings are among the problems in any case.

    ``tree`` places further ones.
    """

    rules: Rules | None
    problems: list[Problem]
    tree: Tree


def examine(content: bytes, name: str) -> Examined:
    """Return the rules in the content, and all there is to say of it; ``name`` is what problems are reported under."""
    loaded = look(content, name)
    warned = warnings(loaded.parts, loaded.tree) if loaded.parts else ()
    return Examined(loaded.rules, in_file_order([*loaded.problems, *warned]), loaded.tree)
