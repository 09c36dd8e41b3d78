"""Finds out which webhooks told again what was told already: their senders are told the same as the first one's."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from local.commands.history import History
from local.commands.wanted import Row

DUPLICATE = "duplicate"
REASON = "the log has it already, and so nobody is told again"
PATIENCE_SECONDS = 60.0  # a copy is counted when its turn comes, which takes no longer unless its chat is stuck
MOST_KNOWN = 400  # deliveries
MOST_PER_LOOK = 50  # webhooks, the last ones

Webhook = dict[str, Any]


@dataclass(frozen=True, eq=False)
class _Open:
    n: int  # of the webhook
    deliveries: list[str]
    request_id: str
    until: float


class Repeats:
    """Looks in the log for what webhooks asked for that name a delivery which an earlier one named.

    ``tell`` gets the number of a webhook that turned out to be a copy and what to say of it, ``take`` the rows that
    were looked at: to be counted as a copy is no change of a row that others would notice.
    """

    def __init__(
        self, history: History, tell: Callable[[int, Webhook], None], take: Callable[[Iterable[Row]], None]
    ) -> None:
        self._history = history
        self._tell = tell
        self._take = take
        self._told: dict[str, list[str]] = {}  # delivery -> the requests that asked for it, in their order
        self._open: list[_Open] = []
        self._lock = Lock()

    def add(self, webhook: Webhook, request_id: str) -> None:
        """Note what a webhook asked for; returns at once."""
        asked = [delivery["delivery_id"] for delivery in webhook["deliveries"]]
        with self._lock:
            if any(request_id in self._told.get(name, ()) for name in asked):
                return  # it is described once more
            if asked and all(name in self._told for name in asked):
                self._open.append(_Open(webhook["n"], asked, request_id, time.monotonic() + PATIENCE_SECONDS))
            for name in asked:
                self._told.setdefault(name, []).append(request_id)
            while len(self._told) > MOST_KNOWN:
                del self._told[next(iter(self._told))]

    def look(self) -> None:
        """Ask the log for those that are open. Raises ClientError or BotoCoreError."""
        with self._lock:
            waiting = self._open[-MOST_PER_LOOK:]
        if not waiting:
            return
        found = self._generations({name for one in waiting for name in one.deliveries})
        settled = [one for one in waiting if self._is_settled(one, found)]
        with self._lock:
            now = time.monotonic()
            self._open = [one for one in self._open if one not in settled and one.until > now]

    def _generations(self, names: Iterable[str]) -> dict[str, list[Row]]:
        """Return the rows of these deliveries; that there is more than one the first says."""
        first = self._history.rows([{"id": name, "generation": 1} for name in names])
        found = {row["id"]: self._history.generations(row["id"]) if "latest" in row else [row] for row in first}
        for rows in found.values():
            self._take(rows)
        return found

    def _is_settled(self, one: _Open, found: Mapping[str, list[Row]]) -> bool:
        generations = [found.get(name, []) for name in one.deliveries]
        if any(row.get("request_id") == one.request_id for rows in generations for row in rows):
            return True  # it was told anew
        if not all(self._is_counted(rows, one) for rows in generations):
            return False
        self._tell(one.n, {"verdict": DUPLICATE, "reason": REASON})
        return True

    def _is_counted(self, rows: list[Row], one: _Open) -> bool:
        """Return whether as many copies are counted as there are webhooks up to this one that made no row."""
        if not rows:
            return False
        makers = {row.get("request_id") for row in rows}
        with self._lock:
            asked = self._told.get(rows[0]["id"], [])
        copies = [request for request in asked if request not in makers]
        place = copies.index(one.request_id) + 1 if one.request_id in copies else 1
        return int(rows[0].get("copies", 0)) >= place
