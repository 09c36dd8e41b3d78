"""Stage 5 of a webhook. Put its messages on the FIFO queue, one group per chat; receipts and wake-ups go there, too."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from hookline.errors import QueueRefused
from hookline.identity import queue_key
from hookline.models import Message, Receipt, Wake

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

Record = Message | Receipt | Wake

BATCH = 10  # SQS takes no more entries in one call
TRIES = 3


class Queue:
    """The deliveries that wait for their turn."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def put(self, messages: Sequence[Record]) -> None:
        """Send all, in order. Raises QueueRefused if some were not taken; what comes behind those is not sent then."""
        for start in range(0, len(messages), BATCH):
            self._put(messages[start : start + BATCH])

    def _put(self, batch: Sequence[Record]) -> None:
        # A batch is answered 200 with some entries refused; these go again, in their order, before anything later does.
        entries = list(_entries(batch))
        for _ in range(TRIES):
            try:
                answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
            except (BotoCoreError, ClientError) as error:
                raise QueueRefused(f"the queue refused a batch: {error}") from error
            refused = {failed["Id"] for failed in answer.get("Failed", [])}
            entries = [entry for entry in entries if entry["Id"] in refused]
            if not entries:
                return
        raise QueueRefused(f"the queue refused {len(entries)} of {len(batch)} messages, {TRIES} times")


def _entries(batch: Sequence[Record]) -> "Iterator[SendMessageBatchRequestEntryTypeDef]":
    for n, message in enumerate(batch):
        yield {
            "Id": str(n),
            "MessageBody": message.model_dump_json(),
            "MessageGroupId": message.chat,
            "MessageDeduplicationId": _key(message),
        }


def _key(message: Record) -> str:
    match message:
        case Receipt(event_id=event_id):
            return _hash(event_id)  # theirs may hold what SQS doesn't take
        case Wake(chat=chat, due_at=due_at):
            return _hash(f"wake {chat} {due_at}")  # for the same moment it isn't woken again within five minutes
    return queue_key(message.delivery_id, message.request_id)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
