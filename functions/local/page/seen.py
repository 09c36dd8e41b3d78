"""The webhooks of a run that came last, so that a page which is opened later shows them, too."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import accumulate, count
from threading import Lock
from typing import Any

from hookline.rules.model import Rules
from local.page.webhook import Arrived, Describer

MOST = 200
MOST_BYTES = 32 * 1024 * 1024  # of bodies and answers; the oldest are forgotten first

Webhook = dict[str, Any]


class Seen:
    """Keeps webhooks as they came, and describes them in a thread of its own: a sender doesn't wait for that.

    ``is_watched`` says whether anybody wants to know at once; ``tell`` is given what is new, with its request's id.
    """

    def __init__(
        self,
        secrets: Callable[[], Iterable[str]],
        is_watched: Callable[[], bool],
        tell: Callable[[Webhook, str], None],
        now_ms: Callable[[], int],
    ) -> None:
        self._secrets = secrets
        self._is_watched = is_watched
        self._tell = tell
        self._now_ms = now_ms
        self._numbers = count(1)
        self._lock = Lock()
        self._new: deque[Arrived] = deque()
        self._sizes: dict[int, int] = {}
        self._told: dict[int, Webhook] = {}
        self._describer = Describer()
        self._side = ThreadPoolExecutor(1, thread_name_prefix="webhooks")

    def add(self, event: Mapping[str, Any], answer: Mapping[str, Any], rules: Rules) -> None:
        """Keep one more; returns at once, from any thread."""
        with self._lock:
            arrived = Arrived(next(self._numbers), self._now_ms(), event, answer, rules)
            self._new.append(arrived)
            self._sizes[arrived.n] = arrived.size
            self._forget()
        if self._is_watched():
            self._side.submit(self._describe_next)

    def describe(self) -> Future[None]:
        """Begin to describe all that has come; it may take a second when much came that nobody watched."""
        return self._side.submit(self._describe_all)

    def latest(self, most: int, most_bytes: int) -> list[Webhook]:
        """Return the last webhooks of those that are described, the oldest first."""
        with self._lock:
            newest = reversed(list(self._told.values()))
            sizes = accumulate(self._sizes[webhook["n"]] for webhook in reversed(list(self._told.values())))
            kept = [webhook for webhook, size in zip(newest, sizes, strict=True) if size <= most_bytes]
        return kept[:most][::-1]

    def replace(self, webhook: Webhook) -> None:
        """Let another description take the place of one that is still kept."""
        with self._lock:
            if webhook["n"] in self._told:
                self._told[webhook["n"]] = webhook

    def close(self) -> None:
        self._side.shutdown(wait=False, cancel_futures=True)

    def _describe_all(self) -> None:
        while self._describe_next():
            pass

    def _describe_next(self) -> bool:
        with self._lock:
            arrived = self._new.popleft() if self._new else None
        if arrived is None:
            return False
        webhook = self._describer.describe(arrived, self._secrets())
        with self._lock:
            if arrived.n in self._sizes:
                self._told[arrived.n] = webhook
        self._tell(webhook, arrived.request_id)
        return True

    def _forget(self) -> None:
        excess = max(0, len(self._sizes) - MOST)
        total = sum(self._sizes.values())
        for n in list(self._sizes):
            if not excess and total <= MOST_BYTES:
                break
            excess, total = max(0, excess - 1), total - self._sizes.pop(n)
            self._told.pop(n, None)
        while self._new and self._new[0].n not in self._sizes:
            self._new.popleft()
