"""A first rules file, from four answers."""

import json
import os
import re
from pathlib import Path

from hookline.rules.load import load_text
from local.commands.answers import ALERTS, USUAL_SOURCE, Answers
from local.commands.events import read_webhook
from local.commands.rehearse import rehearse
from local.project import RULES

SCHEMA = RULES.with_name("rules.schema.json")
_SAMPLE = {"alertmanager": "alertmanager_critical", "form": "contact_urlencoded", "json": "json_deploy"}
_COLUMN = 40  # where the comments stand


def written(answers: Answers, file: Path) -> str:
    """Return the rules file, with a test where the event that it needs lies where the file would find it."""
    text = "".join(f"{line.rstrip()}\n" for line in _lines(answers, file))
    event = Path("events") / f"{_SAMPLE[answers.sender]}.json"
    found = next((path for path in (file.parent / event, event) if path.is_file()), None)
    if found is None or answers.source != USUAL_SOURCE[answers.sender]:
        return text
    (message,) = rehearse(load_text(text.encode(), str(file)), read_webhook(found)).messages
    return text + _test(message.rule, answers.chat, message.text.partition("\n")[0], event)


def _lines(answers: Answers, file: Path) -> list[str]:
    source = f"  {answers.source}: {{kind: {answers.sender}, auth: {_auth(answers)}}}"
    condition = ALERTS[answers.alerts]
    return [
        f"# yaml-language-server: $schema={os.path.relpath(SCHEMA, file.parent)}",
        "# Who may be texted, who may call, and what happens.",
        "",
        _with("chats:", "names of your own, with the ids that `hookline chats` lists"),
        f"  {answers.chat}: {answers.chat_id}",
        "",
        _with("sources:", "who may call, at /hooks/<name>, and how they prove it"),
        *([] if answers.sender == "form" else [f"  # {_secret(answers)} is the name of a secret, never its value."]),
        source,
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
    return f"{ {'alertmanager': alerts, 'form': 'forms', 'json': 'everything'}[answers.sender] } to {answers.chat}"


def _auth(answers: Answers) -> str:
    return "none" if answers.sender == "form" else f"{{bearer: {_secret(answers)}}}"


def _secret(answers: Answers) -> str:
    name = re.sub("[^A-Z0-9]", "_", answers.source.upper()) + "_TOKEN"
    return f"_{name}" if name[0].isdigit() else name
