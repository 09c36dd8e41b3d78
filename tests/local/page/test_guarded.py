"""Other sites' pages neither read the phone nor act on it; the functions and programs do."""

import asyncio

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from local.page.door import Door
from local.page.guarded import Guarded

URL = "http://127.0.0.1:8787"


async def simulator(scope: Scope, receive: Receive, send: Send) -> None:
    await JSONResponse({})(scope, receive, send)


def ask(method: str, path: str, url: str = URL, **headers: str) -> int:
    async def run() -> int:
        app = Starlette(routes=[Mount("/blooio", Guarded(simulator, Door("127.0.0.1", URL)))])
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=url) as client:
            return (await client.request(method, f"/blooio{path}", headers=headers)).status_code

    return asyncio.run(run())


@pytest.mark.parametrize(("method", "path"), [("GET", "/messages"), ("GET", "/conversations"), ("POST", "/reply")])
def test_the_page_and_programs_are_let_through(method: str, path: str) -> None:
    assert ask(method, path) == 200
    assert ask(method, path, origin=URL) == 200


@pytest.mark.parametrize(("method", "path"), [("GET", "/messages"), ("GET", "/conversations"), ("POST", "/reply")])
def test_neither_a_page_of_another_site_is_nor_a_name_that_anybody_may_have_given(method: str, path: str) -> None:
    assert ask(method, path, origin="http://evil.example") == 403
    assert ask(method, path, origin="null") == 403
    assert ask(method, path, "http://rebound.example:8787") == 403


def test_functions_in_a_container_know_this_machine_by_a_name_of_their_own() -> None:
    assert ask("POST", "/v4/chats/chat_1/messages", "http://host.docker.internal:8787") == 200
