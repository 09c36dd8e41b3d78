"""A storm: 500 alerts in ten seconds to two phones whose line takes four texts in a row. `make storm` runs it."""

import argparse
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from tests.soak.stage import until

from local.project import ROOT

HOOKLINE = str(Path(sys.executable).with_name("hookline"))
CHATS = ["chat_west1", "chat_east1"]
SOURCES = 40
STREAK = 4  # texts in a row that the line takes
NAMES = ["HighCPU", "DiskFull", "PodCrashLooping", "SlowQueries", "CertificateExpires"]
DIGEST = re.compile(r"(\d+) more in ")
START_SECONDS, ALL_TOLD_SECONDS = 60, 240
RELEASE_SECONDS = "1"
LOOK_SECONDS = 20


@dataclass(frozen=True)
class Plan:
    """How the storm goes; ``options`` are those of both chats."""

    name: str
    options: str
    alerts: int
    seconds: float
    is_all_told: bool = True  # else what was refused waits on for a person


@dataclass(frozen=True)
class Report:
    """What came of it, as the phones show it and the provider counted it."""

    sent: int
    represented: int
    waiting: int
    refused: dict[str, int]
    doubled: int
    took: float
    posted: float


def storm(plan: Plan) -> Report:
    """Let it storm, with a crash of release, one of deliver and a tapback in the middle."""
    with tempfile.TemporaryDirectory() as folder, _running(Path(folder), plan) as run:
        run.client.put("/blooio/limits", json={"chat_id": "*", "streak": STREAK})
        started = time.monotonic()
        with ThreadPoolExecutor(8) as senders:
            posts = [senders.submit(run.post, n, started + n * plan.seconds / plan.alerts) for n in range(plan.alerts)]
            run.kill("local.cloud.worker", after=posts[plan.alerts // 3].result)
            run.kill("local.cloud.scheduler", after=posts[plan.alerts // 2].result)
            posts[plan.alerts * 2 // 3].result()
            run.react(CHATS[0])
            assert {post.result() for post in posts} == {202}
        posted = time.monotonic() - started
        if not plan.is_all_told:
            until(run.is_empty, ALL_TOLD_SECONDS)
        else:
            until(lambda: run.is_told(plan.alerts), ALL_TOLD_SECONDS)
        return run.report(plan.alerts, time.monotonic() - started, posted)


class Run:
    """A `hookline run` and what a person at its phones does and sees."""

    def __init__(self, process: "subprocess.Popen[bytes]", url: str) -> None:
        self.client = httpx.Client(base_url=url, timeout=30, trust_env=False)
        self._port = url.rpartition(":")[2]
        self._process = process
        self._looks_at = 0.0

    def post(self, n: int, at: float) -> int:
        """Post the n-th alert when its time has come; return the status of the answer."""
        time.sleep(max(0.0, at - time.monotonic()))
        alert = {
            "status": "firing",
            "labels": {"alertname": NAMES[n % len(NAMES)], "instance": f"web-{n % 13}", "n": str(n)},
            "annotations": {"summary": f"alert {n}"},
            "startsAt": "2026-11-02T12:00:00Z",
            "fingerprint": f"{n:016x}",
        }
        body = {"version": "4", "groupKey": f"g{n}", "status": "firing", "alerts": [alert]}
        return self.client.post(f"/hooks/source-{n % SOURCES}", json=body).status_code

    def kill(self, module: str, after: Callable[[], Any]) -> None:
        """Kill a process of the run as the system would, when that has happened; it is started anew."""
        after()
        for child in Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split():
            if module.encode() in Path(f"/proc/{child}/cmdline").read_bytes():
                os.kill(int(child), signal.SIGKILL)
                return
        raise AssertionError(f"no {module} runs")

    def is_up(self) -> bool:
        try:
            return self.client.get("/blooio/limits").is_success
        except httpx.TransportError:
            return False

    def react(self, chat: str) -> None:
        self.client.post("/blooio/react", json={"chat_id": chat, "reaction": "like"}).raise_for_status()

    def texts(self) -> list[dict[str, str]]:
        texts: list[dict[str, str]] = self.client.get("/blooio/messages").json()
        return texts

    def is_told(self, alerts: int) -> bool:
        """Say whether the phones have shown them all; their owners look at them now and then, and react."""
        if time.monotonic() >= self._looks_at:
            self._looks_at = time.monotonic() + LOOK_SECONDS
            for chat in CHATS:
                self.react(chat)
        return sum(map(stands_for, self.texts())) >= alerts

    def is_empty(self) -> bool:
        """Say whether nothing is on the queue any more."""
        command = [HOOKLINE, "log", "--waiting", "--json", "--port", self._port]
        asked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        return bool(json.loads(asked.stdout)["waiting"] == 0)

    def report(self, alerts: int, took: float, posted: float) -> Report:
        texts = self.texts()
        told = Counter(text["text"] for text in texts)
        represented = sum(map(stands_for, texts))
        attempts = self.client.get("/blooio/requests").json()
        refusals = Counter(attempt["chat_id"] for attempt in attempts if attempt["code"])
        doubled = sum(count - 1 for count in told.values()) + max(0, represented - alerts)
        return Report(len(texts), represented, alerts - represented, dict(refusals), doubled, took, posted)


def stands_for(text: dict[str, str]) -> int:
    """Return how many messages a text on the phone tells."""
    found = DIGEST.match(text["text"])
    return int(found[1]) if found else 1


@contextmanager
def _running(folder: Path, plan: Plan) -> Iterator[Run]:
    rules = folder / "rules.yaml"
    rules.write_text(_rules(plan.options))
    port = _free_port()
    given = {"PORT": str(port), "RULES": str(rules), "RELEASE_SECONDS": RELEASE_SECONDS, "LOG_LEVEL": "CRITICAL"}
    process = subprocess.Popen([HOOKLINE, "run"], cwd=ROOT, env={**os.environ, **given}, stdout=subprocess.DEVNULL)
    try:
        run = Run(process, f"http://127.0.0.1:{port}")
        until(run.is_up, START_SECONDS)
        yield run
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(START_SECONDS)


def _rules(options: str) -> str:
    chats = "\n".join(f"  {chat}: {{id: {chat}{options}}}" for chat in CHATS)
    sources = "\n".join(f"  source-{n}: {{kind: alertmanager, auth: none}}" for n in range(SOURCES))
    evens = ", ".join(f"source-{n}" for n in range(0, SOURCES, 2))
    return f"""
chats:
{chats}
sources:
{sources}
rules:
  - {{name: west, source: [{evens}], chat: {CHATS[0]}}}
  - {{name: east, chat: {CHATS[1]}}}
"""


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alerts", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--pace", default="3 per 1m")
    parser.add_argument("--only", help="the plan of this name")
    given = parser.parse_args()
    plans = [
        Plan("as it is", f", pace: {given.pace}", given.alerts, given.seconds),
        Plan("without a pace", ", pace: off", given.alerts, given.seconds),
        Plan("switched off", ", pace: off, budget: off", given.alerts, given.seconds, is_all_told=False),
    ]
    print(f"{given.alerts} alerts in {given.seconds:.0f} s from {SOURCES} sources; a chat takes {STREAK} in a row.")
    for plan in plans:
        if given.only in {None, plan.name}:
            print(_said(plan, storm(plan)), flush=True)


def _said(plan: Plan, report: Report) -> str:
    refused = ", ".join(f"{report.refused.get(chat, 0)} of {chat}" for chat in CHATS)
    return f"""
{plan.name} (posted in {report.posted:.0f} s, over after {report.took:.0f} s)
  texts sent           {report.sent}
  alerts in them       {report.represented} of {plan.alerts}
  waiting for a person {report.waiting}
  doubled              {report.doubled}
  refused              {refused}"""


if __name__ == "__main__":
    main()
