"""`hookline test`: what passes, what differs, and how it is said."""

import json
import re
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from typer.testing import CliRunner

from local.cli import app
from local.commands import tested
from local.commands.diff import difference, fits
from local.project import ROOT
from local.project import RULES as RULES_THAT_SHIP

DISK = json.loads((ROOT / "events" / "alertmanager_critical.json").read_text())
RULES = """\
chats: {oncall: chat_1, office: chat_2}
sources:
  alertmanager: {kind: alertmanager, auth: none}
  json: {kind: json, auth: none}
rules:
  - {name: ignored, when: event.title == "Ignored", drop: true}
  - {name: all, chat: [oncall, office]}
tests:
"""
PASSES = """\
  - name: a disk pages both
    event: disk.json
    expect:
      - {rule: all, chat: oncall, text: "🔥 DiskAlmostFull on …\\n…/disk-almost-full\\n"}
      - {rule: all, chat: office}
  - {name: ignored, event: ignored.json, source: json, expect: []}
"""
CASE = """\
chats: {oncall: chat_1}
sources: {json: {kind: json, auth: none}}
rules:
  - {name: all, chat: oncall}

---------- event json
{"title": "Deploy"}

---------- expect
all -> oncall
    🔔 Deploy
"""


def hookline(*arguments: str | Path) -> Any:
    return CliRunner().invoke(app, ["test", *map(str, arguments)])


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    (tmp_path / "disk.json").write_text(json.dumps(DISK))
    (tmp_path / "ignored.json").write_text('{"title": "Ignored"}')
    path = tmp_path / "rules.yaml"
    path.write_text(RULES + PASSES)
    return path


@pytest.fixture
def case(tmp_path: Path) -> Path:
    path = tmp_path / "a-deploy-is-told.case"
    path.write_text(CASE)
    return path


def test_tests_that_pass_are_named_and_counted(rules: Path) -> None:
    result = hookline(rules)
    assert result.exit_code == 0
    assert f"ok       {rules}: a disk pages both\nok       {rules}: ignored\n2 passed in " in result.output


def test_the_event_is_looked_for_beside_the_rules_and_then_where_one_is(
    rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules.write_text(RULES + "  - {name: group, event: events/alertmanager_watchdog.json, expect: []}")
    monkeypatch.chdir(rules.parent)
    result = hookline(rules)
    assert result.exit_code == 1
    assert f"There is no {rules.parent}/events/alertmanager_watchdog.json, and no events/" in result.output
    monkeypatch.chdir(ROOT)
    assert "There is no" not in hookline(rules).output


def test_what_differs_is_shown_line_by_line(rules: Path) -> None:
    rules.write_text(rules.read_text().replace("DiskAlmostFull on …", "DiskFull on …"))
    result = hookline(rules)
    assert result.exit_code == 1
    shown = [line.strip() for line in result.output.splitlines()]
    assert "-     🔥 DiskFull on …" in shown
    assert "+     🔥 DiskAlmostFull on db-1.example.net:9100" in shown
    assert "all -> office" in shown
    assert "1 passed, 1 failed in" in result.output


def test_a_message_that_nobody_expected_differs_and_one_that_is_missing_too(rules: Path) -> None:
    rules.write_text(RULES + "  - {name: t, event: ignored.json, source: json, expect: [{rule: all, chat: oncall}]}")
    shown = hookline(rules).output
    assert "- all -> oncall" in shown
    assert "+ no message: dropped by the rule 'ignored'" in shown
    rules.write_text(RULES + "  - {name: t, event: disk.json, expect: []}")
    shown = hookline(rules).output
    assert "- no message" in shown
    assert "+ all -> oncall" in shown


def test_messages_are_compared_in_their_order(rules: Path) -> None:
    expect = "[{rule: all, chat: office}, {rule: all, chat: oncall}]"
    rules.write_text(RULES + f"  - {{name: t, event: disk.json, expect: {expect}}}")
    assert hookline(rules).exit_code == 1


def test_update_prints_what_a_test_would_have_to_say_and_leaves_the_rules_alone(rules: Path) -> None:
    rules.write_text(RULES + "  - {name: t, event: disk.json, expect: []}")
    before = rules.read_text()
    result = hookline(rules, "--update")
    assert result.exit_code == 1
    assert rules.read_text() == before
    pasted = result.output.partition("would have to say:")[2].rpartition("\n\n")[0]
    rules.write_text(RULES + "".join(f"  {line}\n" for line in pasted.strip().splitlines()))
    assert yaml.safe_load(rules.read_text())["tests"][0]["name"] == "t"
    assert hookline(rules).exit_code == 0


def test_a_rules_file_that_is_wrong_fails_with_its_problems(rules: Path) -> None:
    rules.write_text(rules.read_text().replace("chat: [oncall, office]", "chat: onclal"))
    result = hookline(rules)
    assert result.exit_code == 1
    assert f"{rules}:7:23: unknown chat 'onclal'; did you mean 'oncall'?" in result.output


def test_the_clock_of_a_bare_body_stands_still(rules: Path) -> None:
    (rules.parent / "alert.json").write_text(DISK["body"])
    about = {"name": "t", "event": "alert.json", "source": "alertmanager"}
    expect = [{"rule": "all", "chat": chat, "text": "…critical, for 8 h 50 min…"} for chat in ("oncall", "office")]
    rules.write_text(RULES + f"  - {json.dumps({**about, 'expect': expect})}")
    assert hookline(rules).exit_code == 0


def test_without_a_path_it_is_the_rules_file_that_the_environment_names(
    rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert f"{RULES_THAT_SHIP.relative_to(ROOT)}: the watchdog" in hookline().output
    monkeypatch.setenv("RULES", str(rules))
    assert f"{rules}: a disk pages both" in hookline().output


def test_no_tests_at_all_is_said(rules: Path) -> None:
    rules.write_text(RULES.replace("tests:\n", ""))
    result = hookline(rules)
    assert result.exit_code == 0
    assert "there are no tests in it yet" in result.output


@pytest.mark.parametrize("name", ["nothing.case", "empty"])
def test_a_place_without_tests_is_a_wrong_call(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    result = hookline(tmp_path / name)
    assert result.exit_code == 2
    assert name in result.stderr


def test_a_folder_is_its_cases_and_its_rules_with_tests(rules: Path, case: Path) -> None:
    (rules.parent / "other.yaml").write_text("no: rules")
    result = hookline(rules.parent)
    assert result.exit_code == 0
    assert f"{case}: a deploy is told" in result.output
    assert "3 passed" in result.output


def test_update_writes_what_came_into_a_case_and_nothing_else(case: Path) -> None:
    case.write_text(CASE.replace("🔔 Deploy", "something else"))
    assert hookline(case).exit_code == 1
    result = hookline(case, "--update")
    assert result.exit_code == 0
    assert "1 updated" in result.output
    assert case.read_text() == CASE


def test_update_writes_the_expectation_of_a_case_that_has_none(case: Path) -> None:
    begun = CASE.partition("\n---------- expect")[0]
    case.write_text(begun)
    hookline(case, "--update")
    assert case.read_text() == CASE
    case.write_text(begun + begun.partition("rules:\n  - {name: all, chat: oncall}\n")[2])
    hookline(case, "--update")
    assert case.read_text().count("all -> oncall\n    🔔 Deploy\n") == 2
    assert hookline(case).exit_code == 0


@pytest.mark.parametrize("event", ["event", "event json yesterday", "event json at noon"])
def test_a_case_that_is_wrong_says_how_an_event_is_written(case: Path, event: str) -> None:
    case.write_text(CASE.replace("event json", event))
    result = hookline(case)
    assert result.exit_code == 1
    assert f"{case}:6: an event is said as in `---------- event json`" in result.output


def test_a_case_without_an_event_or_expectation_says_what_is_missing(case: Path) -> None:
    case.write_text("chats: {}")
    assert "has no line `---------- event SOURCE`" in hookline(case).output


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("- event json", "- evnt json",
         "6: a dashed line says `event SOURCE` or `expect`, as in `---------- event json`."),
        ("- expect", "-", "9: a dashed line says `event SOURCE` or `expect`, as in `---------- event json`."),
        ("---------- event json", "---------- expect",
         "9: an `expect` stands under an `event` of its own, and here is none."),
        ("---------- expect\n", "---------- expect\nx\n\n---------- expect\n",
         "12: an `expect` stands under an `event` of its own, and here is none."),
        ("---------- event json", "---------- expect\n\n---------- event json",
         "6: an `expect` stands under an `event` of its own, and here is none."),
    ],
)  # fmt: skip
@pytest.mark.parametrize("options", [(), ("--update",)])
def test_a_dashed_line_out_of_place_is_a_sentence_and_what_lies_behind_it_still_runs(
    case: Path, old: str, new: str, said: str, options: tuple[str, ...]
) -> None:
    behind = case.with_name("z-behind-it.case")
    behind.write_text(CASE)
    case.write_text(CASE.replace(old, new, 1))
    result = hookline(case, behind, *options)
    assert result.exit_code == 1
    assert f"{case}:{said}" in result.output
    assert "1 passed" in result.output


def test_a_boundary_in_a_body_is_no_dashed_line(case: Path) -> None:
    body = CASE.replace('{"title": "Deploy"}', "Content-Type: text/plain\n\n------------------------d74496d66958873e")
    case.write_text(body.partition("---------- expect")[0])
    assert hookline(case, "--update").exit_code == 0
    assert "d74496d66958873e" in case.read_text().partition("- expect")[2]


def test_a_case_that_is_not_text_is_a_sentence(case: Path) -> None:
    case.write_bytes(b"\xff\xfe")
    result = hookline(case)
    assert result.exit_code == 1
    assert f"{case} has to be UTF-8" in result.output


@given(title=st.text(), text=st.text())
@example(title="---------- expect", text="\n---------- event json\n")
@example(title="\u2028---------- expect", text="\x85---------- event json\r")
@example(title="", text=" \n \n…")
def test_whatever_comes_once_it_is_written_it_is_expected(title: str, text: str) -> None:
    event = json.dumps({"title": title, "text": text})
    rules = CASE.partition("\n----------")[0].replace("chat: oncall}", 'chat: oncall, text: "{{ payload.text }}"}')
    with TemporaryDirectory() as folder:
        path = Path(folder) / "any.case"
        path.write_text(f"{rules}\n---------- event json\n{event}\n", encoding="utf-8")
        (updated,) = tested.run(path, update=True)
        (again,) = tested.run(path)
        assert updated.is_updated
        assert again.is_passed, again


def test_results_for_machines(rules: Path, case: Path) -> None:
    case.write_text(CASE.replace("🔔 Deploy", "something else"))
    result = hookline(rules, case, "--json")
    assert result.exit_code == 1
    answer = json.loads(result.output)
    assert answer["ok"] is False
    assert [(test["name"], test["ok"]) for test in answer["tests"]] == [
        ("a disk pages both", True),
        ("ignored", True),
        ("a deploy is told", False),
    ]
    assert "+     🔔 Deploy" in answer["tests"][-1]["difference"]


def test_results_for_a_ci_server(rules: Path, case: Path, tmp_path: Path) -> None:
    case.write_text(CASE.replace("🔔 Deploy", "something else").replace("Deploy", "De\\u0007ploy"))
    missing = "  - {name: missing, event: nowhere.json, expect: []}"
    rules.write_text(RULES + PASSES + missing)
    hookline(rules, case, "--junit", tmp_path / "junit.xml")
    suite = ET.parse(tmp_path / "junit.xml").getroot()[0]  # noqa: S314 - our own
    assert {name: suite.get(name) for name in ("tests", "failures", "errors")} == {
        "tests": "4",
        "failures": "1",
        "errors": "1",
    }
    assert [child.tag for test in suite for child in test] == ["error", "failure"]
    assert "something else" in (suite[-1][0].text or "")
    assert all(float(test.get("time", "")) >= 0 for test in suite)


@pytest.mark.parametrize(
    ("expected", "text", "is_fitting"),
    [
        ("a", "a", True),
        ("a\n", "a", True),
        ("a", "a\nb", False),
        ("a…", "a\nb", True),
        ("…b", "a\nb", True),
        ("a…c", "a\nb\nc", True),
        ("a…c", "a\nb", False),
        ("a.c", "abc", False),
        ("…", "", True),
    ],
)
def test_dots_stand_for_anything(expected: str, text: str, *, is_fitting: bool) -> None:
    assert fits(expected, text) is is_fitting


def test_a_line_with_dots_that_fits_is_no_difference() -> None:
    assert difference("one …\ntwo", "one 1\n2") == [(" ", "one 1"), ("-", "two"), ("+", "2")]


def test_the_example_of_the_documentation_passes(tmp_path: Path) -> None:
    written = (ROOT / "docs" / "testing-rules.md").read_text()
    (example,) = re.findall(r"^```\n(chats:.*?)^```", written, re.DOTALL | re.MULTILINE)
    path = tmp_path / "example.case"
    path.write_text(example)
    assert hookline(path).exit_code == 0


@pytest.mark.slow
def test_two_hundred_rules_are_tested_without_anything_of_the_cloud(tmp_path: Path) -> None:
    (tmp_path / "disk.json").write_text(json.dumps(DISK))
    many = [
        f'  - {{name: rule {n}, when: event.title == "T{n}" and payload.status == "firing", chat: oncall, '
        f'text: "{{{{ event.title }}}} {n}"}}\n'
        for n in range(200)
    ]
    tests = [f"  - {{name: t{n}, event: disk.json, expect: [{{rule: all, chat: oncall}}]}}\n" for n in range(20)]
    head, tail = RULES.split("rules:\n")
    path = tmp_path / "rules.yaml"
    path.write_text(head + "rules:\n" + "".join(many) + tail.replace("[oncall, office]", "oncall") + "".join(tests))
    command = (
        f"import sys; from local.cli import app; sys.argv[1:] = ['test', {str(path)!r}]; app(standalone_mode=False)"
    )
    forbidden = ["boto3", "botocore", "moto", "httpx", "starlette", "uvicorn", "rich", "flask"]
    asked = f"{command}; print([name for name in {forbidden} if name in sys.modules])"
    begun = time.monotonic()
    ran = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=False)
    took = time.monotonic() - begun
    assert "20 passed" in ran.stdout, ran.stderr
    assert ran.stdout.splitlines()[-1] == "[]"
    assert took < 5  # a second is the aim on an idle machine; this is for a busy one
