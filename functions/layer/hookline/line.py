"""What is remembered of the line to the provider: since when receipts arrive, and when a chat's key was not taken."""

from collections.abc import Callable
from contextlib import suppress

from hookline.rows import chat_key, item
from hookline.table import Table

RECEIPTS = "receipts"  # the row that says since when they arrive


class Line:
    """Keeps it in small rows beside the log. Methods raise ClientError or BotoCoreError."""

    def __init__(self, table: Table, now_ms: Callable[[], int]) -> None:
        self._table = table
        self._now_ms = now_ms
        self._has_receipts = False

    def note_receipts(self) -> None:
        """Keep since when receipts arrive: without them nothing can release a chat."""
        if self._has_receipts:
            return
        client = self._table.client
        with suppress(client.exceptions.ConditionalCheckFailedException):
            client.put_item(
                TableName=self._table.name,
                Item=item({"id": RECEIPTS, "generation": 0, "first_at": self._now_ms()}),
                ConditionExpression="attribute_not_exists(id)",
            )
        self._has_receipts = True

    def note_unauthorized(self, chat: str) -> None:
        """Keep that the provider took no key for this chat just now, in the chat's row."""
        now = self._now_ms()
        self._table.client.update_item(
            TableName=self._table.name,
            Key=chat_key(chat),
            UpdateExpression="SET unauthorized_at = :now, expires_at = :later",
            ExpressionAttributeValues=item({":now": now, ":later": self._table.expires_at(now)}),
        )

    def unauthorized_at(self, chat: str) -> int:
        """Return when (ms) the provider took no key for this chat the last time, 0 for never."""
        return int(self._table.row(chat_key(chat)).get("unauthorized_at", 0))
