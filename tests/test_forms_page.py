"""The form of the page about forms, its rules and its script, on a site of its own in a real browser."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.test_run import eventually, needed, running

from local.project import ROOT

pytestmark = pytest.mark.slow

PAGE = (ROOT / "docs" / "forms.md").read_text(encoding="utf-8")
FORM, SCRIPT = re.findall(r"```html\n(.*?)```", PAGE, re.DOTALL)
[RULES] = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
CHAT = "chat_e5f6a7b8"
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
           "--disable-component-update", "--disable-sync"]  # fmt: skip


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def site(folder: Path) -> Iterator[str]:
    """Serve the folder under two names, which are two origins: 127.0.0.1 and localhost."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def fill_in(page: Any, who: str) -> None:
    page.get_by_label("Name").fill(who)
    page.get_by_label("E-mail").fill("mara@example.org")
    page.get_by_label("Message").fill("Is Thursday\nall right?")


def test_the_form_its_options_and_its_script_do_what_the_page_says(tmp_path: Path) -> None:
    chromium = needed("chromium")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - heavy, and only this test needs it

    with site(tmp_path) as home, sync_playwright() as playwright:
        rules = tmp_path / "rules.yaml"
        rules.write_text(RULES.replace("https://example.com", home))
        (tmp_path / "thanks").mkdir()
        (tmp_path / "thanks" / "index.html").write_text("Thanks, from us")
        with running(tmp_path, RULES=str(rules)) as run:
            form = "<!doctype html><meta charset=utf-8>" + FORM.replace("http://127.0.0.1:8787", run.url)
            (tmp_path / "contact.html").write_text(form)
            (tmp_path / "script.html").write_text(form + SCRIPT)
            browser = playwright.chromium.launch(executable_path=chromium, args=OPTIONS)
            page = browser.new_page()
            said: list[str] = []
            page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))

            page.goto(f"{home}/contact.html")
            fill_in(page, "A person")
            page.get_by_role("button").click()
            page.wait_for_url(f"{home}/thanks/")
            [text] = eventually(lambda: run.texts(CHAT))
            assert text == "✉️ Message from A person\nEmail: mara@example.org\n\nIs Thursday\nall right?"

            page.goto(f"{home}/contact.html")
            fill_in(page, "A robot")
            page.evaluate("document.querySelector('[name=website]').value = 'https://spam.example'")
            page.get_by_role("button").click()
            page.wait_for_url(f"{home}/thanks/")

            page.goto(f"{home}/script.html")
            fill_in(page, "A script")
            page.get_by_role("button").click()
            page.get_by_text("Thank you!").wait_for()

            # JSON, before which a browser asks for leave.
            status = page.evaluate(
                """url => fetch(url, {method: "POST", body: '{"name": "A script with JSON"}',
                headers: {"Content-Type": "application/json", "Accept": "application/json"}}).then(a => a.status)""",
                f"{run.url}/hooks/contact",
            )
            assert status == 202

            page.goto(f"{home.replace('127.0.0.1', 'localhost')}/script.html")
            fill_in(page, "Another site")
            page.get_by_role("button").click()
            eventually(lambda: said or page.wait_for_timeout(20))
            assert said == ["That could not be sent just now. Please try again in a minute."]

            eventually(lambda: run.texts(CHAT)[2:])
            assert [text.partition("\n")[0] for text in run.texts(CHAT)] == [
                "✉️ Message from A person", "✉️ Message from A script", "✉️ Message from A script with JSON",
            ]  # fmt: skip
            browser.close()


def test_without_redirect_a_browser_sees_a_page_that_fits_a_small_phone_and_says_what_went_wrong(
    tmp_path: Path,
) -> None:
    chromium = needed("chromium")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    with site(tmp_path) as home, sync_playwright() as playwright, running(tmp_path) as run:
        form = FORM.replace("http://127.0.0.1:8787", run.url)
        for name, page_of in {"right": form, "wrong": form.replace("<form", '<form enctype="text/plain"')}.items():
            (tmp_path / f"{name}.html").write_text(f"<!doctype html><meta charset=utf-8>{page_of}")
        browser = playwright.chromium.launch(executable_path=chromium, args=OPTIONS)
        for scheme, shown in (("light", "rgb(244, 245, 247)"), ("dark", "rgb(18, 20, 23)")):
            page = browser.new_page(viewport={"width": 320, "height": 568}, color_scheme=scheme)
            requested: list[str] = []
            page.on("request", lambda request, requested=requested: requested.append(request.url))
            for name, heading in (("right", "Thank you"), ("wrong", "Not sent")):
                page.goto(f"{home}/{name}.html")
                fill_in(page, f"Mara {scheme}")
                requested.clear()
                page.get_by_role("button").click()
                page.get_by_role("heading", name=heading).wait_for()
                assert page.get_by_role("link").get_attribute("href") == f"{home}/"
                assert page.evaluate("document.documentElement.scrollWidth") == 320
                assert page.evaluate("getComputedStyle(document.body).backgroundColor") == shown
                assert [url for url in requested if not url.endswith("/favicon.ico")] == [f"{run.url}/hooks/contact"]
        browser.close()
        eventually(lambda: len(run.texts(CHAT)) == 2)
