"""The simulated provider keeps the documented contract, and shows what reached the phone."""

import asyncio
import hashlib
import itertools
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from local.provider.idempotency import KEY_LIFETIME_S
from local.provider.phone import Phone
from local.provider.simulator import simulator

KEY = "bl_live_test"
CHAT = "chat_ops"
NOON = 1_780_000_000.0


class Clock:
    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> float:
        return self.time


class Provider:
    """One phone, asked over HTTP."""

    def __init__(self) -> None:
        self.numbers = itertools.count(1)
        self.on_new_id: Callable[[], None] = lambda: None
        self.clock = Clock()
        self.phone = Phone([CHAT, "chat_home"], KEY, self.clock, self.new_id)
        self.app = simulator(self.phone)

    def new_id(self) -> str:
        self.on_new_id()
        return f"{next(self.numbers):04}"

    def together(self, asking: Callable[[httpx.AsyncClient], Awaitable[Any]]) -> Any:
        async def run() -> Any:
            headers = {"Authorization": f"Bearer {KEY}"}
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://phone", headers=headers) as client:
                return await asking(client)

        return asyncio.run(run())

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        answer = self.together(lambda client: client.request(method, path, **more))
        assert isinstance(answer, httpx.Response)
        return answer

    def send(self, text: Any = "Disk full", key: str | None = None, chat: str = CHAT, **more: Any) -> httpx.Response:
        return self.ask(
            "POST",
            f"/v4/chats/{chat}/messages",
            json={"content": {"type": "text", "text": text, **more}},
            headers={"Idempotency-Key": key} if key else {},
        )

    def arrived(self) -> list[Any]:
        found = self.ask("GET", "/messages").json()
        assert isinstance(found, list)
        return found


@pytest.fixture
def provider() -> Provider:
    return Provider()


def test_an_accepted_message_is_returned_at_the_top_level(provider: Provider) -> None:
    answer = provider.send()
    assert answer.status_code == 201
    assert answer.json() == {
        "id": "msg_0001",
        "chat_id": CHAT,
        "channel_id": "ch_local",
        "channel_type": "blooio",
        "protocol": None,
        "direction": "outbound",
        "type": "text",
        "status": "queued",
        "error": None,
        "created_at": 1_780_000_000_000,
    }


def test_messages_lists_what_reached_the_phone_newest_last(provider: Provider) -> None:
    provider.send("first")
    provider.clock.time += 1
    provider.send("second", chat="chat_home", effect="slam", reply_to="msg_0001", link_preview={"title": "Graph"})
    first, second = provider.arrived()
    assert first == {
        "id": "msg_0001",
        "chat_id": CHAT,
        "text": "first",
        "status": "delivered",
        "protocol": "imessage",
        "created_at": 1_780_000_000_000,
    }
    assert second["chat_id"] == "chat_home"
    assert second["created_at"] == 1_780_000_001_000
    assert second["effect"] == "slam"
    assert second["reply_to"] == "msg_0001"
    assert second["link_preview"] == {"title": "Graph"}


@pytest.mark.parametrize("authorization", ["", "Bearer wrong", KEY, "Bearer ключ"])
def test_a_wrong_api_key_gets_the_flat_envelope(provider: Provider, authorization: str) -> None:
    answer = provider.ask(
        "POST", f"/v4/chats/{CHAT}/messages", headers={"Authorization": authorization.encode()}, content=b"{}"
    )
    assert answer.status_code == 401
    assert answer.json()["error"] == "unauthorized"
    assert answer.json()["status"] == 401
    assert provider.arrived() == []


@pytest.mark.parametrize("path", ["", f"/{CHAT}", f"/{CHAT}/messages/msg_1/status"])
def test_reading_needs_the_api_key_too(provider: Provider, path: str) -> None:
    assert provider.ask("GET", f"/v4/chats{path}", headers={"Authorization": "Bearer no"}).status_code == 401


def test_an_unknown_chat_is_not_found(provider: Provider) -> None:
    answer = provider.send(chat="chat_nobody")
    assert answer.status_code == 404
    assert answer.json() == {
        "error": {"code": "not_found", "message": "No chat was found with the id chat_nobody.", "details": None}
    }


def test_a_chat_can_become_known_and_unknown(provider: Provider) -> None:
    provider.phone.know(["chat_new"])
    assert provider.send(chat="chat_new").status_code == 201
    provider.phone.forget("chat_new")
    assert provider.send(chat="chat_new").status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", ""),
        (b"\xff{", ""),
        (b"[]", ""),
        (b"{}", "content"),
        (b'{"content": {"type": "text"}}', "content.text"),
        (b'{"content": {"type": "text", "text": ""}}', "content.text"),
        (b'{"content": {"type": "text", "text": 5}}', "content.text"),
        (b'{"content": {"type": "image", "text": "a"}}', "content.type"),
        (b'{"content": {"type": "text", "text": "a", "reply_to": null}}', "content.reply_to"),
        (b'{"content": {"type": "text", "text": "a", "effect": 1}}', "content.effect"),
        (b'{"content": {"type": "text", "text": "a", "link_preview": "x"}}', "content.link_preview"),
        (
            b'{"content": {"type": "text", "text": "a", "link_preview": {"imageUrl": 1}}}',
            "content.link_preview.imageUrl",
        ),
        (b'{"content": {"type": "text", "text": "a"}, "dry_run": "yes"}', "dry_run"),
    ],
)
def test_an_invalid_body_is_refused_with_the_field(provider: Provider, body: bytes, field: str) -> None:
    answer = provider.ask("POST", f"/v4/chats/{CHAT}/messages", content=body)
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "validation_failed"
    assert [each["field"] for each in answer.json()["error"]["details"]] == [field]
    assert provider.arrived() == []


def test_fields_that_nobody_documented_are_passed_over(provider: Provider) -> None:
    assert provider.send(colour="green").status_code == 201


def test_a_dry_run_is_a_preview_and_reaches_nobody(provider: Provider) -> None:
    body = {"content": {"type": "text", "text": "Hello", "effect": "slam"}, "dry_run": True}
    answer = provider.ask("POST", f"/v4/chats/{CHAT}/messages", json=body)
    assert answer.status_code == 200
    preview = {"chat_id": CHAT, "type": "text", "text": "Hello", "effect": "slam"}
    assert answer.json() == {"dry_run": True, "would_send": True, "preview": preview}
    assert provider.arrived() == []


def test_the_same_key_with_the_same_body_returns_the_original_and_sends_nothing(provider: Provider) -> None:
    first = provider.send(key="k1")
    provider.clock.time += KEY_LIFETIME_S - 1
    again = provider.send(key="k1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert len(provider.arrived()) == 1


@pytest.mark.parametrize("other", [{"text": "Disk empty"}, {"chat": "chat_home"}])
def test_the_same_key_with_another_request_is_a_conflict(provider: Provider, other: dict[str, str]) -> None:
    provider.send(key="k1")
    answer = provider.send(key="k1", **other)
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "idempotency_key_reused"
    assert len(provider.arrived()) == 1


def test_the_same_body_in_other_bytes_is_a_conflict(provider: Provider) -> None:
    sent = [b'{"content":{"type":"text","text":"a"}}', b'{"content": {"type":"text","text":"a"}}']
    path, headers = f"/v4/chats/{CHAT}/messages", {"Idempotency-Key": "k1"}
    answers = [provider.ask("POST", path, content=body, headers=headers).status_code for body in sent]
    assert answers == [201, 409]


def test_a_key_is_forgotten_after_a_day(provider: Provider) -> None:
    provider.send(key="k1")
    provider.clock.time += KEY_LIFETIME_S
    assert provider.send(key="k1").status_code == 201
    assert len(provider.arrived()) == 2


def test_a_refused_request_does_not_use_up_its_key(provider: Provider) -> None:
    assert provider.send("", key="k1").status_code == 422
    assert provider.send("Disk full", key="k1").status_code == 201


def test_without_a_key_every_request_is_a_message(provider: Provider) -> None:
    assert [provider.send().status_code, provider.send().status_code] == [201, 201]


def test_two_simultaneous_requests_with_one_key_make_one_message(provider: Provider) -> None:
    async def both(client: httpx.AsyncClient) -> list[int]:
        body, headers = {"content": {"type": "text", "text": "a"}}, {"Idempotency-Key": "k1"}
        sends = [client.post(f"/v4/chats/{CHAT}/messages", json=body, headers=headers) for _ in range(20)]
        return sorted(answer.status_code for answer in await asyncio.gather(*sends))

    provider.ask("PUT", "/faults", json={"latency_ms": 10})
    assert provider.together(both) == [200] * 19 + [201]
    assert len(provider.arrived()) == 1


def test_a_slow_answer_comes_after_the_message_has_arrived(provider: Provider) -> None:
    async def killed_while_waiting(client: httpx.AsyncClient) -> Any:
        arriving = asyncio.Event()
        provider.on_new_id = arriving.set
        body = {"content": {"type": "text", "text": "a"}}
        sending = asyncio.create_task(client.post(f"/v4/chats/{CHAT}/messages", json=body))
        await arriving.wait()
        arrived = (await client.get("/messages")).json()
        assert not sending.done()
        sending.cancel()
        return arrived

    provider.ask("PUT", "/faults", json={"latency_ms": 60_000})
    assert [each["text"] for each in provider.together(killed_while_waiting)] == ["a"]


@pytest.mark.parametrize("body", [{"latency_ms": -1}, {"latency_ms": "5"}, {"latencyms": 5}])
def test_a_fault_that_does_not_exist_is_refused(provider: Provider, body: dict[str, Any]) -> None:
    assert provider.ask("PUT", "/faults", json=body).status_code == 422
    assert provider.ask("GET", "/faults").json() == {"faults": []}


def test_faults_that_are_not_named_are_switched_off(provider: Provider) -> None:
    provider.ask("PUT", "/faults", json={"latency_ms": 5})
    assert provider.ask("PUT", "/faults", json={}).json() == {"faults": []}


def test_requests_tell_of_every_attempt_also_the_refused(provider: Provider) -> None:
    path = f"/v4/chats/{CHAT}/messages"
    provider.ask("POST", path, content=b"x", headers={"Idempotency-Key": "k1"})
    provider.ask("POST", path, content=b"y", headers={"Authorization": ""})
    known = {"at": 1_780_000_000_000, "chat_id": CHAT, "accepted": False, "message_id": None}
    first, second = ({"body_sha256": hashlib.sha256(body).hexdigest()} for body in (b"x", b"y"))
    assert provider.ask("GET", "/requests").json() == [
        {**known, **first, "idempotency_key": "k1", "status": 422, "code": "validation_failed", "answer": 422},
        {**known, **second, "idempotency_key": None, "status": 401, "code": "unauthorized", "answer": 401},
    ]


def test_the_status_of_a_message_is_wrapped_in_data(provider: Provider) -> None:
    sent = provider.send().json()["id"]
    answer = provider.ask("GET", f"/v4/chats/{CHAT}/messages/{sent}/status")
    time = 1_780_000_000_000
    known = {"id": sent, "status": "delivered", "protocol": "imessage", "error": None}
    assert answer.json() == {"data": {**known, "created_at": time, "updated_at": time}}


def test_a_message_has_no_status_in_another_chat(provider: Provider) -> None:
    sent = provider.send().json()["id"]
    assert provider.ask("GET", f"/v4/chats/chat_home/messages/{sent}/status").status_code == 404


def test_a_chat_says_when_it_last_heard_something(provider: Provider) -> None:
    assert provider.ask("GET", f"/v4/chats/{CHAT}").json()["data"]["last_message_at"] is None
    provider.send()
    assert provider.ask("GET", f"/v4/chats/{CHAT}").json()["data"]["last_message_at"] == 1_780_000_000_000
    assert provider.ask("GET", "/v4/chats/chat_nobody").status_code == 404


def test_chats_come_in_pages(provider: Provider) -> None:
    provider.phone.know(["chat_third"])
    first = provider.ask("GET", "/v4/chats", params={"limit": 2}).json()
    assert ([each["id"] for each in first["data"]], first["has_more"]) == ([CHAT, "chat_home"], True)
    second = provider.ask("GET", "/v4/chats", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [each["id"] for each in second["data"]] == ["chat_third"]
    assert (second["has_more"], second["next_cursor"]) == (False, None)


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=ten", "cursor=-1"])
def test_a_page_that_can_not_be_is_refused(provider: Provider, query: str) -> None:
    assert provider.ask("GET", f"/v4/chats?{query}").status_code == 422


def test_a_chat_is_created_once_and_then_found(provider: Provider) -> None:
    body = {"channel_id": "ch_1", "to": {"identifier": "+15551234567"}}
    created, found = (provider.ask("POST", "/v4/chats", json=body) for _ in range(2))
    assert (created.status_code, created.json()["data"]["created"]) == (201, True)
    assert (found.status_code, found.json()["data"]["created"]) == (200, False)
    assert created.json()["data"]["id"] == found.json()["data"]["id"]
    assert provider.ask("POST", "/v4/chats", json={"channel_id": "ch_1"}).status_code == 422
