"""One run and one browser for all that is tried on the page, and a tab whose every complaint fails the test."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.test_run import Run, needed, running

RULES = Path(__file__).parent / "rules.yaml"
PATIENCE_MS = 20_000
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
           "--disable-component-update", "--disable-sync"]  # fmt: skip
WIDE = {"width": 1280, "height": 900}
# A browser tells of each answer from 400 on, and of a line that breaks; a test may want one.
WANTED = "Failed to load resource"
COMPLAIN = """document.addEventListener("securitypolicyviolation",
    (event) => console.error(`blocked: ${event.violatedDirective} ${event.blockedURI}`))"""


@pytest.fixture(scope="package")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    with running(tmp_path_factory.mktemp("page"), RULES=str(RULES), RELEASE_SECONDS="1") as started:
        yield started


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    chromium = needed("chromium")
    from playwright.sync_api import expect, sync_playwright  # noqa: PLC0415 - heavy, and only these tests need it

    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def view(run: Run, browser: Any) -> Iterator[Any]:
    """Give an empty tab; what the policy blocks, the scripts stumble over, or opens a dialog, fails the test."""
    context = browser.new_context(base_url=run.url, viewport=WIDE)
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(COMPLAIN)
    view, said = context.new_page(), []
    view.on("console", lambda message: said.append(message.text))
    view.on("pageerror", lambda error: said.append(str(error)))
    view.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    yield view
    context.close()
    run.http.put("/blooio/faults", json={})
    run.http.put("/blooio/limits", json={})
    assert [each for each in said if not each.startswith(WANTED)] == []
