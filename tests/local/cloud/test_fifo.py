"""A mended FIFO queue does what Amazon documents, asked through moto's own backend."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from moto.sqs import models
from moto.sqs.exceptions import InvalidParameterValue, ReceiptHandleIsInvalid

from local.cloud import fifo

VISIBILITY = 30
FIVE_MINUTES = 300
DLQ_ARN = "arn:aws:sqs:us-east-1:123456789012:dead.fifo"
PROMPT_SECONDS = 0.1  # what is asked is 20 ms; the rest is for a busy machine
COUNTS = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
_fresh = count()


class Clock:
    def __init__(self) -> None:
        self.ms = 1_700_000_000_000.0

    def __call__(self) -> float:
        return self.ms

    def advance(self, seconds: float) -> None:
        self.ms += seconds * 1000


class Sqs:
    """One FIFO queue and how a test speaks of it: by the bodies of its messages."""

    def __init__(self, **attributes: str) -> None:
        fifo.mend()
        self.backend = models.SQSBackend("us-east-1", "123456789012")
        models.sqs_backends["123456789012"]["us-east-1"] = self.backend
        self.backend.create_queue("dead.fifo", FifoQueue="true")
        self.backend.create_queue("q.fifo", FifoQueue="true", **attributes)

    def send(self, body: str, group: str = "g", dedup: str = "") -> None:
        dedup = dedup or str(next(_fresh))
        self.backend.send_message("q.fifo", body, group_id=group, deduplication_id=dedup)

    def receive(self, most: int = 10, wait: int = 0, hidden: int = VISIBILITY, queue: str = "q.fifo") -> list[Any]:
        messages: list[Any] = self.backend.receive_message(queue, most, wait, hidden, [])
        return messages

    def bodies(self, most: int = 10, wait: int = 0, queue: str = "q.fifo") -> list[str]:
        return [message.body for message in self.receive(most, wait, queue=queue)]

    def delete(self, message: Any) -> None:
        self.backend.delete_message("q.fifo", message.receipt_handle)

    def hide(self, message: Any, seconds: int) -> None:
        self.backend.change_message_visibility("q.fifo", message.receipt_handle, seconds)

    def attribute(self, name: str) -> Any:
        return self.backend.get_queue_attributes("q.fifo", [name])[name]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(models, "unix_time_millis", clock)
    return clock


@pytest.fixture
def sqs(clock: Clock) -> Sqs:
    assert clock
    return Sqs()


def test_a_group_comes_in_send_order_and_several_at_once(sqs: Sqs) -> None:
    for body in "abcde":
        sqs.send(body)
    assert sqs.bodies() == list("abcde")


def test_a_group_comes_back_in_send_order_after_its_visibility_ran_out(sqs: Sqs, clock: Clock) -> None:
    for body in "abcde":
        sqs.send(body)
    sqs.receive()
    clock.advance(VISIBILITY)
    assert sqs.bodies() == list("abcde")


def test_a_group_given_back_in_any_order_comes_in_send_order(sqs: Sqs) -> None:
    for body in "abcde":
        sqs.send(body)
    received = sqs.receive(4)
    for n in (2, 0, 3, 1):
        sqs.hide(received[n], 0)
    assert sqs.bodies() == list("abcde")


def test_a_batch_takes_as_many_of_a_group_as_it_can_and_then_of_the_next(sqs: Sqs) -> None:
    for body, group in (("a1", "a"), ("b1", "b"), ("a2", "a"), ("b2", "b"), ("c1", "c")):
        sqs.send(body, group)
    assert sqs.bodies(4) == ["a1", "a2", "b1", "b2"]


def test_anything_in_flight_blocks_its_group_and_no_other(sqs: Sqs) -> None:
    sqs.send("a1", "a")
    sqs.send("a2", "a")
    assert sqs.bodies(1) == ["a1"]
    sqs.send("b1", "b")
    assert sqs.bodies() == ["b1"]


def test_a_visible_head_waits_for_its_in_flight_tail(sqs: Sqs) -> None:
    sqs.send("head")
    sqs.send("tail")
    head, tail = sqs.receive()
    sqs.hide(head, 0)
    assert sqs.bodies() == []
    sqs.delete(tail)
    assert sqs.bodies() == ["head"]


def test_a_longer_visibility_of_one_holds_its_group_for_that_long(sqs: Sqs, clock: Clock) -> None:
    sqs.send("head")
    sqs.send("tail")
    _, tail = sqs.receive()
    sqs.hide(tail, 2 * VISIBILITY)
    clock.advance(VISIBILITY)
    assert sqs.bodies() == []
    clock.advance(VISIBILITY)
    assert sqs.bodies() == ["head", "tail"]


def test_received_with_no_visibility_it_can_be_received_again_at_once(sqs: Sqs) -> None:
    sqs.send("a")
    assert [message.body for message in sqs.receive(hidden=0)] == ["a"]
    assert [message.approximate_receive_count for message in sqs.receive()] == [2]


def test_a_copy_is_swallowed_for_five_minutes_even_after_a_delete(sqs: Sqs, clock: Clock) -> None:
    sqs.send("a", dedup="same")
    sqs.delete(*sqs.receive())
    clock.advance(FIVE_MINUTES - 1)
    sqs.send("a again", dedup="same")
    assert sqs.bodies() == []
    clock.advance(1)
    sqs.send("a at last", dedup="same")
    assert sqs.bodies() == ["a at last"]


@pytest.mark.parametrize(("scope", "delivered"), [("queue", ["a"]), ("messageGroup", ["a", "b"])])
def test_a_copy_is_told_by_queue_or_by_group(clock: Clock, scope: str, delivered: list[str]) -> None:
    assert clock
    sqs = Sqs(DeduplicationScope=scope)
    sqs.send("a", "a", dedup="same")
    sqs.send("b", "b", dedup="same")
    assert sqs.bodies() == delivered


def redriven(times: int) -> Sqs:
    return Sqs(RedrivePolicy=f'{{"deadLetterTargetArn": "{DLQ_ARN}", "maxReceiveCount": {times}}}')


def test_the_receive_after_the_last_moves_to_the_dead_letter_queue_in_order(clock: Clock) -> None:
    sqs = redriven(2)
    for body in "ab":
        sqs.send(body)
    sqs.receive()
    clock.advance(VISIBILITY)
    assert sqs.bodies() == ["a", "b"]
    clock.advance(VISIBILITY)
    sqs.send("c")
    assert sqs.bodies() == ["c"]
    dead = sqs.receive(queue="dead.fifo")
    assert [message.body for message in dead] == ["a", "b"]
    assert {message.sent_timestamp for message in dead} == {clock.ms}


def test_two_dead_letters_of_one_deduplication_id_are_both_kept(clock: Clock) -> None:
    sqs = redriven(1)
    sqs.backend.set_queue_attributes("q.fifo", {"DeduplicationScope": "messageGroup"})
    sqs.send("a", "a", dedup="same")
    sqs.send("b", "b", dedup="same")
    sqs.receive()
    clock.advance(VISIBILITY)
    assert sqs.bodies() == []
    assert sqs.bodies(queue="dead.fifo") == ["a", "b"]


def test_what_is_older_than_the_retention_is_gone(clock: Clock) -> None:
    sqs = Sqs(MessageRetentionPeriod="60")
    sqs.send("old")
    clock.advance(60)
    sqs.send("new")
    assert sqs.bodies() == ["new"]


def test_a_receipt_handle_that_ran_out_still_deletes(sqs: Sqs, clock: Clock) -> None:
    sqs.send("a")
    (first,) = sqs.receive()
    clock.advance(VISIBILITY)
    sqs.receive()
    sqs.delete(first)
    sqs.delete(first)
    clock.advance(VISIBILITY)
    assert sqs.bodies() == []


def test_a_receipt_handle_that_ran_out_cannot_take_the_message_from_its_next_worker(sqs: Sqs, clock: Clock) -> None:
    sqs.send("a")
    (first,) = sqs.receive()
    clock.advance(VISIBILITY)
    with pytest.raises(ReceiptHandleIsInvalid):
        sqs.hide(first, 0)
    sqs.receive()
    with pytest.raises(ReceiptHandleIsInvalid):
        sqs.hide(first, 0)
    assert sqs.bodies() == []


def test_an_old_message_can_be_put_off_and_twelve_hours_are_the_most(sqs: Sqs, clock: Clock) -> None:
    sqs.send("a")
    clock.advance(24 * 60 * 60)
    (message,) = sqs.receive()
    sqs.hide(message, 12 * 60 * 60)
    with pytest.raises(InvalidParameterValue):
        sqs.hide(message, 12 * 60 * 60 + 1)


def test_sequence_numbers_grow(sqs: Sqs) -> None:
    for body in "abc":
        sqs.send(body)
    numbers = [message.sequence_number for message in sqs.receive()]
    assert numbers == sorted(numbers)
    assert {len(number) for number in numbers} == {20}


def test_a_purge_leaves_nothing(sqs: Sqs) -> None:
    sqs.send("a")
    sqs.backend.purge_queue("q.fifo")
    assert sqs.bodies() == []


def test_standard_queues_stay_as_moto_has_them() -> None:
    sqs = Sqs()
    sqs.backend.create_queue("plain")
    sqs.backend.send_message("plain", "a")
    assert type(sqs.backend.queues["plain"]) is models.Queue
    (message,) = sqs.receive(queue="plain")
    sqs.backend.change_message_visibility("plain", message.receipt_handle, 0)
    sqs.backend.purge_queue("plain")
    assert sqs.bodies(queue="plain") == []


@pytest.fixture
def poll() -> Iterator[Any]:
    """Starts a long poll beside the test; its result is what it got and when."""
    with ThreadPoolExecutor() as pool:

        def start(sqs: Sqs) -> Any:
            begun = threading.Event()
            queue = sqs.backend.queues["q.fifo"]

            def gone() -> bool:
                begun.set()
                return False

            def wait() -> tuple[list[str], float]:
                messages = queue.receive(10, 10, VISIBILITY, gone)
                return [message.body for message in messages], time.monotonic()

            future = pool.submit(wait)
            assert begun.wait(5)
            return future

        yield start


def test_a_long_poll_returns_at_once_when_a_message_arrives(poll: Any) -> None:
    sqs = Sqs()
    polling = poll(sqs)
    sent = time.monotonic()
    sqs.send("a")
    bodies, returned = polling.result(5)
    assert bodies == ["a"]
    assert returned - sent < PROMPT_SECONDS


def test_a_long_poll_returns_at_once_when_a_delete_frees_its_group(poll: Any) -> None:
    sqs = Sqs()
    sqs.send("a")
    sqs.send("b")
    (head,) = sqs.receive(1)
    polling = poll(sqs)
    deleted = time.monotonic()
    sqs.delete(head)
    bodies, returned = polling.result(5)
    assert bodies == ["b"]
    assert returned - deleted < PROMPT_SECONDS


def test_a_long_poll_returns_when_a_visibility_runs_out(poll: Any) -> None:
    sqs = Sqs()
    sqs.send("a")
    received = time.monotonic()
    sqs.receive(hidden=1)
    bodies, returned = poll(sqs).result(5)
    assert bodies == ["a"]
    assert 1 <= returned - received < 1 + PROMPT_SECONDS


def test_who_has_hung_up_gets_nothing(sqs: Sqs) -> None:
    sqs.send("a")
    assert sqs.backend.queues["q.fifo"].receive(10, 10, VISIBILITY, lambda: True) == []
    assert sqs.bodies() == ["a"]


def test_no_message_is_received_twice_by_many_at_once() -> None:
    sqs = Sqs()
    for n in range(400):
        sqs.send(str(n), group=str(n % 40))
    with ThreadPoolExecutor(8) as pool:
        batches = list(pool.map(lambda _: sqs.bodies(3), range(200)))
    received = [body for batch in batches for body in batch]
    assert len(received) == len(set(received)) == 120  # 40 groups, three of each, and then all are blocked


def test_ten_thousand_waiting_messages_are_received_in_milliseconds() -> None:
    sqs = Sqs()
    for n in range(10_000):
        # Past the backend's send_message, which takes half a millisecond for checks.
        message = models.Message(str(n), str(n))
        message.group_id, message.deduplication_id = str(n % 50), str(n)
        message.mark_sent()
        sqs.backend.queues["q.fifo"].add_message(message)
    begun = time.perf_counter()
    for _ in range(50):
        for message in sqs.receive():
            sqs.delete(message)
    assert (time.perf_counter() - begun) / 50 < 0.02


class GroupMachine(RuleBasedStateMachine):
    """One group against a model: a list in send order, and until when each message is hidden."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(models, "unix_time_millis", self.clock)
        self.sqs = Sqs()
        self.order: list[str] = []
        self.hidden: dict[str, float] = {}
        self.held: dict[str, Any] = {}
        self.sent = count()  # an example that is run again must draw from the same names

    def teardown(self) -> None:
        self.patch.undo()

    def in_flight(self) -> list[str]:
        return [body for body in self.order if self.hidden.get(body, 0) > self.clock.ms]

    @rule()
    def send(self) -> None:
        body = f"{next(self.sent):03}"
        self.sqs.send(body)
        self.order.append(body)

    @rule(most=st.integers(1, 10), hidden=st.integers(0, 60))
    def receive(self, most: int, hidden: int) -> None:
        expected = [] if self.in_flight() else self.order[:most]
        messages = self.sqs.receive(most, hidden=hidden)
        assert [message.body for message in messages] == expected
        for message in messages:
            self.held[message.body] = message
            self.hidden[message.body] = self.clock.ms + hidden * 1000

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        body = data.draw(st.sampled_from(sorted(self.held)))
        self.sqs.delete(self.held.pop(body))
        self.order.remove(body)

    @precondition(lambda self: self.in_flight())
    @rule(data=st.data(), seconds=st.integers(0, 60))
    def change_visibility(self, data: st.DataObject, seconds: int) -> None:
        body = data.draw(st.sampled_from(self.in_flight()))
        self.sqs.hide(self.held[body], seconds)
        self.hidden[body] = self.clock.ms + seconds * 1000

    @rule(seconds=st.integers(1, 70))
    def advance(self, seconds: int) -> None:
        self.clock.advance(seconds)

    @invariant()
    def counts_are_right(self) -> None:
        in_flight = len(self.in_flight())
        assert self.sqs.attribute("ApproximateNumberOfMessagesNotVisible") == in_flight
        assert self.sqs.attribute("ApproximateNumberOfMessages") == len(self.order) - in_flight


GroupMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestAGroupAgainstItsModel = GroupMachine.TestCase


def test_a_message_that_comes_back_while_the_queue_is_counted_is_counted_once(
    sqs: Sqs, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ticking() -> float:
        clock.advance(0.001)
        return clock.ms

    monkeypatch.setattr(models, "unix_time_millis", ticking)
    sqs.send("a")
    for ticks_before in range(20):
        (message,) = sqs.receive()
        sqs.hide(message, 1)
        clock.advance(1 - 0.001 * ticks_before)
        counts = sqs.backend.get_queue_attributes("q.fifo", COUNTS)
        assert sum(counts.values()) == 1
        clock.advance(1)
