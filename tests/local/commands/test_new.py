"""`hookline new`: four questions, and a rules file that passes `check` and `test`."""

import json
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from hookline.rules.load import load
from local.cli import app
from local.commands.answers import ALERTS, OF_ALERTS, SENDERS
from local.project import ROOT


def hookline(*arguments: str | Path, answers: str | None = None) -> Any:
    return CliRunner().invoke(app, [*map(str, arguments)], input=answers)


@pytest.fixture(autouse=True)
def _in_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "my-rules.yaml"


def is_checked(file: Path) -> None:
    """With its only chat, all that can be said of the file is that nobody else hears."""
    result = hookline("check", file, "--json")
    assert result.exit_code == 0
    [problem] = json.loads(result.stdout)["problems"]
    assert (problem["severity"], " has no `fallback`, " in problem["sentence"]) == ("warning", True)
    assert "fallback: …" in problem["excerpt"]


def test_four_answers_make_a_file_that_passes(file: Path) -> None:
    result = hookline("new", file, answers="alertmanager\nchat_a1b2c3d4\nmara\ncritical\n")
    assert result.exit_code == 0, result.output
    assert f"hookline test {file}" in result.output
    rules = load(file)
    assert rules.chats["mara"].id == "chat_a1b2c3d4"
    assert rules.rules[-1].when == 'event.severity == "critical"'
    assert len(rules.tests) == 1
    is_checked(file)
    assert "1 passed" in hookline("test", file).output


def test_the_usual_answers_need_only_the_chat(file: Path) -> None:
    result = hookline("new", file, answers="\nchat_1\n\n\n")
    assert result.exit_code == 0
    assert list(load(file).sources) == ["alertmanager"]


@pytest.mark.parametrize(("sender", "alerts"), [*product(OF_ALERTS, ALERTS), *((s, "all") for s in SENDERS)])
def test_whatever_the_answers_the_file_passes(file: Path, sender: str, alerts: str) -> None:
    hookline("new", file, "--yes", "--id", "chat_1", "--sender", sender, "--alerts", alerts)
    is_checked(file)
    result = hookline("test", file)
    assert result.exit_code == 0
    assert "1 passed" in result.output


@pytest.mark.parametrize("sender", SENDERS)
def test_elsewhere_there_is_no_test_whose_event_nobody_has(
    file: Path, monkeypatch: pytest.MonkeyPatch, sender: str
) -> None:
    monkeypatch.chdir(file.parent)
    hookline("new", file.name, "--yes", "--id", "chat_1", "--sender", sender)
    assert load(file).tests == ()
    assert hookline("check", file).exit_code == 0
    assert hookline("test", file).exit_code == 0


def test_a_source_of_another_name_has_a_secret_of_that_name(file: Path) -> None:
    hookline("new", file, "--yes", "--id", "chat_1", "--sender", "json", "--source", "my-ci")
    assert load(file).sources["my-ci"].secret == "MY_CI_TOKEN"
    assert hookline("check", file).exit_code == 0


def test_a_wrong_chat_id_is_explained_and_asked_for_again(file: Path) -> None:
    result = hookline("new", file, answers="form\n+15551234567\nchat_1\n\n\n")
    assert result.exit_code == 0
    assert "'+15551234567' is not the id of a chat, which looks like chat_a1b2c3d4. `hookline chats`" in result.output
    assert load(file).chats["office"].id == "chat_1"


@pytest.mark.parametrize("name", ["no", "on", "two words", "7", "a: b", ""])
def test_a_name_that_yaml_would_misread_is_asked_for_again(file: Path, name: str) -> None:
    hookline("new", file, answers=f"alertmanager\nchat_1\n{name}\nmara\n\n")
    assert set(load(file).chats) <= {"mara", "oncall"}


def test_a_folder_that_is_not_there_is_said_before_anything_is_asked(tmp_path: Path) -> None:
    result = hookline("new", tmp_path / "none" / "x.yaml")
    assert (result.exit_code, result.output) == (
        2, f"There is no folder {tmp_path / 'none'}; make it first, or give another place.\n"
    )  # fmt: skip


def test_a_file_that_is_there_stays_as_it_is(file: Path) -> None:
    file.write_text("mine")
    result = hookline("new", file, "--yes", "--id", "chat_1")
    assert result.exit_code == 2
    assert f"{file} is there already" in result.stderr
    assert file.read_text() == "mine"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ([], "--id is missing, and there is no usual answer"),
        (["--id", "mara"], "'mara' is not the id of a chat"),
        (["--id", "chat_1", "--alerts", "loud"], "'loud' is none of all, warning, critical"),
        (["--id", "chat_1", "--sender", "telegraph"], "'telegraph' is none of alertmanager, grafana, "),
    ],
)
def test_a_wrong_option_is_a_sentence(file: Path, options: list[str], sentence: str) -> None:
    result = hookline("new", file, "--yes", *options)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert not file.exists()


def test_the_schema_is_named_from_where_the_file_stands(file: Path) -> None:
    hookline("new", file, "--yes", "--id", "chat_1")
    first = file.read_text().partition("\n")[0]
    relative = first.removeprefix("# yaml-language-server: $schema=")
    assert (file.parent / relative).resolve() == ROOT / "functions" / "rules" / "rules.schema.json"
