"""Mends moto's FIFO queues, so that they keep the order, the blocking and the deduplication that Amazon documents.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
Standard queues stay as moto has them. Not played: a FIFO queue's own DelaySeconds.
"""

import copy
import socket
from collections import OrderedDict
from collections.abc import Callable
from itertools import count
from threading import Condition, RLock
from time import monotonic
from typing import Any

import flask
from moto.sqs import models
from moto.sqs.exceptions import InvalidParameterValue, ReceiptHandleIsInvalid

from local.cloud.groups import Entry, Groups

MILLISECONDS = 1000
DEDUPLICATION_MS = models.DEDUPLICATION_TIME_IN_SECONDS * MILLISECONDS
# Amazon counts the twelve hours from the receive; moto counts them from the send, which an old message can't pass.
LONGEST_IN_FLIGHT_MS = 12 * 60 * 60 * MILLISECONDS
# A wait may end a moment before its time; asking again at once would spin.
SHORTEST_WAIT_SECONDS = 0.001
SEQUENCE_NUMBER_DIGITS = 20

# One lock for all queues: a move to the dead letter queue changes two, and so no order of locks has to be kept.
_LOCK = RLock()
_sequence = count(1)


def _now() -> float:
    return float(models.unix_time_millis())


class FifoQueue(models.Queue):  # type: ignore[misc]  # moto's types aren't followed
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._changed = Condition(_LOCK)
        self._seen: OrderedDict[tuple[str, str], float] = OrderedDict()
        self.clear()

    def clear(self) -> None:
        with _LOCK:
            self._groups = Groups()
            self._by_handle: dict[str, Entry] = {}

    def add_message(self, message: Any) -> None:
        with _LOCK:
            if not self._is_duplicate(message):
                self._append(message)

    def _append(self, message: Any) -> None:
        message.sequence_number = f"{next(_sequence):0{SEQUENCE_NUMBER_DIGITS}}"
        self._groups.append(message.group_id, message)
        self._changed.notify_all()

    def _is_duplicate(self, message: Any) -> bool:
        while self._seen and next(iter(self._seen.values())) <= message.sent_timestamp - DEDUPLICATION_MS:
            self._seen.popitem(last=False)
        key = (message.group_id if self.deduplication_scope == "messageGroup" else "", message.deduplication_id)
        if key in self._seen:
            return True
        self._seen[key] = message.sent_timestamp
        return False

    def receive(self, most: int, wait_seconds: float, hidden_seconds: int, is_gone: Callable[[], bool]) -> list[Any]:
        """Return copies of the next messages, as soon as there are any; none to a caller who has hung up."""
        give_up = monotonic() + wait_seconds
        with self._changed:
            while True:
                now = _now()
                self._groups.surface(now)
                if is_gone():
                    return []
                taken = self._groups.take(most, self._admits, now + hidden_seconds * MILLISECONDS)
                left = give_up - monotonic()
                if taken or left <= 0:
                    return [self._handed_out(entry) for entry in taken]
                until_visible = (self._groups.next_change() - now) / MILLISECONDS
                self._changed.wait(min(left, max(until_visible, SHORTEST_WAIT_SECONDS)))

    def _admits(self, entry: Entry) -> bool:
        message = entry.message
        if message.sent_timestamp + self.message_retention_period * MILLISECONDS <= _now():
            self._forget(entry)
            return False
        if self.dead_letter_queue is None or not self.redrive_policy:
            return True
        if message.approximate_receive_count < self.redrive_policy["maxReceiveCount"]:
            return True
        self._forget(entry)
        message.mark_sent()  # a FIFO queue's dead letters start their retention anew
        self.dead_letter_queue._append(message)  # noqa: SLF001  # as a move: nothing that was sent before makes it a copy
        return False

    def _handed_out(self, entry: Entry) -> Any:
        entry.message.mark_received()
        entry.received_at = _now()
        self._by_handle[entry.message.receipt_handle] = entry
        return copy.copy(entry.message)

    def delete_message(self, receipt_handle: str) -> None:
        with _LOCK:
            if receipt_handle in self.deleted_messages:
                return
            entry = self._by_handle.get(receipt_handle)
            if entry is None:
                raise ReceiptHandleIsInvalid
            self.deleted_messages.update(self._forget(entry))
            self._groups.remove(entry)
            self._changed.notify_all()

    def _forget(self, entry: Entry) -> list[str]:
        handles = [handle for handle in entry.message.all_receipt_handles if handle in self._by_handle]
        for handle in handles:
            del self._by_handle[handle]
        return handles

    def change_visibility(self, receipt_handle: str, hidden_seconds: int) -> None:
        """Only the newest handle of a message in flight counts: a late worker can't take it from the next one."""
        with _LOCK:
            entry = self._by_handle.get(receipt_handle)
            now = _now()
            self._groups.surface(now)
            if entry is None or not entry.is_in_flight or entry.message.receipt_handle != receipt_handle:
                raise ReceiptHandleIsInvalid
            visible_at = now + hidden_seconds * MILLISECONDS
            if visible_at - entry.received_at > LONGEST_IN_FLIGHT_MS:
                raise InvalidParameterValue("A message can't be in flight for more than 12 hours.")
            self._groups.hide(entry, visible_at)
            self._groups.surface(now)
            self._changed.notify_all()

    def counted(self, read: Callable[[], Any]) -> Any:
        """Return what ``read`` gives with all counts of one moment; it asks for them one after the other.

        A message that came back between two looks would be in neither count, and the queue look empty.
        """
        with _LOCK:
            self._groups.surface(_now())
            return read()

    @property
    def approximate_number_of_messages(self) -> int:
        return self._groups.waiting

    @property
    def approximate_number_of_messages_not_visible(self) -> int:
        return self._groups.in_flight


def _caller_hung_up() -> bool:
    """True when the HTTP client that polls has closed its end.

    Lambda's poller outlives a crash; ours doesn't, and what its last poll got would be hidden from the next one.
    """
    if not flask.has_request_context():
        return False
    connection: socket.socket = flask.request.environ["werkzeug.socket"]
    try:
        return not connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        return True


_motos_new = models.Queue.__new__
_motos_receive = models.SQSBackend.receive_message
_motos_change = models.SQSBackend.change_message_visibility
_motos_purge = models.SQSBackend.purge_queue
_motos_attributes = models.SQSBackend.get_queue_attributes


def _new(kind: type, *_: Any, **attributes: Any) -> Any:
    is_fifo = kind is models.Queue and str(attributes.get("FifoQueue")).lower() == "true"
    return _motos_new(FifoQueue if is_fifo else kind)


def _receive(backend: Any, queue_name: str, most: int, wait: int, *rest: Any) -> Any:
    queue = backend.get_queue(queue_name)
    if not isinstance(queue, FifoQueue):
        return _motos_receive(backend, queue_name, most, wait, *rest)
    hidden_seconds, attribute_names = rest
    messages = queue.receive(most, wait, hidden_seconds, _caller_hung_up)
    for message in messages:
        models._filter_message_attributes(message, attribute_names)  # noqa: SLF001  # moto's own, on our copy
    return messages


def _change(backend: Any, queue_name: str, receipt_handle: str, visibility_timeout: int) -> None:
    queue = backend.get_queue(queue_name)
    if isinstance(queue, FifoQueue):
        queue.change_visibility(receipt_handle, visibility_timeout)
    else:
        _motos_change(backend, queue_name, receipt_handle, visibility_timeout)


def _purge(backend: Any, queue_name: str) -> None:
    _motos_purge(backend, queue_name)
    queue = backend.get_queue(queue_name)
    if isinstance(queue, FifoQueue):
        queue.clear()


def _attributes(backend: Any, queue_name: str, names: list[str]) -> Any:
    queue = backend.get_queue(queue_name)

    def read() -> Any:
        return _motos_attributes(backend, queue_name, names)

    return queue.counted(read) if isinstance(queue, FifoQueue) else read()


def mend() -> None:
    """Make every FIFO queue that is created from now on a FifoQueue. A second call changes nothing."""
    models.Queue.__new__ = _new
    models.SQSBackend.receive_message = _receive
    models.SQSBackend.change_message_visibility = _change
    models.SQSBackend.purge_queue = _purge
    models.SQSBackend.get_queue_attributes = _attributes
