"""The soak in its short form; `make soak` runs it whole."""

import subprocess
import sys
from pathlib import Path

import pytest

SHORT = ["--messages", "400", "--chats", "12", "--kills", "6", "--seed", "20"]


@pytest.mark.slow
def test_nothing_is_lost_doubled_or_out_of_order() -> None:
    command = [sys.executable, str(Path(__file__).with_name("soak.py")), *SHORT]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    print(ended.stdout)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "kills         6 (2 in claim, 2 in close, 2 in post)" in ended.stdout
