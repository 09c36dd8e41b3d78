"""The phone page is plain files that load and run nothing but themselves."""

import asyncio
import re
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from local import page as module
from local.page import page

FOLDER = Path(module.__file__).parent


def get(path: str) -> httpx.Response:
    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(Starlette(routes=[*page()]))
        async with httpx.AsyncClient(transport=transport, base_url="http://phone") as client:
            return await client.get(path)

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("path", "media_type"), [("/", "text/html"), ("/phone.css", "text/css"), ("/phone.js", "text/javascript")]
)
def test_every_file_comes_with_the_policy(path: str, media_type: str) -> None:
    answer = get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(media_type)
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self';")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_page_asks_no_other_host_for_anything() -> None:
    loaded = re.findall(r'(?:src|href)="([^"]*)"', get("/").text)
    assert all(each.startswith(("/", "data:")) for each in loaded), loaded
    assert not re.search(r"https?://", get("/phone.js").text + get("/phone.css").text)


def test_nothing_is_inline_that_the_policy_would_block() -> None:
    html = get("/").text
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?! src=)", html)


def test_what_was_received_is_put_in_as_text_only() -> None:
    script = (FOLDER / "phone.js").read_text(encoding="utf-8")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|setHTML", script)


def test_every_element_that_the_script_asks_for_is_on_the_page() -> None:
    asked = set(re.findall(r'\bat\("([\w-]+)"\)', get("/phone.js").text))
    assert asked
    assert asked <= set(re.findall(r'\bid="([\w-]+)"', get("/").text))
