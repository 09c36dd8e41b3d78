"""What doesn't fit into the blocks of a rules file, each as a sentence that says what would be right."""

import re
from collections.abc import Iterator

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from hookline.errors import Problem
from hookline.rules.auth import AUTH_BLOCKS, AUTH_OPTIONS
from hookline.rules.closest import closest, option_meant
from hookline.rules.model import Block, Chat, Expected, LinkPreview, Rule, Rules, Source, Test
from hookline.rules.names import PATTERNS
from hookline.rules.tree import Path, Tree

_NAMES_OF = frozenset({"source", "chat", "fallback"})  # options that take one name, or a list
_QUOTED = re.compile("'([^']+)'")
_NOT_TEXT = frozenset({"string_type", "tuple_type"})


def mistakes(error: ValidationError, tree: Tree) -> Iterator[Problem]:
    """Give a problem for each mistake that validation found."""
    for mistake in error.errors(include_url=False):
        yield _problem(mistake, tree)


def _problem(error: ErrorDetails, tree: Tree) -> Problem:
    """Place a mistake: what is wrong with a name at the name, all else at its value."""
    path: Path = error["loc"]
    match path:
        case ("sources", str(name), "auth", _, *inner):  # pydantic puts the way of the proof in between
            path = ("sources", name, "auth", *inner)
        case (*block, "[key]"):
            return tree.problem(tuple(block), _sentence(error), at_name=True)
    trap = _yes_or_no(error, tree.nodes.get(path))
    return tree.problem(path, trap or _sentence(error), at_name=error["type"] == "extra_forbidden")


def _yes_or_no(error: ErrorDetails, node: yaml.Node | None) -> str:
    """Return a sentence about what YAML 1.1 reads as true or false although it looks like text, or an empty one."""
    written = node.value if isinstance(node, yaml.ScalarNode) else ""
    if error["type"] not in _NOT_TEXT or not isinstance(error["input"], bool) or written.lower() in {"true", "false"}:
        return ""
    read = "true" if error["input"] else "false"
    return f"`{_option(error)}` has to be text, and YAML reads {written} as {read}; put it in quotes"


def _option(error: ErrorDetails) -> str:
    return next((part for part in reversed(error["loc"]) if isinstance(part, str) and part != "[key]"), "")


def _sentence(error: ErrorDetails) -> str:
    """Say a mistake in a sentence that lists what would be right."""
    option, context = _option(error), error.get("ctx", {})
    said = f"`{option}`" if error["loc"] else "the file"
    match error["type"]:
        case "missing":
            sentence = f"{said} is missing" + (f"; it has to be {AUTH_OPTIONS}" if option == "auth" else "")
        case "extra_forbidden":
            sentence = f"unknown option {said}; " + option_meant(option, _options(error["loc"]))
        case "string_pattern_mismatch":
            sentence = f"{said} has to be {PATTERNS[context['pattern']]}"
        case "tuple_type" if option in _NAMES_OF:
            sentence = f"{said} has to be a name or a list of names; put it in quotes if it is one"
        case "literal_error" if close := closest(str(error["input"]), _QUOTED.findall(context["expected"])):
            sentence = f"{said} has no '{error['input']}'; did you mean '{close}'?"
        case "value_error":
            sentence = str(context["error"]) if isinstance(error["input"], dict) else f"{said}: {context['error']}"
        case "auth":
            sentence = error["msg"]
        case kind if kind in _HAS_TO_BE:
            sentence = f"{said} {_HAS_TO_BE[kind].format(**context)}"
        case _:
            sentence = f"{said}: {error['msg']}"
    return sentence


_HAS_TO_BE = {
    "bool_parsing": "has to be true or false",
    "bool_type": "has to be true or false",
    "dict_type": "has to be a block of `name: value` lines",
    "greater_than_equal": "has to be at least {ge}",
    "int_from_float": "has to be a whole number",
    "int_parsing": "has to be a whole number",
    "int_type": "has to be a whole number",
    "less_than_equal": "has to be at most {le}",
    "literal_error": "has to be {expected}",
    "model_type": "has to be a block of `name: value` lines",
    "string_too_long": "has to have at most {max_length} characters",
    "string_too_short": "must not be empty",
    "string_type": "has to be text; put it in quotes",
    "tuple_type": "has to be a list",
}


def _options(loc: Path) -> list[str]:
    match loc:
        case ("rules", int(), "link_preview", _):
            block: type[Block] = LinkPreview
        case ("rules", int(), _):
            block = Rule
        case ("tests", int(), "expect", int(), _):
            block = Expected
        case ("tests", int(), _):
            block = Test
        case ("chats", _, _):
            block = Chat
        case ("sources", _, "auth", str(way), _) if way in AUTH_BLOCKS:
            block = AUTH_BLOCKS[way]
        case ("sources", _, _):
            block = Source
        case _:
            block = Rules
    return [field.alias or name for name, field in block.model_fields.items()]
