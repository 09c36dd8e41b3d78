"""The webhooks of a run that came last, so that a page which is opened later shows them, too."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from itertools import accumulate, count
from threading import Event, Lock, Thread
from typing import Any

from hookline.rules.model import Rules
from local.page.webhook import Arrived, Describer, told

MOST = 200
MOST_BYTES = 32 * 1024 * 1024  # of bodies and answers; the oldest are forgotten first
# Whoever is being answered waits for what is done beside it. So in a storm few are explained at once, the rest after.
ROUND_SECONDS = 0.1
FEW = 3  # new ones; more in one round are a storm
IN_PEACE, IN_A_STORM = 20, 1  # webhooks that are explained in a round

Webhook = dict[str, Any]


class Seen:
    """Keeps webhooks as they came, and describes them in a thread of its own while ``is_watched``.

    ``tell`` is given each description with the id of its request; another one of the same webhook may follow, without
    the id when it is only amended.
    """

    def __init__(
        self,
        secrets: Callable[[], Iterable[str]],
        is_watched: Callable[[], bool],
        tell: Callable[[Webhook, str | None], None],
        now_ms: Callable[[], int],
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        self._secrets = secrets
        self._is_watched = is_watched
        self._tell = tell
        self._now_ms = now_ms
        self._pause = pause
        self._numbers = count(1)
        self._lock = Lock()
        self._new: deque[Arrived] = deque()
        self._unexplained: deque[Arrived] = deque()
        self._sizes: dict[int, int] = {}
        self._told: dict[int, Webhook] = {}
        self._amended: dict[int, Webhook] = {}
        self._describer, self._describing = Describer(), Lock()
        self._has_work, self._is_closed = Event(), False
        self._thread = Thread(target=self._work, daemon=True, name="webhooks")

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._is_closed = True
        self._has_work.set()

    def add(self, event: Mapping[str, Any], answer: Mapping[str, Any], rules: Rules) -> None:
        """Keep one more; returns at once, from any thread."""
        with self._lock:
            arrived = Arrived(next(self._numbers), self._now_ms(), event, answer, rules)
            self._new.append(arrived)
            self._sizes[arrived.n] = arrived.size
            self._forget()
        if self._is_watched():
            self._has_work.set()

    def catch_up(self) -> None:
        """Describe what came while nobody watched; many may take a moment."""
        while arrived := self._next(self._new):
            self._explain(arrived)

    def go_on(self) -> None:
        """Describe what is left, if anything is; returns at once."""
        self._has_work.set()

    def latest(self, most: int, most_bytes: int) -> list[Webhook]:
        """Return the last webhooks of those that are described, the oldest first."""
        with self._lock:
            newest = [self._told[n] for n in sorted(self._told, reverse=True)[:most]]
            sizes = list(accumulate(self._sizes[webhook["n"]] for webhook in newest))
        return [webhook for webhook, size in zip(newest, sizes, strict=True) if size <= most_bytes][::-1]

    def amend(self, n: int, found: Webhook) -> None:
        """Let a webhook be told with what was found out about it later."""
        with self._lock:
            if n not in self._told:
                return
            self._amended[n] = found
            webhook = self._told[n] = {**self._told[n], **found}
        self._tell(webhook, None)

    def _work(self) -> None:
        while True:
            self._has_work.wait()
            if self._is_closed:
                return
            self._has_work.clear()
            while self._new or self._unexplained:
                self._pause(ROUND_SECONDS)
                self._round()

    def _round(self) -> None:
        left = IN_PEACE if len(self._new) <= FEW else IN_A_STORM
        while arrived := self._next(self._new):
            if left > 0 or not arrived.is_explainable:
                self._explain(arrived)
            else:
                self._keep(arrived, told(arrived, self._secrets()))
                self._unexplained.append(arrived)
            left -= 1
        while left > 0 and (arrived := self._next(self._unexplained)):
            self._explain(arrived)
            left -= 1

    def _next(self, waiting: deque[Arrived]) -> Arrived | None:
        """Take the next one that isn't forgotten yet."""
        with self._lock:
            while waiting:
                arrived = waiting.popleft()
                if arrived.n in self._sizes:
                    return arrived
        return None

    def _explain(self, arrived: Arrived) -> None:
        with self._describing:
            webhook = {**told(arrived, self._secrets()), **self._describer.explained(arrived)}
        self._keep(arrived, webhook)

    def _keep(self, arrived: Arrived, webhook: Webhook) -> None:
        with self._lock:
            webhook |= self._amended.get(arrived.n, {})
            if arrived.n in self._sizes:
                self._told[arrived.n] = webhook
        self._tell(webhook, arrived.request_id)

    def _forget(self) -> None:
        total = sum(self._sizes.values())
        while len(self._sizes) > MOST or total > MOST_BYTES:
            n = next(iter(self._sizes))
            total -= self._sizes.pop(n)
            self._told.pop(n, None)
            self._amended.pop(n, None)
        while self._new and self._new[0].n not in self._sizes:
            self._new.popleft()
