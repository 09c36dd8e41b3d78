"""The page about the commands: made from them, whole, and with examples that are calls."""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.core import TyperArgument, TyperOption
from typer.testing import CliRunner

from local.cli import NAME, app
from local.commands.manual import Manual
from local.commands_reference import PAGE, pages, written
from local.project import ROOT

COMMANDS = {page.path: page for page in pages()}
EXAMPLES = [example for page in COMMANDS.values() for example in page.examples]
RUN_HERE = ("check", "explain", "render", "event", "sources", "test", "new")  # without a stack, and soon over


def every_parameter(command: Any, path: str = NAME) -> Iterator[tuple[str, TyperArgument | TyperOption]]:
    for parameter in command.params:
        yield f"{path} {parameter.name}", parameter
    for name, below in getattr(command, "commands", {}).items():
        yield from every_parameter(below, f"{path} {name}")


def every_path(command: Any, path: str = NAME) -> Iterator[str]:
    for name, below in getattr(command, "commands", {}).items():
        yield f"{path} {name}"
        yield from every_path(below, f"{path} {name}")


GROUP = typer.main.get_command(app)
PARAMETERS = dict(every_parameter(GROUP))


def call_of(example: str) -> list[str]:
    """Return the arguments of the call in an example, without what pipes bring and what the environment says."""
    [words] = [words for part in example.split(" | ") if NAME in (words := shlex.split(part))]
    return words[words.index(NAME) + 1 :]


def test_the_page_is_the_one_that_the_commands_make() -> None:
    assert PAGE.read_text(encoding="utf-8") == written(), "Run `make docs` after a change of the commands."


def test_the_page_has_every_command() -> None:
    assert sorted(COMMANDS) == sorted(every_path(GROUP))
    text = PAGE.read_text(encoding="utf-8")
    assert [path for path in COMMANDS if f"\n## {path}\n" not in text] == []


@pytest.mark.parametrize("name", PARAMETERS)
def test_every_argument_and_option_says_what_it_is_and_what_it_takes(name: str) -> None:
    parameter = PARAMETERS[name]
    assert (parameter.help or "").endswith(".")
    assert getattr(parameter, "is_flag", False) or parameter.metavar or parameter.hidden
    path = name.rpartition(" ")[0]
    names = [parameter.metavar] if isinstance(parameter, TyperArgument) else parameter.opts
    if path != NAME:
        [_, section] = PAGE.read_text(encoding="utf-8").split(f"\n## {path}\n")
        assert all(f"{one}" in section.partition("\n## ")[0] for one in names)


@pytest.mark.parametrize("page", COMMANDS.values(), ids=COMMANDS)
def test_every_command_says_what_it_does_and_has_an_example_of_itself(page: Manual) -> None:
    assert page.summary.endswith(".")
    assert page.path.count(" ") > 1 or page.heading
    assert page.examples
    for example in page.examples:
        assert page.path.split()[1:] == call_of(example)[: page.path.count(" ")]


@pytest.mark.parametrize(("page", "example"), [(page, one) for page in COMMANDS.values() for one in page.examples])
def test_an_example_is_a_call_that_is_understood(page: Manual, example: str) -> None:
    names = page.path.split()[1:]
    command: Any = GROUP
    for name in names:
        command = command.commands[name]
    assert command.make_context(page.path, call_of(example)[len(names) :]).params


@pytest.fixture
def _folder_of_a_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a folder with what the examples name: what ships, a rules file of one's own, a body that somebody posted."""
    for name in ("functions", "events", "tests"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    body = json.loads((ROOT / "events" / "alertmanager_critical.json").read_text())["body"]
    Path("body.json").write_text(body)


@pytest.mark.usefixtures("_folder_of_a_user")
def test_the_examples_that_need_no_stack_do_what_they_say() -> None:
    calls = [call for call in map(call_of, EXAMPLES) if call[0] in RUN_HERE and "--stack" not in call]
    asked, made = (call for call in calls if call[0] == "new")
    assert CliRunner().invoke(app, asked, input="form\nchat_a1b2c3d4\n\n\n").exit_code == 0
    Path("my-rules.yaml").unlink()
    assert CliRunner().invoke(app, made).exit_code == 0
    ran = [(call, CliRunner().invoke(app, call)) for call in calls if call[0] != "new"]
    assert [(call, result.output) for call, result in ran if result.exit_code] == []
