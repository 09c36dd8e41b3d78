"""The soak in its short form; `make soak` runs it whole."""

import subprocess
import sys

import pytest

from local.project import ROOT

SHORT = ["--messages", "150", "--chats", "12", "--kills", "3", "--seed", "20"]


@pytest.mark.slow
def test_nothing_is_lost_doubled_or_out_of_order() -> None:
    command = [sys.executable, "-m", "tests.soak.soak", *SHORT]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    print(ended.stdout)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "kills         3 (1 in claim, 1 in close, 1 in post)" in ended.stdout
