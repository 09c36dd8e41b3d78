"""What Tab completes, by the protocol that the shells' functions speak; and in a real bash."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.local.commands.test_commands import Rows
from typer.testing import CliRunner

from hookline.sources import KINDS
from local.cli import app
from local.commands import complete, runs
from local.commands.runs import Run

RULES = """\
chats: {oncall: chat_1, office: {id: chat_2}, "two words": chat_3, "bad\\ename": chat_4}
sources: {json: {kind: json, auth: none}, ci: {kind: json}}
rules: [{name: all alerts, chat: oncall}, {name: "it's $HOME", when: event.title}, {when: nameless}]
"""


@pytest.fixture(autouse=True)
def _rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let there be no run, and rules of our own, which are still being written."""
    (tmp_path / "rules.yaml").write_text(RULES)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RULES", str(tmp_path / "rules.yaml"))
    monkeypatch.setattr(runs.find, "__defaults__", (tmp_path,))
    monkeypatch.setattr(runs.alive, "__defaults__", (tmp_path,))


def completed(*words: str, program: str = "bash") -> list[str]:
    """Return what is offered for the last of the words."""
    environ = {"_HOOKLINE_COMPLETE": f"complete_{program}"}
    if program == "bash":
        environ |= {"COMP_WORDS": "\n".join(["hookline", *words]), "COMP_CWORD": str(len(words))}
    else:
        environ |= {"_TYPER_COMPLETE_ARGS": " ".join(["hookline", *words]), "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    result = CliRunner().invoke(app, [], env=environ)
    assert (result.exit_code, result.stderr) == (0, "")
    return [line for line in str(result.stdout).splitlines() if line]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["re"], ["render", "replay"]),
        (["chats", ""], ["add"]),
        (["log", "--st"], ["--status", "--stack"]),
        (["log", "--status", "se"], ["sending", "sent"]),
        (["log", "--status", "=", "de"], ["delivered", "dead"]),
        (["send", ""], ["oncall", "office", r"two\ words"]),
        (["send", "o"], ["oncall", "office"]),
        (["log", "--chat", "two"], [r"two\ words"]),
        (["log", "--source", ""], ["json", "ci"]),
        (["explain", "rules.yaml", "e.json", "--source", "c"], ["ci"]),
        (["render", "rules.yaml", "e.json", "--rule", ""], [r"all\ alerts", r"it\'s\ \$HOME"]),
        (["render", "rules.yaml", "e.json", "--rule", '"all'], ["all alerts"]),
        (["render", "nosuch.yaml", "e.json", "--rule", ""], []),
        (["sources", "git"], ["github", "gitlab"]),
        (["new", "--alerts", ""], ["all", "warning", "critical"]),
        (["log", "--stack", ""], ["hookline", "hookline-prod"]),
        (["log", "--port", ""], []),
        (["log", ""], []),
        (["check", ""], []),  # a file: the shell completes those itself
    ],
)
def test_the_beginning_of_a_word_is_completed(words: list[str], offered: list[str]) -> None:
    assert completed(*words) == offered


def test_kinds_are_completed_with_whom_they_are_of_where_a_shell_shows_that() -> None:
    assert "github\tGitHub" in completed("sources", "", program="fish")
    assert '"github":"GitHub"' in " ".join(completed("sources", "", program="zsh"))
    assert len(completed("sources", "", program="fish")) == len(KINDS)


def test_profiles_are_those_of_the_files_of_the_aws_cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config").write_text("[default]\n[profile prod]\n[sso-session mine]\n")
    (tmp_path / "credentials").write_text("[prod]\n[old]\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    assert completed("log", "--profile", "") == ["default", "prod", "old"]


@pytest.fixture
def run(cloud: Any, tmp_path: Path) -> Iterator[Run]:
    (tmp_path / "others.yaml").write_text("chats: {boss: chat_9}\nsources: {json: {kind: json, auth: none}}\n")
    made = Run(
        pid=os.getpid(), port=65_001, url="http://127.0.0.1:1", engine_url=cloud.url,
        blooio_base_url="http://127.0.0.1:1/v4", rules_file=str(tmp_path / "others.yaml"),
        outputs=cloud.template.outputs, secrets={},
    )  # fmt: skip
    with runs.published(made, tmp_path):
        yield made


@pytest.mark.usefixtures("run")
def test_deliveries_chats_and_the_port_are_those_of_the_run_on_this_machine(cloud: Any, clock: Any) -> None:
    rows = Rows(cloud, clock)
    rows.add("aaaaaaaa")
    whole = rows.add("bbbbbbbb", text="Second \x1b[31m")
    assert completed("log", "") == completed("replay", "") == ["bbbbbbbb", "aaaaaaaa"]
    assert completed("log", "bbbbbbbb-") == [whole]
    assert completed("log", "--port", "65001", "a") == ["aaaaaaaa"]
    assert completed("log", "--stack", "hookline", "") == []
    assert completed("log", "", program="fish")[0] == "bbbbbbbb\tsent oncall Second �[31m"
    assert completed("log", "--port", "") == ["65001"]
    assert completed("send", "") == ["boss"]
    assert completed("send", "--stack", "hookline", "o") == ["oncall", "office"]


def test_whoever_does_not_answer_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(complete, "PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(complete, "_page", lambda *_: time.sleep(60))
    made = {"pid": os.getpid(), "port": 1, "url": "", "engine_url": "", "blooio_base_url": "", "rules_file": ""}
    (tmp_path / "run-1.json").write_text(json.dumps({**made, "outputs": {"DeliveryLogTable": ""}, "secrets": {}}))
    begun = time.monotonic()
    assert completed("log", "") == []
    assert time.monotonic() - begun < 30


def test_completion_installs_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("typer._completion_shared._get_shell_name", lambda: "bash")
    result = CliRunner().invoke(app, ["--install-completion"], env={"HOME": str(tmp_path)})
    assert (result.exit_code, result.stderr) == (0, "")
    assert "_HOOKLINE_COMPLETE=complete_bash" in (tmp_path / ".bash_completions" / "hookline.sh").read_text()


@pytest.mark.slow
def test_bash_completes_a_name_with_blanks_in_it(tmp_path: Path) -> None:
    """The function that `--show-completion` prints is called as bash calls it when somebody presses Tab."""
    script = """
        eval "$(hookline --show-completion bash)"
        complete -p hookline >/dev/null || exit 3
        COMP_WORDS=(hookline render rules.yaml e.json --rule all) COMP_CWORD=5
        _hookline_completion hookline all --rule
        printf '%s\\n' "${COMPREPLY[@]}"
    """
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    # Who asks for the script is a bash, as far as anybody can tell from the processes above.
    ran = subprocess.run(
        ["bash", "--norc", "-c", script],
        cwd=tmp_path, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (ran.returncode, ran.stderr, ran.stdout) == (0, "", "all\\ alerts\n")
