"""Whatever a sender posts is text on the page, wherever it is shown."""

from typing import Any

import pytest
from tests.local.page.browser.opened import opened
from tests.test_run import Run

pytestmark = pytest.mark.slow

HOSTILE = {
    "script": "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "entities": "&lt;b&gt; </textarea></pre><svg onload=alert(3)> {{ 7 * 7 }} ${7 * 7}",
    "bidi": "safe \u202egnp.exe\u202c \u2066\u2067 \u200f",
    "long": "W" * 5_000,
}
SCROLLS = "document.documentElement.scrollWidth > innerWidth"


def test_a_hostile_webhook_is_text_on_the_phone_in_the_list_and_in_the_playground(run: Run, view: Any) -> None:
    page = opened(view, run)
    for name, words in HOSTILE.items():
        page.post(f"Hostile {name}: {words}", **{words[:50]: words})
    for name, words in HOSTILE.items():
        title = f"Hostile {name}:"
        page.bubble(title).wait_for()
        details = page.details(title)
        details.locator("summary").click()
        assert words[:20] in details.locator("pre").inner_text()
        details.get_by_role("button", name="Edit and replay").click()
        view.locator("#texts .bubble", has_text=title).wait_for()
        assert words[:20] in view.get_by_label("Webhook", exact=True).input_value()
        assert view.locator("main script, main img, main svg[onload]").count() == 0
        assert not view.evaluate(SCROLLS)
        view.get_by_role("tab", name="Webhooks").click()


def test_a_hostile_source_and_hostile_rules_are_text(run: Run, view: Any) -> None:
    page = opened(view, run)
    run.http.post("/hooks/%3Cimg%20src=x%20onerror=alert(1)%3E", content=b"<script>alert(1)</script>")
    view.locator(".row", has_text="<img src=x").wait_for()
    page.playground()
    page.rules().fill("chats: {<img src=x onerror=alert(1)>: 1}\nrules: <script>alert(1)</script>\n")
    view.locator("#problems .is-error").first.wait_for()
    assert view.locator("main script, main img").count() == 0


def test_a_hundred_kilobytes_are_shown_whole_and_quickly(run: Run, view: Any) -> None:
    page = opened(view, run)
    page.post("A lot", text="много " * 17_000)
    details = page.details("A lot")
    details.locator("summary").click()
    assert len(details.locator("pre").inner_text()) > 100_000
    details.get_by_role("button", name="Edit and replay").click()
    view.locator("#texts .bubble", has_text="A lot").wait_for()
