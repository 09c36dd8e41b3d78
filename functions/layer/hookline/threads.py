"""The first message of each thread, which the thread's others are replies to: a small row beside the log."""

import hashlib
from collections.abc import Callable
from typing import Any

from hookline.clock import DAY, SECOND_MS
from hookline.rows import item, key
from hookline.table import Table

REPLIES_FOR = 29 * DAY  # seconds; the provider lets nobody reply to what is older than 30 days


class Threads:
    """Remembers them by chat and thread."""

    def __init__(self, table: Table, now_ms: Callable[[], int]) -> None:
        self._table = table
        self._now_ms = now_ms

    def first_of(self, chat: str, thread: str) -> str | None:
        """Return the id of the first message. Raises ClientError or BotoCoreError when the table can't be reached."""
        row = self._table.row(key(_id(chat, thread), 0))
        return str(row["first"]) if row and row["expires_at"] > self._now_ms() // SECOND_MS else None

    def begins(self, chat: str, thread: str, message_id: str) -> dict[str, Any]:
        """Return the put of a thread that begins, as part of a transaction.

        What an older one began is too old to be replied to.
        """
        expires_at = self._now_ms() // SECOND_MS + REPLIES_FOR
        row = {"id": _id(chat, thread), "generation": 0, "first": message_id, "expires_at": expires_at}
        return {"TableName": self._table.name, "Item": item(row)}


def _id(chat: str, thread: str) -> str:
    return f"thread {chat} {hashlib.sha256(thread.encode()).hexdigest()}"
