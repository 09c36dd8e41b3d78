"""What an attempt sends."""

from typing import Any

import httpx
import pytest
from tests.layer.hookline.unpaced_house import House, message, ok, refused


def test_a_retry_sends_the_same_bytes_under_the_same_key(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, httpx.ReadTimeout("no answer"), refused(503, "unavailable"), ok())
    for _ in range(3):
        house.outbox.deliver(message(clock))
        clock.advance(1)
    first, *others = house.provider.requests
    assert len(others) == 2
    assert {r.content for r in others} == {first.content}
    assert {r.headers["idempotency-key"] for r in others} == {first.headers["idempotency-key"]}
    assert house.row()["status"] == "sent"


@pytest.mark.parametrize(
    ("options", "sent"),
    [
        ({}, '"text":"🔥 HighCPU on web-1"'),
        (
            # None of these is the provider's business.
            {"thread": "t", "urgent": True, "because": "it has no condition", "repeat": 60},
            '"text":"🔥 HighCPU on web-1"',
        ),
        (
            {"reply_to": "msg_0", "effect": "slam"},
            '"text":"🔥 HighCPU on web-1","reply_to":"msg_0","effect":"slam"',
        ),
        (
            {"link_preview": {"image": "https://x.test/a.png", "title": "Graph"}},
            '"text":"🔥 HighCPU on web-1","link_preview":{"imageUrl":"https://x.test/a.png","title":"Graph"}',
        ),
        ({"link_preview": {"title": "Graph"}}, '"text":"🔥 HighCPU on web-1","link_preview":{"title":"Graph"}'),
    ],
)
def test_the_bytes_of_a_message_are_the_same_from_one_version_to_the_next(
    cloud: Any, clock: Any, options: dict[str, Any], sent: str
) -> None:
    house = House(cloud, clock, ok())
    house.outbox.deliver(message(clock).model_copy(update=options))
    assert house.provider.requests[0].content.decode() == '{"content":{"type":"text",' + sent + "}}"
    assert house.row()["body"] == '{"content":{"type":"text",' + sent + "}}"
