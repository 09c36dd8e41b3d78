"""`hookline render`: the texts of an event, plain and as bubbles."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console
from typer.testing import CliRunner

from hookline.models import Message
from local.cli import app
from local.commands.render import show
from local.project import ROOT

GROUP = ROOT / "events" / "alertmanager_group.json"
RULES = """\
chats: {oncall: chat_1, office: chat_2}
sources: {alertmanager: {kind: alertmanager, auth: none}, json: {kind: json, auth: none}}
rules:
  - {name: nothing, when: event.title == "Nothing", drop: true}
  - {name: a copy, chat: office, text: "{{ event.icon }} {{ event.title }}", effect: slam, continue: true}
  - {name: all, chat: [oncall, office], text: "{{ event.title }}"}
"""


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "rules.yaml"
    path.write_text(RULES)
    return path


def hookline(*arguments: str | Path) -> Any:
    return CliRunner().invoke(app, ["render", *map(str, arguments)])


def test_the_texts_are_shown_with_rule_and_chats(rules: Path) -> None:
    result = hookline(rules, GROUP, "--rule", "all")
    assert result.exit_code == 0
    assert result.output.partition(" [")[0] == "all -> oncall, office"
    assert result.output.endswith("\n    PodCrashLooping\n")


def test_the_texts_of_all_rules_come_in_their_order(rules: Path) -> None:
    output = hookline(rules, GROUP).output
    assert output.startswith("a copy -> office [effect slam")
    assert output.index("a copy -> office") < output.index("all -> oncall, office")


def test_machines_get_each_message_by_itself(rules: Path) -> None:
    messages = json.loads(hookline(rules, GROUP, "--json").output)
    assert [(one["rule"], one["chat_name"], one["effect"]) for one in messages] == [
        ("a copy", "office", "slam"),
        ("all", "oncall", None),
        ("all", "office", None),
    ]
    assert messages[1]["text"] == "PodCrashLooping"


def test_a_message_for_nobody_says_why_and_is_a_no(rules: Path, tmp_path: Path) -> None:
    body = tmp_path / "body.json"
    body.write_text('{"title": "Nothing"}')
    result = hookline(rules, body, "--source", "json")
    assert result.exit_code == 1
    assert "Nobody hears of it: dropped by the rule 'nothing'." in result.stderr
    assert hookline(rules, GROUP, "--rule", "nothing").exit_code == 1


def test_a_rule_that_is_not_there_is_a_wrong_call(rules: Path) -> None:
    result = hookline(rules, GROUP, "--rule", "none")
    assert result.exit_code == 2
    assert f"There is no rule 'none' in {rules}; there are nothing, a copy, all" in result.stderr


def test_an_event_for_another_address_is_a_wrong_call(rules: Path) -> None:
    result = hookline(rules, ROOT / "events" / "contact_urlencoded.json")
    assert result.exit_code == 2
    assert "The event is for /hooks/contact; the sources are alertmanager, json." in result.stderr


TEXTS = [
    "🔥 DiskAlmostFull on db-1",
    "⚠️ HighLoad\n\nsince noon",
    "👨‍👩‍👧 東京 " + "wide 文字 " * 20,
    "https://runbooks.example.net/" + "a-very-long-path/" * 6,
    "\x1b[31mred\x07",
    "A long text for a narrow bubble, with an effect.",
]


@pytest.mark.parametrize("columns", [80, 40, 24])
@pytest.mark.parametrize("text", TEXTS)
def test_bubbles_fit_and_their_edges_stand_below_each_other(text: str, columns: int) -> None:
    message = Message(
        delivery_id="d", source="json", rule="all", event_id="e", request_id="r", chat="chat_1", chat_name="oncall",
        text=text, accepted_at=0, effect="slam",
    )  # fmt: skip
    console = Console(width=columns, force_terminal=True, color_system=None, record=True, file=StringIO())
    show([message], console)
    head, *bubble, caption = [line.rstrip() for line in console.export_text().rstrip().splitlines()]
    assert head == "oncall · all"
    assert caption.strip() == "effect slam"
    assert len({cell_len(line) for line in bubble}) == 1
    assert cell_len(bubble[0]) <= columns
    assert all(line.isprintable() or "\u200d" in line for line in bubble)
