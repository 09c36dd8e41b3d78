"""The rules that run, as the page shows them."""

from collections.abc import Callable, Iterable
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

from hookline.errors import Problem
from hookline.sources import KINDS
from local.running import Running

_OF_PROBLEM = ("line", "column", "severity", "sentence", "excerpt")
MOST_PROBLEMS = 100


def rules_shown(running: Running, can_send: Callable[[str], bool]) -> dict[str, Any]:
    """Return what runs, and what is wrong with the file as it was last saved."""
    rules = running.rules
    kinds = {name: KINDS[source.kind] for name, source in rules.sources.items()}
    sources = [
        {"name": name, "kind": kind.name, "sender": kind.sender or kind.name, "can_send": can_send(name)}
        for name, kind in kinds.items()
    ]
    return {
        "file": _from_here(running.file),
        "origin": running.origin,
        "version": running.version,
        "text": running.text,
        "problems": problems_shown(running.problems),
        "sources": sources,
        "chats": [{"name": name, "id": chat.id} for name, chat in rules.chats.items()],
        "rules": [rule.name for rule in rules.rules],
    }


def problems_shown(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Return what is wrong with rules, the first of it where there is no end of it."""
    return [{name: asdict(problem)[name] for name in _OF_PROBLEM} for problem in islice(problems, MOST_PROBLEMS)]


def _from_here(file: Path) -> str:
    return str(file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file)
