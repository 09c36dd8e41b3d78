"""One message that really aborts the process, among nine neighbours of other chats."""

import time
from uuid import uuid4

import pytest
from tests.soak.stage import stage, until

from hookline.models import Message
from hookline.queue import Queue

WITHIN = 120.0  # seconds


def message(chat: str, text: str) -> Message:
    now = time.time_ns() // 1_000_000
    ids = {"delivery_id": str(uuid4()), "event_id": "e", "request_id": str(uuid4())}
    return Message(**ids, source="s", rule="r", chat=chat, chat_name=chat, text=text, accepted_at=now, queued_at=now)


@pytest.mark.slow
def test_all_nine_neighbours_arrive_and_the_tenth_is_dead_with_its_reason() -> None:
    chats = [f"chat_{n:02}" for n in range(10)]
    texts = [f"message {n}" for n in range(9)] + ["poison"]
    # One poller: a message is tried alone when nothing else of its batch is at work; Lambda's process has one batch.
    with stage(chats, pollers=1) as on:
        batch = [message(chat, text) for chat, text in zip(chats, texts, strict=True)]
        Queue(on.clients("sqs"), on.queue_url).put(batch)
        until(on.is_empty, WITHIN)
        assert sorted(text.text for text in on.provider.phone.texts()) == texts[:9]
        row = on.rows()["poison"]
        assert row["status"]["S"] == "dead"
        assert row["error"]["M"]["reason"]["S"] == "stopped the worker 3 times"
