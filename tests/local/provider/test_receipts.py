"""The simulated provider tells by webhook what becomes of messages, signed and in order."""

import asyncio
import hashlib
import hmac
import itertools
import json
from threading import Semaphore
from typing import Any

import httpx
import pytest

from local.provider.phone import Phone
from local.provider.receipts import Receipts, signature
from local.provider.simulator import simulator

KEY = "bl_live_test"
CHAT, HOME = "chat_ops", "chat_home"
NOON = 1_780_000_000.5
URL = "http://hookline/receipts"
SECRET = "whsec_test"
PATIENCE_S = 10
# printf '5.{}' | openssl dgst -sha256 -hmac whsec_test
OPENSSL = "b3ef4a034a1d97c608b81cb2015d73e7057dd49b4302c418dfc08b9542c112f1"


class Desk:
    """A phone whose events arrive here; ``answers`` are given in turn, then 200 for ever."""

    def __init__(self, *answers: int | Exception) -> None:
        self.requests: list[httpx.Request] = []
        self._answers = iter(answers)
        self._posted = Semaphore(0)
        numbers = itertools.count(1)
        self.receipts = Receipts(
            URL,
            SECRET,
            clock=lambda: NOON,
            new_id=lambda: f"{next(numbers)}",
            waits_s=(0, 0),
            transport=httpx.MockTransport(self._take),
        )
        names = itertools.count(1)
        phone = Phone([CHAT, HOME], KEY, lambda: NOON, lambda: f"{next(names)}")
        self.app = simulator(phone, self.receipts)

    def _take(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        self._posted.release()
        answer = next(self._answers, 200)
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer)

    def ask(self, method: str, path: str, body: Any = None) -> httpx.Response:
        async def run() -> httpx.Response:
            headers = {"Authorization": f"Bearer {KEY}", "Idempotency-Key": "k1"}
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://phone", headers=headers) as client:
                return await client.request(method, path, json=body)

        return asyncio.run(run())

    def send(self, text: str = "Disk full", chat: str = CHAT) -> str:
        path, body = f"/v4/chats/{chat}/messages", {"content": {"type": "text", "text": text}}
        return str(self.ask("POST", path, body).json()["id"])

    def do(self, deed: str, chat: str = CHAT, **more: str) -> httpx.Response:
        return self.ask("POST", f"/{deed}", {"chat_id": chat, **more})

    def wait_for(self, posts: int) -> None:
        assert all(self._posted.acquire(timeout=PATIENCE_S) for _ in range(posts))

    def events(self) -> list[dict[str, Any]]:
        """Return what was posted, once all has been."""
        self.receipts.close()
        return [json.loads(request.content) for request in self.requests]

    def last(self) -> tuple[str, dict[str, Any]]:
        event = self.events()[-1]
        return event["type"], event["data"]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_an_accepted_message_is_sent_and_then_delivered(desk: Desk) -> None:
    desk.send()
    sent, delivered = desk.events()
    data = {
        "id": "msg_1",
        "chat_id": CHAT,
        "channel_id": "ch_local",
        "channel_type": "blooio",
        "protocol": "imessage",
        "direction": "outbound",
        "type": "text",
        "status": "sent",
        "error": None,
        "created_at": 1_780_000_000_500,
        "text": "Disk full",
        "updated_at": 1_780_000_000_500,
    }
    envelope = {"created_at": 1_780_000_000_500, "organization_id": "org_local"}
    assert sent == {**envelope, "id": "evt_1", "type": "message.sent", "data": data}
    known = {**envelope, "id": "evt_2", "type": "message.delivered"}
    assert delivered == {**known, "data": {**data, "status": "delivered"}}


def test_the_signature_covers_the_time_and_the_raw_body(desk: Desk) -> None:
    desk.send("Füllung")
    desk.events()
    for request in desk.requests:
        at, _, signed = request.headers["x-blooio-signature"].partition(",")
        expected = hmac.new(b"whsec_test", b"1780000000." + request.content, hashlib.sha256).hexdigest()
        assert (at, signed) == ("t=1780000000", f"v1={expected}")
        assert request.headers["content-type"] == "application/json"


def test_the_signature_is_what_openssl_computes() -> None:
    assert signature("whsec_test", 5, b"{}") == f"t=5,v1={OPENSSL}"


@pytest.mark.parametrize("trouble", [500, 302, 401, httpx.ConnectError("No one is there.")])
def test_what_was_not_taken_is_posted_again_under_its_id(trouble: int | Exception) -> None:
    desk = Desk(trouble, trouble)
    desk.do("reply", text="On it")
    desk.wait_for(3)
    assert [event["id"] for event in desk.events()] == ["evt_1"] * 3
    assert len({request.content for request in desk.requests}) == 1


def test_after_a_few_attempts_an_event_is_given_up_with_a_word_and_the_next_follows(
    capsys: pytest.CaptureFixture[str],
) -> None:
    desk = Desk(500, 500, 500)
    desk.do("reply", text="first")
    desk.wait_for(3)
    desk.do("reply", text="second")
    assert [event["data"]["text"] for event in desk.events()] == ["first"] * 3 + ["second"]
    assert capsys.readouterr().err == f"{URL} did not take message.received evt_1: it answered 500.\n"


def test_events_come_in_the_order_in_which_things_happened(desk: Desk) -> None:
    desk.send()
    desk.do("read")
    desk.do("react", reaction="like")
    desk.do("reply", text="Thanks")
    desk.do("fail")
    kinds = [event["type"].removeprefix("message.") for event in desk.events()]
    assert kinds == ["sent", "delivered", "read", "reaction", "received", "failed"]


def test_a_replay_and_a_rejected_message_are_not_told(desk: Desk) -> None:
    desk.ask("PUT", "/faults", {"sequence": ["failed"]})
    desk.send()
    desk.send()
    assert desk.events() == []


def test_what_was_accepted_is_told_although_the_sender_got_no_answer(desk: Desk) -> None:
    desk.ask("PUT", "/faults", {"sequence": ["bad-json"]})
    with pytest.raises(json.JSONDecodeError):
        desk.send()
    assert [event["data"]["status"] for event in desk.events()] == ["sent", "delivered"]


def test_a_reply_is_an_inbound_message_that_is_not_on_the_phone(desk: Desk) -> None:
    answer = desk.do("reply", text="On it")
    assert answer.status_code == 201
    kind, data = desk.last()
    assert (kind, data) == ("message.received", answer.json())
    assert (data["direction"], data["status"], data["text"], data["chat_id"]) == ("inbound", "received", "On it", CHAT)
    assert desk.ask("GET", "/messages").json() == []


def test_a_reply_tells_which_message_it_answers(desk: Desk) -> None:
    first = desk.send()
    answer = desk.do("reply", text="On it", message_id=first)
    kind, data = desk.last()
    assert (kind, data) == ("message.received", answer.json())
    assert (data["chat_id"], data["text"], data["reply_to"]) == (CHAT, "On it", first)
    assert data["id"] not in (None, first)


def test_a_reply_to_what_is_not_in_the_chat_is_not_said(desk: Desk) -> None:
    elsewhere = desk.send(chat=HOME)
    answer = desk.do("reply", text="On it", message_id=elsewhere)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    assert [event["type"] for event in desk.events()] == ["message.sent", "message.delivered"]


def test_a_rejected_message_can_not_be_answered(desk: Desk) -> None:
    desk.ask("PUT", "/faults", {"sequence": ["failed"]})
    rejected = desk.send()
    assert desk.do("reply", text="On it", message_id=rejected).status_code == 404
    assert desk.events() == []


def test_a_reaction_goes_to_the_latest_message_of_the_chat(desk: Desk) -> None:
    desk.send()
    desk.do("reply", text="?")
    answer = desk.do("react", reaction="like")
    kind, data = desk.last()
    assert kind == "message.reaction"
    assert (data["id"], data["message_id"], data["reaction"]) == ("msg_1", "msg_1", "like")
    assert data["chat_id"] == CHAT
    assert (answer.status_code, answer.json()["id"]) == (200, "msg_1")


def test_a_message_can_be_chosen_by_its_id(desk: Desk) -> None:
    first = desk.send()
    desk.do("fail", message_id=first, code="unreachable")
    kind, data = desk.last()
    assert (kind, data["id"], data["status"], data["error"]["code"]) == (
        "message.failed",
        first,
        "failed",
        "unreachable",
    )


def test_a_failed_message_stays_on_the_phone_with_its_error(desk: Desk) -> None:
    sent = desk.send()
    desk.do("fail")
    (shown,) = desk.ask("GET", "/messages").json()
    assert (shown["status"], shown["error"]["code"]) == ("failed", "delivery_failed")
    status = desk.ask("GET", f"/v4/chats/{CHAT}/messages/{sent}/status").json()["data"]
    assert (status["status"], status["error"]) == ("failed", shown["error"])
    desk.receipts.close()


def test_reading_a_chat_reads_what_was_not_read_before(desk: Desk) -> None:
    sent = desk.send()
    assert desk.do("read").json() == {"read": [sent]}
    assert desk.do("read").json() == {"read": []}
    assert [shown["status"] for shown in desk.ask("GET", "/messages").json()] == ["read"]
    assert desk.last()[0] == "message.read"


@pytest.mark.parametrize(
    ("deed", "more"), [("reply", {"text": "a"}), ("react", {"reaction": "like"}), ("fail", {}), ("read", {})]
)
def test_nothing_can_be_done_in_an_unknown_chat(desk: Desk, deed: str, more: dict[str, str]) -> None:
    answer = desk.do(deed, "chat_nobody", **more)
    assert answer.status_code == 404
    assert answer.json()["error"]["message"] == "No chat was found with the id chat_nobody."
    assert desk.events() == []


@pytest.mark.parametrize("message_id", [None, "msg_1"])
def test_a_message_of_another_chat_is_not_found(desk: Desk, message_id: str | None) -> None:
    desk.send(chat=HOME)
    answer = desk.do("fail", **({"message_id": message_id} if message_id else {}))
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    desk.receipts.close()


@pytest.mark.parametrize("more", [{}, {"text": ""}, {"text": "a", "txet": "b"}])
def test_a_deed_that_is_not_understood_is_refused(desk: Desk, more: dict[str, str]) -> None:
    assert desk.do("reply", **more).status_code == 422
    assert desk.events() == []


def test_without_receipts_everything_happens_in_silence() -> None:
    phone = Phone([CHAT], KEY)
    desk = Desk()
    desk.app = simulator(phone)
    desk.send()
    assert desk.do("read").status_code == 200
    assert [text.status for text in phone.texts()] == ["read"]
    assert desk.events() == []
