"""The stream of server-sent events behind an open page."""

from collections.abc import AsyncIterator
from contextlib import suppress

from sse_starlette import EventSourceResponse
from sse_starlette.sse import AppStatus, SendTimeoutError
from starlette.types import Receive, Scope, Send

# A browser that has gone without a word is noticed by what it no longer takes.
PING_SECONDS, PATIENCE_SECONDS = 15, 20
# Who stops the server ends the streams first; cut off by this library they would now and then end in an error.
AppStatus.enable_automatic_graceful_drain = False
HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}


class Stream(EventSourceResponse):
    """Lasts until the page is left, or doesn't take what it is told; a page that is still there comes back itself."""

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        super().__init__(chunks, headers=HEADERS, ping=PING_SECONDS, send_timeout=PATIENCE_SECONDS, sep="\n")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with suppress(SendTimeoutError):
            await super().__call__(scope, receive, send)
