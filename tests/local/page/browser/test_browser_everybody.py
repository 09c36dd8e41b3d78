"""The page is for everybody: by keyboard alone, on a small screen, in the dark, and as axe sees it."""

import uuid
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.local.page.browser.opened import Opened, opened
from tests.test_run import Run, eventually

pytestmark = pytest.mark.slow

MOST_BYTES = 100_000
SMALL = {"width": 375, "height": 667}
SCROLLS = "[document.documentElement, ...document.querySelectorAll('.page, .panel, .bubbles, .head')]\
.filter(each => each.scrollWidth > each.clientWidth + 1).map(each => each.className)"


def test_a_whole_journey_goes_by_the_keyboard_alone(run: Run, view: Any) -> None:
    opened(view, run)
    before = len(run.texts())
    keys = view.keyboard

    def tab_to(selector: str) -> None:
        for _ in range(80):
            keys.press("Tab")
            if view.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        pytest.fail(f"{selector} can't be reached.")

    view.locator("body").press("Home")
    tab_to('[data-focus="action alert"]')
    keys.press("Enter")
    view.get_by_text("1 webhook sent.").wait_for()
    view.locator(".row").first.wait_for()
    tab_to(".row")
    keys.press("Enter")
    view.locator(".details .delivery").first.wait_for()
    tab_to('[data-focus^="replay"]')
    keys.press("Enter")
    view.locator("#texts .bubble").first.wait_for()
    tab_to("#rules")
    keys.press("Escape")
    tab_to("#send")
    keys.press("Enter")
    view.get_by_text("Sent, and answered 202.").wait_for()
    eventually(lambda: len(run.texts()) == before + 2)
    eventually(lambda: view.locator(".react").count() >= 2)
    tab_to(".react")
    keys.press("ArrowUp")
    keys.press("Enter")
    tab_to('[data-focus="tapback like"]')
    keys.press("Enter")
    view.get_by_role("img", name="Reaction: like").wait_for()
    assert view.evaluate("document.activeElement.matches('.react')")
    view.locator(".became", has_text="acknowledged").first.wait_for(state="attached")


def test_tabs_are_reached_by_arrow_keys_and_rows_too(run: Run, view: Any) -> None:
    page = opened(view, run)
    page.post("Below")
    page.row("Below").wait_for()
    page.post("Above")
    page.row("Above").wait_for()
    view.get_by_role("tab", name="Webhooks").focus()
    view.keyboard.press("ArrowRight")
    assert view.get_by_role("tab", name="Playground").get_attribute("aria-selected") == "true"
    view.keyboard.press("ArrowRight")
    view.locator(".row").first.focus()
    view.keyboard.press("ArrowDown")
    assert "Below" in view.evaluate("document.activeElement.textContent")


def _everything(page: Opened) -> None:
    """Open a webhook, and leave the playground with rules that have an error."""
    title = f"A long one {uuid.uuid4()}"
    page.post(f"{title} {'W' * 200}", where="x" * 300)
    page.details(title).locator("summary").click()
    page.playground()
    page.rules().fill("chats: {oncall: x}\nrules:\n  - {name: a, chat: onclal}\n")
    page.view.locator("#problems .is-error").first.wait_for()


def _serious(view: Any) -> list[str]:
    found = Axe().run(view).response["violations"]
    return [
        f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found if each["impact"] in {"serious", "critical"}
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(run: Run, view: Any, scheme: str) -> None:
    view.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page = opened(view, run)
    view.get_by_role("switch", name="Provider down").check()
    view.locator(".notice").first.wait_for()
    _everything(page)
    assert _serious(view) == []
    view.get_by_role("tab", name="Webhooks").click()
    assert _serious(view) == []


def test_a_small_screen_has_three_tabs_scrolls_nothing_sideways_and_axe_finds_nothing_serious(
    run: Run, view: Any
) -> None:
    view.set_viewport_size(SMALL)
    view.emulate_media(reduced_motion="reduce")
    page = opened(view, run)
    view.get_by_role("button", name="Faults").click()
    view.get_by_role("switch", name="Provider down").check()
    view.locator(".notice").first.wait_for()
    view.get_by_role("tab", name="Webhooks").click()
    _everything(page)
    for tab in ("Phone", "Webhooks", "Playground"):
        view.get_by_role("tab", name=tab).click()
        assert view.evaluate(SCROLLS) == [], tab
        assert _serious(view) == [], tab


def test_the_first_load_is_small_and_asks_no_other_host(run: Run, view: Any) -> None:
    sizes, asked = {}, set()
    view.on("request", lambda request: asked.add(request.url))
    view.on("response", lambda answer: "stream" in answer.url or sizes.update({answer.url: len(answer.body())}))
    opened(view, run)
    view.wait_for_load_state()
    mine = {url: size for url, size in sizes.items() if not url.startswith("data:") and "/blooio/" not in url}
    assert len(mine) > 10
    assert sum(mine.values()) < MOST_BYTES, mine
    assert all(url.startswith((f"{run.url}/", "data:")) for url in asked), asked


def test_an_effect_is_named_and_keeps_still_for_whoever_asks_for_that(run: Run, view: Any) -> None:
    view.emulate_media(reduced_motion="reduce")
    page = opened(view, run)
    page.post("Slam")
    page.bubble("Slam").get_by_text("✦ slam").wait_for()
    assert view.evaluate("document.getAnimations().length") == 0
