"""The commands as they are typed: what they print and how they exit."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from local.cli import app
from local.commands.terminal import of_file
from local.project import ROOT

CRITICAL = str(ROOT / "events" / "alertmanager_critical.json")
RULES = """\
chats: {oncall: chat_1}
sources:
  alertmanager: {kind: alertmanager, auth: {bearer: TOKEN}}
  json: {kind: json, auth: none}
rules:
  - {name: other, source: json, chat: oncall}
  - {name: resolved only, when: event.status == "resolved", chat: oncall}
  - {name: broken, when: payload.alerts / 2 > 1, chat: oncall}
  - {name: critical, when: event.severity == "critical", chat: oncall}
  - {name: rest, chat: oncall}
"""


def hookline(*arguments: str) -> Any:
    return CliRunner().invoke(app, arguments)


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "rules.yaml"
    path.write_text(RULES)
    return path


def test_explain_says_of_every_rule_whether_it_matched(rules: Path) -> None:
    result = hookline("explain", str(rules), CRITICAL, "--json")
    assert result.exit_code == 0
    assert [(line["rule"], line["verdict"]) for line in json.loads(result.output)] == [
        ("other", "another source"),
        ("resolved only", "not matched"),
        ("broken", "failed"),
        ("critical", "matched"),
        ("rest", "not reached"),
    ]


def test_explain_is_readable(rules: Path) -> None:
    output = hookline("explain", str(rules), CRITICAL).output
    assert 'matched         critical -> oncall   (event.severity == "critical" is true)' in output


def test_explain_exits_1_when_no_rule_takes_the_event(rules: Path) -> None:
    rules.write_text(RULES.partition("  - {name: broken")[0])
    assert hookline("explain", str(rules), CRITICAL).exit_code == 1


@pytest.mark.parametrize("content", ["", "[]", "{}", "\xff"])
def test_a_file_that_is_no_event_is_a_sentence(rules: Path, tmp_path: Path, content: str) -> None:
    path = tmp_path / "event.json"
    path.write_bytes(content.encode("latin-1"))
    result = hookline("explain", str(rules), str(path))
    assert result.exit_code == 2
    assert result.stderr
    assert "Traceback" not in result.stderr


def test_event_prints_the_same_event_with_a_fresh_id_and_time() -> None:
    shipped = json.loads(Path(CRITICAL).read_text())
    fresh, other = (json.loads(hookline("event", CRITICAL).output) for _ in range(2))
    assert fresh["requestContext"]["requestId"] != other["requestContext"]["requestId"]
    assert fresh["requestContext"]["timeEpoch"] > shipped["requestContext"]["timeEpoch"]
    assert fresh["body"] == shipped["body"]
    assert fresh["headers"] == shipped["headers"]


def test_event_makes_fresh_deliveries_of_a_batch() -> None:
    path = ROOT / "events" / "deliver_sqs.json"
    shipped, fresh = json.loads(path.read_text()), json.loads(hookline("event", str(path)).output)
    for old, new in zip(shipped["Records"], fresh["Records"], strict=True):
        before, after = json.loads(old["body"]), json.loads(new["body"])
        assert before["text"] == after["text"]
        assert before["delivery_id"] != after["delivery_id"]
        assert after["queued_at"] > before["accepted_at"]
        assert hashlib.md5(new["body"].encode(), usedforsecurity=False).hexdigest() == new["md5OfBody"]


def test_event_makes_a_fresh_message_of_a_topic() -> None:
    path = ROOT / "events" / "receive_sns.json"
    [shipped], [fresh] = (
        json.loads(text)["Records"] for text in (path.read_text(), hookline("event", str(path)).output)
    )
    assert fresh["Sns"]["MessageId"] != shipped["Sns"]["MessageId"]
    assert fresh["Sns"]["Timestamp"] > shipped["Sns"]["Timestamp"]
    assert fresh["Sns"]["Message"] == shipped["Sns"]["Message"]


def test_explain_takes_the_bare_body_that_a_sender_posts(rules: Path, tmp_path: Path) -> None:
    body = tmp_path / "body.json"
    body.write_text('{"title": "Deploy"}')
    assert "--source NAME" in hookline("explain", str(rules), str(body)).stderr
    result = hookline("explain", str(rules), str(body), "--source", "json")
    assert result.exit_code == 0
    assert "matched         other -> oncall" in result.output


def test_an_event_that_is_not_whole_is_a_sentence(rules: Path, tmp_path: Path) -> None:
    path = tmp_path / "event.json"
    path.write_text('{"requestContext": {}}')
    result = hookline("explain", str(rules), str(path))
    assert result.exit_code == 2
    assert "not a whole event" in result.stderr


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b'{"a": 1,', "event.json:1:9: this is not JSON: Expecting property name enclosed in double quotes.\n"),
        (b"\x00\xff\xfe", "event.json has to be text in UTF-8, and isn't.\n"),
        (b"[" * 100_000, "event.json is nested deeper than any event.\n"),
        (b'{"Records": [{"body": "{}"}]}', "event.json is not a whole event of API Gateway, SQS or SNS, as those in "),
        (b'{"Records": [1]}', "event.json is not a whole event of API Gateway, SQS or SNS, as those in events/.\n"),
        (b'{"Records": 1}', "event.json is not a whole event of API Gateway, SQS or SNS, as those in events/.\n"),
        (b"{}", "event.json is no event of API Gateway, SQS or SNS; there are some in events/.\n"),
    ],
)
def test_what_is_wrong_with_an_event_is_said_of_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("event.json").write_bytes(content)
    result = hookline("event", "event.json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(sentence)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("explain nosuch.yaml e.json", "There is no nosuch.yaml.\n"),
        ("explain . e.json", ". is a folder; this takes a file.\n"),
        ("explain rules.yaml nosuch.json", "There is no nosuch.json.\n"),
        ("explain rules.yaml body.json --source jsn", "rules.yaml has no source jsn; did you mean 'json'?\n"),
        ("render rules.yaml body.json --source json --rule criticl", "There is no rule 'criticl' in rules.yaml; did "),
        ("render broken.yaml body.json --source json", "broken.yaml:1:1: the file has to be a block of `name: value` "),
        ("check nosuch.yaml --json", "There is no nosuch.yaml.\n"),
        ("test rules.yaml --junit nowhere/report.xml", "There is no folder nowhere; make it first, or give another pl"),
        ("sources githob", "There is no kind 'githob'; did you mean 'github'?\n"),
    ],
)
def test_what_is_not_there_is_a_sentence_with_what_is(
    rules: Path, monkeypatch: pytest.MonkeyPatch, arguments: str, sentence: str
) -> None:
    monkeypatch.chdir(rules.parent)
    Path("body.json").write_text("{}")
    Path("broken.yaml").write_text("")
    result = hookline(*arguments.split())
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(sentence)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (PermissionError(13, "Permission denied", "r.yaml"), "r.yaml is not yours to read or write; look at its "),
        (OSError(40, "Too many levels of symbolic links", "r.yaml"), "r.yaml: Too many levels of symbolic links."),
        (OSError(28, "No space left on device"), "No space left on device."),
    ],
)
def test_a_file_that_cannot_be_read_is_a_sentence(error: OSError, sentence: str) -> None:
    assert of_file(error).startswith(sentence)
