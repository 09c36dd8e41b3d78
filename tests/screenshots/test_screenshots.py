"""The pictures in docs/images show the page as it is: the scene is played again, and what is on it compared."""

import struct
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from tests.local.page.browser.conftest import OPTIONS
from tests.screenshots.pictures import IMAGES, PICTURES, Picture, opened, said
from tests.screenshots.smaller import SIGNATURE, chunk, chunks, smaller
from tests.test_run import needed, running

MOST_BYTES = 150_000


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    chromium = needed("chromium")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - heavy, and only this test needs it

    with running(tmp_path_factory.mktemp("scene")) as run, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=OPTIONS)
        yield opened(browser, run.url)
        browser.close()


@pytest.mark.slow
@pytest.mark.parametrize("picture", {picture.text: picture for picture in PICTURES}.values(), ids=lambda one: one.text)
def test_a_picture_shows_what_is_on_the_page(view: Any, picture: Picture) -> None:
    picture.prepare(view)
    shown = (IMAGES / f"{picture.text}.txt").read_text(encoding="utf-8")
    assert said(view) == shown, "The page has changed: run `make screenshots`, and look at what it took."


@pytest.mark.parametrize("picture", PICTURES, ids=lambda one: one.name)
def test_a_picture_is_small(picture: Picture) -> None:
    assert (IMAGES / f"{picture.name}.png").stat().st_size < MOST_BYTES


def test_every_picture_is_taken_by_the_script() -> None:
    taken = {f"{picture.name}.png" for picture in PICTURES} | {f"{picture.text}.txt" for picture in PICTURES}
    assert {path.name for path in IMAGES.iterdir()} == taken


def test_a_picture_with_few_colours_keeps_them_when_it_is_made_smaller() -> None:
    red, green, blue = b"\xff\0\0", b"\0\xff\0", b"\0\0\xff"
    unlike_the_left = bytes((g - r) % 256 for r, g in zip(red, green, strict=True))
    rows = (
        b"\0"
        + red
        + red
        + b"\1"
        + red
        + unlike_the_left
        + b"\2"
        + bytes(3)
        + bytes((b - g) % 256 for g, b in zip(green, blue, strict=True))
    )
    header = struct.pack(">IIBBBBB", 2, 3, 8, 2, 0, 0, 0)
    written = [(b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    made = dict(chunks(smaller(SIGNATURE + b"".join(chunk(*one) for one in written))))
    palette = [made[b"PLTE"][n : n + 3] for n in range(0, len(made[b"PLTE"]), 3)]
    data = zlib.decompress(made[b"IDAT"])
    assert [[palette[n] for n in data[at + 1 : at + 3]] for at in (0, 3, 6)] == [[red, red], [red, green], [red, blue]]
