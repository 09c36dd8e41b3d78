"""The storm in its short form; `make storm` runs it whole."""

import subprocess
import sys

import pytest

from local.project import ROOT

SHORT = ["--alerts", "120", "--seconds", "4", "--pace", "3 per 10s"]


@pytest.mark.slow
@pytest.mark.parametrize("plan", ["as it is", "without a pace"])
def test_a_storm_becomes_a_few_texts_in_which_every_alert_is_counted(plan: str) -> None:
    command = [sys.executable, "-m", "tests.soak.storm", *SHORT, "--only", plan]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    said = {line[:22].strip(): line[23:].strip() for line in ended.stdout.splitlines() if line.startswith("  ")}
    assert said["alerts in them"] == "120 of 120"
    assert said["doubled"] == "0"
    assert int(said["texts sent"]) <= 20
    assert all(int(refused.split()[0]) <= 1 for refused in said["refused"].split(", "))
