"""`hookline check` as it is typed: what it prints where, and how it exits."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from hookline.errors import Problem
from local.cli import app
from local.commands.pointed import pointed
from local.project import RULES

RIGHT = """\
chats: {oncall: {id: chat_1, fallback: office}, office: {id: chat_2, fallback: oncall}}
sources: {json: {kind: json, auth: none}}
rules:
  - {name: deploys, source: json, chat: oncall}
"""
WARNED = RIGHT + "  - {name: never, source: json, chat: oncall}\n"
WRONG = WARNED.replace("chat: oncall", "chat: onclal").replace("name: deploys", "nme: deploys")


def check(path: Path, *options: str) -> Any:
    return CliRunner().invoke(app, ["check", str(path), *options])


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return tmp_path / "rules.yaml"


def test_nothing_is_wrong_with_the_rules_that_ship_which_are_named_as_seen_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder, name in ((tmp_path, RULES), (RULES.parent, RULES.name)):
        monkeypatch.chdir(folder)
        result = CliRunner().invoke(app, ["check"])
        assert result.exit_code == 0
        assert result.stdout == f"{name}: 4 rules, 3 sources, 2 chats; nothing is wrong.\n"
    assert result.stderr == ""


def test_every_problem_has_a_line_of_its_own_and_the_place_under_it(rules: Path) -> None:
    rules.write_text(WRONG)
    result = check(rules)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert (
        result.stderr
        == f"""\
{rules}:4:5: `name` is missing
    - {{nme: deploys, source: json, chat: onclal}}
      ^
{rules}:4:6: unknown option `nme`; did you mean `name`?
    - {{nme: deploys, source: json, chat: onclal}}
       ^
{rules}:4:40: unknown chat 'onclal'; did you mean 'oncall'?
    - {{nme: deploys, source: json, chat: onclal}}
                                         ^
{rules}:5:39: unknown chat 'onclal'; did you mean 'oncall'?
    - {{name: never, source: json, chat: onclal}}
                                        ^
4 problems.
"""
    )


def test_warnings_are_shown_but_the_file_can_be_used(rules: Path) -> None:
    rules.write_text(WARNED)
    result = check(rules)
    assert result.exit_code == 0
    assert result.stderr.startswith(f"{rules}:5:12: warning: this rule is never reached: 'deploys'")
    assert result.stdout == f"{rules}: 2 rules, 1 source, 2 chats; 1 warning.\n"


def test_problems_and_warnings_are_counted_apart(rules: Path) -> None:
    rules.write_text(WARNED.replace("id: chat_2", "id: x"))
    assert check(rules).stderr.endswith("\n1 problem, 1 warning.\n")


def test_machines_are_told_the_same(rules: Path) -> None:
    rules.write_text(WARNED.replace("kind: json", "kind: jsn"))
    result = check(rules, "--json")
    assert result.exit_code == 1
    answer = json.loads(result.stdout)
    assert answer["ok"] is False
    assert answer["problems"][0] == {
        "file": str(rules), "line": 2, "column": 24, "severity": "error",
        "sentence": "unknown kind 'jsn'; did you mean 'json'?",
        "excerpt": "sources: {json: {kind: jsn, auth: none}}",
    }  # fmt: skip
    assert [problem["severity"] for problem in answer["problems"]] == ["error", "warning"]


def test_machines_are_told_that_a_file_with_warnings_can_be_used(rules: Path) -> None:
    rules.write_text(WARNED)
    result = check(rules, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["ok"] is True


ALONE = """\
chats:
  oncall: chat_1
  office: {id: chat_2, fallback: oncall}
  boss: chat_3
sources: {json: {kind: json, auth: none}}
rules:
  - {name: deploys, chat: oncall}
"""


def alone(rules: Path, content: str) -> list[str]:
    """Return what is said of chats without a fallback."""
    rules.write_text(content)
    result = check(rules, "--json")
    assert result.exit_code == 0
    return [problem["sentence"] for problem in json.loads(result.stdout)["problems"]]


def test_a_chat_beside_which_nobody_hears_is_said_once_and_the_others_are_counted(rules: Path) -> None:
    rules.write_text(ALONE)
    result = check(rules)
    assert result.exit_code == 0
    assert result.stderr == (
        f"{rules}:2:3: warning: 'oncall' has no `fallback`, which is fine for a start; but when Blooio wants an answer "
        "there before it takes more, nobody else hears of what comes meanwhile (one more chat has none)\n"
        "    oncall: chat_1\n"
        "    ^\n"
    )


def test_of_a_single_chat_no_others_are_spoken_of(rules: Path) -> None:
    [said] = alone(rules, ALONE.replace("  boss: chat_3\n", ""))
    assert said.endswith("nobody else hears of what comes meanwhile")


def test_a_chat_whose_every_rule_names_somebody_else_is_not_alone(rules: Path) -> None:
    content = ALONE.replace("  boss: chat_3\n", "").replace("chat: oncall}", "chat: oncall, fallback: office}")
    assert alone(rules, content) == []
    asked = "rules:\n  - {name: asked, when: query.to, chat: '{{ query.to }}', otherwise: office}\n"
    [said] = alone(rules, content.replace("rules:\n", asked))
    assert said.startswith("'oncall' has no `fallback`")


def test_while_something_is_wrong_nobody_is_told_what_would_be_good_to_have(rules: Path) -> None:
    rules.write_text(ALONE.replace("chat: oncall", "chat: onclal"))
    assert check(rules).stderr.endswith("\n1 problem.\n")


def test_a_file_that_is_not_there_is_a_wrong_call(rules: Path) -> None:
    for path in (rules, rules.parent):
        result = check(path)
        assert result.exit_code == 2
        assert str(path) in result.stderr
        assert "Traceback" not in result.stderr


def test_a_folder_is_a_sentence(tmp_path: Path) -> None:
    result = check(tmp_path)
    assert (result.exit_code, result.output) == (2, f"{tmp_path} is a folder; this takes a file.\n")


def test_a_file_that_is_no_rules_file_at_all_is_a_sentence(rules: Path) -> None:
    for content in (b"\xff\xfe\x00", b"\x1b[31m: [", b"", b"x" * 2_000_000, b"a:\n\t- b"):
        rules.write_bytes(content)
        result = check(rules)
        assert result.exit_code == 1
        assert result.stderr.startswith(f"{rules}:")
        assert "\x1b" not in result.stderr
        assert "Traceback" not in result.stderr


def test_check_waits_for_nothing_that_only_others_need() -> None:
    """The servers, AWS and Rich take longer to import than two hundred rules to check."""
    code = "import sys; from typer.testing import CliRunner; from local.cli import app; "
    code += "assert CliRunner().invoke(app, ['check']).exit_code == 0; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"boto3", "botocore", "moto", "starlette", "uvicorn", "flask", "httpx", "rich.console"} & {
        *ran.stdout.split()
    }


@pytest.mark.parametrize(
    ("excerpt", "column", "shown"),
    [
        ("a: b", 4, "    a: b\n       ^"),
        ("    a: b", 8, "    a: b\n       ^"),
        ("  ", 1, ""),
        ("", 1, ""),
        ("a: b", 5, "    a: b\n        ^"),
        ("a: b", 90, ""),
        ("日本: b", 5, "    日本: b\n          ^"),
        ("e\u0301: b", 5, "    e\u0301: b\n       ^"),
        ("a:\tb\x1b[0m", 4, "    a: b\ufffd[0m\n       ^"),
        ("x" * 200, 150, "    …" + "x" * 100 + "…\n    " + " " * 61 + "^"),
        ("x" * 200, 1, "    " + "x" * 100 + "…\n    ^"),
    ],
)
def test_the_mark_stands_under_what_is_wrong(excerpt: str, column: int, shown: str) -> None:
    problem = Problem("r.yaml", 1, column, "it is wrong", excerpt)
    assert pointed(problem) == f"r.yaml:1:{column}: it is wrong" + (f"\n{shown}" if shown else "")
