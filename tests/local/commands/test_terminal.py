"""What is printed where: colours, widths, help, and calls that come to no answer."""

import io
import os
import pty
import re
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from local import cli
from local.cli import app
from local.commands import events, progress
from local.commands.helped import helped
from local.commands.terminal import console, is_coloured, paint, say
from local.commands_reference import pages
from local.project import ROOT, RULES

COMMANDS = ROOT / "functions" / "local" / "commands"
ESCAPE = "\x1b"


def hookline(*arguments: str, **more: Any) -> Any:
    return CliRunner().invoke(app, arguments, **more)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Set what says whether colours are wanted, and nothing else of that kind."""

    def set_(**variables: str) -> None:
        for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return set_


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("variables", "on_a_terminal", "in_a_pipe"),
    [
        ({}, True, False),
        ({"TERM": "xterm-256color"}, True, False),
        ({"NO_COLOR": "1"}, False, False),
        ({"NO_COLOR": ""}, True, False),
        ({"TERM": "dumb"}, False, False),
        ({"FORCE_COLOR": "1"}, True, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, False, False),
    ],
)
def test_colours_are_for_terminals_unless_the_environment_says_otherwise(
    environment: Any, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], on_a_terminal: Any, in_a_pipe: Any
) -> None:
    environment(**variables)
    for stream, wanted in ((Screen(), on_a_terminal), (io.StringIO(), in_a_pipe)):
        for err in (False, True):
            monkeypatch.setattr(sys, "stderr" if err else "stdout", stream)
            assert is_coloured(err=err) == wanted
            assert (ESCAPE in paint("word", "red", err=err)) == wanted
            console(err=err).print("word", style="red")
            assert (ESCAPE in stream.getvalue()) == wanted


def test_nothing_prints_or_colours_past_the_one_place_that_knows_when() -> None:
    past = re.compile(r"\btyper\.(secho|echo|style)\(|(?<![\w.])print\(|\bConsole\(|\\x1b|\\033")
    allowed = {"terminal.py", "trial.py"}  # the one place; and a process that speaks to its parent
    files = [*COMMANDS.glob("*.py"), ROOT / "functions" / "local" / "cli.py"]
    assert [file.name for file in files if file.name not in allowed and past.search(file.read_text("utf-8"))] == []


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.path)
def test_help_fits_a_terminal_and_has_everything(page: Any) -> None:
    for width in (80, 60, 120):
        lines = helped(page, width).splitlines()
        assert [line for line in lines if len(line) > width and line.strip() not in page.examples] == []
    assert [entry.names for entry in page.entries if entry.names not in "\n".join(lines)] == []


def test_without_a_command_the_help_is_shown_in_groups_and_all_is_well() -> None:
    result = hookline()
    assert result.exit_code == 0
    assert result.output == hookline("--help").output == hookline("-h").output
    assert [heading for heading in ("Set up", "Rules", "Deliveries") if f"\n{heading}\n  " in result.output] == [
        "Set up",
        "Rules",
        "Deliveries",
    ]
    assert ESCAPE not in result.output


def test_help_is_coloured_where_colours_are_wanted(environment: Any) -> None:
    environment(FORCE_COLOR="1")
    assert f"{ESCAPE}[36m--chat NAME{ESCAPE}[0m" in hookline("log", "--help").output
    environment(NO_COLOR="1")
    assert ESCAPE not in hookline("log", "--help", color=True).output


def test_the_version_is_that_of_the_project() -> None:
    declared = re.search(r'^version = "(.*)"$', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    assert declared
    assert hookline("--version").output == f"hookline {declared[1]}\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("lgo", "There is no command lgo; did you mean 'log'? See `hookline --help`."),
        ("chats bob", "There is no command bob; there are add. See `hookline chats --help`."),
        ("log --stauts x", "There is no option --stauts; did you mean --status? See `hookline log --help`."),
        ("log --xyz", "There is no option --xyz. See `hookline log --help`."),
        ("log -x", "There is no option -x. See `hookline log --help`."),
        ("log --limit some", "--limit takes a whole number, at least 0. See `hookline log --help`."),
        ("log --port 0", "--port takes a whole number, at least 1 and at most 65535. See `hookline log --help`."),
        ("log --chat", "Option --chat requires an argument."),
        ("send", "CHAT is missing: a chat's name in the rules, or its id. See `hookline send --help`."),
        ("check a b c", "b c is more than `hookline check` takes. See `hookline check --help`."),
        ("run --port x", "--port takes a whole number, at least 0 and at most 65535. See `hookline run --help`."),
        ("chats --port 1 add a b --channel c", "Put --port behind `add`, not before it. See `hookline chats --help`."),
    ],
)
@pytest.mark.parametrize("json", [[], ["--json"]])
def test_a_call_that_is_typed_wrongly_is_a_sentence_with_the_next_step(
    arguments: str, sentence: str, json: list[str]
) -> None:
    words = arguments.split()
    result = hookline(*words[:1], *(json if words[0] not in {"lgo", "run", "chats"} else []), *words[1:])
    assert (result.exit_code, result.stderr, result.stdout) == (2, f"{sentence}\n", "")


def test_a_port_in_the_environment_that_is_no_number_is_told_from_one_that_was_typed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PORT", "abc")
    assert hookline("log").stderr.startswith("PORT in the environment takes a whole number, at least 1 and at most ")


def test_ctrl_c_at_a_question_and_anywhere_else_stops_with_one_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(events, "read_fresh", stop)
    result = hookline("event", "x.json")
    assert (result.exit_code, result.stderr, result.stdout) == (130, "Stopped.\n", "")
    monkeypatch.setattr(typer, "prompt", stop)
    assert hookline("new", str(tmp_path / "r.yaml")).exit_code == 130


def test_what_nobody_thought_of_is_a_sentence_and_a_file_with_the_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("nobody thought\nof it")

    monkeypatch.setattr(events, "read_fresh", fail)
    monkeypatch.setattr(sys, "argv", ["hookline", "event", "x.json"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert said.startswith("Hookline itself broke (RuntimeError: nobody thought of it). How it came to that is in /")
    assert said.count("\n") == 1
    [path] = re.findall(r"is in (\S+\.txt):", said)
    assert "Traceback" in Path(path).read_text()
    Path(path).unlink()
    monkeypatch.setenv("HOOKLINE_DEBUG", "1")
    with pytest.raises(SystemExit):
        cli.main()
    said = capsys.readouterr().err
    assert "Traceback (most recent call last)" in said
    Path(re.findall(r"is in (\S+\.txt):", said)[0]).unlink()
    monkeypatch.setenv("_HOOKLINE_COMPLETE", "")
    with pytest.raises(SystemExit):
        cli.main()
    assert capsys.readouterr().err == ""


def eventually(is_so: Callable[[], bool], patience: float = 20.0) -> bool:
    give_up = time.monotonic() + patience
    while not (found := is_so()) and time.monotonic() < give_up:
        time.sleep(0.01)
    return found


def program(*arguments: str, **more: Any) -> "subprocess.Popen[bytes]":
    environ = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    return subprocess.Popen(
        [str(Path(sys.executable).with_name("hookline")), *arguments], cwd=ROOT, **{"env": environ, **more}
    )


@pytest.mark.slow
def test_a_reader_that_has_gone_is_no_error() -> None:
    reads, writes = os.pipe()
    os.close(reads)
    ran = program("sources", stdout=writes, stderr=subprocess.PIPE)
    os.close(writes)
    assert ran.communicate(timeout=60) == (None, b"")
    assert ran.returncode == 141


@pytest.mark.slow
def test_what_a_terminal_shows_in_colour_a_dumb_one_shows_plain() -> None:
    def on_a_terminal(**variables: str) -> str:
        ours, theirs = pty.openpty()
        environ = {**os.environ, "TERM": "xterm", **variables}
        ran = program("explain", str(RULES), "events/json_deploy.json", stdout=theirs, stderr=theirs, env=environ)
        os.close(theirs)
        shown = b""
        with suppress(OSError):  # the terminal's other end is closed
            while more := os.read(ours, 65536):
                shown += more
        os.close(ours)
        assert ran.wait(timeout=60) == 0
        return shown.decode()

    assert f"{ESCAPE}[32mmatched" in on_a_terminal()
    assert ESCAPE not in on_a_terminal(TERM="dumb")
    assert ESCAPE not in on_a_terminal(NO_COLOR="1")


def test_a_bar_shows_how_far_the_work_is_and_is_gone_in_the_end(
    environment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment(TERM="xterm")
    monkeypatch.setattr(progress, "PATIENCE_SECONDS", 0.0)
    screen, out = Screen(), io.StringIO()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(sys, "stdout", out)
    with progress.underway("Testing", 3) as work:
        work.advance(2)
        assert eventually(lambda: "Testing" in screen.getvalue() and "2/3" in screen.getvalue())
        say("into a file")
    assert screen.getvalue().endswith(f"{ESCAPE}[1A{ESCAPE}[2K")  # the last thing is that its line is cleared
    assert out.getvalue() == "into a file\n"


def test_what_is_printed_meanwhile_stands_above_the_bar(environment: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    environment(TERM="xterm")
    monkeypatch.setattr(progress, "PATIENCE_SECONDS", 0.0)
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(sys, "stdout", screen)
    long = "x" * 300
    with progress.underway("Testing", 3) as work:
        assert eventually(lambda: "0/3" in screen.getvalue())
        work.say(f"first {paint('red', 'red')} {long}")
        say("second")
    shown = screen.getvalue().split("\r\x1b[2K")  # where the bar was, and is drawn anew below
    assert any(part.startswith(f"first {ESCAPE}[31mred{ESCAPE}[0m {long}\n") for part in shown)
    assert any(part.startswith("second\n") for part in shown)


@pytest.mark.parametrize("why", ["a pipe", "a dumb terminal", "a machine", "it is soon done"])
def test_nobody_sees_a_bar_who_cannot_or_need_not(environment: Any, monkeypatch: pytest.MonkeyPatch, why: str) -> None:
    environment(TERM="dumb" if why == "a dumb terminal" else "xterm")
    monkeypatch.setattr(progress, "PATIENCE_SECONDS", 60.0 if why == "it is soon done" else 0.0)
    stream = io.StringIO() if why == "a pipe" else Screen()
    monkeypatch.setattr(sys, "stderr", stream)
    with progress.underway("Testing", 3, is_shown=why != "a machine") as work:
        work.advance(2)
    assert stream.getvalue() == ""
