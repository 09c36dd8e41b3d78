"""What the page is told: it hears of webhooks, of the phone, of the log and of the rules, and passes it on."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from http import HTTPStatus
from itertools import chain
from random import SystemRandom
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from local.cloud.gateway import Handler
from local.commands.history import History
from local.page.buttons import Buttons
from local.page.deliveries import Deliveries
from local.page.hub import Hub, encoded
from local.page.repeats import Repeats
from local.page.seen import Seen
from local.page.send import Sender
from local.page.state import rules_shown
from local.running import Running

MOST_WEBHOOKS = 100  # that a page begins with
MOST_BYTES = 4 * 1024 * 1024  # of these
BROKE = {"statusCode": HTTPStatus.INTERNAL_SERVER_ERROR.value, "body": ""}


@dataclass(frozen=True)
class Where:
    """Where a run is: ``host`` as it was given, ``url`` as this machine reaches it."""

    host: str
    url: str
    live: bool


class Desk:
    """One for a run. It lives in the event loop, but is told of things from any thread."""

    def __init__(self, where: Where, running: Running, history: History, now_ms: Callable[[], int]) -> None:
        self.where = where
        self.running = running
        self.now_ms = now_ms
        self.hub = Hub()
        self.sender = Sender(where.url, running, now_ms)
        self.buttons = Buttons(self.sender, running, self.rules_changed, SystemRandom(), live=where.live)
        self._seen = Seen(self._secrets, lambda: self.hub.is_watched, self._described, now_ms)
        self._deliveries = Deliveries(history, lambda row: self.hub.tell("delivery", row), now_ms)
        self._repeats = Repeats(history, self._seen.amend, self._deliveries.take)
        self._deliveries.also = self._repeats.look
        self._seen.start()
        running.observe(self.rules_changed)

    def hearing(self, handler: Handler) -> Handler:
        """Return the function that takes webhooks, so that the page is told of each."""

        def handle(event: dict[str, Any], context: Any) -> Any:
            rules, answer = self.running.rules, BROKE
            try:
                answer = handler(event, context)
            finally:
                self._seen.add(event, answer, rules)
                self._deliveries.nudge()
            return answer

        return handle

    def watching(self, provider: ASGIApp) -> ASGIApp:
        """Return the simulated provider, so that the page is told of what is done to it."""

        async def watched(scope: Scope, receive: Receive, send: Send) -> None:
            await provider(scope, receive, send)
            if scope.get("method") not in {"GET", "HEAD"}:
                self.phone_changed()

        return watched

    def phone_changed(self, *_: object) -> None:
        """Tell the page to look at the phone again; an observer of the phone, too."""
        self.hub.tick()
        self._deliveries.nudge()

    def rules_changed(self) -> None:
        """Tell the page what runs, what is wrong with the file, and what the buttons do."""
        self.hub.tell("rules", self.shown())

    def shown(self) -> dict[str, Any]:
        """Return what ``rules_changed`` tells."""
        return {"rules": rules_shown(self.running, self.sender.can_send), "actions": self.buttons.shown()}

    async def chunks(self) -> AsyncIterator[bytes]:
        """Give a page that is opened what it begins with, and then everything as it happens."""
        await run_in_threadpool(self._seen.catch_up)
        with self.hub.listening() as listener:
            self._deliveries.begin()
            try:
                yield await run_in_threadpool(self._hello)
                yield b"".join(self._backlog())
                self._seen.go_on()  # with what came in between
                async for chunk in listener.chunks():
                    yield chunk
            finally:
                self._deliveries.end()

    async def close(self) -> None:
        """End every stream, so that whoever stops the server needn't wait for them."""
        self.hub.close()
        self._deliveries.close()
        self._seen.close()
        await self.sender.close()

    def _hello(self) -> bytes:
        return encoded("hello", {"live": self.where.live, "url": self.where.url, **self.shown()})

    def _backlog(self) -> list[bytes]:
        webhooks = ((webhook["at"], "webhook", webhook) for webhook in self._seen.latest(MOST_WEBHOOKS, MOST_BYTES))
        deliveries = ((row["created_at"], "delivery", row) for row in self._deliveries.latest())
        together = sorted(chain(webhooks, deliveries), key=lambda one: one[0])
        return [encoded(name, data) for _, name, data in together]

    def _secrets(self) -> list[str]:
        return [value for values in self.running.secrets.values() for value in values]

    def _described(self, webhook: dict[str, Any], request_id: str | None) -> None:
        if request_id:
            self._repeats.add(webhook, request_id)
        self.hub.tell("webhook", webhook)
