"""What release does each minute: find the chats of which something is due, and wake each in its turn."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from hookline.errors import QueueRefused
from hookline.models import Wake
from hookline.rows import OF_CHAT

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BY_DUE = "by_due"  # the index of the chats' rows that have `waits` and `due_at`; no others do
WAITS = "chat"  # the one value of `waits`, so that the index has all of them side by side, by their time
BATCH = 10  # SQS takes no more in one call; what it refuses keeps none of the others from being woken
# Of a function's time, what a page or a batch may take where AWS hardly answers: two tries of six seconds, and a pause.
ENOUGH_MS = 15_000


def find(client: "DynamoDBClient", table: str, now: int) -> Iterator[Wake]:
    """Give a wake-up for each chat of which something was due by now (ms since 1970), the longest due first.

    The index lags behind the table: a chat that was looked after a moment ago may be among them.
    Raises ClientError or BotoCoreError when the table can't be reached.
    """
    pages = client.get_paginator("query").paginate(
        TableName=table,
        IndexName=BY_DUE,
        KeyConditionExpression="waits = :waits AND due_at <= :now",
        ExpressionAttributeValues={":waits": {"S": WAITS}, ":now": {"N": str(now)}},
    )
    for page in pages:
        for key in page["Items"]:
            yield Wake(chat=key["id"]["S"].removeprefix(OF_CHAT), due_at=int(key["due_at"]["N"]))


def wake(
    found: Iterator[Wake],
    put: Callable[[Sequence[Wake]], object],
    count: Callable[[str], None],
    remaining_ms: Callable[[], int],
) -> None:
    """Put the wake-ups on the queue for as long as there is time; who isn't woken now is found again next time.

    Raises what ``find`` raises, and QueueRefused when some were not taken, after all the others.
    """
    refusals, asleep = [], 0
    while remaining_ms() > ENOUGH_MS and (batch := list(islice(found, BATCH))) and remaining_ms() > ENOUGH_MS:
        try:
            put(batch)
        except QueueRefused as error:
            refusals.append(error)
            asleep += len(batch)
            continue
        for _ in batch:
            count("Woken")
    if refusals:
        raise QueueRefused(f"chats that could not be woken: {asleep}. First, {refusals[0]}") from refusals[0]
