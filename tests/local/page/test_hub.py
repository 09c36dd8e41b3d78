"""Every open page is told everything, and one that doesn't listen holds up nobody."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from threading import Thread
from typing import Any

from local.page import hub as module
from local.page.hub import Hub, Listener, encoded

PATIENCE = 20.0  # seconds


def heard(chunk: bytes) -> list[tuple[str, Any]]:
    events = [event.partition("\ndata: ") for event in chunk.decode().split("\n\n") if event]
    return [(name.removeprefix("event: "), json.loads(data)) for name, _, data in events]


async def following(listener: Listener, count: int) -> list[tuple[str, Any]]:
    """Return so many events of it."""
    events: list[tuple[str, Any]] = []
    chunks: AsyncIterator[bytes] = listener.chunks()
    while len(events) < count:
        events += heard(await asyncio.wait_for(anext(chunks), PATIENCE))
    return events


def run(test: Callable[[Hub], Awaitable[None]]) -> None:
    async def begin() -> None:
        await test(Hub())

    asyncio.run(begin())


def test_all_that_listen_hear_it_in_the_order_in_which_it_was_told() -> None:
    async def test(hub: Hub) -> None:
        with hub.listening() as one, hub.listening() as other:
            hub.tell("webhook", {"n": 1})
            hub.tell("delivery", {"n": 2})
            for listener in (one, other):
                assert await following(listener, 2) == [("webhook", {"n": 1}), ("delivery", {"n": 2})]

    run(test)


def test_it_may_be_told_from_any_thread() -> None:
    async def test(hub: Hub) -> None:
        with hub.listening() as listener:
            threads = [Thread(target=hub.tell, args=("webhook", n)) for n in range(20)]
            for thread in threads:
                thread.start()
            assert sorted(n for _, n in await following(listener, 20)) == list(range(20))

    run(test)


def test_no_payload_ends_a_line_or_another_event() -> None:
    words = "a\n\nevent: rules\ndata: {}\r\u2028\ud800 é"
    chunk = encoded("webhook", {"body": words})
    assert chunk.count(b"\n") == 3
    assert chunk.isascii()
    assert heard(chunk) == [("webhook", {"body": words})]


def test_one_that_does_not_listen_is_dropped_and_the_others_go_on() -> None:
    async def test(hub: Hub) -> None:
        big = {"body": "x" * (module.MOST_WAITING // 4)}
        with hub.listening() as slow, hub.listening() as quick:
            for _ in range(5):
                hub.tell("webhook", big)
                await following(quick, 1)
            assert [chunk async for chunk in slow.chunks()] == []

    run(test)


def test_many_ticks_are_one() -> None:
    async def test(hub: Hub) -> None:
        with hub.listening() as listener:
            for _ in range(500):
                hub.tick()
            assert await following(listener, 1) == [("phone", {})]
            began = asyncio.get_running_loop().time()
            hub.tick()
            assert await following(listener, 1) == [("phone", {})]
            assert asyncio.get_running_loop().time() - began >= module.TICK_SECONDS / 2

    run(test)


def test_nobody_watches_before_the_first_and_after_the_last() -> None:
    async def test(hub: Hub) -> None:
        assert not hub.is_watched
        with hub.listening():
            assert hub.is_watched
        assert not hub.is_watched
        hub.tell("webhook", {})
        hub.tick()

    run(test)


def test_what_is_closed_ends_also_for_those_that_come_later() -> None:
    async def test(hub: Hub) -> None:
        with hub.listening() as listener:
            hub.close()
            assert [chunk async for chunk in listener.chunks()] == []
        with hub.listening() as later:
            assert [chunk async for chunk in later.chunks()] == []

    run(test)


def test_a_loop_that_is_over_is_told_nothing() -> None:
    hub = Hub()

    async def begin() -> None:
        hub.listening().__enter__()

    asyncio.run(begin())
    hub.tell("webhook", {})
