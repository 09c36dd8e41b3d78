"""Only the page itself is told anything, and may have something done."""

import asyncio
from typing import Any

import httpx
import pytest
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.page.door import MOST_BYTES, Door, Turned

URL = "http://127.0.0.1:8787"


class Asked(BaseModel):
    what: str


def ask(method: str, url: str = URL, host: str = "127.0.0.1", content: bytes = b'{"what": "x"}', **headers: str) -> Any:
    door = Door(host, URL)

    async def tell(request: Request) -> Response:
        try:
            if request.method == "GET":
                door.let_in(request)
                return JSONResponse({})
            return JSONResponse((await door.taken(request, Asked)).model_dump())
        except Turned as error:
            return JSONResponse(str(error), error.status)

    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(Starlette(routes=[Route("/", tell, methods=["GET", "POST"])]))
        async with httpx.AsyncClient(transport=transport, base_url=url) as client:
            given = {name.replace("_", "-"): value for name, value in headers.items()}
            return await client.request(method, "/", content=content if method == "POST" else None, headers=given)

    return asyncio.run(run())


def post(url: str = URL, content_type: str = "application/json", **more: Any) -> Any:
    return ask("POST", url, content_type=content_type, **{"origin": url, **more})


@pytest.mark.parametrize(
    "url", [URL, "http://localhost:8787", "http://[::1]:8787", "http://192.168.1.7:8787", "http://LOCALHOST:8787"]
)
def test_the_page_is_let_in_by_address_and_as_localhost(url: str) -> None:
    assert ask("GET", url).status_code == 200
    assert post(url).json() == {"what": "x"}


def test_the_host_that_was_given_is_let_in_too() -> None:
    assert post("http://Devbox.lan:8787", host="devbox.lan").status_code == 200


@pytest.mark.parametrize("name", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "devbox.lan"])
def test_no_page_gets_in_by_a_name_of_its_own(name: str) -> None:
    for turned in (ask("GET", f"http://{name}:8787"), post(f"http://{name}:8787")):
        assert turned.status_code == 403
        assert turned.json() == (
            f"The page isn't told anything under this name; open {URL}/, or start with HOST={name}."
        )


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "", "http://127.0.0.1:8788", "http://127.0.0.1", "http://[::1", "ws://x"]
)
def test_no_other_page_has_anything_done(origin: str) -> None:
    turned = post(origin=origin)
    assert turned.status_code == 403
    assert turned.json() == f"Only the page itself may ask for this; open {URL}/."


def test_a_form_of_another_page_could_not_say_json() -> None:
    turned = post(content_type="text/plain")
    assert (turned.status_code, turned.json()) == (403, "This is asked for with a body of type application/json.")


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"{", "the body: Invalid JSON"), (b"[]", "the body: Input should be an object"), (b"{}", "what: Field required"),
     (b'{"what": 1}', "what: Input should be a valid string"), (b'{"what": "\\ud800"}', "the body: Invalid JSON")],
)  # fmt: skip
def test_what_can_not_be_read_is_said(content: bytes, said: str) -> None:
    turned = post(content=content)
    assert turned.status_code == 400
    assert said in turned.json()


def test_what_is_too_much_is_not_read() -> None:
    assert post(content=b" " * (MOST_BYTES + 1)).status_code == 413
