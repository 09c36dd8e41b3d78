"""One message's turn: what is sent, what is written, and when it comes again."""

import contextlib
from datetime import UTC, datetime
from typing import Any
from unittest.mock import ANY
from uuid import NAMESPACE_URL, uuid5

import httpx
import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from blooio import Blooio
from hookline.errors import QueueRefused, RulesUnavailable, SecretsUnavailable
from hookline.identity import fallback_id, part_id
from hookline.log import DeliveryLog
from hookline.models import Destination, Message, Receipt
from hookline.outbox import NEW_KEY_WAIT, RECEIPT_WAIT, Outbox, Settled
from hookline.pace import Unpaced
from hookline.patience import (
    AUTH_RETRY,
    FIRST_BACKOFF,
    GIVE_UP_AFTER,
    GIVE_UP_ON_AUTH_AFTER,
    MAX_BACKOFF,
    STUCK_AFTER,
    backoff,
)

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
        self.forwarded: list[Message] = []
        self.fallbacks: tuple[Destination, ...] = ()
        self.new_key: str | None = None
        self.outbox = Outbox(
            log=log,
            pace=Unpaced(),
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
        [item] = [item for item in self._table.scan(TableName="DeliveryLog")["Items"] if "status" in item]
        return {name: next(iter(value.values())) for name, value in item.items()}


def test_a_message_is_sent_once_and_its_copy_is_acknowledged(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, ok())
    assert house.outbox.deliver(message(clock)) == Settled("sent", is_definite=True)
    assert house.outbox.deliver(message(clock, "request-2")) == Settled("duplicate")
    assert len(house.provider.requests) == 1
    row = house.row()
    assert (row["status"], row["message_id"], row["channel_type"], row["copies"]) == ("sent", "msg_1", "blooio", "1")
    assert row["told_at"] == str(clock())


def test_a_message_that_the_provider_gives_no_id_is_told_all_the_same(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, httpx.Response(201, json={"id": "", "status": "queued"}))
    assert house.outbox.deliver(message(clock)).status == "sent"
    assert house.row()["status"] == "sent"


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


def test_a_table_that_takes_no_close_costs_no_lease_and_sends_nothing_twice(
    cloud: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(cloud, clock, ok())
    table = cloud.clients("dynamodb")

    def throttle(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "ThrottlingException"}}, "UpdateItem")

    with monkeypatch.context() as patched:
        patched.setattr(table, "update_item", throttle)
        for _ in range(5):
            with pytest.raises(ClientError):
                house.outbox.deliver(message(clock))
            clock.advance(30)
    assert house.outbox.deliver(message(clock)) == Settled("sent", is_definite=True)
    assert len({request.headers["idempotency-key"] for request in house.provider.requests}) == 1
    assert house.row()["lost_leases"] == "0"


def test_how_long_to_wait_is_what_the_provider_asked_for_or_longer(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, refused(429, "slow_down", **{"retry-after": "70"}))
    assert house.outbox.deliver(message(clock)) == Settled("retrying", 70.0)
    assert house.row()["status"] == "retrying"


@pytest.mark.parametrize(
    ("options", "sent"),
    [
        ({}, '"text":"🔥 HighCPU on web-1"'),
        (
            # None of these is the provider's business.
            {"thread": "t", "urgent": True, "because": "it has no condition", "repeat": 60},
            '"text":"🔥 HighCPU on web-1"',
        ),
        (
            {"reply_to": "msg_0", "effect": "slam"},
            '"text":"🔥 HighCPU on web-1","reply_to":"msg_0","effect":"slam"',
        ),
        (
            {"link_preview": {"image": "https://x.test/a.png", "title": "Graph"}},
            '"text":"🔥 HighCPU on web-1","link_preview":{"imageUrl":"https://x.test/a.png","title":"Graph"}',
        ),
        ({"link_preview": {"title": "Graph"}}, '"text":"🔥 HighCPU on web-1","link_preview":{"title":"Graph"}'),
    ],
)
def test_the_bytes_of_a_message_are_the_same_from_one_version_to_the_next(
    cloud: Any, clock: Any, options: dict[str, Any], sent: str
) -> None:
    house = House(cloud, clock, ok())
    house.outbox.deliver(message(clock).model_copy(update=options))
    assert house.provider.requests[0].content.decode() == '{"content":{"type":"text",' + sent + "}}"
    assert house.row()["body"] == '{"content":{"type":"text",' + sent + "}}"


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
    assert house.outbox.deliver(sent) == Settled("dead")
    assert len(house.provider.requests) == 1
    assert house.row()["error"]["last"]["S"] == "broken"


UNAUTHORIZED = httpx.Response(401, json={"error": "no", "message": "m", "status": 401})


def test_what_waited_behind_a_wrong_key_is_not_too_old_when_its_turn_comes(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, UNAUTHORIZED, ok())
    behind = message(clock).model_copy(update={"delivery_id": "5b0f7f9e-6c3e-5a0b-8f6c-1d1f9c2f1a11"})
    clock.advance(GIVE_UP_AFTER * 3)
    house.outbox.deliver(message(clock))
    assert house.outbox.deliver(behind).status == "sent"


def test_a_wrong_key_excuses_no_other_chat_and_not_for_ever(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, UNAUTHORIZED, ok())
    behind = message(clock).model_copy(update={"delivery_id": "5b0f7f9e-6c3e-5a0b-8f6c-1d1f9c2f1a11"})
    elsewhere = behind.model_copy(update={"chat": "chat_z1", "delivery_id": "6b0f7f9e-6c3e-5a0b-8f6c-1d1f9c2f1a11"})
    house.outbox.deliver(message(clock))
    clock.advance(GIVE_UP_AFTER - 1)
    house.outbox.deliver(message(clock, "request-2"))
    clock.advance(1)
    assert house.outbox.deliver(elsewhere).status == "dead"
    clock.advance(GIVE_UP_AFTER)
    assert house.outbox.deliver(behind).status == "dead"


def test_one_failure_after_days_of_a_wrong_key_gives_nothing_up(cloud: Any, clock: Any) -> None:
    answers = [refused(429, "slow_down"), UNAUTHORIZED, UNAUTHORIZED, refused(503, "unavailable"), ok()]
    house = House(cloud, clock, *answers)
    sent = message(clock)
    for then in (60, GIVE_UP_AFTER, 60):
        house.outbox.deliver(sent)
        clock.advance(then)
    assert house.outbox.deliver(sent) == Settled("retrying", ANY)  # neither dead nor stuck
    assert house.outbox.deliver(sent).status == "sent"


def test_nine_days_of_a_wrong_key_are_the_end(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, UNAUTHORIZED)
    sent = message(clock)
    clock.advance(GIVE_UP_ON_AUTH_AFTER - 1)
    assert house.outbox.deliver(sent).status == "dead"


@pytest.mark.parametrize("unheard", [httpx.ReadTimeout("no answer"), KeyboardInterrupt()])
def test_a_wrong_key_does_not_prolong_the_life_of_what_may_have_been_accepted(
    cloud: Any, clock: Any, unheard: BaseException
) -> None:
    """The provider forgets its idempotency key after a day, and would send it once more."""
    house = House(cloud, clock, unheard, UNAUTHORIZED)
    sent = message(clock)
    with contextlib.suppress(KeyboardInterrupt):
        house.outbox.deliver(sent)
    clock.advance(GIVE_UP_AFTER - 1)
    assert house.outbox.deliver(sent).status == "retrying"
    clock.advance(1)
    assert house.outbox.deliver(sent).status == "dead"
    assert len(house.provider.requests) == 2


@given(tries=st.integers(0, 2000), chance=st.floats(0, 1, exclude_max=True))
def test_the_backoff_grows_to_its_cap_and_is_never_less_than_half(tries: int, chance: float) -> None:
    ceiling = min(MAX_BACKOFF, FIRST_BACKOFF * 2 ** min(tries, 20))
    assert ceiling / 2 <= backoff(tries, chance) <= ceiling


BOSS, OFFICE = Destination(name="boss", id="chat_b1"), Destination(name="office", id="chat_o1")


def test_a_refused_reply_is_sent_again_without_it_under_a_key_of_its_own(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, refused(422, "reply_target_not_found"), ok())
    sent = message(clock).model_copy(update={"reply_to": "msg_0"})
    assert house.outbox.deliver(sent) == Settled("retrying", 0.0)
    assert house.row()["variant"] == "no_reply"
    assert house.outbox.deliver(sent).status == "sent"
    first, second = house.provider.requests
    assert b"reply_to" in first.content
    assert b"reply_to" not in second.content
    assert first.headers["idempotency-key"] != second.headers["idempotency-key"]


def test_restricted_content_is_sent_once_more_without_links(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, refused(403, "conversation_content_restricted"))
    sent = message(clock).model_copy(update={"text": "see https://example.com/a?b=c now"})
    assert house.outbox.deliver(sent) == Settled("retrying", 0.0)
    assert house.outbox.deliver(sent) == Settled("failed", is_definite=True)
    assert len(house.provider.requests) == 2
    assert b"see (link left out) now" in house.provider.requests[1].content


def test_restricted_content_without_links_is_not_sent_twice(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, refused(403, "conversation_content_restricted"))
    assert house.outbox.deliver(message(clock)) == Settled("failed", is_definite=True)


@pytest.mark.parametrize(
    "answer",
    [
        refused(404, "chat_not_found"),
        refused(422, "validation_failed"),
        refused(402, "payment_required"),
        refused(429, "conversation_awaiting_reply"),
        httpx.Response(201, json={"id": "m", "status": "failed", "fallback": {"recommended": True, "reason": "r"}}),
    ],
)
def test_what_can_not_be_delivered_goes_to_the_next_chat_and_both_rows_are_linked(
    cloud: Any, clock: Any, answer: httpx.Response
) -> None:
    house = House(cloud, clock, answer)
    house.fallbacks = (BOSS,)
    assert house.outbox.deliver(message(clock)) == Settled("failed", is_definite=True)
    [stand_in] = house.forwarded
    assert (stand_in.chat, stand_in.chat_name, stand_in.text) == ("chat_b1", "boss", message(clock).text)
    assert stand_in.fallback_of == message(clock).delivery_id
    assert house.row()["fallback_to"] == stand_in.delivery_id
    assert "Undelivered" not in house.counted


def test_a_failure_that_is_found_again_makes_the_same_stand_in(
    cloud: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(cloud, clock, refused(404, "chat_not_found"))
    house.fallbacks = (BOSS,)

    def crash(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(DeliveryLog, "close", crash)
        with pytest.raises(KeyboardInterrupt):
            house.outbox.deliver(message(clock))
    clock.advance(30)
    house.outbox.deliver(message(clock))
    first, second = house.forwarded
    assert first.delivery_id == second.delivery_id


def test_what_was_passed_on_is_not_sent_any_more_when_the_provider_changes_its_mind_after_a_crash(
    cloud: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(cloud, clock, refused(404, "chat_not_found"), ok())
    house.fallbacks = (BOSS,)

    def crash(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(DeliveryLog, "close", crash)
        with pytest.raises(KeyboardInterrupt):
            house.outbox.deliver(message(clock))
    clock.advance(30)
    assert house.outbox.deliver(message(clock)).status == "failed"
    assert len(house.provider.requests) == 1
    row = house.row()
    assert row["error"]["code"]["S"] == "chat_not_found"
    assert row["fallback_to"] == house.forwarded[0].delivery_id
    assert row["tries"] == "1"


def test_a_late_failure_whose_stand_in_the_queue_does_not_take_is_told_again_and_the_row_stays_sent(
    cloud: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(cloud, clock, ok())
    house.outbox.deliver(message(clock))
    house.fallbacks = (BOSS,)

    def refuse(_: Message) -> None:
        raise QueueRefused("the queue refused a batch")

    monkeypatch.setattr(house.outbox, "_forward", refuse)
    assert house.outbox.note(receipt("failed"), 1).wait
    assert house.row()["status"] == "sent"
    monkeypatch.setattr(house.outbox, "_forward", house.forwarded.append)
    assert house.outbox.note(receipt("failed"), 2).wait is None
    assert house.row()["status"] == "failed"
    assert [stand_in.chat for stand_in in house.forwarded] == ["chat_b1"]


def test_a_text_fits_the_chat_that_stands_in(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, refused(404, "chat_not_found"))
    house.fallbacks = (Destination(name="watch", id="chat_w1", limit=100),)
    house.outbox.deliver(message(clock).model_copy(update={"text": "word " * 50}))
    assert house.forwarded[0].text == "word " * 16 + "word… (166 more)"


def two_chats(clock: Any, request_id: str = "request-1", **more: Any) -> tuple[Message, Message]:
    """Return one text for two chats, as a rule with a fallback makes it."""
    rule = {"fallbacks": (BOSS,), "text_id": str(uuid5(NAMESPACE_URL, "text")), **more}
    one = message(clock, request_id).model_copy(update={**rule, "tried": (OFFICE.id,)})
    other = {"delivery_id": str(uuid5(NAMESPACE_URL, "office")), "chat": OFFICE.id, "chat_name": OFFICE.name}
    return one, one.model_copy(update={**other, "tried": (one.chat,)})


def test_two_chats_that_can_not_be_reached_tell_their_fallback_once(cloud: Any, clock: Any) -> None:
    gone = refused(404, "chat_not_found")
    house = House(cloud, clock, gone, gone, ok("msg_1"))
    for one in two_chats(clock):
        house.outbox.deliver(one)
    first, second = house.forwarded
    assert first.delivery_id == second.delivery_id
    assert (first.fallback_of, second.fallback_of) == tuple(one.delivery_id for one in two_chats(clock))
    assert [house.outbox.deliver(one).status for one in (first, second, first)] == ["sent", "duplicate", "duplicate"]


def test_what_another_request_asked_of_one_of_two_chats_is_another_text_for_their_fallback(
    cloud: Any, clock: Any
) -> None:
    house = House(cloud, clock, refused(404, "chat_not_found"))
    one, other = two_chats(clock)[0], two_chats(clock, "request-2")[1]
    for each in (one, other):
        house.outbox.deliver(each)
    assert len({stand_in.delivery_id for stand_in in house.forwarded}) == 2


def test_a_copy_that_claims_what_another_request_asked_for_makes_the_same_stand_in(
    cloud: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(cloud, clock, refused(404, "chat_not_found"))

    def crash(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(DeliveryLog, "close", crash)
        with pytest.raises(KeyboardInterrupt):
            house.outbox.deliver(two_chats(clock)[0])
    clock.advance(30)
    house.outbox.deliver(two_chats(clock, "request-2")[0])
    first, second = house.forwarded
    assert first.delivery_id == second.delivery_id


def test_what_an_earlier_version_queued_has_its_own_stand_in(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, refused(404, "chat_not_found"))
    one = two_chats(clock, text_id=None)[0]
    queued = one.model_dump_json(exclude={"text_id", "first_part", "parts", "once"})
    house.outbox.deliver(Message.model_validate_json(queued))
    assert house.forwarded[0].delivery_id == fallback_id(one.delivery_id, 1, BOSS.id)


def parts(clock: Any, count: int, request_id: str = "request-1", **more: Any) -> list[Message]:
    first = message(clock, request_id).model_copy(update={"parts": count, **more})
    ids = [part_id(first.delivery_id, n) for n in range(1, count + 1)]
    others = [first.model_copy(update={"delivery_id": id_, "first_part": ids[0]}) for id_ in ids[1:]]
    return [first, *others]


@pytest.mark.parametrize(("told", "again"), [(1, 2), (2, 3), (3, 2), (2, 2)])
def test_a_retry_whose_text_splits_otherwise_sends_no_lone_part(cloud: Any, clock: Any, told: int, again: int) -> None:
    house = House(cloud, clock, *(ok(f"msg_{n}") for n in range(9)))
    assert [house.outbox.deliver(part).status for part in parts(clock, told)] == ["sent"] * told
    copies = [house.outbox.deliver(part).status for part in parts(clock, again, "request-2")]
    assert copies == ["duplicate"] * again


def test_content_that_is_told_again_splits_as_it_is_now(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, *(ok(f"msg_{n}") for n in range(9)))
    for n, count in enumerate((2, 3, 1, 2)):
        said = parts(clock, count, f"request-{n}", repeat=300)
        assert [house.outbox.deliver(part).status for part in said] == ["sent"] * count
        clock.advance(600)


def test_a_part_that_the_queue_did_not_take_is_told_by_the_retry(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, ok("msg_1"), ok("msg_2"))
    house.outbox.deliver(parts(clock, 2)[0])
    assert [house.outbox.deliver(part).status for part in parts(clock, 2, "request-2")] == ["duplicate", "sent"]


def test_a_part_that_is_under_way_is_finished_whatever_the_first_one_says_now(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, ok("msg_1"), refused(503, "unavailable"), ok("msg_2"), ok("msg_3"))
    for part in parts(clock, 2, repeat=300):
        house.outbox.deliver(part)
    clock.advance(600)
    house.outbox.deliver(parts(clock, 3, "request-2", repeat=300)[0])
    assert house.outbox.deliver(parts(clock, 2, repeat=300)[1]).status == "sent"


def test_a_part_that_is_replayed_by_hand_is_sent(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, *(ok(f"msg_{n}") for n in range(9)))
    for part in (*parts(clock, 3), parts(clock, 2, "request-2", replay=True)[0]):
        house.outbox.deliver(part)
    assert house.outbox.deliver(parts(clock, 3, "request-3", replay=True)[2]).status == "sent"


def test_fallbacks_end_and_never_go_in_a_circle(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, refused(404, "chat_not_found"))
    house.fallbacks = (BOSS, OFFICE, Destination(name="oncall", id="chat_a1"))
    now = message(clock)
    told = [now.chat]
    while house.outbox.deliver(now).status == "failed" and len(house.forwarded) == len(told):
        now = house.forwarded[-1]
        told.append(now.chat)
    assert told == ["chat_a1", "chat_b1", "chat_o1"]
    assert house.counted == ["Undelivered"]


def test_a_rules_fallbacks_go_before_the_chats_own(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, refused(404, "chat_not_found"))
    house.fallbacks = (BOSS,)
    house.outbox.deliver(message(clock).model_copy(update={"fallbacks": (OFFICE,)}))
    assert house.forwarded[0].chat == "chat_o1"


def test_a_queue_that_takes_no_stand_in_keeps_the_first_message_open(
    cloud: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(cloud, clock, refused(404, "chat_not_found"))
    house.fallbacks = (BOSS,)

    def refuse(_: Message) -> None:
        raise QueueRefused("the queue refused a batch")

    monkeypatch.setattr(house.outbox, "_forward", refuse)
    assert house.outbox.deliver(message(clock)).wait
    monkeypatch.setattr(house.outbox, "_forward", house.forwarded.append)
    assert house.outbox.deliver(message(clock)).status == "failed"
    assert len(house.forwarded) == 1


def test_while_nobody_knows_the_fallbacks_the_first_message_stays_open_however_often_it_comes(
    cloud: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(cloud, clock, refused(404, "chat_not_found"))

    def unknown(_: str) -> tuple[Destination, ...]:
        raise RulesUnavailable("The table can't be asked which rules run.")

    with monkeypatch.context() as patched:
        patched.setattr(house.outbox, "_fallbacks_of", unknown)
        for _ in range(4):
            assert house.outbox.deliver(message(clock)).wait
    assert house.row()["status"] == "retrying"
    assert house.row()["tries"] == "4"
    house.fallbacks = (BOSS,)
    assert house.outbox.deliver(message(clock)).status == "failed"
    assert [stand_in.chat for stand_in in house.forwarded] == ["chat_b1"]
    assert "Undelivered" not in house.counted


def test_a_late_failure_is_told_again_while_nobody_knows_the_fallbacks(
    cloud: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(cloud, clock, ok())
    house.outbox.deliver(message(clock))

    def unknown(_: str) -> tuple[Destination, ...]:
        raise RulesUnavailable("The table can't be asked which rules run.")

    monkeypatch.setattr(house.outbox, "_fallbacks_of", unknown)
    assert house.outbox.note(receipt("failed"), 1).wait
    assert house.row()["status"] == "sent"


def test_a_key_that_was_just_replaced_is_used_at_once(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, httpx.Response(401, json={"error": "no", "status": 401}), ok())
    house.new_key = "key-2"
    assert house.outbox.deliver(message(clock)) == Settled("retrying", NEW_KEY_WAIT)
    assert house.outbox.deliver(message(clock)).status == "sent"
    assert [r.headers["authorization"] for r in house.provider.requests] == ["Bearer key-1", "Bearer key-2"]
    assert house.counted == ["AuthFailures"]


def test_a_head_that_failed_for_ten_minutes_is_stuck_and_can_be_closed(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, refused(500, "broken"))
    house.fallbacks = (BOSS,)
    sent = message(clock)
    assert not house.outbox.deliver(sent).is_stuck
    clock.advance(STUCK_AFTER - 1)
    assert not house.outbox.deliver(sent).is_stuck
    clock.advance(1)
    assert house.outbox.deliver(sent).is_stuck
    assert house.outbox.give_up_head(sent) == Settled("failed")
    assert house.row()["error"]["code"]["S"] == "stuck"
    assert house.forwarded[0].chat == "chat_b1"


def receipt(what: str, message_id: str = "msg_1") -> Receipt:
    return Receipt(event_id="evt_1", what=what, chat="chat_a1", message_id=message_id, at=1)


@pytest.mark.parametrize(
    ("told", "ends"),
    [
        (["delivered"], "delivered"),
        (["delivered", "read"], "read"),
        (["read", "delivered"], "read"),
        (["delivered", "delivered"], "delivered"),
        (["failed"], "failed"),
        (["failed", "delivered"], "failed"),
        (["delivered", "failed"], "failed"),
        (["read", "failed"], "read"),
    ],
)
def test_receipts_move_a_row_forwards_only(cloud: Any, clock: Any, told: list[str], ends: str) -> None:
    house = House(cloud, clock, ok())
    house.outbox.deliver(message(clock))
    for what in told:
        assert house.outbox.note(receipt(what), 1).wait is None
    assert house.row()["status"] == ends


def test_what_a_receipt_or_the_clock_closes_is_no_answer_of_the_provider(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, ok())
    house.outbox.deliver(message(clock))
    assert house.outbox.note(receipt("failed"), 1) == Settled("failed")


def test_a_late_failure_goes_to_the_fallback_once(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, ok())
    house.outbox.deliver(message(clock))
    house.fallbacks = (BOSS,)
    for _ in range(2):
        house.outbox.note(receipt("failed"), 1)
    assert [stand_in.chat for stand_in in house.forwarded] == ["chat_b1"]
    assert house.row()["fallback_to"] == house.forwarded[0].delivery_id


def test_a_receipt_of_an_unknown_message_waits_a_moment_then_is_let_go(cloud: Any, clock: Any) -> None:
    house = House(cloud, clock, ok())
    waits = [house.outbox.note(receipt("read", "msg_of_somebody_else"), tries).wait for tries in range(1, 4)]
    assert waits == [RECEIPT_WAIT, RECEIPT_WAIT, None]
