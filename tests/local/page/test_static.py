"""The page is plain files that load and run nothing but themselves, and put in as text what others wrote."""

import asyncio
import re

import httpx
import pytest
from starlette.applications import Starlette

from local.page.files import STATIC, files

SCRIPTS = sorted(path.name for path in STATIC.glob("*.js"))
STYLES = sorted(path.name for path in STATIC.glob("*.css"))
TYPES = {"js": "text/javascript", "css": "text/css"}


def get(path: str) -> httpx.Response:
    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(Starlette(routes=files()))
        async with httpx.AsyncClient(transport=transport, base_url="http://page") as client:
            return await client.get(path)

    return asyncio.run(run())


def html() -> str:
    return get("/").text


def scripts() -> str:
    return "".join((STATIC / name).read_text(encoding="utf-8") for name in SCRIPTS)


@pytest.mark.parametrize("path", ["/", *(f"/page/{name}" for name in (*SCRIPTS, *STYLES))])
def test_every_file_comes_with_the_policy(path: str) -> None:
    answer = get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(TYPES.get(path.rpartition(".")[2], "text/html"))
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self';")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_page_asks_no_other_host_for_anything() -> None:
    loaded = re.findall(r'(?:src|href)="([^"]*)"', html())
    assert all(each.startswith(("/", "data:")) for each in loaded), loaded
    styles = "".join((STATIC / name).read_text(encoding="utf-8") for name in STYLES)
    assert not re.search(r"https?://", scripts() + styles)


def test_nothing_is_inline_that_the_policy_would_block() -> None:
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]* src=)", html())


def test_what_was_received_is_put_in_as_text_only() -> None:
    markup = (
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|setHTML|DOMParser|createContextualFragment"
    )
    assert not re.search(markup, scripts())


def test_every_element_that_the_scripts_ask_for_is_on_the_page() -> None:
    asked = set(re.findall(r'\b(?:at|say)\("([\w-]+)"', scripts()))
    assert len(asked) > 50
    assert asked <= set(re.findall(r'\bid="([\w-]+)"', html()))


def test_every_script_that_another_imports_is_there() -> None:
    imported = set(re.findall(r'from "\./([\w-]+\.js)"', scripts()))
    assert imported | {"main.js"} == set(SCRIPTS)
