"""The house itself: imports run downhill, and what ships works as it ships."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from hookline.rules.load import load
from local.commands.events import read_webhook
from local.commands.explain import TAKEN, explain
from local.project import EVENTS, ROOT, RULES

# Of the other kinds, which the rules that ship don't have, each event has its own test.
WEBHOOKS = sorted(path for path in EVENTS.glob("*.json") if path.stem.partition("_")[0] in load(RULES).sources)


def test_imports_run_downhill() -> None:
    linted = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports"))], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert linted.returncode == 0, linted.stdout


def test_only_verify_makes_a_verified() -> None:
    makers = [path.name for path in (ROOT / "functions").rglob("*.py") if re.search(r"\bVerified\(", path.read_text())]
    assert makers == ["verify.py"]


@pytest.mark.parametrize("path", WEBHOOKS, ids=lambda path: path.stem)
def test_every_event_that_ships_is_taken_by_a_rule_that_ships(path: Path) -> None:
    verdicts = [line.verdict for line in explain(load(RULES), read_webhook(path))]
    assert sum(verdict in TAKEN for verdict in verdicts) == 1
