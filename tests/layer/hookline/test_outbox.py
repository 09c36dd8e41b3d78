"""One message's turn: what is sent, what is written, and when it comes again."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blooio import Blooio
from hookline.errors import SecretsUnavailable
from hookline.log import DeliveryLog
from hookline.models import Destination, Message
from hookline.outbox import AUTH_RETRY, FIRST_BACKOFF, GIVE_UP_AFTER, MAX_BACKOFF, Outbox, Settled, backoff

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


def ok() -> httpx.Response:
    return httpx.Response(201, json={"id": "msg_1", "status": "queued", "channel_type": "blooio", "protocol": None})


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
        self.forwarded: list[Message] = []
        self.fallbacks: tuple[Destination, ...] = ()
        self.new_key: str | None = None
        self.outbox = Outbox(
            log=log,
            blooio=blooio,
            refresh_key=self._refresh,
            forward=self.forwarded.append,
            fallbacks_of=lambda _: self.fallbacks,
            count=self.counted.append,
            now_ms=clock,
            random=lambda: HALF,
        )

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
        [item] = self._table.scan(TableName="DeliveryLog")["Items"]
        return {name: next(iter(value.values())) for name, value in item.items()}


def test_a_message_is_sent_once_and_its_copy_is_acknowledged(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, ok())
    assert house.outbox.deliver(message(clock)) == Settled("sent", is_definite=True)
    assert house.outbox.deliver(message(clock, "request-2")) == Settled("duplicate")
    assert len(house.provider.requests) == 1
    row = house.row()
    assert (row["status"], row["message_id"], row["channel_type"], row["copies"]) == ("sent", "msg_1", "blooio", "1")
    assert row["told_at"] == str(clock())


def test_a_retry_sends_the_same_bytes_under_the_same_key(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, httpx.ReadTimeout("no answer"), refused(503, "unavailable"), ok())
    for _ in range(3):
        house.outbox.deliver(message(clock))
        clock.advance(1)
    first, *others = house.provider.requests
    assert len(others) == 2
    assert {r.content for r in others} == {first.content}
    assert {r.headers["idempotency-key"] for r in others} == {first.headers["idempotency-key"]}
    assert house.row()["status"] == "sent"


def test_a_killed_workers_message_is_sent_again_as_it_was(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, KeyboardInterrupt(), ok())
    with pytest.raises(KeyboardInterrupt):
        house.outbox.deliver(message(clock))
    assert house.outbox.deliver(message(clock)) == Settled("sending", 30.0)
    clock.advance(30)
    assert house.outbox.deliver(message(clock)) == Settled("sent", is_definite=True)
    keys = [request.headers["idempotency-key"] for request in house.provider.requests]
    assert keys[0] == keys[1]


def test_how_long_to_wait_is_what_the_provider_asked_for_or_longer(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, refused(429, "slow_down", **{"retry-after": "70"}))
    assert house.outbox.deliver(message(clock)) == Settled("retrying", 70.0)
    assert house.row()["status"] == "retrying"


@pytest.mark.parametrize("answer", [httpx.Response(401, json={"error": "no", "message": "m", "status": 401}), None])
def test_a_wrong_or_missing_key_loses_nothing(cloud: Any, clock: Any, answer: httpx.Response | None) -> None:
    house = House(cloud, clock, *([answer] if answer else []), ok())
    sent = message(clock)
    house.key = "key-1" if answer else ""
    assert house.outbox.deliver(sent) == Settled("retrying", float(AUTH_RETRY))
    clock.advance(GIVE_UP_AFTER + 3600)
    house.key = "key-2"
    assert house.outbox.deliver(sent) == Settled("sent", is_definite=True)


@pytest.mark.parametrize(
    "answer",
    [
        refused(404, "chat_not_found"),
        refused(422, "validation_failed"),
        refused(403, "safety_reply_only"),
        refused(429, "conversation_streak_limit"),
        httpx.Response(201, json={"id": "msg_1", "status": "failed", "error": {"code": "carrier", "message": "no"}}),
    ],
)
def test_what_no_retry_can_mend_is_closed_with_the_providers_reason(
    cloud: Any, clock: Any, answer: httpx.Response
) -> None:
    house = House(cloud, clock, answer)
    assert house.outbox.deliver(message(clock)) == Settled("failed", is_definite=True)
    row = house.row()
    assert row["status"] == "failed"
    assert row["error"]["code"]["S"]
    assert row["error"]["reason"]["S"]


def test_a_message_is_given_up_twenty_hours_after_it_was_accepted(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, refused(500, "broken"))
    sent = message(clock)
    assert house.outbox.deliver(sent).wait
    clock.advance(GIVE_UP_AFTER)
    assert house.outbox.deliver(sent) == Settled("dead", is_definite=True)
    assert len(house.provider.requests) == 1
    assert house.row()["error"]["last"]["S"] == "broken"


@given(tries=st.integers(0, 2000), chance=st.floats(0, 1, exclude_max=True))
def test_the_backoff_grows_to_its_cap_and_is_never_less_than_half(tries: int, chance: float) -> None:
    ceiling = min(MAX_BACKOFF, FIRST_BACKOFF * 2 ** min(tries, 20))
    assert ceiling / 2 <= backoff(tries, chance) <= ceiling
