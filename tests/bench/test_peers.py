"""Tools are compared by the same alerts, and all that they start counts."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.bench.alerts import alert, summary
from tests.bench.peers import CHAT, KEY, TOKEN, Measured, measured_one
from tests.bench.peers_installed import Place, hookline, webhook
from tests.bench.processor import used_s, wait_for_children

from local.project import EVENTS

BODY = json.loads((EVENTS / "alertmanager_critical.json").read_text(encoding="utf-8"))["body"]
BURNS = "import time\nwhile time.process_time() < 0.3: pass"


def test_each_alert_is_one_of_its_own() -> None:
    first, second = (json.loads(alert(BODY, n)) for n in (1, 2))
    assert first["groupKey"] != second["groupKey"]
    assert first["alerts"][0]["fingerprint"] != second["alerts"][0]["fingerprint"]
    assert first["commonAnnotations"]["summary"] == first["alerts"][0]["annotations"]["summary"] == summary(1)


def test_what_is_not_here_is_left_out_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", {"jq": "/usr/bin/jq"}.get)
    left_out = "Left out: there is no webhook and no curl here; apt-get install webhook curl."
    assert measured_one("webhook", webhook, 1) == Measured("webhook", "", None, None, 0, left_out)


def test_the_hook_of_webhook_asks_for_the_token_and_runs_what_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", str)
    monkeypatch.setattr(
        subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 0, "webhook version 2.8.0\n")
    )
    with webhook(Place(tmp_path, 1, "http://127.0.0.1:2/blooio", CHAT, KEY, TOKEN)) as tool:
        (hook,) = json.loads((tmp_path / "hooks.json").read_text(encoding="utf-8"))
    assert tool.version == "2.8.0"
    assert hook["trigger-rule"]["match"]["value"] == f"Bearer {TOKEN}"
    assert Path(hook["execute-command"]).stat().st_mode & 0o100
    assert tool.environment["SEND_URL"] == f"http://127.0.0.1:2/blooio/v4/chats/{CHAT}/messages"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /proc")
def test_what_a_process_started_counts_when_it_has_ended() -> None:
    child = f"child = subprocess.Popen([sys.executable, '-c', {BURNS!r}])"
    starts = f"import subprocess, sys\n{child}\nprint(flush=True)\nchild.wait()\ninput()"
    with subprocess.Popen([sys.executable, "-c", starts], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        before = used_s(process.pid)
        wait_for_children(process.pid)
        used = used_s(process.pid) - before
        process.kill()
    assert used >= 0.29


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /proc")
def test_hookline_tells_every_alert() -> None:
    figures = measured_one("Hookline", hookline, messages=3, warm_up=1)
    assert figures.n == 3
    assert figures.cpu_ms_per_message is not None
