"""Told to, the simulated provider refuses, stays silent, hangs up and garbles, over a real connection."""

import asyncio
import itertools
from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Thread
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from blooio.outcome import BY_CODE, Verdict, classify
from local.provider.phone import Phone
from local.provider.simulator import simulator
from local.provider.steps import STATUS_BY_CODE, WORDS

KEY = "bl_live_test"
CHAT, HOME = "chat_ops", "chat_home"
NOON = datetime(2026, 5, 28, 12, tzinfo=UTC)
# Long enough for an answer on this machine, and never waited for where an answer comes.
CLIENT_PATIENCE_S = 0.4


class Provider:
    """One phone behind a real server."""

    def __init__(self) -> None:
        self.app = Starlette()
        self._server = uvicorn.Server(uvicorn.Config(self.app, port=0, log_level="error", lifespan="off"))
        self._thread = Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            self._thread.join(0.01)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        headers = {"Authorization": f"Bearer {KEY}"}
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{port}/blooio", headers=headers, trust_env=False)

    def reset(self, **more: Any) -> None:
        numbers = itertools.count(1)
        phone = Phone([CHAT, HOME], KEY, NOON.timestamp, lambda: f"{next(numbers):04}")
        self.app.router.routes[:] = [Mount("/blooio", simulator(phone, **more))]

    def stop(self) -> None:
        self.http.close()
        self._server.should_exit = True
        self._thread.join()

    def plan(self, *sequence: str, **more: Any) -> httpx.Response:
        return self.http.put("/faults", json={"sequence": sequence, **more})

    def send(self, key: str = "k1", chat: str = CHAT, text: str = "Disk full", **more: Any) -> httpx.Response:
        body = {"content": {"type": "text", "text": text}}
        return self.http.post(f"/v4/chats/{chat}/messages", json=body, headers={"Idempotency-Key": key}, **more)

    def statuses(self, times: int, chat: str = CHAT) -> list[int]:
        return [self.send(key=f"{chat} {n}", chat=chat).status_code for n in range(times)]

    @property
    def arrived(self) -> list[str]:
        return [each["id"] for each in self.http.get("/messages").json()]

    @property
    def attempts(self) -> list[tuple[Any, ...]]:
        fields = ("status", "answer", "accepted", "message_id")
        return [tuple(each[name] for name in fields) for each in self.http.get("/requests").json()]


@pytest.fixture(scope="module")
def served() -> Iterator[Provider]:
    provider = Provider()
    yield provider
    provider.stop()


@pytest.fixture
def provider(served: Provider) -> Provider:
    served.reset()
    return served


def test_a_step_is_used_for_each_attempt_and_then_all_is_well(provider: Provider) -> None:
    provider.plan("503", "ok", "429")
    assert provider.statuses(4) == [503, 201, 429, 201]


def test_what_comes_after_the_sequence_goes_on(provider: Provider) -> None:
    provider.plan("ok", then="500")
    assert provider.statuses(3) == [201, 500, 500]


def test_a_chat_with_faults_of_its_own_is_out_of_reach_of_the_general_ones(provider: Provider) -> None:
    provider.plan("503", chat_id=HOME)
    provider.plan("500", "502")
    assert provider.statuses(2, HOME) == [503, 201]
    assert provider.statuses(3, CHAT) == [500, 502, 201]


def test_a_later_plan_replaces_that_of_the_same_chat_only(provider: Provider) -> None:
    provider.plan("500", "500")
    provider.plan("502", chat_id=HOME)
    provider.plan("503")
    assert provider.statuses(2) == [503, 201]
    assert provider.statuses(1, HOME) == [502]


def test_a_chat_named_alone_has_no_faults_of_its_own_any_more(provider: Provider) -> None:
    provider.plan(then="500")
    provider.plan(then="503", chat_id=HOME)
    provider.http.put("/faults", json={"chat_id": HOME})
    assert provider.statuses(1, HOME) == [500]


def test_nothing_named_switches_everything_off(provider: Provider) -> None:
    provider.plan(then="500")
    provider.plan(then="500", chat_id=HOME)
    assert provider.http.put("/faults", json={}).json() == {"faults": []}
    assert provider.statuses(1) + provider.statuses(1, HOME) == [201, 201]


def test_what_is_set_and_what_is_left_can_be_seen(provider: Provider) -> None:
    provider.plan("503", "429:3", then="timeout", latency_ms=1)
    provider.send()
    known = {"chat_id": "*", "sequence": ["503", "429:3"], "then": "timeout", "latency_ms": 1}
    assert provider.http.get("/faults").json() == {"faults": [{**known, "left": ["429:3"]}]}


@pytest.mark.parametrize("word", ["", "fine", "200", "600", "4294", "429:", "429:soon", "429:date:", "reset:3", "OK"])
def test_an_unknown_word_is_refused_with_those_that_exist(provider: Provider, word: str) -> None:
    answer = provider.plan("ok", word)
    assert answer.status_code == 422
    (complaint,) = answer.json()["error"]["details"]
    assert complaint["field"] == "sequence.1"
    assert complaint["message"].startswith("There is no such fault. The words are: ok, failed, timeout, ")
    assert all(known in complaint["message"] for known in [*WORDS, *STATUS_BY_CODE, "reply_target_", "429:date:10"])
    assert provider.http.get("/faults").json() == {"faults": []}


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("404", "not_found"),
        ("409", "conflict"),
        ("422", "validation_failed"),
        ("429", "rate_limited"),
        ("503", "service_unavailable"),
        ("522", "unknown_error"),
    ],
)
def test_a_status_comes_in_the_documented_envelope(provider: Provider, word: str, code: str) -> None:
    provider.plan(word)
    answer = provider.send()
    assert answer.status_code == int(word)
    said = f"The simulator was told to answer {word}."
    assert answer.json() == {"error": {"code": code, "message": said, "details": None}}
    assert provider.arrived == []


@pytest.mark.parametrize(("word", "error"), [("401", "unauthorized"), ("403", "forbidden")])
def test_a_refused_key_comes_flat(provider: Provider, word: str, error: str) -> None:
    provider.plan(word)
    said = f"The simulator was told to answer {word}."
    assert provider.send().json() == {"error": error, "message": said, "status": int(word)}


@pytest.mark.parametrize(
    ("word", "header"),
    [("429", None), ("429:3", "3"), ("503:10", "10"), ("429:date:10", "Thu, 28 May 2026 12:00:10 GMT")],
)
def test_a_refusal_can_say_when_to_come_back(provider: Provider, word: str, header: str | None) -> None:
    provider.plan(word)
    assert provider.send().headers.get("retry-after") == header


@pytest.mark.parametrize("code", BY_CODE)
def test_every_code_of_the_provider_is_a_word_that_the_client_understands(provider: Provider, code: str) -> None:
    provider.plan(code)
    answer = provider.send()
    outcome = classify(answer.status_code, answer.headers, answer.content, NOON)
    assert (outcome.verdict, outcome.code) == (BY_CODE[code], code)
    assert answer.status_code in {403, 429}


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("conversation_streak_limit", 429),
        ("outbound_limit_reached", 429),
        ("conversation_content_restricted", 403),
        ("safety_reply_only", 403),
        ("inbound_only_no_prior_inbound", 403),
        ("reply_target_not_found", 422),
        ("reply_target_too_old", 422),
        ("idempotency_key_reused", 409),
        ("chat_closed", 409),
    ],
)
def test_a_code_comes_with_its_status(provider: Provider, code: str, status: int) -> None:
    provider.plan(code)
    answer = provider.send()
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


@pytest.mark.parametrize(("word", "arrived"), [("reset", []), ("reset-after", ["msg_0001"])])
def test_a_dropped_connection_is_an_error_and_never_an_answer(
    provider: Provider, word: str, arrived: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    provider.plan(word)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        provider.send()
    assert provider.arrived == arrived
    assert provider.send().status_code == (200 if arrived else 201)
    assert len(provider.arrived) == 1
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(("word", "arrived"), [("timeout", []), ("timeout-after", ["msg_0001"])])
def test_silence_lasts_until_the_client_gives_up(provider: Provider, word: str, arrived: list[str]) -> None:
    provider.plan(word)
    with pytest.raises(httpx.ReadTimeout):
        provider.send(timeout=CLIENT_PATIENCE_S)
    assert provider.arrived == arrived
    assert provider.send().status_code == (200 if arrived else 201)


def test_a_client_that_never_gives_up_is_hung_up_on(provider: Provider) -> None:
    provider.reset(patience_s=0.01)
    provider.plan("timeout")
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        provider.send()


@pytest.mark.parametrize(("word", "arrived"), [("bad-json", ["msg_0001"]), ("bad-json-before", [])])
def test_an_unreadable_answer_makes_the_client_ask_again(provider: Provider, word: str, arrived: list[str]) -> None:
    provider.plan(word)
    answer = provider.send()
    assert answer.status_code == 201
    assert classify(201, answer.headers, answer.content, NOON).verdict is Verdict.RETRY
    assert provider.arrived == arrived
    assert provider.send().status_code == (200 if arrived else 201)


def test_an_honest_refusal_stays_readable(provider: Provider) -> None:
    provider.plan("bad-json")
    assert provider.send(chat="chat_nobody").json()["error"]["code"] == "not_found"


def test_a_failed_send_is_created_but_reaches_nobody(provider: Provider) -> None:
    provider.plan("failed")
    answer = provider.send()
    assert answer.status_code == 201
    said = answer.json()
    assert (said["status"], said["error"]["code"], said["protocol"]) == ("failed", "delivery_failed", None)
    assert said["fallback"] == {"recommended": True, "reason": "The recipient can't be reached on this channel."}
    assert classify(201, answer.headers, answer.content, NOON).verdict is Verdict.UNDELIVERABLE
    assert provider.arrived == []
    status = provider.http.get(f"/v4/chats/{CHAT}/messages/{said['id']}/status").json()["data"]
    assert (status["status"], status["error"]) == ("failed", said["error"])


def test_a_failed_send_fails_again_under_its_key(provider: Provider) -> None:
    provider.plan("failed")
    first, again, other = provider.send(), provider.send(), provider.send(key="k2")
    assert (again.status_code, again.json()) == (200, first.json())
    assert (other.status_code, provider.arrived) == (201, [other.json()["id"]])


def test_what_was_accepted_can_not_fail_when_it_is_repeated(provider: Provider) -> None:
    provider.plan("ok", "failed")
    first, again = provider.send(), provider.send()
    assert (again.status_code, again.json()) == (200, first.json())


def test_a_fault_meets_a_repetition_too(provider: Provider) -> None:
    provider.plan("ok", "503", "reset")
    first = provider.send()
    assert provider.send().status_code == 503
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        provider.send()
    assert provider.send().json() == first.json()
    assert len(provider.arrived) == 1


def test_requests_tell_what_the_sender_saw_and_what_the_phone_got(provider: Provider) -> None:
    provider.plan("429:3", "reset", "reset-after", "bad-json", "ok", "failed")
    for n in range(6):
        try:
            provider.send(key="k2" if n == 5 else "k1")
        except httpx.HTTPError:
            continue
    assert provider.attempts == [
        (429, "429:3", False, None),
        (None, "reset", False, None),
        (None, "reset-after", True, "msg_0001"),
        (200, "bad-json", True, "msg_0001"),
        (200, 200, True, "msg_0001"),
        (201, "failed", False, "msg_0002"),
    ]


def test_a_conflict_is_not_an_acceptance(provider: Provider) -> None:
    provider.send()
    assert provider.send(text="Disk empty").status_code == 409
    assert provider.attempts[-1] == (409, 409, False, None)


def test_a_server_that_can_not_hang_up_says_so() -> None:
    phone = Phone([CHAT], KEY)

    async def reset() -> None:
        transport = httpx.ASGITransport(simulator(phone))
        async with httpx.AsyncClient(transport=transport, base_url="http://phone") as client:
            await client.put("/faults", json={"then": "reset"})
            await client.post(f"/v4/chats/{CHAT}/messages")

    with pytest.raises(ConnectionAbortedError, match="this server can't"):
        asyncio.run(reset())
