"""Reads a rules file whole and says everything that is wrong with it at once."""

from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import ValidationError

from hookline.errors import Problem, RulesError
from hookline.rules.check import check, in_file_order
from hookline.rules.mistakes import mistakes
from hookline.rules.model import Rules
from hookline.rules.parts import Parts, usable, whole
from hookline.rules.tree import Tree
from hookline.rules.yaml_tree import read

_QUOTED = ("{{", '"', "'", "`")
LARGEST = 1024 * 1024  # bytes; two hundred rules have 40 KB


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a file came to: ``rules`` when nothing is wrong, and what of it can be looked at closer in any case."""

    tree: Tree
    problems: list[Problem]
    parts: Parts | None = None
    rules: Rules | None = None


def load(path: Path) -> Rules:
    """Return the rules. Raises RulesError with every problem, also when the file can't be read."""
    return load_text(contents(path), str(path))


def load_deployed(path: Path) -> Rules:
    """Return the rules of a file that `check` has passed, without reading its templates: that is half of the time.

    One that is broken all the same costs its own message its text, and no start of a function. Raises like ``load``.
    """
    return _rules(look(contents(path), str(path), reads_templates=False))


def load_text(content: bytes, name: str) -> Rules:
    """Return the rules in the content; ``name`` is what problems are reported under."""
    return _rules(look(content, name))


def _rules(loaded: Loaded) -> Rules:
    if loaded.rules is None:
        raise RulesError(in_file_order(loaded.problems))
    return loaded.rules


def contents(path: Path) -> bytes:
    """Return what is in a file, of one that is too large only the beginning. Raises RulesError."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        raise RulesError([Problem(str(path), 1, 1, f"the file can't be read: {error.strerror}")]) from error


def look(content: bytes, name: str, *, reads_templates: bool = True) -> Loaded:
    """Read the content as far as that is possible. Problems are in no order."""
    if len(content) > LARGEST:
        tree = Tree(name)
        return Loaded(
            tree, [tree.at(None, "the file is larger than 1 MiB, and rules have a few KB; is it another file?")]
        )
    try:
        tree = read(content.decode(), name)
    except UnicodeDecodeError as error:
        return _not_utf8(error, content, name)
    except yaml.YAMLError as error:
        return _not_yaml(error, Tree(name, content.decode()))
    if tree.problems:
        return Loaded(tree, tree.problems)
    try:
        rules = Rules.model_validate(tree.data)
    except ValidationError as error:
        parts = usable(tree.data) if isinstance(tree.data, dict) else Parts()
        return Loaded(tree, [*mistakes(error, tree), *check(parts, tree)], parts)
    parts = whole(rules)
    problems = list(check(parts, tree, reads_templates=reads_templates))
    return Loaded(tree, problems, parts, None if problems else rules)


def _not_utf8(error: UnicodeDecodeError, content: bytes, name: str) -> Loaded:
    tree = Tree(name, content.decode(errors="replace"))
    before = content[: error.start].decode().split("\n")
    sentence = "the file has to be UTF-8, and here it isn't"
    return Loaded(tree, [tree.placed(len(before) - 1, len(before[-1]), sentence)])


def _not_yaml(error: yaml.YAMLError, tree: Tree) -> Loaded:
    mark = getattr(error, "problem_mark", None)
    line, column = (mark.line, mark.column) if mark else (0, 0)
    what = getattr(error, "problem", None) or (str(error) or type(error).__name__).splitlines()[0]
    if any(text[column : column + 1] == "\t" for text in tree.text.splitlines()[line : line + 1]):
        what = "a tab stands here; indent with blanks"
    elif any(mark in text for text in tree.text.splitlines()[max(0, line - 1) : line + 1] for mark in _QUOTED):
        what += "; a text with {{, quotes or `: ` in it has to be in quotes as a whole, or stand below a `|`"
    return Loaded(tree, [tree.placed(line, column, f"this is not YAML: {what}")])
