"""The batched send: what goes again, in which order, and when it is given up."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from hookline.errors import QueueRefused
from hookline.models import Message, Wake
from hookline.queue import TRIES, Queue


class Sqs:
    """Refuses the entries with the named texts so many times each, and keeps what it took."""

    def __init__(self, refusals: dict[str, int] | None = None) -> None:
        self.refusals = refusals or {}
        self.taken: list[str] = []
        self.calls = 0

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: ARG002, N803
        self.calls += 1
        failed = []
        for entry in Entries:
            text = json.loads(entry["MessageBody"])["text"]
            if self.refusals.get(text, 0) > 0:
                self.refusals[text] -= 1
                failed.append({"Id": entry["Id"], "Code": "InternalError", "SenderFault": False})
            else:
                self.taken.append(text)
        return {"Failed": failed}


def messages(count: int, request_id: str = "request-1") -> list[Message]:
    return [
        Message(
            delivery_id=f"00000000-0000-5000-8000-{n:012}",
            source="s",
            rule="r",
            event_id="e",
            request_id=request_id,
            chat="chat_1",
            chat_name="c",
            text=f"m{n}",
            accepted_at=0,
        )
        for n in range(count)
    ]


def put(sqs: Sqs, sent: list[Message]) -> None:
    Queue(sqs, "https://queue.test/q").put(sent)  # type: ignore[arg-type]


@pytest.mark.parametrize(("count", "calls"), [(1, 1), (10, 1), (11, 2), (25, 3)])
def test_ten_messages_take_one_call(count: int, calls: int) -> None:
    sqs = Sqs()
    put(sqs, messages(count))
    assert sqs.calls == calls
    assert sqs.taken == [f"m{n}" for n in range(count)]


def test_refused_entries_go_again_in_their_order_before_anything_later() -> None:
    sqs = Sqs({"m3": 1, "m5": 1})
    put(sqs, messages(12))
    assert sqs.taken == ["m0", "m1", "m2", "m4", "m6", "m7", "m8", "m9", "m3", "m5", "m10", "m11"]


def test_entries_refused_for_good_are_an_error_and_nothing_later_is_sent() -> None:
    sqs = Sqs({"m3": TRIES})
    with pytest.raises(QueueRefused, match="1 of 10 messages"):
        put(sqs, messages(20))
    assert "m10" not in sqs.taken


def test_a_queue_out_of_reach_is_an_error() -> None:
    class Down(Sqs):
        def send_message_batch(self, **_: Any) -> dict[str, Any]:
            raise ClientError({"Error": {"Code": "ServiceUnavailable"}}, "SendMessageBatch")

    with pytest.raises(QueueRefused, match="ServiceUnavailable"):
        put(Down(), messages(1))


def test_our_own_repeated_call_is_dropped_by_the_queue_and_a_senders_copy_is_not(cloud: Any) -> None:
    queue = Queue(cloud.clients("sqs"), cloud.queue_url)
    queue.put(messages(3))
    queue.put(messages(3))
    assert cloud.waiting() == 3
    queue.put(messages(3, request_id="request-2"))
    assert cloud.waiting() == 6


def test_a_chat_is_woken_once_for_each_moment_that_something_of_it_is_due(cloud: Any) -> None:
    queue = Queue(cloud.clients("sqs"), cloud.queue_url)
    for _ in range(2):
        queue.put([Wake(chat="chat_1", due_at=1), Wake(chat="chat_1", due_at=2), Wake(chat="chat_2", due_at=1)])
    received = cloud.clients("sqs").receive_message(
        QueueUrl=cloud.queue_url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["MessageGroupId"]
    )["Messages"]
    assert sorted((record["Attributes"]["MessageGroupId"], record["Body"]) for record in received) == [
        ("chat_1", '{"type":"wake","chat":"chat_1","due_at":1}'),
        ("chat_1", '{"type":"wake","chat":"chat_1","due_at":2}'),
        ("chat_2", '{"type":"wake","chat":"chat_2","due_at":1}'),
    ]
