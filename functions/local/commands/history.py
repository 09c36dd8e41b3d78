"""Reads the delivery log: the latest rows, one delivery whole, what is open, what was given up, told in a digest."""

import heapq
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from hookline.line import RECEIPTS
from hookline.status import GIVEN_UP, Status
from local.commands.errors import No
from local.commands.wanted import Row, Wanted

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BY_CHAT = "by_chat"
OPEN = (Status.SENDING, Status.RETRYING)
MOST_PER_GET = 100  # DynamoDB's limit for one BatchGetItem
SHORTEST_BEGINNING = 8  # characters; fewer would soon be the beginning of several
_SERIALIZE, _DESERIALIZE = TypeSerializer().serialize, TypeDeserializer().deserialize


@dataclass(frozen=True)
class History:
    """The delivery log as commands read it. Every method raises ClientError or BotoCoreError."""

    client: "DynamoDBClient"
    table: str
    looked: Callable[[int], object] = bool  # told how many rows more were looked at, where the whole table is

    def latest(self, wanted: Wanted, limit: int) -> list[Row]:
        """Return the newest rows, newest last. Of one chat they come by its index, else the whole table is looked at.

        That is fine for a log whose rows expire, and it never holds more than ``limit`` of them.
        """
        chats = list(wanted.one_of.get("chat", ()))
        if len(chats) == 1:
            newest = list(islice(self._of_chat(chats[0], wanted), limit))
        else:
            newest = heapq.nlargest(limit, self.scan(wanted), key=created_at)
        return sorted(newest, key=created_at)

    def generations(self, delivery_id: str) -> list[Row]:
        """Return every row of the delivery, the first told first; none when it isn't in the log."""
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            ConsistentRead=True,
            KeyConditionExpression="id = :id",
            ExpressionAttributeValues={":id": {"S": delivery_id}},
        )
        return [_plain(item) for page in pages for item in page["Items"] if _is_told_of(item)]

    def one(self, given: str) -> list[Row]:
        """Return the rows of the one delivery whose id begins so. Raises No, or ValueError when it isn't just one."""
        if rows := self.generations(given):
            return rows
        if len(given) < SHORTEST_BEGINNING:
            raise ValueError(f"{given} is too short; give {SHORTEST_BEGINNING} characters or more of a delivery's id.")
        ids = self.ids(given)
        if not ids:
            raise No(f"The log has no delivery {given}; it may still wait in the queue, or have expired.")
        if len(ids) > 1:
            raise ValueError(f"{len(ids)} deliveries begin with {given}; say which: {', '.join(ids)}.")
        return self.generations(ids[0])

    def ids(self, beginning: str) -> list[str]:
        """Return the ids that begin so: no index knows a part of a key, so the whole table is looked at."""
        pages = self.client.get_paginator("scan").paginate(
            TableName=self.table,
            ProjectionExpression="id",
            FilterExpression="begins_with(id, :beginning) AND attribute_exists(#status)",
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues={":beginning": {"S": beginning}},
        )
        return sorted({item["id"]["S"] for page in self._seen(pages) for item in page["Items"]})

    def oldest_open(self) -> int | None:
        """Return since when (ms) the oldest delivery waits that has begun and isn't finished."""
        rows = self.scan(Wanted(one_of={"status": [status.value for status in OPEN]}))
        return min((int(row.get("queued_at") or row["created_at"]) for row in rows), default=None)

    def told_in(self, digest: str) -> list[Row]:
        """Return what a digest told, oldest first: no index knows, so the whole table is looked at."""
        return sorted(self.scan(Wanted(one_of={"digest": [digest]})), key=created_at)

    def has_receipts(self) -> bool:
        """Return whether the provider has ever told what became of a message, or what somebody answered."""
        return any(self.rows([{"id": RECEIPTS, "generation": 0}]))

    def given_up(self, statuses: Collection[str], since: int) -> list[Row]:
        """Return the deliveries that ended so and weren't told later, oldest first; each as its latest row."""
        rows = self.scan(Wanted(one_of={"status": statuses}, least={"created_at": since}))
        return sorted((row for row in rows if self._is_latest(row)), key=created_at)

    def scan(self, wanted: Wanted) -> Iterator[Row]:
        """Give every row that is wanted, in no order, page by page."""
        for page in self._seen(self.client.get_paginator("scan").paginate(TableName=self.table, **wanted.filter())):
            yield from (_plain(item) for item in page["Items"] if _is_told_of(item))

    def _seen(self, pages: Iterable[Any]) -> Iterator[Any]:
        for page in pages:
            self.looked(page["ScannedCount"])
            yield page

    def _is_latest(self, row: Row) -> bool:
        if row["generation"] == 1 and "latest" not in row:
            return True
        return bool(self.generations(row["id"])[-1]["generation"] == row["generation"])

    def _of_chat(self, chat: str, wanted: Wanted) -> Iterator[Row]:
        """Give the chat's rows, newest first: their keys by the index, which holds no more, then the rows."""
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            IndexName=BY_CHAT,
            KeyConditionExpression="chat = :chat AND created_at >= :since",
            ExpressionAttributeValues={
                ":chat": {"S": chat},
                ":since": {"N": str(wanted.least.get("created_at", 0))},
            },
            ScanIndexForward=False,
            PaginationConfig={"PageSize": MOST_PER_GET},
        )
        for page in pages:
            keys = [{name: _plain(item)[name] for name in ("id", "generation")} for item in page["Items"]]
            rows = filter(_is_told_of, self.rows(keys))
            yield from (row for row in sorted(rows, key=created_at, reverse=True) if wanted.takes(row))

    def rows(self, keys: Sequence[Any]) -> Iterator[Row]:
        """Give the rows with these ids and generations, as far as there are such, in no order."""
        for start in range(0, len(keys), MOST_PER_GET):
            left: Any = {self.table: {"Keys": [_SERIALIZE(key)["M"] for key in keys[start : start + MOST_PER_GET]]}}
            while left:
                answer = self.client.batch_get_item(RequestItems=left)
                yield from map(_plain, answer["Responses"].get(self.table, []))
                left = answer["UnprocessedKeys"]


def created_at(row: Row) -> int:
    """Return when the row's turn came, in ms; what isn't a delivery has one, too."""
    return int(row.get("created_at", 0))


def is_given_up(row: Row) -> bool:
    return row["status"] in GIVEN_UP


def is_digest(row: Row) -> bool:
    """Say whether it tells what its chat held; of what was told in one, the attribute has the digest's id instead."""
    return isinstance(row.get("digest"), int)


def _is_told_of(item: Any) -> bool:
    """Say whether the row is of an event; what is kept of a chat isn't, nor are the rules."""
    return "status" in item


def _plain(item: Any) -> Row:
    return {name: _number(_DESERIALIZE(value)) for name, value in item.items()}


def _number(value: Any) -> Any:
    """Turn DynamoDB's decimals into numbers that JSON knows."""
    if isinstance(value, dict):
        return {name: _number(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_number(inner) for inner in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
