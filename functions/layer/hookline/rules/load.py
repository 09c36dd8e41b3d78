"""Reads a rules file whole and says everything that is wrong with it at once."""

from difflib import get_close_matches
from pathlib import Path

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from hookline.errors import Problem, RulesError
from hookline.rules.check import check, in_file_order
from hookline.rules.model import (
    AUTH_OPTIONS,
    AUTH_WAYS,
    PATTERNS,
    Basic,
    Bearer,
    Chat,
    Hmac,
    Rule,
    Rules,
    Source,
    Token,
)
from hookline.rules.yaml_tree import Tree, read

_BLOCKS: dict[str, type[BaseModel]] = {"bearer": Bearer, "basic": Basic, "token": Token, "hmac": Hmac}


def load(path: Path) -> Rules:
    """Return the rules. Raises RulesError with every problem, also when the file can't be read."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise RulesError([Problem(str(path), 1, 1, f"the file can't be read: {error.strerror}")]) from error
    return load_text(content, str(path))


def load_text(content: bytes, name: str) -> Rules:
    """Return the rules in the content; ``name`` is what problems are reported under."""
    try:
        tree = read(content.decode(), name)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise RulesError([Problem(name, line, 1, "the file has to be UTF-8, and this line isn't")]) from error
    except yaml.YAMLError as error:
        raise RulesError([_syntax(error, content, name)]) from error
    if tree.problems:
        raise RulesError(in_file_order(tree.problems))
    try:
        rules = Rules.model_validate(tree.data)
    except ValidationError as error:
        raise RulesError(in_file_order(_problem(e, tree) for e in error.errors(include_url=False))) from error
    problems = check(rules, tree)
    if problems:
        raise RulesError(problems)
    return rules


def _syntax(error: yaml.YAMLError, content: bytes, name: str) -> Problem:
    mark = getattr(error, "problem_mark", None)
    line, column = (mark.line, mark.column) if mark else (0, 0)
    what = getattr(error, "problem", None) or (str(error) or type(error).__name__).splitlines()[0]
    if any(text[column : column + 1] == "\t" for text in content.decode().splitlines()[line : line + 1]):
        what = "a tab stands here; indent with blanks"
    return Problem(name, line + 1, column + 1, f"this is not YAML: {what}")


def _problem(error: ErrorDetails, tree: Tree) -> Problem:
    """Place a validation error: what is wrong with a name at the name, all else at its value."""
    path = error["loc"]
    match path:
        case ("sources", str(name), "auth", _, *inner):  # pydantic puts the way of the proof in between
            path = ("sources", name, "auth", *inner)
        case (*block, "[key]"):
            return tree.problem(tuple(block), _sentence(error), at_name=True)
    return tree.problem(path, _sentence(error), at_name=error["type"] == "extra_forbidden")


def _sentence(error: ErrorDetails) -> str:
    """Say a validation error in a sentence that lists what would be right."""
    *_, field = ("", *(part for part in error["loc"] if part != "[key]"))
    said = f"`{field}`" if error["loc"] else "the file"
    context = error.get("ctx", {})
    match error["type"]:
        case "missing":
            sentence = f"{said} is missing" + (f"; it has to be {AUTH_OPTIONS}" if field == "auth" else "")
        case "extra_forbidden":
            sentence = f"unknown option {said}; " + _options(str(field), error["loc"])
        case "string_pattern_mismatch":
            sentence = f"{said} has to be {PATTERNS[context['pattern']]}"
        case "literal_error":
            sentence = f"{said} has to be {context['expected']}"
        case "value_error":
            sentence = str(context["error"]) if isinstance(error["input"], dict) else f"{said}: {context['error']}"
        case kind if kind in _HAS_TO_BE:
            sentence = f"{said} {_HAS_TO_BE[kind]}"
        case kind:
            sentence = error["msg"] if kind == "auth" else f"{said}: {error['msg']}"
    return sentence


_HAS_TO_BE = {
    "bool_parsing": "has to be true or false",
    "bool_type": "has to be true or false",
    "dict_type": "has to be a block of `name: value` lines",
    "model_type": "has to be a block of `name: value` lines",
    "string_too_short": "must not be empty",
    "string_type": "has to be text; put it in quotes",
    "tuple_type": "has to be a list",
}


def _options(given: str, loc: tuple[int | str, ...]) -> str:
    match loc:
        case ("rules", int(), _):
            block: type[BaseModel] = Rule
        case ("chats", _, _):
            block = Chat
        case ("sources", _, "auth", str(way), _) if way in AUTH_WAYS:
            block = _BLOCKS[way]
        case ("sources", _, _):
            block = Source
        case _:
            block = Rules
    options = [field.alias or name for name, field in block.model_fields.items()]
    close = get_close_matches(given, options, 1)
    return f"did you mean `{close[0]}`?" if close else "there are " + ", ".join(f"`{option}`" for option in options)
