"""Whoever has the page open, and what all of them are told; safe to be told things from any thread."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from typing import Any

MOST_WAITING = 8 * 1024 * 1024  # bytes; a page that is this far behind is dropped and begins anew
TICK_SECONDS = 0.2  # between two ticks of the phone


def encoded(name: str, data: Any) -> bytes:
    """Return a server-sent event; its JSON is ASCII, so that nothing in it ends a line or can't be encoded."""
    return f"event: {name}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n".encode()


class Listener:
    """One open page; it belongs to the event loop."""

    def __init__(self) -> None:
        self._waiting: deque[bytes] = deque()
        self._size = 0
        self._woken = asyncio.Event()
        self._is_over = False

    def put(self, chunk: bytes) -> None:
        self._waiting.append(chunk)
        self._size += len(chunk)
        if self._size > MOST_WAITING:
            self.end()
        self._woken.set()

    def end(self) -> None:
        """Tell it no more, also not what waits."""
        self._is_over = True
        self._woken.set()

    async def chunks(self) -> AsyncIterator[bytes]:
        """Give what there is as it comes, until the end."""
        while not self._is_over:
            await self._woken.wait()
            self._woken.clear()
            if self._waiting and not self._is_over:
                chunk = b"".join(self._waiting)
                self._waiting.clear()
                self._size = 0
                yield chunk


class Hub:
    """Spreads events to all open pages."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ticks_at = 0.0  # by the loop's clock
        self._is_ticking = False
        self._is_closed = False

    @property
    def is_watched(self) -> bool:
        """True while anybody has the page open."""
        return bool(self._listeners)

    @contextmanager
    def listening(self) -> Iterator[Listener]:
        """Give a listener that is told everything meanwhile; to be used in the event loop."""
        self._loop = asyncio.get_running_loop()
        listener = Listener()
        if self._is_closed:
            listener.end()
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    def tell(self, name: str, data: Any) -> None:
        """Tell every open page."""
        if self._listeners:
            self._call(self._spread, encoded(name, data))

    def tick(self) -> None:
        """Tell every open page that something has changed on the phone, soon and not too often."""
        if self._listeners and not self._is_ticking:
            self._is_ticking = True
            self._call(self._tick_later)

    def close(self) -> None:
        """End all listeners, and those that come; to be called in the event loop."""
        self._is_closed = True
        for listener in self._listeners:
            listener.end()

    def _tick_later(self) -> None:
        loop = asyncio.get_running_loop()
        loop.call_at(max(loop.time(), self._ticks_at + TICK_SECONDS), self._tick)

    def _tick(self) -> None:
        self._is_ticking = False
        self._ticks_at = asyncio.get_running_loop().time()
        self._spread(encoded("phone", {}))

    def _spread(self, chunk: bytes) -> None:
        for listener in self._listeners:
            listener.put(chunk)

    def _call(self, what: Any, *arguments: Any) -> None:
        with suppress(RuntimeError):  # a loop that is closed has nobody left to tell
            if self._loop:
                self._loop.call_soon_threadsafe(what, *arguments)
