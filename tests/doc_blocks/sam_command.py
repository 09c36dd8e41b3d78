"""Whether a line calls the SAM CLI as it can be called, for this project."""

import json
import re
import subprocess
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from tests.doc_blocks import reader, shell
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
    command = [*_command(words)]
    if command in ([], ["--version"], ["--info"]):
        return
    options = _options(program, *command)
    rest = words[len(command) :]
    for word in rest:
        name = word.partition("=")[0]
        if word.startswith("-") and word != "-" and name not in options:
            raise Stale(f"sam {' '.join(command)} has no {name}; {meant(name, list(options))}")
    _check_names(command, rest)


def python_of(program: str) -> str:
    """Return the interpreter that a program in Python is installed for. Raises Stale for any other."""
    begins = Path(program).read_text(encoding="utf-8", errors="replace")
    if (said := re.match(r"#!(\S*python\S*)\n", begins)) is None:
        raise Stale(f"{program} doesn't run in a Python of its own")
    return said[1]


def _options(program: str, *command: str) -> frozenset[str]:
    """Return what the program itself says that it takes."""
    name = " ".join(command)
    said = _helped(program).get(name) or ""
    if not said:
        raise Stale(f"there is no command sam {name}")
    return frozenset(_OPTION.findall(said)) | {"--help"}


@cache
def _helped(program: str) -> dict[str, str]:
    """Return the help of all commands that the pages call: one process has the imports of all."""
    lines = (line for block in reader.blocks() if block.language == "sh" for line in shell.lines(block.text))
    calls = (call for line in lines for call in shell.calls(line.text) if call.program == "sam")
    commands = {" ".join(_command(call.arguments)) for call in calls} | {"build", "deploy", "local invoke"}
    asked = [python_of(program), Path(__file__).with_name("sam_help.py"), *sorted(commands)]
    helped: dict[str, str] = json.loads(subprocess.run(asked, capture_output=True, check=True).stdout)
    return helped


def _command(words: Sequence[str]) -> Sequence[str]:
    return words[: 2 if words and words[0] in _GROUPS else 1]


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
