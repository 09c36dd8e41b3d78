"""Reads a rules file whole and says everything that is wrong with it at once."""

from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from hookline.errors import Problem, RulesError
from hookline.rules.check import check
from hookline.rules.model import AUTH_WAYS, Basic, Bearer, Chat, Hmac, Rule, Rules, Source, Token
from hookline.rules.yaml_tree import read

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
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: a date that no calendar has
        raise RulesError([_syntax(error, name)]) from error
    if tree.problems:
        raise RulesError(tree.problems)
    try:
        rules = Rules.model_validate(tree.data)
    except ValidationError as error:
        raise RulesError([tree.problem(e["loc"], _sentence(e)) for e in error.errors(include_url=False)]) from error
    problems = check(rules, tree)
    if problems:
        raise RulesError(problems)
    return rules


def _syntax(error: Exception, name: str) -> Problem:
    mark = getattr(error, "problem_mark", None)
    what = getattr(error, "problem", None) or (str(error) or type(error).__name__).splitlines()[0]
    return Problem(name, mark.line + 1 if mark else 1, mark.column + 1 if mark else 1, f"this is not YAML: {what}")


def _sentence(error: ErrorDetails) -> str:
    """Say a validation error in a sentence that lists what would be right."""
    field = str(error["loc"][-1]) if error["loc"] else "the file"
    if error["type"] == "missing":
        return f"`{field}` is missing"
    if error["type"] == "extra_forbidden":
        options = _options(error["loc"])
        close = get_close_matches(field, options, 1)
        return f"unknown option `{field}`" + (
            f"; did you mean `{close[0]}`?" if close else f"; there are {_list(options)}"
        )
    if error["type"] in {"model_type", "dict_type"}:
        return f"`{field}` has to be a block of `name: value` lines"
    if error["type"] == "auth":
        return error["msg"]
    return f"`{field}`: " + error["msg"].removeprefix("Value error, ")


def _options(loc: tuple[int | str, ...]) -> list[str]:
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
    return [field.alias or name for name, field in block.model_fields.items()]


def _list(options: list[Any]) -> str:
    return ", ".join(f"`{option}`" for option in options)
