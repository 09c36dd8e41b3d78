"""Plays Lambda's poller for one event source mapping: receive a batch, invoke the function, delete what succeeded."""

import argparse
import importlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from local.cloud.intrinsics import REGION
from local.cloud.invocation import Context, event_of, failed_of
from local.cloud.journal import Journal, release
from local.cloud.supervise import leave_with_parent
from local.cloud.template import EventSource, Function, Handler, Queue, Template, load_handler

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

POLLERS = 4
LONG_POLL_SECONDS = 20
MOST_PER_RECEIVE = 10
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 0.5
# The engine starts beside the worker and takes its second or two: only a longer trouble is worth a line.
TROUBLE_SECONDS = 5.0


@dataclass
class Worker:
    client: "SQSClient"
    source: EventSource
    function: Function
    handler: Handler
    journal: Journal
    pollers: int = POLLERS
    stopping: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._at_work = threading.BoundedSemaphore(self.pollers)

    def run(self) -> None:
        """Poll until ``stopping`` is set, and return when every batch that had begun is finished."""
        self._repeat(self._give_back)
        for n in range(self.pollers):
            threading.Thread(target=self._repeat, args=(self._poll,), daemon=True, name=f"poller {n}").start()
        self.stopping.wait()
        for _ in range(self.pollers):
            self._at_work.acquire()

    def poll_once(self, wait_seconds: int = LONG_POLL_SECONDS) -> int:
        """Work off one batch and tell how many messages it had.

        Raises what boto3 raises, never what the function does.
        """
        messages = self.client.receive_message(
            QueueUrl=self.source.queue.url,
            MaxNumberOfMessages=min(self.source.batch_size, MOST_PER_RECEIVE),
            WaitTimeSeconds=wait_seconds,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        ).get("Messages", [])
        if messages:
            handles = [message["ReceiptHandle"] for message in messages]
            with self.journal.holding(handles):
                if self.stopping.is_set():
                    release(self.client, self.source.queue.url, handles)
                else:
                    with self._at_work:
                        self._delete(messages, self._invoke(messages))
        return len(messages)

    def _invoke(self, messages: Sequence["MessageTypeDef"]) -> list[str]:
        """Return the ids of the messages that the function has failed on."""
        ids = [message["MessageId"] for message in messages]
        try:
            answer = self.handler(event_of(messages, self.source.queue.arn), Context.of(self.function))
        except (Exception, SystemExit) as error:  # noqa: BLE001  # whatever a function raises fails its batch
            _say(f"{self.function.name} raised {type(error).__name__}: {error}. Its batch comes again.")
            return ids
        return failed_of(answer, ids) if self.source.reports_failures else []

    def _delete(self, messages: Sequence["MessageTypeDef"], failed: list[str]) -> None:
        done = [message["ReceiptHandle"] for message in messages if message["MessageId"] not in failed]
        if not done:
            return
        answer = self.client.delete_message_batch(
            QueueUrl=self.source.queue.url,
            Entries=[{"Id": str(n), "ReceiptHandle": handle} for n, handle in enumerate(done)],
        )
        for refused in answer.get("Failed", []):
            _say(f"A message was worked off but not deleted, and comes again: {refused.get('Message')}")

    def _give_back(self) -> bool:
        self.journal.give_back(self.client, self.source.queue.url)
        return True

    def _poll(self) -> bool:
        self.poll_once()
        return False

    def _repeat(self, step: Callable[[], bool]) -> None:
        repeat(step, self.source.queue, self.stopping)


def repeat(step: Callable[[], bool], queue: Queue, stopping: threading.Event) -> None:
    """Take the step until it says that all is done, whatever it raises; an outage is reported once."""
    pause, lasted, is_said = FIRST_PAUSE_SECONDS, 0.0, False
    while not stopping.is_set():
        try:
            if step():
                return
            pause, lasted, is_said = FIRST_PAUSE_SECONDS, 0.0, False
        except Exception as error:  # noqa: BLE001  # a worker that dies would leave its chats silent
            if lasted >= TROUBLE_SECONDS and not is_said:
                is_said = True
                _say(f"{queue.name} can't be worked off ({error}). It is tried again.")
            stopping.wait(pause)
            lasted += pause
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)


def _say(sentence: str) -> None:
    print(f"worker: {sentence}", file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local.cloud.worker", description=__doc__)
    parser.add_argument("--template", type=Path, required=True)
    parser.add_argument("--queue", required=True, help="logical id in the template")
    parser.add_argument("--journal", type=Path, required=True, help="folder that the next worker finds again")
    parser.add_argument("--pollers", type=int, default=POLLERS)
    arguments = parser.parse_args()
    leave_with_parent()
    template = Template.load(arguments.template, os.environ["AWS_ENDPOINT_URL"])
    source = template.event_source(arguments.queue)
    function = template.functions[source.function]
    # The loop here pauses and tells; boto3 trying again by itself would only hide the outage.
    config = Config(retries={"total_max_attempts": 1}, max_pool_connections=arguments.pollers * 2)
    client = boto3.client("sqs", region_name=REGION, config=config)
    stopping = threading.Event()
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, lambda *_: stopping.set())
    importlib.import_module("hookline.delivery")  # most of what the function imports; meanwhile the engine starts
    # What the function asks for as it is loaded has to be there: it would not ask again for seconds.
    repeat(lambda: bool(client.get_queue_attributes(QueueUrl=source.queue.url)), source.queue, stopping)
    handler = load_handler(function)
    Worker(client, source, function, handler, Journal(arguments.journal), arguments.pollers, stopping).run()


if __name__ == "__main__":
    main()
