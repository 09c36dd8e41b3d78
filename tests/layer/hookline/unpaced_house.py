"""An outbox that sends at once, with a provider that answers as told and a log."""

from datetime import UTC, datetime
from typing import Any

import httpx

from blooio import Blooio
from hookline.errors import SecretsUnavailable
from hookline.log import DeliveryLog
from hookline.models import Destination, Message
from hookline.outbox import Outbox
from hookline.unpaced import Unpaced

HALF = 0.5  # what the tests' chance always says


class Provider:
    """Answers as told, in turn (the last answer again and again), and remembers what it was asked."""

    def __init__(self, *answers: httpx.Response | BaseException) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, BaseException):
            raise answer
        return answer


def ok(message_id: str = "msg_1") -> httpx.Response:
    return httpx.Response(201, json={"id": message_id, "status": "queued", "channel_type": "blooio", "protocol": None})


def refused(status: int, code: str, **headers: str) -> httpx.Response:
    return httpx.Response(status, json={"error": {"code": code, "message": "as it is said"}}, headers=headers)


def message(clock: Any, request_id: str = "request-1") -> Message:
    return Message(
        delivery_id="0b0f7f9e-6c3e-5a0b-8f6c-1d1f9c2f1a11",
        source="alertmanager",
        rule="alerts",
        event_id="event-1",
        request_id=request_id,
        chat="chat_a1",
        chat_name="oncall",
        text="🔥 HighCPU on web-1",
        accepted_at=clock(),
        queued_at=clock(),
    )


class House:
    """An outbox with a provider and a log."""

    def __init__(self, cloud: Any, clock: Any, *answers: httpx.Response | BaseException) -> None:
        self.provider = Provider(*answers)
        self.key = "key-1"
        self._table = cloud.clients("dynamodb")
        log = DeliveryLog(self._table, "DeliveryLog", clock, 30.0, 30)
        http = httpx.Client(transport=httpx.MockTransport(self.provider))
        blooio = Blooio(
            "https://provider.test/v4", http, self._key, lambda: datetime.fromtimestamp(clock() / 1000, UTC)
        )
        self.counted: list[str] = []
        self.measured: list[tuple[str, float]] = []
        self.forwarded: list[Message] = []
        self.fallbacks: tuple[Destination, ...] = ()
        self.new_key: str | None = None
        self.outbox = Outbox(
            log=log,
            pace=Unpaced(),
            blooio=blooio,
            refresh_key=self._refresh,
            forward=lambda message: self.forward(message),  # noqa: PLW0108 - a test may have another one
            fallbacks_of=lambda chat: self.fallbacks_of(chat),  # noqa: PLW0108
            count=self.counted.append,
            measure=lambda name, ms: self.measured.append((name, ms)),
            now_ms=clock,
            random=lambda: HALF,
        )

    def forward(self, message: Message) -> None:
        self.forwarded.append(message)

    def fallbacks_of(self, _: str) -> tuple[Destination, ...]:
        return self.fallbacks

    def _refresh(self) -> bool:
        """As the secret store does: say whether anything changed."""
        new, self.new_key = self.new_key, None
        self.key = new or self.key
        return new is not None

    def _key(self) -> str:
        if not self.key:
            raise SecretsUnavailable("The secret BLOOIO_API_KEY is not in the secret store.")
        return self.key

    def row(self) -> dict[str, Any]:
        [item] = [item for item in self._table.scan(TableName="DeliveryLog")["Items"] if "status" in item]
        return {name: next(iter(value.values())) for name, value in item.items()}


UNAUTHORIZED = httpx.Response(401, json={"error": "no", "message": "m", "status": 401})
BOSS, OFFICE = Destination(name="boss", id="chat_b1"), Destination(name="office", id="chat_o1")
