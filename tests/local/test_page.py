"""The phone page is plain files that load and run nothing but themselves, and one answers there as the person."""

import asyncio
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from tests.test_run import eventually, needed

from local import page as module
from local.page import page
from local.provider.phone import Phone
from local.provider.simulator import simulator

FOLDER = Path(module.__file__).parent / "static"
KEY = "bl_live_test"
CHAT, HOME = "chat_ops", "chat_home"
PATIENCE_MS = 30_000
SWITCH = re.compile(r"This line takes \d+ texts in a row without an answer")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
           "--disable-component-update", "--disable-sync"]  # fmt: skip


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


class Line:
    """The page over a simulated provider, behind a real server; ``heard`` is what the provider tells by webhook."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.phone = Phone([CHAT, HOME], KEY)
        self.phone.observe(self._hear)
        app = Starlette(routes=[*page(), Mount("/blooio", simulator(self.phone))])
        self._server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
        self._thread = Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            self._thread.join(0.01)
        self.url = f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"
        headers = {"Authorization": f"Bearer {KEY}"}
        self.http = httpx.Client(base_url=f"{self.url}/blooio", headers=headers, trust_env=False)

    def stop(self) -> None:
        self.http.close()
        self._server.should_exit = True
        self._thread.join()

    def _hear(self, kind: str, _: int, data: Mapping[str, Any]) -> None:
        if kind in {"message.received", "message.reaction"}:
            self.heard.append((kind, dict(data)))

    def send(self, text: str, chat: str = CHAT, **more: Any) -> httpx.Response:
        body = {"content": {"type": "text", "text": text, **more}}
        return self.http.post(f"/v4/chats/{chat}/messages", json=body)

    def limits(self) -> Any:
        return self.http.get("/limits").json()["limits"]


@pytest.fixture
def line() -> Iterator[Line]:
    line = Line()
    yield line
    line.stop()


@pytest.fixture(scope="module")
def _browser() -> Iterator[Any]:
    chromium = needed("chromium")
    from playwright.sync_api import expect, sync_playwright  # noqa: PLC0415 - heavy, and only these tests need it

    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def view(_browser: Any) -> Iterator[Any]:
    """Give an empty tab; whatever the policy blocks or the script stumbles over fails the test."""
    view, said = _browser.new_page(viewport={"width": 1000, "height": 800}), []
    view.on("console", lambda message: said.append(message.text))
    view.on("pageerror", lambda error: said.append(str(error)))
    yield view
    view.close()
    # A browser tells of each answer from 400 on; a test may want one.
    assert [each for each in said if not each.startswith("Failed to load resource")] == []


@pytest.mark.slow
def test_a_person_replies_where_the_text_is_shown(line: Line, view: Any) -> None:
    line.send("<b>Disk full</b>")
    view.goto(line.url)
    view.get_by_text("<b>Disk full</b>").first.wait_for()
    words = view.get_by_label("Answer as the person")
    words.fill("<i>On it</i>")
    words.press("Enter")
    view.locator(".is-mine", has_text="<i>On it</i>").wait_for()
    assert words.input_value() == ""
    assert words.evaluate("words => words === document.activeElement")
    [(kind, data)] = line.heard
    assert (kind, data["chat_id"], data["text"]) == ("message.received", CHAT, "<i>On it</i>")
    assert [message["text"] for message in line.http.get("/messages").json()] == ["<b>Disk full</b>"]


@pytest.mark.slow
def test_a_person_reacts_with_the_keyboard_alone(line: Line, view: Any) -> None:
    first = line.send("Disk full").json()["id"]
    line.send("Disk fuller")
    view.goto(line.url)
    button = view.get_by_role("button", name="React to Disk full", exact=True)
    view.get_by_role("button", name="React to Disk fuller").focus()
    for key in ("ArrowUp", "Enter", "Tab", "Tab", "Enter"):
        view.keyboard.press(key)
    view.get_by_role("img", name="Reaction: like").wait_for()
    assert view.get_by_role("group", name="Reactions").count() == 0
    assert button.evaluate("button => button === document.activeElement")
    [(kind, data)] = line.heard
    assert (kind, data["message_id"], data["reaction"], data["chat_id"]) == ("message.reaction", first, "like", CHAT)


@pytest.mark.slow
def test_escape_closes_the_reactions_and_sends_none(line: Line, view: Any) -> None:
    line.send("Disk full")
    view.goto(line.url)
    button = view.get_by_role("button", name="React to Disk full")
    button.click()
    assert view.get_by_role("group", name="Reactions").get_by_role("button").count() == 6
    view.keyboard.press("Escape")
    assert view.get_by_role("group", name="Reactions").count() == 0
    assert button.evaluate("button => button === document.activeElement")
    assert line.heard == []


@pytest.mark.slow
def test_the_switch_limits_the_line_and_the_chat_says_what_was_refused(line: Line, view: Any) -> None:
    line.send("Disk full")
    view.goto(line.url)
    view.get_by_text("Disk full").first.wait_for()
    switch, streak, hint = (
        view.get_by_role("switch", name=SWITCH),
        view.get_by_role("spinbutton", name="Texts in a row"),
        view.locator("#hint"),
    )
    streak.fill("2")
    switch.check()
    eventually(lambda: line.limits() == [{"chat_id": "*", "streak": 2}])
    assert [line.send(text).status_code for text in ("Disk fuller", "not this", "nor this")] == [201, 429, 429]
    view.get_by_text("2 texts were refused: this line waits for an answer.").wait_for()
    view.get_by_label("Answer as the person").fill("On it")
    view.get_by_role("button", name="Send").click()
    hint.wait_for(state="hidden")
    assert line.send("Disk empty").status_code == 201
    switch.uncheck()
    eventually(lambda: line.limits() == [{"chat_id": "*", "streak": None}])


@pytest.mark.slow
def test_the_switch_shows_what_is_in_force(line: Line, view: Any) -> None:
    from playwright.sync_api import expect  # noqa: PLC0415

    view.goto(line.url)
    switch, streak = view.get_by_role("switch", name=SWITCH), view.get_by_role("spinbutton", name="Texts in a row")
    expect(switch).not_to_be_checked()
    line.http.put("/limits", json={"streak": 7})
    expect(switch).to_be_checked()
    expect(streak).to_have_value("7")
    streak.fill("9")
    streak.press("Enter")
    eventually(lambda: line.limits() == [{"chat_id": "*", "streak": 9}])
    line.http.put("/limits", json={})
    expect(switch).not_to_be_checked()


@pytest.mark.slow
def test_a_number_that_is_no_limit_changes_nothing(line: Line, view: Any) -> None:
    from playwright.sync_api import expect  # noqa: PLC0415

    line.http.put("/limits", json={"streak": 7})
    view.goto(line.url)
    switch, streak = view.get_by_role("switch", name=SWITCH), view.get_by_role("spinbutton", name="Texts in a row")
    expect(switch).to_be_checked()
    streak.fill("0")
    streak.press("Enter")
    assert streak.evaluate("streak => streak.matches(':invalid')")
    assert line.limits() == [{"chat_id": "*", "streak": 7}]
    switch.uncheck()
    eventually(lambda: line.limits() == [{"chat_id": "*", "streak": None}])


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_replies_quote_what_they_answer_and_fit_a_small_phone(line: Line, view: Any, scheme: str) -> None:
    first = line.send("Disk full\n" + "and so on " * 20).json()["id"]
    line.send("Disk empty", reply_to=first)
    line.http.post("/reply", json={"chat_id": CHAT, "text": "Thanks " * 20, "message_id": first})
    line.http.post("/react", json={"chat_id": CHAT, "message_id": first, "reaction": "love"})
    view.set_viewport_size({"width": 375, "height": 667})
    view.emulate_media(color_scheme=scheme)
    view.goto(line.url)
    view.get_by_role("button", name="ops").click()
    for reply in ("Disk empty", "Thanks"):
        view.locator(".message", has_text=reply).locator(".quote", has_text="Disk full and so on").wait_for()
    view.get_by_role("button", name="React to Disk full").click()
    view.get_by_role("group", name="Reactions").wait_for()
    assert view.evaluate("[document.documentElement, bubbles].map(each => each.scrollWidth <= each.clientWidth)") == [
        True,
        True,
    ]


@pytest.mark.slow
def test_what_could_not_be_said_stays_in_the_field_with_the_reason(line: Line, view: Any) -> None:
    line.send("Disk full")
    view.goto(line.url)
    words = view.get_by_label("Answer as the person")
    words.wait_for()
    line.phone.forget(CHAT)
    words.fill("On it")
    words.press("Enter")
    view.get_by_text(f"No chat was found with the id {CHAT}.").wait_for()
    eventually(lambda: words.input_value() == "On it")
    line.phone.know([CHAT])
    words.press("Enter")
    view.locator(".is-mine", has_text="On it").wait_for()
    view.locator("#hint").wait_for(state="hidden")
