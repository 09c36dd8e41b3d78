"""Where the lines of the pages are run: a folder that looks like a checkout, beside a run of everything."""

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.doc_blocks import programs, shell
from tests.doc_blocks.reader import Block, Stale

from local.commands.answers import Answers
from local.commands.new import written
from local.project import EVENTS, ROOT

WITHIN = 60  # seconds
_COPIED = ("events", "functions/rules", "tests/rules", "template.yaml", "samconfig.toml", "Makefile", "README.md")
_ELSEWHERE = re.compile(r" --(?:stack|region|profile)[ =]\S+")
_NEW = re.compile(r"^\S*hookline new ([\w./-]+)")  # it writes over nothing
_BLANKS = re.compile(r"[ \t]+(?=\n)")
_DELIVERY = re.compile(
    r"\b(hookline (?:log|replay)) [0-9a-f]{8}[0-9a-f-]*\b"
)  # the first characters of an id, as the log shows them
_ALL = re.compile(r"^\S*hookline replay --all-[^|#\n]*")  # of which there may be none here
_MARK = "\x1e"
_ANSWERS = Answers("alertmanager", "chat_a1b2c3d4", "oncall", "alertmanager")
DEPLOY = '{"title": "Deployed", "status": "info"}'
CASE = """\
chats: {oncall: chat_a1b2c3d4}
sources: {ci: {kind: json, auth: none}}
rules: [{name: all, chat: oncall}]

---------- event ci
{"title": "Deployed"}

---------- expect
all -> oncall
    🔔 Deployed
"""


@dataclass(frozen=True)
class Stage:
    """``url`` is where the run is, ``delivery`` one of its messages, ``script`` what stands in for `hookline`."""

    url: str
    delivery: str
    script: str

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def perform(self, block: Block, folder: Path) -> str:
        """Run what of a block can be run, and return what it printed. Raises Stale with the line that failed."""
        script = "\n".join(f"printf '{_MARK}{line.number}\\n'\n{self._own(line.text)}" for line in _runnable(block))
        if not script:
            return ""
        _program(folder / ".venv" / "bin" / "hookline", self.script)
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", f"exec 2>&1\n{script}"],
            cwd=folder, env=self._environment(folder), capture_output=True, text=True, timeout=WITHIN, check=False,
        )  # fmt: skip
        *_, (number, said) = re.findall(rf"{_MARK}(\d+)\n([^{_MARK}]*)", done.stdout)
        if done.returncode != 0:
            raise Stale(f"line {block.line + int(number)} ended with {done.returncode}: {said}")
        return re.sub(rf"{_MARK}\d+\n", "", done.stdout)

    def _own(self, line: str) -> str:
        """Return the line for this machine: no stack is deployed here, and the run has another port."""
        there = {"EVENT": "events/alertmanager_critical.json", "ID": self.delivery, "RULES": "my-rules.yaml",
                 "NAME": "alertmanager"}  # fmt: skip
        line = _ELSEWHERE.sub("", _NEW.sub(r"rm -f \1; \g<0>", line))
        line = re.sub(r"(?<![\w.-])(EVENT|ID|RULES|NAME)(?![\w=.])", lambda found: there[found[1]], line)
        line = _ALL.sub(r"\g<0> || [ $? = 1 ]", line)
        line = _DELIVERY.sub(rf"\1 {self.delivery}", line)
        return re.sub(r"http://(?:127\.0\.0\.1|localhost):8787", self.url, line)

    def _environment(self, folder: Path) -> dict[str, str]:
        path = os.pathsep.join([str(folder / ".venv" / "bin"), os.environ["PATH"]])
        hook = {"HOOK_URL": f"{self.url}/hooks", "RECEIPTS_URL": f"{self.url}/receipts"}
        return {**os.environ, **hook, "PATH": path, "PORT": str(self.port), "HOME": str(folder), "TZ": "UTC"}


def _runnable(block: Block) -> list[shell.Line]:
    """Return what may be run: whole lines, or of a pipe the part before what may not."""
    lines = []
    for line in shell.lines(block.text):
        calls = list(shell.calls(line.text))
        if all(map(programs.may_run, calls)):
            lines.append(line)
        elif calls and programs.may_run(calls[0]) and len(calls) > 1 and "|" in line.text:
            lines.append(shell.Line(line.number, line.text.partition("|")[0]))
    return lines


def furnish(folder: Path) -> None:
    """Put into the folder what a checkout has, and what the pages take for the reader's own."""
    for name in _COPIED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copyfile
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / name, folder / name)
    alert = json.loads((EVENTS / "alertmanager_critical.json").read_text(encoding="utf-8"))["body"]
    own = {"cases/deploy.case": CASE, "samples/deploy.json": DEPLOY, "body.json": alert, "BODY.json": alert}
    for path, text in {**own, "my-rules.yaml": written(_ANSWERS, folder / "my-rules.yaml")}.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    _program(folder / ".venv" / "bin" / "curl", f'#!/bin/sh\nexec {shutil.which("curl")} -sS --fail-with-body "$@"\n')


def _program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


def shows(said: str, shown: str) -> bool:
    """Return whether the page shows what was said; … stands there for anything, and no line ends in blanks."""
    pattern = r"[\s\S]*".join(map(re.escape, _BLANKS.sub("", shown).split("…")))
    return re.search(pattern, _BLANKS.sub("", f"{said}\n")) is not None
