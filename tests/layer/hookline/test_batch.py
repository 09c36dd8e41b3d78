"""A batch of queue records: chats side by side, each in order, the rest given back together."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from botocore.exceptions import ClientError

from blooio import Content
from hookline.batch import LOG_OUT_OF_REACH_WAIT, LONGEST_LOG_WAIT, MOST_STUMBLES, OFTEN, RARE_WAIT, Batch
from hookline.models import Message, Receipt, Wake
from hookline.status import Status
from hookline.turn import HasTime, Settled

SENT = Settled("sent", is_definite=True)
STUCK = Settled("retrying", 100.0, is_stuck=True)
ANSWERS = {
    "a copy": Settled("duplicate"),
    "at once": Settled("retrying", 0.0),
    "recovers": STUCK,
    "stuck": STUCK,
    "wait": Settled("retrying", 4.2),
}
PLENTY = 30_000  # ms
QUEUE_URL = "https://queue.test/deliveries.fifo"


class Visibility:
    """The one call of SQS that a batch makes."""

    def __init__(self) -> None:
        self.set: list[tuple[str, int]] = []

    def change_message_visibility_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> None:  # noqa: N803
        assert QueueUrl == QUEUE_URL
        self.set += [(entry["ReceiptHandle"], entry["VisibilityTimeout"]) for entry in Entries]


class Desk:
    """A batch whose deliveries end as told by the text of the message."""

    def __init__(self, executor: ThreadPoolExecutor) -> None:
        self.delivered: list[str] = []
        self.given_up: list[str] = []
        self.noted: list[tuple[str, int]] = []
        self.woken: list[str] = []
        self.had_time: list[bool] = []
        self.unreadable: list[tuple[str, Status]] = []
        self.counted: list[str] = []
        self.visibility = Visibility()
        self.batch = Batch(
            outbox=self,  # type: ignore[arg-type]
            record_unreadable=lambda row_id, status, _: self.unreadable.append((row_id, status)),
            client=self.visibility,  # type: ignore[arg-type]
            queue_url=QUEUE_URL,
            executor=executor,
            attempt_seconds=8.0,
            count=self.counted.append,
        )

    def give_up_head(self, message: Message, _has_time: Any = None) -> Settled:
        self.given_up.append(message.text)
        return Settled("failed")

    def note(self, receipt: Receipt, tries: int, has_time: HasTime) -> Settled:
        self.noted.append((receipt.what, tries))
        self.had_time.append(has_time())
        return Settled(receipt.what)

    def wake(self, wake: Wake, has_time: HasTime) -> Settled:
        self.woken.append(wake.chat)
        self.had_time.append(has_time())
        return Settled("awake")

    def deliver(self, message: Message, *, is_alone: bool, **_: HasTime) -> Settled:
        if message.text.startswith("suspect") and not is_alone:
            return Settled("sending", 0.0, is_suspect=True)
        self.delivered.append(message.text)
        again = self.delivered.count(message.text) > 1
        if message.text.startswith("our mistake"):
            raise KeyError(message.text)
        if message.text.startswith("table"):
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, "PutItem")
        if again and message.text.startswith(("recovers", "at once")):
            return SENT
        return next((settled for words, settled in ANSWERS.items() if message.text.startswith(words)), SENT)

    def work(self, records: list[dict[str, Any]], remaining: int = PLENTY) -> list[str]:
        answer = self.batch.work(records, lambda: remaining)
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


@pytest.fixture
def desk() -> Iterator[Desk]:
    with ThreadPoolExecutor(10) as executor:
        yield Desk(executor)


def record(chat: str, text: str) -> dict[str, Any]:
    message = Message(
        delivery_id=text,
        source="s",
        rule="r",
        event_id="e",
        request_id="q",
        chat=chat,
        chat_name=chat,
        text=text,
        accepted_at=0,
    )
    return {
        "messageId": f"id {text}",
        "receiptHandle": f"handle {text}",
        "body": message.model_dump_json(),
        "attributes": {"MessageGroupId": chat},
    }


def test_a_chat_is_worked_through_in_order(desk: Desk) -> None:
    texts = [f"m{n}" for n in range(10)]
    assert desk.work([record("chat_1", text) for text in texts]) == []
    assert desk.delivered == texts


def test_what_stands_behind_a_waiting_message_waits_with_it_and_other_chats_go_on(desk: Desk) -> None:
    records = [record("chat_1", "a"), record("chat_1", "wait"), record("chat_2", "b"), record("chat_1", "c")]
    assert desk.work(records) == ["id wait", "id c"]
    assert sorted(desk.delivered) == ["a", "b", "wait"]
    assert desk.visibility.set == [("handle wait", 5), ("handle c", 5)]


def test_chats_are_worked_on_side_by_side(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    all_there = Barrier(10, timeout=10)  # passes only when ten deliveries are under way at once

    def deliver(_: Message, **__: Any) -> Settled:
        all_there.wait()
        return Settled("sent")

    monkeypatch.setattr(desk, "deliver", deliver)
    assert desk.work([record(f"chat_{n}", f"m{n}") for n in range(10)]) == []


def test_with_too_little_time_left_the_rest_is_given_back_at_once(desk: Desk) -> None:
    assert desk.work([record("chat_1", "a"), record("chat_1", "b")], remaining=7_999) == ["id a", "id b"]
    assert desk.delivered == []
    assert desk.visibility.set == [("handle a", 0), ("handle b", 0)]


def test_a_table_out_of_reach_leaves_the_chat_on_the_queue(desk: Desk) -> None:
    assert desk.work([record("chat_1", "table"), record("chat_1", "b")]) == ["id table", "id b"]
    assert {seconds for _, seconds in desk.visibility.set} == {int(LOG_OUT_OF_REACH_WAIT)}
    assert desk.counted == ["Stumbled"]


def test_what_waits_for_the_provider_has_not_stumbled(desk: Desk) -> None:
    assert desk.work([record("chat_1", "wait"), record("chat_1", "b")]) == ["id wait", "id b"]
    assert desk.counted == []


def test_what_may_have_stopped_its_worker_waits_until_all_other_chats_are_done(desk: Desk) -> None:
    records = [
        record(*one) for one in [("chat_1", "suspect"), ("chat_1", "a"), ("chat_2", "b"), ("chat_3", "suspect 3")]
    ]
    assert desk.work(records) == []
    assert desk.delivered == ["b", "suspect", "a", "suspect 3"]


@pytest.mark.parametrize(("receives", "seconds"), [(OFTEN - 1, 5), (OFTEN, RARE_WAIT)])
def test_what_came_very_often_comes_rarely_and_so_never_too_often(desk: Desk, receives: int, seconds: float) -> None:
    behind = record("chat_1", "b")
    behind["attributes"]["ApproximateReceiveCount"] = str(receives)
    desk.work([record("chat_1", "wait"), behind])
    assert {hidden for _, hidden in desk.visibility.set} == {seconds}


def test_a_mistake_of_ours_stops_one_chat_and_no_other(desk: Desk) -> None:
    records = [record("chat_1", "our mistake"), record("chat_1", "b"), record("chat_2", "c")]
    assert desk.work(records) == ["id our mistake", "id b"]
    assert desk.delivered == ["our mistake", "c"]


def test_a_table_that_stays_out_of_reach_is_asked_less_and_less_often(desk: Desk) -> None:
    for tries in ("1", "7", "700"):
        again = record("chat_1", "table")
        again["attributes"] |= {"ApproximateReceiveCount": tries}
        desk.work([again])
    assert [seconds for _, seconds in desk.visibility.set] == [10, 70, int(LONGEST_LOG_WAIT)]


def test_a_record_that_nobody_can_read_is_put_into_the_log_and_the_chat_goes_on(desk: Desk) -> None:
    broken = {**record("chat_1", "a"), "body": "not a message"}
    assert desk.work([broken, record("chat_1", "b")]) == []
    assert desk.unreadable == [("id a", Status.DEAD)]
    assert desk.delivered == ["b"]


def test_a_queue_that_refuses_the_visibility_still_keeps_the_records(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "ServiceUnavailable"}}, "ChangeMessageVisibilityBatch")

    monkeypatch.setattr(desk.visibility, "change_message_visibility_batch", refuse)
    assert desk.work([record("chat_1", "wait"), record("chat_1", "b")]) == ["id wait", "id b"]


def test_what_can_be_tried_again_at_once_is_while_there_is_time(desk: Desk) -> None:
    assert desk.work([record("chat_1", "at once"), record("chat_1", "b")]) == []
    assert desk.delivered == ["at once", "at once", "b"]


def test_a_stuck_head_is_closed_when_the_message_behind_it_gets_an_answer(desk: Desk) -> None:
    assert desk.work([record("chat_1", "stuck"), record("chat_1", "b"), record("chat_1", "c")]) == []
    assert desk.delivered == ["stuck", "b", "stuck", "c"]
    assert desk.given_up == ["stuck"]


def test_a_head_is_not_closed_when_the_provider_just_came_back(desk: Desk) -> None:
    assert desk.work([record("chat_1", "recovers"), record("chat_1", "b"), record("chat_1", "c")]) == []
    assert desk.delivered == ["recovers", "b", "recovers", "c"]
    assert desk.given_up == []


def test_receipts_and_copies_behind_a_stuck_head_are_no_sign_that_the_provider_answers(desk: Desk) -> None:
    read = receipt("read")
    copy = record("chat_1", "stuck") | {"messageId": "id copy", "receiptHandle": "handle copy"}
    records = [record("chat_1", "stuck"), read, copy, record("chat_1", "a copy of another")]
    assert desk.work(records) == [r["messageId"] for r in (records[0], read, copy)]
    assert (desk.given_up, desk.noted) == ([], [])


def test_receipts_and_copies_behind_a_stuck_head_do_not_keep_the_next_message_from_its_try(desk: Desk) -> None:
    copy = record("chat_1", "stuck") | {"messageId": "id copy", "receiptHandle": "handle copy"}
    desk.work([record("chat_1", "stuck"), receipt("read"), copy, record("chat_1", "b")])
    assert desk.given_up == ["stuck"]
    assert desk.noted == [("read", 1)]


@pytest.mark.parametrize("behind", [[], ["wait"], ["stuck too"]])
def test_a_stuck_head_waits_on_when_nothing_behind_it_gets_an_answer(desk: Desk, behind: list[str]) -> None:
    records = [record("chat_1", text) for text in ["stuck", *behind]]
    assert desk.work(records) == [r["messageId"] for r in records]
    assert desk.given_up == []
    assert {seconds for _, seconds in desk.visibility.set} == {100}


def receipt(what: str) -> dict[str, Any]:
    told = Receipt(event_id="evt_1", what=what, chat="chat_1", message_id="msg_1")
    return record("chat_1", what) | {"body": told.model_dump_json()}


def test_a_receipt_is_noted_in_its_chats_turn(desk: Desk) -> None:
    assert desk.work([record("chat_1", "a"), receipt("read")]) == []
    assert desk.noted == [("read", 1)]


def test_a_wake_up_has_its_turn_in_its_chat(desk: Desk) -> None:
    wake = record("chat_1", "wake") | {"body": Wake(chat="chat_1", due_at=1).model_dump_json()}
    assert desk.work([record("chat_1", "a"), wake, record("chat_1", "b")]) == []
    assert (desk.woken, desk.delivered) == (["chat_1"], ["a", "b"])


def test_what_a_receipt_sets_in_motion_ends_when_there_is_no_time_for_another_attempt(desk: Desk) -> None:
    left = iter([30_000, 12_000, 30_000, 11_999])
    assert desk.batch.work([receipt("received"), receipt("read")], lambda: next(left)) == {"batchItemFailures": []}
    assert desk.had_time == [True, False]


@pytest.mark.parametrize(("ahead", "tries"), [([], 7), (["a"], 1)])
def test_how_often_a_receipt_was_looked_at_is_not_how_often_it_stood_behind_another_record(
    desk: Desk, ahead: list[str], tries: int
) -> None:
    told = receipt("failed")
    told["attributes"] |= {"ApproximateReceiveCount": "7"}
    assert desk.work([*(record("chat_1", text) for text in ahead), told]) == []
    assert desk.noted == [("failed", tries)]


def test_a_record_of_an_earlier_version_without_a_type_is_a_message(desk: Desk) -> None:
    older = record("chat_1", "a")
    body = json.loads(older["body"])
    del body["type"]
    assert desk.work([older | {"body": json.dumps(body)}]) == []
    assert desk.delivered == ["a"]


def test_a_record_that_something_of_ours_stumbles_over_is_closed_in_the_end(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_: Any, **__: Any) -> Settled:
        raise ZeroDivisionError("a mistake of ours")

    monkeypatch.setattr(desk, "deliver", stumble)
    again = record("chat_1", "a")
    assert desk.work([again]) == ["id a"]
    again["attributes"] |= {"ApproximateReceiveCount": str(MOST_STUMBLES)}
    assert desk.work([again]) == []
    assert desk.unreadable == [("id a", Status.DEAD)]
    assert desk.counted == ["Stumbled", "Dead"]


def test_a_record_that_waited_long_is_not_closed_for_one_stumble(desk: Desk) -> None:
    again = record("chat_1", "our mistake")
    again["attributes"] |= {"ApproximateReceiveCount": "200"}
    assert desk.work([again]) == ["id our mistake"]
    assert desk.unreadable == []


def test_a_message_that_no_request_can_be_made_of_is_closed_at_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "deliver", lambda *_, **__: Content(text=""))
    assert desk.work([record("chat_1", "a")]) == []
    assert desk.unreadable == [("id a", Status.DEAD)]


def test_a_stuck_head_whose_attempts_take_long_leaves_time_for_one_message_behind_it(desk: Desk) -> None:
    """One message of the chat gets through at each turn, even when there is no time to judge the head."""
    left = iter([30_000, 22_000, 9_000])
    records = [record("chat_1", "stuck"), record("chat_1", "b"), record("chat_1", "c")]
    answer = desk.batch.work(records, lambda: next(left))
    assert answer["batchItemFailures"] == [{"itemIdentifier": "id stuck"}, {"itemIdentifier": "id c"}]
    assert (desk.delivered, desk.given_up) == (["stuck", "b"], [])
