"""What is shown of the page, at which size, and as text: times and ports are left out of that, for they differ."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.screenshots.scene import Scene
from tests.test_run import eventually

from local.project import ROOT

IMAGES = ROOT / "docs" / "images"
WIDE, TALL = {"width": 1280, "height": 900}, {"width": 1280, "height": 1120}
PLACE = "127.0.0.1:8787"  # where everybody's run is; the one of the pictures is on any port
SAMPLE = "critical: DiskAlmostFull"
_DIFFERS = {
    r"\d{4}-\d\d-\d\dT[\d:.]+Z": "2026-11-02T12:00:00Z",
    r"\b\d\d:\d\d(:\d\d)?\b": "12:00",
    r"(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day \d+ \w+": "Monday 2 November",
    r"more in \d+ (s|min)\b": "more in 1 s",
    r"\n *- paragraph: 12:00.*": "",  # under the last text of a minute
}


@dataclass(frozen=True)
class Picture:
    """``text`` names the file with what is on it, of which a light and a dark one have the same."""

    name: str
    text: str
    prepare: Callable[[Any], None]


def _page(view: Any) -> None:
    view.set_viewport_size(WIDE)
    view.emulate_media(color_scheme="light")
    view.get_by_role("tab", name="Webhooks").click()


def _in_the_dark(view: Any) -> None:
    _page(view)
    view.emulate_media(color_scheme="dark")


def _playground(view: Any) -> None:
    """Show rules in which somebody has mistyped the name of a chat."""
    view.set_viewport_size(TALL)
    view.emulate_media(color_scheme="light")
    view.get_by_role("tab", name="Playground").click()
    rules = view.get_by_label("Rules", exact=True)
    eventually(lambda: "chats:" in rules.input_value())
    view.get_by_label("Sample").select_option(label=SAMPLE)
    view.locator("#texts .bubble").first.wait_for()
    rules.fill(rules.input_value().replace("chat: office", "chat: offcie", 1))
    view.get_by_text("did you mean 'office'?").first.wait_for()


PICTURES = (
    Picture("page-light", "page", _page),
    Picture("page-dark", "page", _in_the_dark),
    Picture("playground", "playground", _playground),
)


def opened(browser: Any, url: str) -> Any:
    """Return the page, after the scene."""
    view = browser.new_context(base_url=url, viewport=WIDE, locale="en-GB", timezone_id="UTC").new_page()
    view.goto("/")
    view.get_by_role("button", name="Alert", exact=True).wait_for()
    Scene(url, view).play()
    return view


def said(view: Any) -> str:
    """Return what is on the page as its readers hear it, as far as it is always the same."""
    view.locator("#link-text").evaluate("(link, place) => link.textContent = place", PLACE)
    text: str = view.locator("body").aria_snapshot()
    for pattern, always in _DIFFERS.items():
        text = re.sub(pattern, always, text)
    return f"{text}\n"
