"""Rules as a run has them, and a webhook as its gateway has it, without a run."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from hookline.errors import Problem, RulesError
from hookline.rules.load import load_text
from hookline.rules.model import Rules
from local.keys import secrets_for

RULES = """\
chats: {oncall: {id: chat_1, fallback: office}, office: {id: chat_2, fallback: oncall}}
sources:
  alertmanager: {kind: alertmanager, auth: {bearer: ALERTMANAGER_TOKEN}}
  contact: {kind: form, auth: none, honeypot: website}
  json: {kind: json, auth: {token: JSON_TOKEN}}
rules:
  - {name: ignore watchdog, when: event.title == "Watchdog", drop: true}
  - {name: alerts, source: alertmanager, chat: oncall}
  - {name: letters, source: contact, chat: office}
"""
NOON = 1_793_620_800_000
_numbers = count(1)


@dataclass
class FakeRunning:
    """Has what ``Running`` has; rules are let run without a table."""

    text: str = RULES
    file: Path = Path("rules.yaml")
    version: int = 1
    origin: str = "file"
    problems: tuple[Problem, ...] = ()
    secrets: dict[str, tuple[str, ...]] = field(default_factory=dict)
    observers: list[Callable[[], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.saved = self.text
        self._load(self.text)

    def _load(self, text: str) -> None:
        self.rules: Rules = load_text(text.encode(), "the rules")
        self.text = text
        self.secrets = {**secrets_for(self.rules, {}), **self.secrets}

    def observe(self, tell: Callable[[], None]) -> None:
        self.observers.append(tell)

    def look(self) -> None:
        """Nobody pushes."""

    def use(self, text: str, origin: str = "page") -> tuple[Problem, ...]:
        try:
            self._load(text)
        except RulesError as error:
            return tuple(error.problems)
        self.version, self.origin = self.version + 1, origin
        for tell in self.observers:
            tell()
        return ()

    def reread(self) -> tuple[Problem, ...]:
        return self.use(self.saved, "file")


def event(source: str, body: Any, method: str = "POST", **headers: str) -> dict[str, Any]:
    """Return a webhook as API Gateway hands it on; names of headers have _ for -."""
    text = body if isinstance(body, str) else json.dumps(body)
    return {
        "rawPath": f"/hooks/{source}",
        "requestContext": {"http": {"method": method}, "requestId": f"request-{next(_numbers)}", "timeEpoch": NOON},
        "pathParameters": {"source": source},
        "headers": {"content-type": "application/json"} | {name.replace("_", "-"): v for name, v in headers.items()},
        "body": text,
    }


def answer(status: int = 202, **content: Any) -> dict[str, Any]:
    """Return an answer as the function gives it."""
    return {"statusCode": status, "headers": {"Content-Type": "application/json"}, "body": json.dumps(content)}
