"""One attempt: what goes over the wire, and what comes of it when the wire fails."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from blooio import Blooio, Outcome, Verdict

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
BODY = '{"content":{"type":"text","text":"Grüße 🔥"}}'


class Wire:
    """Answers every request alike and remembers them."""

    def __init__(self, answer: Callable[[httpx.Request], httpx.Response]) -> None:
        self.requests: list[httpx.Request] = []
        self._answer = answer

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self._answer(request)


def sent(_: httpx.Request) -> httpx.Response:
    return httpx.Response(201, json={"id": "msg_1", "status": "queued"})


def send(wire: Wire, *, chat: str = "chat_a1", key: str = "bl_live_1", base: str = "https://api.test/v4") -> Outcome:
    with httpx.Client(transport=httpx.MockTransport(wire)) as http:
        return Blooio(base, http, lambda: key, lambda: NOW).send(chat, BODY, "key-1")


def test_the_request_is_as_documented_to_the_byte() -> None:
    wire = Wire(sent)
    outcome = send(wire)
    (request,) = wire.requests
    assert (request.method, str(request.url)) == ("POST", "https://api.test/v4/chats/chat_a1/messages")
    assert request.headers["authorization"] == "Bearer bl_live_1"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["idempotency-key"] == "key-1"
    assert request.content == BODY.encode()
    assert outcome.verdict is Verdict.SENT


def test_a_slash_at_the_end_of_the_base_url_does_no_harm() -> None:
    wire = Wire(sent)
    send(wire, base="https://api.test/v4/")
    assert str(wire.requests[0].url) == "https://api.test/v4/chats/chat_a1/messages"


def test_a_chat_id_cannot_lead_to_another_address() -> None:
    wire = Wire(sent)
    send(wire, chat="chat_a/../../keys?x=1#y")
    assert wire.requests[0].url.raw_path == b"/v4/chats/chat_a%2F..%2F..%2Fkeys%3Fx%3D1%23y/messages"


@pytest.mark.parametrize(
    "failure",
    [httpx.ConnectError, httpx.ConnectTimeout, httpx.ReadError, httpx.ReadTimeout, httpx.WriteError,
     httpx.WriteTimeout, httpx.PoolTimeout, httpx.RemoteProtocolError, httpx.CloseError],
)  # fmt: skip
def test_whatever_fails_on_the_wire_is_tried_again(failure: type[httpx.TransportError]) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise failure("it broke", request=request)

    assert send(Wire(fail)) == Outcome(Verdict.RETRY, None, failure.__name__, "it broke")


def test_an_answer_that_breaks_off_is_tried_again() -> None:
    def broken(_: httpx.Request) -> httpx.Response:
        return httpx.Response(201, headers={"content-encoding": "gzip"}, stream=httpx.ByteStream(b"no gzip"))

    assert send(Wire(broken)).verdict is Verdict.RETRY


def test_a_redirect_is_not_followed() -> None:
    wire = Wire(lambda _: httpx.Response(302, headers={"location": "https://elsewhere.test/"}))
    assert send(wire).verdict is Verdict.RETRY
    assert len(wire.requests) == 1


def test_the_wish_to_wait_is_found_in_the_headers_and_counted_from_now() -> None:
    wire = Wire(lambda _: httpx.Response(503, headers={"Retry-After": "Mon, 02 Nov 2026 12:01:00 GMT"}))
    assert send(wire).retry_after == 60


def test_the_key_is_asked_at_each_attempt() -> None:
    keys = iter(["old", "new"])
    wire = Wire(sent)
    with httpx.Client(transport=httpx.MockTransport(wire)) as http:
        provider = Blooio("https://api.test", http, lambda: next(keys), lambda: NOW)
        provider.send("chat_a", BODY, "1")
        provider.send("chat_a", BODY, "1")
    assert [request.headers["authorization"] for request in wire.requests] == ["Bearer old", "Bearer new"]


def test_a_key_that_was_pasted_with_its_line_break_works() -> None:
    wire = Wire(sent)
    send(wire, key="bl_live_1\n")
    assert wire.requests[0].headers["authorization"] == "Bearer bl_live_1"


@pytest.mark.parametrize("key", ["", " ", "bl_lïve", "bl\nlive", "bl\x00live"])
def test_a_key_that_no_header_can_carry_is_not_sent_and_not_quoted(key: str) -> None:
    wire = Wire(sent)
    outcome = send(wire, key=key)
    assert outcome == Outcome(Verdict.AUTH, None, "unusable_key", "a header can't carry the API key as it is stored")
    assert wire.requests == []


def test_an_attempt_shares_its_seconds_between_connecting_writing_and_waiting() -> None:
    wire = Wire(sent)
    with httpx.Client(transport=httpx.MockTransport(wire)) as http:
        Blooio("https://api.test", http, lambda: "k", lambda: NOW, attempt_seconds=4).send("chat_a", BODY, "1")
    timeout = wire.requests[0].extensions["timeout"]
    assert timeout["connect"] + timeout["write"] + timeout["read"] == 4


class _Drip(httpx.SyncByteStream):
    """An answer that comes piece by piece, each with some time in between."""

    def __init__(self, advance: Callable[[], None]) -> None:
        self._advance = advance

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(1000):
            self._advance()
            yield b" "


def test_an_answer_that_drips_in_for_ever_is_not_waited_for() -> None:
    seconds = [0]

    def advance() -> None:
        seconds[0] += 1

    http = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(201, stream=_Drip(advance))))
    start = datetime(2026, 11, 2, tzinfo=UTC)
    client = Blooio("https://provider.test/v4", http, lambda: "key", lambda: start + timedelta(seconds=seconds[0]))
    outcome = client.send("chat_1", "{}", "key-1")
    assert (outcome.verdict, outcome.code) == (Verdict.RETRY, "ReadTimeout")
    assert seconds[0] == 8
