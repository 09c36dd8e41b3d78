"""Who is woken, in which order, for how long, and what happens to those whom the queue doesn't take."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from tests.conftest import NOON

from hookline.due import BATCH, ENOUGH_MS, find, wake
from hookline.errors import QueueRefused
from hookline.models import Wake

TABLE = "DeliveryLog"
LONG = ENOUGH_MS + 1


def row_due(chat: str, due_at: int) -> dict[str, Any]:
    return {**row(f"chat {chat}"), "waits": {"S": "chat"}, "due_at": {"N": str(due_at)}}


def row(row_id: str, generation: int = 0, **attributes: Any) -> dict[str, Any]:
    return {"id": {"S": row_id}, "generation": {"N": str(generation)}, **attributes}


def keep(cloud: Any, *rows: dict[str, Any]) -> None:
    for one in rows:
        cloud.clients("dynamodb").put_item(TableName=TABLE, Item=one)


def found(cloud: Any, now: int = NOON) -> list[Wake]:
    return list(find(cloud.clients("dynamodb"), TABLE, now))


def chats(count: int) -> Iterator[Wake]:
    return (Wake(chat=f"chat_{n}", due_at=n) for n in range(count))


@dataclass
class Putting:
    """A queue that refuses the batches with these numbers."""

    refused: set[int] = field(default_factory=set)
    batches: list[list[str]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def put(self, batch: Sequence[Wake]) -> None:
        self.batches.append([one.chat for one in batch])
        if len(self.batches) in self.refused:
            raise QueueRefused(f"no {len(self.batches)}")

    def count(self, name: str) -> None:
        self.counts[name] += 1


def test_a_chat_is_found_from_the_moment_on_that_something_of_it_is_due(cloud: Any) -> None:
    keep(cloud, row_due("chat_a1b2", NOON))
    assert found(cloud, NOON - 1) == []
    assert found(cloud, NOON) == [Wake(chat="chat_a1b2", due_at=NOON)]


def test_who_has_been_due_for_longest_comes_first(cloud: Any) -> None:
    keep(cloud, row_due("b", 20), row_due("c", 3), row_due("a", 100))
    assert [one.chat for one in found(cloud)] == ["c", "b", "a"]


def test_a_chat_without_anything_due_and_a_message_are_not_found(cloud: Any) -> None:
    message = row("5f0d3a86-0f0b-4f0e-9a55-3a6f9d1c7e11", 1, chat={"S": "chat_a1b2"}, created_at={"N": "1"})
    keep(cloud, row("chat calm"), message)
    assert found(cloud) == []


def test_more_chats_than_fit_on_a_page_are_all_found(cloud: Any) -> None:
    """A page ends after a megabyte; long ids get there with few rows."""
    ids = [f"chat_{n:03}{'x' * 2000}" for n in range(575)]
    client = cloud.clients("dynamodb")
    rows = [{"PutRequest": {"Item": row_due(chat, due_at)}} for due_at, chat in enumerate(ids)]
    for start in range(0, len(rows), 25):
        client.batch_write_item(RequestItems={TABLE: rows[start : start + 25]})
    of_all = {"KeyConditionExpression": "waits = :w", "ExpressionAttributeValues": {":w": {"S": "chat"}}}
    assert "LastEvaluatedKey" in client.query(TableName=TABLE, IndexName="by_due", **of_all)
    assert [one.chat for one in found(cloud)] == ids


def test_a_batch_has_as_many_wake_ups_as_the_queue_takes_at_once() -> None:
    queue = Putting()
    wake(chats(2 * BATCH + 1), queue.put, queue.count, lambda: LONG)
    assert [len(batch) for batch in queue.batches] == [BATCH, BATCH, 1]
    assert queue.counts == {"Woken": 2 * BATCH + 1}


def test_nobody_due_means_nothing_is_put() -> None:
    queue = Putting()
    wake(chats(0), queue.put, queue.count, lambda: LONG)
    assert (queue.batches, queue.counts) == ([], {})


def test_when_the_time_is_up_the_rest_is_left_to_the_next_minute() -> None:
    queue = Putting()
    wake(chats(3 * BATCH), queue.put, queue.count, lambda: LONG - len(queue.batches))
    assert queue.batches == [[f"chat_{n}" for n in range(BATCH)]]


def test_a_slow_look_at_the_table_leaves_no_time_for_the_queue() -> None:
    queue, left = Putting(), [LONG, ENOUGH_MS]
    wake(chats(1), queue.put, queue.count, lambda: left.pop(0))
    assert queue.batches == []


def test_what_the_queue_refuses_is_an_error_after_all_the_others_are_woken() -> None:
    queue = Putting(refused={1, 3})
    with pytest.raises(QueueRefused, match=rf"^chats that could not be woken: {2 * BATCH}\. First, no 1$"):
        wake(chats(3 * BATCH + 1), queue.put, queue.count, lambda: LONG)
    assert [len(batch) for batch in queue.batches] == [BATCH, BATCH, BATCH, 1]
    assert queue.counts == {"Woken": BATCH + 1}
