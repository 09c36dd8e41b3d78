"""A FIFO queue as Amazon documents it, on the clock of the test; its order is the one that ``make run`` plays."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import ClientError

from hookline.clock import MINUTE, SECOND_MS
from local.cloud.groups import Entry, Groups
from local.cloud.template import Queue

DEDUPLICATION_MS = 5 * MINUTE * SECOND_MS
MOST_PER_BATCH = 10

Record = dict[str, Any]  # as Lambda gets it


class FifoQueue:
    """Stands in for the client, too. What came too often is in ``dead``; ``most_receives`` is the worst of all."""

    def __init__(self, described: Queue, now_ms: Callable[[], int]) -> None:
        self.max_receive_count = int(json.loads(described.attributes["RedrivePolicy"])["maxReceiveCount"])
        self.visibility_ms = int(described.attributes["VisibilityTimeout"]) * SECOND_MS
        self.most_receives = 0
        self.dead: list[Record] = []
        self.refusals = 0  # of the next calls to send
        self._now_ms = now_ms
        self._groups = Groups()
        self._seen: dict[tuple[str, str], int] = {}
        self._in_flight: dict[str, Entry] = {}  # by receipt handle

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803
        assert QueueUrl
        if self.refusals:
            self.refusals -= 1
            raise ClientError({"Error": {"Code": "ServiceUnavailable"}}, "SendMessageBatch")
        for entry in Entries:
            key = (entry["MessageGroupId"], entry["MessageDeduplicationId"])
            if self._now_ms() - self._seen.get(key, -DEDUPLICATION_MS) >= DEDUPLICATION_MS:
                self._seen[key] = self._now_ms()
                self._groups.append(
                    key[0],
                    {"messageId": f"{len(self._seen)} {self._now_ms()}", "body": entry["MessageBody"], "received": 0},
                )
        return {"Successful": [{"Id": entry["Id"]} for entry in Entries]}

    def receive(self) -> list[Record]:
        self._groups.surface(self._now_ms())
        taken = self._groups.take(MOST_PER_BATCH, self._admits, self._now_ms() + self.visibility_ms)
        return list(self._handed_out(taken))

    def change_message_visibility_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> None:  # noqa: N803
        assert QueueUrl
        for change in Entries:
            self._groups.hide(
                self._in_flight[change["ReceiptHandle"]], self._now_ms() + change["VisibilityTimeout"] * SECOND_MS
            )

    def delete(self, records: list[Record]) -> None:
        for record in records:
            self._groups.remove(self._in_flight[record["receiptHandle"]])

    @property
    def is_empty(self) -> bool:
        return not self._groups.waiting + self._groups.in_flight

    def next_change(self) -> float:
        """Return when something becomes visible by itself, ms; infinity for never."""
        return self._groups.next_change()

    def _admits(self, entry: Entry) -> bool:
        if entry.message["received"] < self.max_receive_count:
            return True
        self.dead.append(entry.message)
        return False

    def _handed_out(self, taken: list[Entry]) -> Iterator[Record]:
        for entry in taken:
            entry.message["received"] += 1
            self.most_receives = max(self.most_receives, entry.message["received"])
            handle = f"{entry.place} {entry.message['received']}"
            self._in_flight[handle] = entry
            attributes = {"MessageGroupId": entry.group.id, "ApproximateReceiveCount": str(entry.message["received"])}
            yield {**entry.message, "receiptHandle": handle, "attributes": attributes}
