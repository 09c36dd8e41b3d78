"""A first rules file, from four answers."""

import json
import os
from pathlib import Path

from hookline.rules.load import load_text
from hookline.sources import KINDS
from local.commands.answers import ALERTS, OF_ALERTS, Answers
from local.commands.events import read_webhook
from local.commands.rehearse import rehearse
from local.commands.samples import telling
from local.project import RULES
from local.recipe import Recipe, usual_source

SCHEMA = RULES.with_name("rules.schema.json")
_COLUMN = 40  # where the comments stand


def written(answers: Answers, file: Path) -> str:
    """Return the rules file, with a test where the event that it needs lies where the file would find it."""
    text = "".join(f"{line.rstrip()}\n" for line in _lines(answers, file))
    sample = telling(answers.sender)
    if sample is None or answers.source != usual_source(answers.sender):
        return text
    event = Path(sample.name)
    found = next((path for path in (file.parent / event, event) if path.is_file()), None)
    if found is None:
        return text
    (message,) = rehearse(load_text(text.encode(), str(file)), read_webhook(found)).messages
    return text + _test(message.rule, answers.chat, message.text.partition("\n")[0], event)


def _lines(answers: Answers, file: Path) -> list[str]:
    made = Recipe(KINDS[answers.sender], answers.source)
    condition = ALERTS[answers.alerts]
    return [
        f"# yaml-language-server: $schema={os.path.relpath(SCHEMA, file.parent)}",
        "# Who may be texted, who may call, and what happens.",
        "",
        _with("chats:", "names of your own, with the ids that `hookline chats` lists"),
        _with(f"  {answers.chat}: {answers.chat_id}", "or {id: …, fallback: …}: a second chat stands in for it"),
        "",
        _with("sources:", "who may call, at /hooks/<name>, and how they prove it"),
        *([f"  # {made.secret} is the name of a secret, never its value."] if made.secret else []),
        f"  {made.sources}",
        "",
        _with("rules:", "read top down; the first that matches wins"),
        *(_WATCHDOG if answers.sender == "alertmanager" else []),
        f"  - name: {_rule(answers)}",
        f"    source: {answers.source}",
        *([f"    when: {condition}"] if condition else []),
        f"    chat: {answers.chat}",
        _with("    # text: |", "without a text, what sends brings a readable one"),
        "    #   {{ event.icon }} {{ event.title }}",
        "    #   {{ event.body }}",
    ]


def _test(rule: str, chat: str, first_line: str, event: Path) -> str:
    text = json.dumps(f"{first_line}\n…", ensure_ascii=False)
    return f"""
{_with("tests:", "`hookline test` runs them; … stands for anything")}
  - name: {rule}
    event: {event.as_posix()}
    expect:
      - {{rule: {rule}, chat: {chat}, text: {text}}}
"""


def _with(line: str, comment: str) -> str:
    return f"{line:<{_COLUMN}}# {comment}"


_WATCHDOG = [
    "  - name: ignore watchdog",
    _with('    when: event.title == "Watchdog"', "it fires for ever, to show that alerts arrive"),
    "    drop: true",
    "",
]


def _rule(answers: Answers) -> str:
    alerts = {"all": "all alerts", "warning": "warnings and worse", "critical": "critical alerts"}[answers.alerts]
    what = {"form": "forms", "json": "everything"}.get(answers.sender, answers.source)
    return f"{alerts if answers.sender in OF_ALERTS else what} to {answers.chat}"
