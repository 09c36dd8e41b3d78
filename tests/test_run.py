"""`hookline run` as its users meet it: real processes, a real Alertmanager, a real browser, a killed worker."""

import hmac
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe
import yaml

from hookline import gateway
from local.project import EVENTS, RULES

pytestmark = pytest.mark.slow

STARTS_WITHIN, ARRIVES_WITHIN = 60.0, 30.0  # seconds; generous, because a deadline is no measurement
GOES_ON_WITHIN = 10.0  # seconds after its worker was killed: promised
RUNS_WITHIN = 60.0  # seconds after it was pushed: promised
TOKEN = {"Authorization": "Bearer local-alertmanager-token"}
JSON_TOKEN = {"Authorization": "Bearer local-json-token"}


def needed(program: str) -> str:
    """Return the program's path; without it the test is skipped, in CI it fails."""
    found = shutil.which(program)
    if found is None and os.environ.get("HOOKLINE_REQUIRE_ALL"):
        pytest.fail(f"{program} is not installed, and here it has to be.")
    return found or pytest.skip(f"NOT TESTED: {program} is not installed.")


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


def eventually(is_true: Callable[[], Any], within: float = ARRIVES_WITHIN) -> Any:
    """Return the first true answer; the test fails when there is none in time."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if answer := is_true():
            return answer
        time.sleep(0.02)
    pytest.fail(f"It did not happen within {within:.0f} s.")


class Run:
    """A running `hookline run`."""

    def __init__(self, process: "subprocess.Popen[str]", url: str) -> None:
        self.process = process
        self.url = url
        self.http = httpx.Client(base_url=url, timeout=10)
        self.printed: list[str] = []

    def texts(self, chat: str | None = None) -> list[str]:
        messages = self.http.get("/blooio/messages").json()
        return [message["text"] for message in messages if chat in {None, message["chat_id"]}]

    def post(self, source: str, content: Any, headers: dict[str, str]) -> httpx.Response:
        return self.http.post(f"/hooks/{source}", json=content, headers=headers)

    def workers(self) -> list[int]:
        """Return the processes below this one that are workers, as `pgrep -f worker` would."""
        listed = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], check=True, capture_output=True, text=True).stdout
        rows = [line.split(None, 2) for line in listed.splitlines()]
        return [int(pid) for pid, parent, args in rows if int(parent) == self.process.pid and "worker" in args]


@contextmanager
def running(folder: Path, **environment: str) -> Iterator[Run]:
    port = free_port()
    log = folder / "run.log"
    command = [str(Path(sys.executable).with_name("hookline")), "run"]
    with log.open("w") as output:
        process = subprocess.Popen(
            command, env={**os.environ, "PORT": str(port), **environment}, stdout=output, stderr=output, text=True
        )
    run = Run(process, f"http://127.0.0.1:{port}")
    try:
        eventually(lambda: "Stop with" in log.read_text() or process.poll() is not None, STARTS_WITHIN)
        assert process.poll() is None, log.read_text()
        run.printed = log.read_text().splitlines()
        yield run
    finally:
        run.http.close()
        process.send_signal(signal.SIGINT)
        process.wait(60)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    folder = tmp_path_factory.mktemp("run")
    rules = yaml.safe_load(RULES.read_text())
    # The tests share its chats, and each is about its own texts: none may be held because of another's.
    rules["chats"] = {name: {**chat, "pace": "off", "budget": "off"} for name, chat in rules["chats"].items()}
    (folder / "rules.yaml").write_text(yaml.safe_dump({**rules, "tests": []}))
    with running(folder, RULES=str(folder / "rules.yaml"), AWS_PROFILE="nobodys") as started:
        yield started


def test_the_banners_curl_lines_work_when_pasted(run: Run) -> None:
    lines = [line.strip() for line in run.printed if line.startswith("  curl")]
    assert len(lines) == 2
    before = len(run.texts())
    for line in lines:
        answer = subprocess.run(line, shell=True, check=True, capture_output=True, text=True)  # noqa: S602 - as a person does
        assert json.loads(answer.stdout)["deliveries"][0]["status"] == "queued"
    eventually(lambda: len(run.texts()) == before + 2)


def test_a_wrong_token_is_answered_401_and_makes_no_message(run: Run) -> None:
    before = run.texts()
    answer = run.post("alertmanager", {"alerts": []}, {"Authorization": "Bearer nearly"})
    assert answer.status_code == 401
    assert run.post("json", {"title": "after the wrong one"}, JSON_TOKEN).status_code == 202
    eventually(lambda: run.texts() != before)
    assert len(run.texts()) == len(before) + 1


@pytest.mark.parametrize("header", ["Idempotency-Key", "X-Request-Id"])
def test_the_same_event_posted_twice_makes_one_message(run: Run, header: str) -> None:
    for _ in range(2):
        answer = run.post("json", {"title": f"once by {header}"}, {**JSON_TOKEN, header: "the-same"})
        assert answer.status_code == 202
    run.post("json", {"title": f"behind {header}"}, JSON_TOKEN)
    eventually(lambda: any(f"behind {header}" in text for text in run.texts()))
    assert sum(f"once by {header}" in text for text in run.texts()) == 1


def test_ten_webhooks_to_one_chat_arrive_in_order(run: Run) -> None:
    titles = [f"in order {n}" for n in range(10)]
    for title in titles:
        assert run.post("json", {"title": title}, JSON_TOKEN).status_code == 202
    arrived = eventually(lambda: [t for t in run.texts() if "in order" in t][9:] and run.texts())
    assert [text.removeprefix("🔔 ") for text in arrived if "in order" in text] == titles


def test_a_form_reaches_the_office(run: Run) -> None:
    fields = {"name": "Noor Haddad", "email": "noor@example.com", "message": "Zwei Zeilen\nund eine Füllung?"}
    assert run.http.post("/hooks/contact", data=fields).status_code == 202
    files = {"photo": ("roof.jpg", b"\xff\xd8 not really", "image/jpeg")}
    assert run.http.post("/hooks/contact", data={"name": "Ulla"}, files=files).status_code == 202
    texts = eventually(
        lambda: [t for t in run.texts("chat_e5f6a7b8") if "Noor" in t or "Ulla" in t][1:] and run.texts()
    )
    assert any("Noor Haddad" in text and "und eine Füllung?" in text for text in texts)
    assert any("Ulla" in text and "roof.jpg" in text for text in texts)


def test_a_killed_worker_loses_and_doubles_nothing_and_the_chat_goes_on(run: Run) -> None:
    # The message is on the phone, but whoever sends it isn't told so for a while: killed there, it can't know.
    run.http.put("/blooio/faults", json={"latency_ms": 2_000})
    for n in range(5):
        assert run.post("json", {"title": f"kill {n}"}, JSON_TOKEN).status_code == 202
    eventually(lambda: any("kill 0" in text for text in run.texts()))
    [worker] = run.workers()
    os.kill(worker, signal.SIGKILL)
    killed = time.monotonic()
    run.http.put("/blooio/faults", json={"latency_ms": 0})
    eventually(lambda: any("kill 4" in text for text in run.texts()), GOES_ON_WITHIN * 2)
    went_on = time.monotonic() - killed
    assert [text.removeprefix("🔔 ") for text in run.texts() if "kill" in text] == [f"kill {n}" for n in range(5)]
    assert went_on < GOES_ON_WITHIN
    assert run.workers() not in ([], [worker])


def test_the_page_shows_what_arrives(run: Run) -> None:
    page = run.http.get("/")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")


def test_a_real_alertmanager_makes_readable_messages(run: Run, tmp_path: Path) -> None:
    server, amtool = needed("prometheus-alertmanager"), needed("amtool")
    port = free_port()
    config = tmp_path / "alertmanager.yml"
    config.write_text(f"""
route: {{receiver: phone, group_wait: 0s, group_interval: 1s, repeat_interval: 1h}}
receivers:
  - name: phone
    webhook_configs:
      - url: {run.url}/hooks/alertmanager
        http_config: {{authorization: {{credentials: local-alertmanager-token}}}}
""")
    command = [
        server, f"--config.file={config}", f"--storage.path={tmp_path}", "--cluster.listen-address=",
        f"--web.listen-address=127.0.0.1:{port}",
    ]  # fmt: skip
    with (tmp_path / "log").open("w") as log, subprocess.Popen(command, stdout=log, stderr=log) as alertmanager:
        try:
            url = f"http://127.0.0.1:{port}"
            eventually(lambda: _answers(f"{url}/-/ready"), STARTS_WITHIN)
            add = [
                amtool, f"--alertmanager.url={url}", "alert", "add", "DiskFull", "instance=db-7", "severity=critical",
                "--annotation=summary=/var is 97 % full",
            ]  # fmt: skip
            subprocess.run(add, check=True, capture_output=True)
            eventually(
                lambda: "🔥 DiskFull on db-7\n/var is 97 % full\ncritical" in "\n".join(run.texts()), STARTS_WITHIN
            )
            resolved = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            subprocess.run([*add, f"--end={resolved}"], check=True, capture_output=True)
            eventually(lambda: any(t.startswith("✅ DiskFull on db-7") for t in run.texts()), STARTS_WITHIN)
        finally:
            alertmanager.terminate()


def _answers(url: str) -> bool:
    try:
        return httpx.get(url).is_success
    except httpx.HTTPError:
        return False


def test_a_browser_posts_both_kinds_of_form_and_sees_the_phone(run: Run, tmp_path: Path) -> None:
    chromium = needed("chromium")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - heavy, and only this test needs it

    form = """<form action="{url}/hooks/contact" method="post" enctype="{type}">
        <input name="name" value="Browser {type}"><textarea name="message">Is Friday all right? 🙂</textarea>
        <button>Send</button></form>"""
    # A page of a site of one's own, elsewhere than the hooks.
    options = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
               "--disable-component-update", "--disable-sync"]  # fmt: skip
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=options)
        page = browser.new_page()
        for encoding in ("application/x-www-form-urlencoded", "multipart/form-data"):
            site = tmp_path / f"{encoding.replace('/', '-')}.html"
            site.write_text(f"<!doctype html><meta charset=utf-8>{form.format(url=run.url, type=encoding)}")
            page.goto(site.as_uri())
            page.get_by_role("button", name="Send").click()
            page.get_by_role("heading", name="Thank you").wait_for()
            eventually(lambda wanted=encoding: any(f"Browser {wanted}" in text for text in run.texts("chat_e5f6a7b8")))
        page.goto(run.url)
        page.get_by_text("Browser multipart/form-data").first.wait_for()
        assert page.get_by_text(re.compile("Is Friday all right")).count() >= 2
        browser.close()


def test_the_commands_read_the_log_and_send_by_hand(run: Run) -> None:
    def hookline(*arguments: str) -> Any:
        command = [str(Path(sys.executable).with_name("hookline")), *arguments, "--json"]
        port = run.url.rpartition(":")[2]
        ended = subprocess.run(command, env={**os.environ, "PORT": port}, capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout)

    def arrived(text: str) -> int:
        return sum(text in shown for shown in run.texts("chat_a1b2c3d4"))

    answer = run.post("json", {"title": "for the log"}, JSON_TOKEN).json()
    delivery = answer["deliveries"][0]["delivery_id"]
    eventually(lambda: any(r["delivery_id"] == delivery and "message_id" in r for r in hookline("log", "-n", "3")))
    assert hookline("replay", delivery[:13])["generation"] == 2
    assert arrived("for the log") == 2
    assert len(hookline("log", delivery)["generations"]) == 2
    assert hookline("send", "oncall", "said by hand")["chat"] == "chat_a1b2c3d4"
    assert hookline("send", "oncall", "only asked", "--dry-run")["would_send"] is True
    eventually(lambda: arrived("said by hand") == 1)
    assert arrived("only asked") == 0
    assert {"oncall", "office"} <= {chat["name"] for chat in hookline("chats")}
    opened = [hookline("chats", "add", "boss", "+1 (555) 123-4567", "--channel", "ch_local") for _ in range(2)]
    assert [chat["created"] for chat in opened] == [True, False]


def test_a_port_that_is_taken_is_said_in_a_sentence(run: Run) -> None:
    port = run.url.rpartition(":")[2]
    command = [str(Path(sys.executable).with_name("hookline")), "run"]
    ended = subprocess.run(command, env={**os.environ, "PORT": port}, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "choose another PORT" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_own_rules_get_invented_secrets_and_curl_lines_that_carry_them(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("""
chats: {me: chat_mine}
sources:
  signed:
    kind: json
    auth: {hmac: CI_SECRET, header: X-Sig, algorithm: sha512, encoding: base64, signed: "{timestamp}.{body}"}
  basic: {kind: json, auth: {basic: BASIC_SECRET}}
rules: [{name: all, chat: me}]
""")
    with running(tmp_path, RULES=str(rules)) as own:
        lines = [line for line in own.printed if line.startswith("  curl")]
        for line in lines:
            subprocess.run(line, shell=True, check=True, capture_output=True)  # noqa: S602 - as a person does
        eventually(lambda: len(own.texts("chat_mine")) == 2)


def test_what_a_chat_can_not_take_reaches_its_fallback_now_or_later(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("""
chats: {office: {id: chat_office, fallback: boss}, boss: chat_boss}
sources: {in: {kind: json, auth: none}}
rules: [{name: all, chat: office}]
""")
    with running(tmp_path, RULES=str(rules)) as own:
        own.http.put("/blooio/faults", json={"chat_id": "chat_office", "sequence": ["chat_closed"]})
        own.post("in", {"title": "closed"}, {})
        eventually(lambda: own.texts("chat_boss") == ["🔔 closed"])
        own.post("in", {"title": "late"}, {})
        eventually(lambda: own.texts("chat_office") == ["🔔 late"])
        own.http.post("/blooio/fail", json={"chat_id": "chat_office"}).raise_for_status()
        eventually(lambda: own.texts("chat_boss") == ["🔔 closed", "🔔 late"])


def test_rules_are_pushed_while_it_runs_and_reach_a_chat_that_nobody_knew_before(tmp_path: Path) -> None:
    rules = tmp_path / "pushed.yaml"
    rules.write_text("chats: {a: chat_new}\nsources: {pushed: {kind: json, auth: none}}\nrules: [{name: r, chat: a}]\n")
    hookline = str(Path(sys.executable).with_name("hookline"))
    with running(tmp_path) as run:
        port = run.url.rpartition(":")[2]
        assert run.post("pushed", {"title": "too early"}, {}).status_code == 404
        pushed = subprocess.run(
            [hookline, "push", str(rules), "--port", port], capture_output=True, text=True, check=False
        )
        assert "1 -> 2, in use within a second." in pushed.stdout, pushed.stderr
        eventually(lambda: run.post("pushed", {"title": "hello"}, {}).status_code == 202, RUNS_WITHIN + ARRIVES_WITHIN)
        eventually(lambda: run.texts("chat_new") == ["🔔 hello"])


def test_what_vendors_sign_makes_readable_messages(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("""
chats: {oncall: chat_oncall}
sources:
  github: {kind: github, auth: {hmac: GITHUB_SECRET}}
  stripe: {kind: stripe, auth: {hmac: STRIPE_SECRET}}
rules: [{name: all, chat: oncall}]
""")
    github, payment = (
        (tmp_path / name, body_of(name)) for name in ("github_workflow_failed.json", "stripe_payment_failed.json")
    )
    for path, body in (github, payment):
        path.write_bytes(body)
    secrets = {"GITHUB_SECRET": "It's a Secret to Everybody", "STRIPE_SECRET": ["whsec_new", "whsec_old"]}
    # https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
    sha256 = hmac.new(b"It's a Secret to Everybody", github[1], "sha256").hexdigest()
    signed_by_github = ["X-GitHub-Event: workflow_run", "X-GitHub-Delivery: 1", f"X-Hub-Signature-256: sha256={sha256}"]
    at = int(time.time())
    sign = stripe.WebhookSignature.generate_signature_header
    now, late = (f"Stripe-Signature: {sign(payment[1].decode(), 'whsec_old', at - age)}" for age in (0, 301))
    with running(tmp_path, RULES=str(rules), HOOKLINE_SECRETS=json.dumps(secrets)) as own:

        def posted(source: str, path: Path, *headers: str) -> str:
            given = [part for header in ("Content-Type: application/json", *headers) for part in ("-H", header)]
            command = ["curl", "-sS", "-w", "\n%{http_code}", f"{own.url}/hooks/{source}", *given]
            command += ["--data-binary", f"@{path}"]
            return subprocess.run(command, check=True, capture_output=True, text=True).stdout.rpartition("\n")[2]

        assert posted("github", github[0], *signed_by_github) == "202"
        assert posted("github", github[0], *signed_by_github) == "202"  # told once
        assert posted("github", payment[0], *signed_by_github) == "401"
        assert posted("stripe", payment[0], now) == "202"
        assert posted("stripe", payment[0], late) == "401"
        arrived = eventually(lambda: own.texts("chat_oncall")[1:] and own.texts("chat_oncall"))
    assert [text.partition("\n")[0] for text in arrived] == [
        "🔥 CI failed on main of nordwind/shop",
        "⚠️ Payment failed: 129.00 EUR",
    ]


def body_of(event: str) -> bytes:
    """Return what a sender posted in an event that ships."""
    return gateway.read(json.loads((EVENTS / event).read_text(encoding="utf-8")), 262_144).body
