"""Whether a line calls the SAM CLI as it can be called, for this project."""

import re
import subprocess
import tomllib
from collections.abc import Sequence
from functools import cache
from typing import Any

from tests.doc_blocks.reader import Stale
from tests.doc_blocks.shell import Call

from hookline.rules.closest import meant
from local.cloud.intrinsics import parse
from local.project import ROOT, TEMPLATE

_OPTION = re.compile(r"(?<![\w-])(--?[a-z][a-z0-9-]*)")
_GROUPS = {"local", "remote", "pipeline", "list"}


def check(call: Call, program: str) -> None:
    """Raise Stale for a command or an option that there isn't, or a name that the project doesn't have."""
    words = list(call.arguments)
    command = words[: 2 if words and words[0] in _GROUPS else 1]
    if command in ([], ["--version"], ["--info"]):
        return
    options = _options(program, *command)
    rest = words[len(command) :]
    for word in rest:
        name = word.partition("=")[0]
        if word.startswith("-") and word != "-" and name not in options:
            raise Stale(f"sam {' '.join(command)} has no {name}; {meant(name, list(options))}")
    _check_names(command, rest)


@cache
def _options(program: str, *command: str) -> frozenset[str]:
    """Return what the program itself says that it takes."""
    asked = subprocess.run([program, *command, "--help"], capture_output=True, text=True, check=False)
    if asked.returncode != 0:
        raise Stale(f"there is no command sam {' '.join(command)}")
    return frozenset(_OPTION.findall(asked.stdout)) | {"--help"}


def _check_names(command: list[str], rest: Sequence[str]) -> None:
    document = parse(TEMPLATE.read_text(encoding="utf-8"))
    functions = [name for name, it in document["Resources"].items() if it["Type"] == "AWS::Serverless::Function"]
    options = _valued(rest)
    if command == ["local", "invoke"]:
        _one_of("function", _first(rest), functions)
    for name in options.get("--name", []) if command == ["logs"] else []:
        _one_of("function", name, functions)
    for event in [*options.get("-e", []), *options.get("--event", [])]:
        if event != "-" and not (ROOT / event).is_file():
            raise Stale(f"there is no {event}")
    for environment in options.get("--config-env", []):
        _one_of("environment of samconfig.toml", environment, [*_configured()])
    for given in options.get("--parameter-overrides", []):
        for pair in given.split():
            _check_parameter(*pair.partition("=")[::2], document["Parameters"])


def _check_parameter(name: str, value: str, parameters: dict[str, Any]) -> None:
    _one_of("parameter", name, list(parameters))
    known = parameters[name]
    if (allowed := known.get("AllowedValues")) and value not in map(str, allowed):
        raise Stale(f"{name} has to be one of {', '.join(map(str, allowed))}, not {value}")
    if known["Type"] == "Number" and not re.fullmatch(r"\d+", value):
        raise Stale(f"{name} has to be a number, not {value}")


def _valued(rest: Sequence[str]) -> dict[str, list[str]]:
    """Return the values of each option; what follows an option up to the next is its value."""
    found: dict[str, list[str]] = {}
    option = ""
    for word in rest:
        if word.startswith("-") and word != "-":
            option, _, value = word.partition("=")
            found.setdefault(option, []).extend([value] if value else [])
        else:
            found.setdefault(option, []).append(word)
    return found


def _first(rest: Sequence[str]) -> str:
    return rest[0] if rest and not rest[0].startswith("-") else ""


def _one_of(what: str, name: str, known: list[str]) -> None:
    if name not in known:
        raise Stale(f"there is no {what} {name or '(none is named)'}; {meant(name, known)}")


def _configured() -> dict[str, Any]:
    return tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))
