"""`hookline explain`: every rule with what its expressions read, and what its chats would do."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from hookline.rules.model import Chat
from local.cli import app
from local.commands import chat_options
from local.project import ROOT

CRITICAL = ROOT / "events" / "alertmanager_critical.json"  # 2 November 2026, a Monday, 03:14:42 UTC
RULES = """\
chats:
  oncall: {id: chat_1, quiet: "22:00-07:00 Europe/Berlin", fallback: office, pace: 5 per 10m}
  office: {id: chat_2, limit: 300, pace: off, expires: 2h}
sources: {alertmanager: {kind: alertmanager, auth: none}, json: {kind: json, auth: none}}
rules:
  - {name: other, source: json, chat: oncall}
  - {name: warnings, when: event.severity == "warning" and payload.team, chat: oncall}
  - {name: broken, when: payload.alerts / 2 > 1, chat: oncall}
  - name: one by one
    each: payload.alerts
    chat: "{{ 'oncall' if event.severity == 'critical' else 'office' }}"
    otherwise: office
    continue: true
  - {name: both, chat: [oncall, office], urgent: true}
  - {name: rest, chat: oncall}
"""


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "rules.yaml"
    path.write_text(RULES)
    return path


def hookline(*arguments: str | Path) -> Any:
    return CliRunner().invoke(app, ["explain", *map(str, arguments)])


def explained(rules: Path, event: Path, *more: str) -> dict[str, dict[str, Any]]:
    return {line["rule"]: line for line in json.loads(hookline(rules, event, *more, "--json").output)}


def test_a_rule_is_explained_with_the_names_that_it_reads_and_their_values(rules: Path) -> None:
    output = hookline(rules, CRITICAL).output
    assert (
        'not matched     warnings   (event.severity == "warning" and payload.team is false)\n'
        "                event.severity = 'critical'\n"
        "                payload.team is undefined\n"
    ) in output
    assert "payload.alerts = a list of 1\n" in output


def test_a_rule_that_takes_it_says_which_chats_and_what_they_do_with_it(rules: Path) -> None:
    output = hookline(rules, CRITICAL).output
    assert "matched         one by one -> oncall   (it has no condition)\n" in output
    quiet = "quiet 22:00-07:00 Europe/Berlin"
    rest = "expires after 1 d, fallback office\n"
    assert f"oncall: pace 5 per 10m, {quiet} (at that time, so it is held), budget auto, {rest}" in output
    urgent = "urgent, so neither pace nor budget apply"
    assert f"oncall: {urgent}, {quiet} (at that time, but it is urgent), {rest}" in output
    assert f"office: {urgent}, expires after 2 h, no fallback, limit 300\n" in output
    assert "text: 🔥 DiskAlmostFull on db-1.example.net:9100\n" in output
    assert "2 messages, the first: 🔥 DiskAlmostFull" in output


def test_which_rule_took_the_event_is_said_of_those_below(rules: Path) -> None:
    assert "not reached     rest   (the rule 'both' further up took the event)" in hookline(rules, CRITICAL).output


def test_machines_get_the_same(rules: Path) -> None:
    lines = explained(rules, CRITICAL)
    assert lines["warnings"]["reads"] == {"event.severity": "'critical'", "payload.team": "undefined"}
    assert lines["one by one"]["chats"] == ["oncall"]
    (options,) = lines["one by one"]["options"]
    assert (options["is_quiet"], options["holds"], options["fallback"]) == (True, True, ["office"])
    assert [chat["holds"] for chat in lines["both"]["options"]] == [False, False]
    assert lines["rest"]["chats"] == []


def test_a_broken_condition_that_nothing_else_makes_up_for_is_told_with_its_chat(rules: Path) -> None:
    rules.write_text(RULES.partition("  - name: one by one")[0])
    result = hookline(rules, CRITICAL)
    assert result.exit_code == 1
    assert "failed          broken -> oncall   (" in result.output
    assert "; nothing else takes the event, so it goes out with a mark)" in result.output


def test_a_rule_that_drops_says_so(rules: Path) -> None:
    rules.write_text(RULES.replace("chat: [oncall, office], urgent: true", 'drop: true, when: event.title != "x"'))
    result = hookline(rules, CRITICAL)
    assert result.exit_code == 0
    assert 'dropped         both   (event.title != "x" is true)\n' in result.output
    assert "event.title = 'DiskAlmostFull'\n" in result.output


def test_what_a_payload_says_is_one_printable_line(rules: Path, tmp_path: Path) -> None:
    body = tmp_path / "body.json"
    body.write_text(
        json.dumps({"team": "\x1b[31m\u202eRed\nteam " + "x" * 100, "title": "\x1b]0;t\x07", "n": [1, None]})
    )
    rules.write_text(RULES.replace("name: other,", "name: other, when: payload.team and payload.n and payload,"))
    output = hookline(rules, body, "--source", "json").output
    assert "payload.team = '\\x1b[31m\\u202eRed\\nteam xxx" in output
    assert "payload.n = [1, null]\n" in output
    assert all(line.isprintable() for line in output.splitlines())


@pytest.mark.parametrize(
    ("hours", "at", "is_quiet"),
    [
        ("22:00-07:00 UTC", "2026-11-02T06:59", True),
        ("22:00-07:00 UTC", "2026-11-02T07:00", False),
        ("22:00-07:00 UTC", "2026-11-02T22:00", True),
        ("12:00-13:00 UTC", "2026-11-02T12:59", True),
        ("12:00-13:00 Europe/Berlin", "2026-11-02T12:30", False),
        ("Sun 22:00-07:00 UTC", "2026-11-02T06:00", True),  # of the night that began on Sunday
        ("Mon 22:00-07:00 UTC", "2026-11-02T06:00", False),
        ("Sat,Sun 00:00-24:00 UTC", "2026-11-01T23:59", True),
        ("Sat,Sun 00:00-24:00 UTC", "2026-11-02T00:00", False),
    ],
)
def test_quiet_hours_belong_to_the_day_on_which_they_begin(hours: str, at: str, *, is_quiet: bool) -> None:
    chat = Chat.model_validate({"id": "chat_1", "quiet": hours})
    assert chat_options.is_quiet(chat, datetime.fromisoformat(at).replace(tzinfo=UTC)) is is_quiet


@pytest.mark.parametrize(
    "hours", ["22:00-07:00 Europe/Berlin", "Sat,Sun 00:00-24:00 UTC", "Mon,Tue,Fri 08:30-09:00 Asia/Tokyo"]
)
def test_options_are_said_as_they_are_written(hours: str) -> None:
    chat = Chat.model_validate({"id": "chat_1", "quiet": hours, "pace": "3 per 90s"})
    assert [chat_options.quiet(one) for one in chat.quiet] == [hours]
    assert chat_options.pace(chat.pace) == "3 per 90s"
    assert chat_options.pace(Chat(id="chat_1").pace) == "3 per 1m"
