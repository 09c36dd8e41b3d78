"""The page's server side, behind a real server: what a page hears, and what it gets when it asks."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from tests.local.page.desk_of import RULES, FakeRunning, answer
from tests.test_run import eventually

from local.cloud.gateway import Integration, gateway
from local.commands.history import History
from local.page import Desk, Where, page
from local.provider.phone import Phone
from local.provider.simulator import simulator

TAKEN = answer(
    event_id="e1", deliveries=[{"delivery_id": "d1", "rule": "alerts", "chat": "oncall", "status": "queued"}]
)
ENDS_WITHIN = 5.0  # seconds; a server that waited for its pages would take for ever
ALERT = json.dumps({"alerts": [{"labels": {"alertname": "DiskFull"}, "fingerprint": "1"}]})


class Page:
    """An open page: what it hears, event by event."""

    def __init__(self, url: str) -> None:
        self.events: list[tuple[str, Any]] = []
        self.is_over = False
        self._thread = Thread(target=self._listen, args=(url,), daemon=True)
        self._thread.start()

    def _listen(self, url: str) -> None:
        try:
            self._hear(url)
        finally:
            self.is_over = True

    def _hear(self, url: str) -> None:
        with httpx.stream("GET", f"{url}/page/stream", timeout=60, trust_env=False) as stream:
            name = ""
            for line in stream.iter_lines():
                if line.startswith("event: "):
                    name = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    self.events.append((name, json.loads(line.removeprefix("data: "))))

    def heard(self, name: str) -> list[Any]:
        return [data for told, data in self.events if told == name]

    def hello(self) -> Any:
        return eventually(lambda: self.heard("hello"))[0]


class Server(uvicorn.Server):
    """The desk at a port of its own; it stops as a run does."""

    def __init__(self, history: History, *, live: bool = False) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.running = FakeRunning()
        self.phone = Phone(["chat_1"], "key")
        self.desk = Desk(Where("127.0.0.1", self.url, live), self.running, history, lambda: time.time_ns() // 10**6)  # type: ignore[arg-type]
        self.phone.observe(self.desk.phone_changed)
        self.answer: Callable[[], Any] = lambda: TAKEN
        app = Starlette(routes=[*page(self.desk), Mount("/blooio", self.desk.watching(simulator(self.phone)))])
        handler = self.desk.hearing(lambda _, __: self.answer())
        app.router.default = gateway({"ANY /hooks/{source}": Integration(handler)})
        super().__init__(uvicorn.Config(app, log_level="error", lifespan="off"))
        self.http = httpx.Client(base_url=self.url, headers={"Origin": self.url}, trust_env=False, timeout=30)
        self._thread = Thread(target=self.run, args=([self.listener],), daemon=True)
        self._thread.start()
        eventually(lambda: self.started)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self.desk.close()
        await super().shutdown(sockets)

    def stop(self) -> None:
        self.http.close()
        self.should_exit = True
        self._thread.join(ENDS_WITHIN)
        assert not self._thread.is_alive()

    def open(self) -> Page:
        opened = Page(self.url)
        opened.hello()
        return opened

    def ask(self, path: str, **content: Any) -> Any:
        return self.http.post(f"/page/{path}", json=content)


@pytest.fixture
def history(cloud: Any) -> History:
    return History(cloud.clients("dynamodb"), "DeliveryLog")


@pytest.fixture
def server(history: History) -> Iterator[Server]:
    server = Server(history)
    yield server
    server.stop()


def test_a_page_hears_what_runs_then_what_came_and_then_what_comes(server: Server) -> None:
    server.http.post("/hooks/alertmanager", content=ALERT)
    opened = server.open()
    hello = opened.hello()
    assert (hello["live"], hello["url"]) == (False, server.url)
    assert [action["name"] for action in hello["actions"]] == ["alert", "resolve", "storm", "form"]
    rules = hello["rules"]
    assert (rules["file"], rules["origin"], rules["version"], rules["text"]) == ("rules.yaml", "file", 1, RULES)
    assert rules["rules"] == ["ignore watchdog", "alerts", "letters"]
    assert rules["chats"] == [{"name": "oncall", "id": "chat_1"}, {"name": "office", "id": "chat_2"}]
    assert rules["sources"][0] == {
        "name": "alertmanager", "kind": "alertmanager", "sender": "Prometheus Alertmanager", "can_send": True
    }  # fmt: skip
    eventually(lambda: [webhook["title"] for webhook in opened.heard("webhook")] == ["DiskFull"])
    server.http.post("/hooks/alertmanager", content=ALERT)
    eventually(lambda: [webhook["n"] for webhook in opened.heard("webhook")] == [1, 2])
    assert [name for name, _ in opened.events][:2] == ["hello", "webhook"]


def test_a_webhook_that_breaks_its_function_is_shown_as_failed(server: Server, capfd: Any) -> None:
    def broken() -> Any:
        raise ValueError("it broke")

    server.answer = broken
    opened = server.open()
    assert server.http.post("/hooks/alertmanager", content=ALERT).status_code == 500
    [webhook] = eventually(lambda: opened.heard("webhook"))
    assert (webhook["verdict"], webhook["status"]) == ("failed", 500)
    assert "it broke" in capfd.readouterr().err


@pytest.mark.parametrize("way", ["limits", "reply", "a text"])
def test_what_changes_on_the_phone_is_a_tick(server: Server, way: str) -> None:
    opened = server.open()
    text = {"content": {"type": "text", "text": "Disk full"}}
    if way == "a text":
        server.http.post("/blooio/v4/chats/chat_1/messages", json=text, headers={"Authorization": "Bearer key"})
    elif way == "limits":
        server.http.put("/blooio/limits", json={"streak": 2})
    else:
        server.http.post("/blooio/reply", json={"chat_id": "chat_1", "text": "On it"})
    assert eventually(lambda: opened.heard("phone"))[0] == {}


def test_to_look_at_the_phone_is_no_tick(server: Server) -> None:
    opened = server.open()
    server.http.get("/blooio/conversations")
    server.running.use(RULES)
    eventually(lambda: opened.heard("rules"))
    assert opened.heard("phone") == []


def test_other_rules_are_told_with_what_the_buttons_do(server: Server) -> None:
    opened = server.open()
    server.running.use("chats: {a: chat_1}\nsources: {in: {kind: json, auth: none}}\nrules: []\n", "push")
    [told] = eventually(lambda: opened.heard("rules"))
    assert (told["rules"]["origin"], told["rules"]["version"]) == ("push", 2)
    assert {action["source"] for action in told["actions"]} == {None}


def test_the_server_stops_at_once_with_pages_open(history: History) -> None:
    server = Server(history)
    pages = [server.open() for _ in range(3)]
    server.stop()
    eventually(lambda: all(opened.is_over for opened in pages))


def test_a_page_that_is_left_is_followed_no_more(server: Server) -> None:
    with httpx.stream("GET", f"{server.url}/page/stream", trust_env=False, timeout=60) as stream:
        lines = stream.iter_lines()
        assert next(lines) == "event: hello"
        assert server.desk.hub.is_watched
    eventually(lambda: not server.desk.hub.is_watched)


def test_rules_that_are_sent_along_run_first(server: Server) -> None:
    rules = RULES.replace("name: alerts", "name: all alerts")
    told = server.ask("send", source="alertmanager", body=ALERT, rules=rules, is_new=False)
    assert told.json() == {"status": 202, "answer": json.loads(TAKEN["body"])}
    assert (server.running.text, server.running.origin) == (rules, "page")
    server.ask("send", source="alertmanager", body=ALERT, rules=rules, is_new=False)
    assert server.running.version == 2


def test_with_broken_rules_nothing_is_sent(server: Server) -> None:
    opened = server.open()
    told = server.ask("send", source="alertmanager", body=ALERT, rules="chats: {}", is_new=False)
    assert told.status_code == 409
    assert told.json()["problems"][0]["sentence"] == "`sources` is missing"
    assert server.running.text == RULES
    server.http.post("/hooks/json", content="{}")
    assert [webhook["source"] for webhook in eventually(lambda: opened.heard("webhook"))] == ["json"]


def test_rules_run_from_the_page_until_the_file_is_wanted_back(server: Server) -> None:
    rules = RULES.replace("name: alerts", "name: all alerts")
    told = server.ask("rules", text=rules)
    assert (told.status_code, told.json()["origin"], told.json()["rules"][1]) == (200, "page", "all alerts")
    assert server.ask("rules", text="rules: [").status_code == 409
    assert server.running.text == rules
    assert server.ask("rules", text=None).json()["origin"] == "file"
    assert server.running.text == RULES


def test_a_table_that_is_gone_is_a_sentence(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_: str) -> Any:
        raise ValueError("The secrets have to be a JSON map.")

    monkeypatch.setattr(server.running, "use", gone)
    told = server.ask("rules", text=RULES)
    assert (told.status_code, told.json()) == (
        409, {"error": "These rules can't run: The secrets have to be a JSON map."}
    )  # fmt: skip


def test_it_rehearses_and_gives_samples(server: Server) -> None:
    sample = server.http.get("/page/samples").json()[0]
    given = {name: sample[name] for name in ("source", "content_type", "headers", "body")}
    told = server.ask("rehearse", rules=RULES, **given).json()
    assert [message["rule"] for message in told["messages"]] == ["alerts"]


def test_it_fires_and_says_how_many_were_taken(server: Server) -> None:
    opened = server.open()
    assert server.ask("fire", what="alert").json() == {"sent": 1, "over": 0, "refused": 0}
    eventually(lambda: opened.heard("webhook"))
    [told] = eventually(lambda: opened.heard("rules"))
    assert told["actions"][1]["label"].startswith("Resolve ")


@pytest.mark.parametrize("path", ["rehearse", "send", "rules", "fire"])
def test_another_site_gets_nothing_done(server: Server, path: str) -> None:
    told = server.http.post(f"/page/{path}", json={}, headers={"Origin": "https://evil.example"})
    assert (told.status_code, list(told.json())) == (403, ["error"])


@pytest.mark.parametrize("path", ["stream", "samples"])
def test_under_a_strange_name_nothing_is_told(server: Server, path: str) -> None:
    told = server.http.get(f"/page/{path}", headers={"Host": "evil.example"})
    assert (told.status_code, list(told.json())) == (403, ["error"])


def test_live_is_said_and_fires_nothing(history: History) -> None:
    server = Server(history, live=True)
    assert server.open().hello()["live"] is True
    told = server.ask("fire", what="storm")
    assert (told.status_code, told.json()["error"][:7]) == (409, "LIVE=1:")
    assert "LIVE=1" in server.http.get("/form").text
    server.stop()
