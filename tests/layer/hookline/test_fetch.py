"""What lies at an address: whole, small and soon, or not at all."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from hookline.errors import Unreachable
from hookline.fetch import MAX_BYTES, TIMEOUT_SECONDS, fetched

URL = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-1.pem"
Handler = Callable[[httpx.Request], httpx.Response]


def get(handler: Handler, url: str = URL) -> bytes:
    with httpx.Client(transport=httpx.MockTransport(handler)) as http:
        return fetched(http, url)


def test_what_lies_there_is_returned() -> None:
    asked = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append((request.method, str(request.url), request.headers["accept-encoding"]))
        return httpx.Response(200, stream=Once(b"a certificate"))

    assert get(handler) == b"a certificate"
    assert asked == [("GET", URL, "identity")]


@pytest.mark.parametrize("status", [201, 204, 301, 302, 307, 308, 400, 403, 404, 429, 500, 503])
def test_any_other_answer_is_none_and_nobody_is_sent_elsewhere(status: int) -> None:
    asked = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(status, headers={"Location": "https://evil.example/"})

    with pytest.raises(Unreachable, match=f"answers {status}"):
        get(handler)
    assert asked == [URL]


@pytest.mark.parametrize(
    "error", [httpx.ConnectTimeout, httpx.ReadTimeout, httpx.ConnectError, httpx.RemoteProtocolError]
)
def test_who_does_not_answer_is_out_of_reach(error: type[httpx.TransportError]) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise error("", request=request)

    with pytest.raises(Unreachable, match=error.__name__):
        get(handler)


def test_an_address_that_is_none_is_out_of_reach() -> None:
    with pytest.raises(Unreachable, match="can't be fetched"):
        get(lambda _: httpx.Response(200), "https://sns.example:port/")


def test_what_has_no_end_is_not_read_to_it() -> None:
    read = 0

    class Endless(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            nonlocal read
            while True:
                read += 1
                yield b"x" * 1024

    with pytest.raises(Unreachable, match="more than"):
        get(lambda _: httpx.Response(200, stream=Endless()))
    assert read == MAX_BYTES // 1024 + 1


def test_what_was_compressed_unasked_is_not_unpacked() -> None:
    squeezed = b"\x1f\x8b not even gzip"
    assert get(lambda _: httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=Once(squeezed))) == squeezed


class Once(httpx.SyncByteStream):
    """A body as it comes over the wire."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        yield self._body


def test_a_sender_waits_fifteen_seconds_and_we_do_not() -> None:
    assert TIMEOUT_SECONDS * 2 < 15
