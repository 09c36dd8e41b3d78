"""The worker treats a batch as Lambda's poller does, and a killed one leaves nothing hidden."""

import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.local.cloud.conftest import DEADLINE_SECONDS, eventually

from local.cloud import engine
from local.cloud.invocation import failed_of
from local.cloud.journal import Journal
from local.cloud.supervise import Supervised, end, spawn
from local.cloud.template import EventSource, Template
from local.cloud.worker import Worker
from local.project import TEMPLATE

NOW = 0


@dataclass
class Scene:
    """An engine in this process, and a worker whose function is played by the test."""

    template: Template
    folder: Path
    answer: Any = None
    events: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.source: EventSource = self.template.event_source("DeliveryQueue")
        self.url = self.source.queue.url
        self.endpoint_url = urlsplit(self.url)._replace(path="").geturl()
        self.client: Any = engine.clients_for(self.endpoint_url)("sqs")
        function = self.template.functions[self.source.function]
        self.worker = Worker(self.client, self.source, function, self._handle, Journal(self.folder))

    def _handle(self, event: Any, context: Any) -> Any:
        self.events.append((event, context))
        return self.answer(event) if callable(self.answer) else self.answer

    def send(self, body: str, group: str = "g", **more: Any) -> None:
        self.client.send_message(
            QueueUrl=self.url, MessageBody=body, MessageGroupId=group, MessageDeduplicationId=body, **more
        )

    def counts(self) -> tuple[int, int]:
        """How many wait and how many are in flight."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.client.get_queue_attributes(QueueUrl=self.url, AttributeNames=names)["Attributes"]
        return int(found[names[0]]), int(found[names[1]])


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with engine.in_thread(TEMPLATE) as template:
        yield Scene(template, tmp_path / "journal")


def test_a_record_is_what_lambda_would_hand_over(scene: Scene) -> None:
    attribute = {
        "kind": {"DataType": "String", "StringValue": "message"},
        "raw": {"DataType": "Binary", "BinaryValue": b"\0"},
    }
    scene.send("hello", group="chat", MessageAttributes=attribute)
    assert scene.worker.poll_once(NOW) == 1
    ((event, _),) = scene.events
    (record,) = event["Records"]
    attributes = record.pop("attributes")
    assert attributes.keys() == {
        "ApproximateReceiveCount",
        "SentTimestamp",
        "SequenceNumber",
        "MessageGroupId",
        "SenderId",
        "MessageDeduplicationId",
        "ApproximateFirstReceiveTimestamp",
    }
    assert (attributes["MessageGroupId"], attributes["ApproximateReceiveCount"]) == ("chat", "1")
    assert record.pop("messageId")
    assert record.pop("receiptHandle")
    empty: dict[str, Any] = {"stringListValues": [], "binaryListValues": []}
    assert record == {
        "body": "hello",
        "messageAttributes": {
            "kind": {**empty, "dataType": "String", "stringValue": "message"},
            "raw": {**empty, "dataType": "Binary", "binaryValue": "AA=="},
        },
        "md5OfBody": "5d41402abc4b2a76b9719d911017c592",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:DeliveryQueue.fifo",
        "awsRegion": "us-east-1",
    }


def test_the_context_counts_down_from_the_functions_timeout(scene: Scene) -> None:
    scene.send("a")
    scene.worker.poll_once(NOW)
    ((_, context),) = scene.events
    assert 25_000 < context.get_remaining_time_in_millis() <= 30_000
    assert (context.function_name, context.memory_limit_in_mb) == ("DeliverFunction", 512)
    assert context.invoked_function_arn.endswith(":function:DeliverFunction")
    assert context.aws_request_id


def test_what_succeeded_is_deleted(scene: Scene) -> None:
    scene.send("a")
    scene.send("b")
    assert scene.worker.poll_once(NOW) == 2
    assert scene.counts() == (0, 0)
    assert scene.worker.poll_once(NOW) == 0


def test_only_what_is_reported_as_failed_stays(scene: Scene) -> None:
    scene.send("a")
    scene.send("b")
    scene.answer = lambda event: {"batchItemFailures": [{"itemIdentifier": event["Records"][1]["messageId"]}]}
    scene.worker.poll_once(NOW)
    assert scene.counts() == (0, 1)


@pytest.mark.parametrize("error", [RuntimeError("broken"), SystemExit(1)])
def test_a_function_that_raises_fails_its_whole_batch(
    scene: Scene, error: BaseException, capsys: pytest.CaptureFixture[str]
) -> None:
    def answer(_: Any) -> None:
        raise error

    scene.send("a")
    scene.send("b")
    scene.answer = answer
    assert scene.worker.poll_once(NOW) == 2
    assert scene.counts() == (0, 2)
    assert f"DeliverFunction raised {type(error).__name__}" in capsys.readouterr().err


@pytest.mark.parametrize("answer", [None, {}, {"batchItemFailures": []}, {"batchItemFailures": None}])
def test_an_answer_that_names_no_failure_is_a_success(answer: Any) -> None:
    assert failed_of(answer, ["1", "2"]) == []


@pytest.mark.parametrize(
    "answer",
    [
        "done",
        [],
        {"batchItemFailures": "1"},
        {"batchItemFailures": ["1"]},
        {"batchItemFailures": [{"itemIdentifier": "1"}, {"itemIdentifier": "unknown"}]},
        {"batchItemFailures": [{"itemIdentifier": ""}]},
        {"batchItemFailures": [{"itemIdentifier": None}]},
        {"batchItemFailures": [{"itemIdentifier": ["1"]}]},
        {"batchItemFailures": [{"id": "1"}]},
    ],
)
def test_an_answer_that_cannot_be_understood_fails_the_whole_batch(answer: Any) -> None:
    assert failed_of(answer, ["1", "2"]) == ["1", "2"]


def test_the_journal_holds_a_batch_only_while_it_is_worked_on(scene: Scene) -> None:
    held: list[str] = []
    scene.send("a")
    scene.answer = lambda _: held.extend(page.read_text(encoding="ascii") for page in scene.folder.iterdir())
    scene.worker.poll_once(NOW)
    ((event, _),) = scene.events
    assert held == [event["Records"][0]["receiptHandle"]]
    assert list(scene.folder.iterdir()) == []


def test_a_new_worker_gives_back_what_a_dead_one_held(scene: Scene) -> None:
    scene.send("a")
    scene.send("b")
    messages = scene.client.receive_message(QueueUrl=scene.url, MaxNumberOfMessages=10)["Messages"]
    handles = [message["ReceiptHandle"] for message in messages]
    (scene.folder / "dead.handles").write_text("\n".join([*handles, "unknown"]), encoding="ascii")
    scene.worker.journal.give_back(scene.client, scene.url)
    assert scene.counts() == (2, 0)
    assert list(scene.folder.iterdir()) == []


def test_a_batch_that_arrives_while_the_worker_stops_is_given_back(scene: Scene) -> None:
    scene.send("a")
    scene.worker.stopping.set()
    scene.worker.poll_once(NOW)
    assert scene.events == []
    assert scene.counts() == (1, 0)


def test_a_worker_that_is_stopped_finishes_its_batches_first(scene: Scene) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def answer(_: Any) -> None:
        begun.set()
        assert go_on.wait(DEADLINE_SECONDS)

    scene.answer = answer
    scene.send("a")
    running = threading.Thread(target=scene.worker.run)
    running.start()
    assert begun.wait(DEADLINE_SECONDS)
    scene.worker.stopping.set()
    running.join(0.05)
    assert running.is_alive()
    go_on.set()
    running.join(DEADLINE_SECONDS)
    assert not running.is_alive()
    assert scene.counts() == (0, 0)


def test_different_chats_are_worked_on_at_once(scene: Scene) -> None:
    together = threading.Barrier(2, timeout=DEADLINE_SECONDS)
    scene.answer = lambda _: {} if together.wait() in {0, 1} else "never"
    running = threading.Thread(target=scene.worker.run)
    running.start()
    scene.send("a", group="a")
    assert eventually(lambda: scene.events)
    scene.send("b", group="b")
    assert eventually(lambda: scene.counts() == (0, 0))
    scene.worker.stopping.set()
    running.join(DEADLINE_SECONDS)


APP = """
import os, sys, time
from pathlib import Path
def handler(event, context):
    with open(os.environ["TOLD"], "a") as told:
        for record in event["Records"]:
            print(os.getpid(), record["body"], file=told, flush=True)
    while Path(os.environ["HANG"]).exists():
        time.sleep(0.01)
"""


@dataclass
class Program:
    """``python -m local.cloud.worker`` over a copy of the template whose deliver function writes down what it gets."""

    scene: Scene
    folder: Path

    def __post_init__(self) -> None:
        app = self.folder / "functions" / "deliver" / "app.py"
        app.parent.mkdir(parents=True)
        app.write_text(APP, encoding="utf-8")
        template = self.folder / "template.yaml"
        template.write_text(TEMPLATE.read_text(encoding="utf-8"), encoding="utf-8")
        self.told, self.hang = self.folder / "told", self.folder / "hang"
        journal = self.folder / "journal"
        self.argv = [
            "local.cloud.worker",
            "--template",
            str(template),
            "--queue",
            "DeliveryQueue",
            "--journal",
            str(journal),
        ]
        self.env = {
            **os.environ,
            "AWS_ENDPOINT_URL": self.scene.endpoint_url,
            **engine.CREDENTIALS,
            "TOLD": str(self.told),
            "HANG": str(self.hang),
        }

    def heard(self) -> list[tuple[int, str]]:
        lines = self.told.read_text(encoding="utf-8").splitlines() if self.told.exists() else []
        return [(int(pid), body) for pid, body in map(str.split, lines)]


@pytest.fixture
def program(scene: Scene, tmp_path: Path) -> Program:
    return Program(scene, tmp_path)


@pytest.mark.slow
def test_a_killed_worker_is_started_again_and_its_chat_goes_on_at_once(program: Program) -> None:
    program.hang.touch()
    supervised = Supervised(program.argv, program.env)
    try:
        program.scene.send("a")
        program.scene.send("b")
        assert eventually(program.heard)
        killed = supervised.pid
        os.kill(killed, signal.SIGKILL)
        program.hang.unlink()
        assert eventually(lambda: program.scene.counts() == (0, 0))
        bodies = [body for pid, body in program.heard() if pid != killed]
        assert bodies == ["a", "b"]
    finally:
        supervised.stop()


@pytest.mark.slow
def test_a_terminated_worker_finishes_its_batch_and_ends_well(program: Program) -> None:
    program.hang.touch()
    process = spawn(program.argv, program.env)
    program.scene.send("a")
    assert eventually(program.heard)
    process.terminate()
    program.hang.unlink()
    assert process.wait(DEADLINE_SECONDS) == 0
    assert program.scene.counts() == (0, 0)


@pytest.mark.slow
def test_a_worker_that_was_stopped_is_not_started_again(program: Program) -> None:
    supervised = Supervised(program.argv, program.env)
    program.scene.send("a")
    assert eventually(program.heard)
    pid = supervised.pid
    supervised.stop()
    assert supervised.pid == pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.slow
def test_a_worker_outlives_an_engine_that_is_away(program: Program, capfd: pytest.CaptureFixture[str]) -> None:
    process = spawn(program.argv, {**program.env, "AWS_ENDPOINT_URL": "http://127.0.0.1:9"})
    try:
        said: list[str] = []
        assert eventually(lambda: said.append(capfd.readouterr().err) or "tried again" in "".join(said))
        assert process.poll() is None
    finally:
        end(process, DEADLINE_SECONDS)
    assert "can't be worked off" in "".join(said)
