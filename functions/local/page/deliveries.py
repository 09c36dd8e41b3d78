"""What becomes of the messages: the rows of the delivery log, followed while somebody has the page open."""

import threading
import time
from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.commands.follow import POLL_SECONDS, changes
from local.commands.history import History
from local.commands.wanted import Row, Wanted

MOST_SHOWN = 300  # rows of the log that a page begins with
MOST_KNOWN = 2 * MOST_SHOWN
# Looking means reading the whole table: often while something goes on, else seldom.
SOON_SECONDS, SELDOM_SECONDS = 0.5, 3.0
LASTS_SECONDS = 6.0  # after the last thing that was heard of
OVERLAP_MS = 3000  # all who write this log have one clock, but the engine may keep them waiting

_TEXTS = ("source", "rule", "chat", "chat_name", "text", "message_id", "event_id", "reason")
_LINKS = ("error", "digest", "fallback_to", "fallback_of", "acknowledged_at")
_OF_ATTEMPT = ("at", "took", "verdict", "http_status", "code", "reason")

Delivery = dict[str, Any]


def delivery(row: Row) -> Delivery:
    """Return the row without what is internal."""
    return {
        "delivery_id": row["id"],
        "generation": row["generation"],
        **{name: row.get(name, "") for name in _TEXTS},
        "status": row["status"],
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
        "attempts": [{name: tried.get(name) for name in _OF_ATTEMPT} for tried in row.get("attempts", [])],
        **{name: row.get(name) for name in _LINKS},
        "copies": row.get("copies", 0),
    }


class Deliveries:
    """Follows the log in a thread from ``begin`` to ``end``, and gives ``tell`` each row that is new or has changed.

    ``also`` is called between two looks. ``nudge`` says that something goes on, after which it looks more often.
    """

    def __init__(
        self,
        history: History,
        tell: Callable[[Delivery], None],
        now_ms: Callable[[], int],
    ) -> None:
        self._history = history
        self._tell = tell
        self.also: Callable[[], None] = lambda: None
        self._now_ms = now_ms
        self._watchers = 0
        self._is_closed = False
        self._heard_at = 0.0
        self._changed = threading.Condition()
        self._known: dict[tuple[str, int], Delivery] = {}
        self._thread = threading.Thread(target=self._work, daemon=True, name="deliveries")

    def begin(self) -> None:
        """One more watches."""
        with self._changed:
            self._watchers += 1
            self._heard_at = time.monotonic()
            if not self._thread.ident:
                self._thread.start()
            self._changed.notify_all()

    def end(self) -> None:
        """One fewer watches."""
        with self._changed:
            self._watchers -= 1
            self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def nudge(self) -> None:
        """Look soon; returns at once, from any thread."""
        was_heard_at, self._heard_at = self._heard_at, time.monotonic()
        if self._heard_at - was_heard_at > LASTS_SECONDS:
            with self._changed:
                self._changed.notify_all()

    def latest(self) -> list[Delivery]:
        """Return what is known of the last ones, the oldest first."""
        with self._changed:
            return sorted(self._known.values(), key=lambda known: known["created_at"])[-MOST_SHOWN:]

    def take(self, rows: Iterable[Row]) -> None:
        """Tell of these rows, as far as they are deliveries: of an event that nobody hears of the webhook tells."""
        for found in (delivery(row) for row in rows if "chat" in row):
            if self._is_news(found):
                self._tell(found)

    def _is_news(self, found: Delivery) -> bool:
        key = found["delivery_id"], found["generation"]
        with self._changed:
            before = self._known.pop(key, None)
            self._known[key] = found
            if len(self._known) > MOST_KNOWN:
                del self._known[next(iter(self._known))]
        return before != found

    def _work(self) -> None:
        while self._is_wanted():
            try:
                self._follow()
            except (BotoCoreError, ClientError):
                self._pause(SELDOM_SECONDS)  # the engine is late, or gone for good

    def _is_wanted(self) -> bool:
        """Return once somebody watches, or it is all over."""
        with self._changed:
            self._changed.wait_for(lambda: self._watchers > 0 or self._is_closed)
            return not self._is_closed

    def _follow(self) -> None:
        now = self._now_ms()
        rows = self._history.latest(Wanted(), MOST_SHOWN)
        looks = changes(self._history, Wanted(), rows, now, pause=self._between, overlap_ms=OVERLAP_MS)
        for news in chain([rows], looks):
            self.take(news)
            if not self._watchers or self._is_closed:
                return

    def _between(self, least: float) -> None:
        self.also()
        self._pause(least)

    def _pause(self, least: float) -> None:
        """Wait as long as the last look asks for; longer where nothing goes on, and no longer than somebody watches."""
        began = time.monotonic()
        least = least if least > POLL_SECONDS else 0
        with self._changed:
            while self._watchers and not self._is_closed:
                now = time.monotonic()
                usual = SOON_SECONDS if now - self._heard_at < LASTS_SECONDS else SELDOM_SECONDS
                left = began + max(least, usual) - now
                if left <= 0:
                    return
                self._changed.wait(left)
