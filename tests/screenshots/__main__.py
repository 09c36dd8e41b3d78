"""Take the pictures of the pages in docs/images, each with what is on it as text beside it; `make screenshots` does."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright
from tests.local.page.browser.conftest import OPTIONS
from tests.screenshots.pictures import IMAGES, PICTURES, opened, said
from tests.screenshots.smaller import smaller
from tests.test_run import needed, running

MOST_BYTES = 150_000


def main() -> None:
    """Take all of them."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as run, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=needed("chromium"), args=OPTIONS)
        view = opened(browser, run.url)
        for picture in PICTURES:
            picture.prepare(view)
            text = said(view)
            content = smaller(view.screenshot(animations="disabled", caret="hide"))
            (IMAGES / f"{picture.text}.txt").write_text(text, encoding="utf-8")
            (IMAGES / f"{picture.name}.png").write_bytes(content)
            print(f"{picture.name}.png: {len(content):,} bytes")  # noqa: T201 - it is a program
            if len(content) > MOST_BYTES:
                sys.exit(f"{picture.name}.png has more than {MOST_BYTES:,} bytes.")
        browser.close()


if __name__ == "__main__":
    main()
