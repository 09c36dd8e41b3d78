"""The scheduler invokes a function as EventBridge does, tells of trouble once, and outlives what it depends on."""

import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.local.cloud.conftest import DEADLINE_SECONDS, eventually

from local.cloud import engine
from local.cloud.scheduler import Scheduled, event_of
from local.cloud.supervise import Supervised, end, spawn
from local.cloud.template import Function, Schedule, Template
from local.place import LOCAL_RELEASE_SECONDS, CannotServe, Place
from local.project import RULES, TEMPLATE

SCHEDULE = Schedule("Release", "ReleaseEveryMinute", 60)
FUNCTION = Function("Release", Path("release"), "app.handler", timeout_seconds=30, memory_mb=512, environment={})


@dataclass
class Stage:
    """A scheduler whose function is played by the test."""

    quiet_seconds: float = 0
    errors: list[BaseException | None] = field(default_factory=list)
    loads: int = 0
    events: list[tuple[dict[str, Any], Any]] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.scheduled = Scheduled(SCHEDULE, FUNCTION, 0, self._load, self.quiet_seconds)

    def _load(self, function: Function) -> Any:
        assert function is FUNCTION
        self.loads += 1
        return self._handle

    def _handle(self, event: dict[str, Any], context: Any) -> None:
        self.events.append((event, context))
        if self.errors and (error := self.errors.pop(0)):
            raise error
        if not self.errors:
            self.stopping.set()


def test_an_event_is_what_a_rule_would_send() -> None:
    event = event_of(SCHEDULE, 1_793_620_800.9)
    assert event.pop("id") != event_of(SCHEDULE, 0)["id"]
    assert event == {
        "version": "0",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": "2026-11-02T12:00:00Z",
        "region": "us-east-1",
        "resources": ["arn:aws:events:us-east-1:123456789012:rule/ReleaseEveryMinute"],
        "detail": {},
    }


def test_the_function_is_loaded_when_it_is_first_due_and_only_once() -> None:
    stage = Stage()
    assert stage.loads == 0
    stage.scheduled.invoke()
    stage.scheduled.invoke()
    assert (stage.loads, len(stage.events)) == (1, 2)


def test_each_invocation_has_the_functions_whole_time() -> None:
    stage = Stage()
    stage.scheduled.invoke()
    stage.scheduled.invoke()
    contexts = [context for _, context in stage.events]
    assert contexts[0].aws_request_id != contexts[1].aws_request_id
    assert all(context.timeout_seconds == 30 for context in contexts)


def test_it_goes_on_whatever_the_function_raises_until_it_is_stopped() -> None:
    stage = Stage(errors=[RuntimeError("broken"), SystemExit(1), None])
    stage.scheduled.run(stage.stopping)
    assert len(stage.events) == 3


def test_trouble_is_told_once_until_all_is_well_again(capsys: pytest.CaptureFixture[str]) -> None:
    stage = Stage(errors=[RuntimeError("first"), RuntimeError("again"), None, SystemExit(2), None])
    stage.scheduled.run(stage.stopping)
    assert capsys.readouterr().err.splitlines() == [
        "scheduler: Release raised RuntimeError: first. It is tried again.",
        "scheduler: Release raised SystemExit: 2. It is tried again.",
    ]


def test_while_the_engine_starts_trouble_is_not_worth_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    stage = Stage(quiet_seconds=inf, errors=[ConnectionError("too early"), None])
    stage.scheduled.run(stage.stopping)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("given", "period"), [("", LOCAL_RELEASE_SECONDS), ("0.5", 0.5), ("90", 90)])
def test_a_run_takes_the_period_from_a_variable(given: str, period: float) -> None:
    assert Place.of("127.0.0.1", 0, RULES, {"RELEASE_SECONDS": given}).release_seconds == period


@pytest.mark.parametrize("given", ["often", "0", "-1", "nan", "inf"])
def test_a_period_that_is_none_is_said_in_a_sentence(given: str) -> None:
    with pytest.raises(CannotServe, match=rf"^RELEASE_SECONDS has to be a number of seconds above 0, not {given}\.$"):
        Place.of("127.0.0.1", 0, RULES, {"RELEASE_SECONDS": given})


@dataclass
class Program:
    """``python -m local.cloud.scheduler`` over the template itself, with an engine in this process."""

    template: Template

    def __post_init__(self) -> None:
        self.url = self.template.event_source("DeliveryQueue").queue.url
        self.endpoint_url = urlsplit(self.url)._replace(path="").geturl()
        self.clients = engine.clients_for(self.endpoint_url)
        self.argv = ["local.cloud.scheduler", "--template", str(TEMPLATE), "--seconds", "0.05"]

    def env(self, **changed: str) -> dict[str, str]:
        given = self.template.functions["ReleaseFunction"].environment
        at = {"AWS_ENDPOINT_URL": self.endpoint_url, "POWERTOOLS_METRICS_DISABLED": "true"}
        return {**os.environ, **given, **engine.CREDENTIALS, **at, **changed}

    def keep_due(self, chat: str) -> None:
        key = {"id": {"S": f"chat {chat}"}, "generation": {"N": "0"}}
        self.clients("dynamodb").put_item(
            TableName="DeliveryLog", Item={**key, "waits": {"S": "chat"}, "due_at": {"N": "1"}}
        )

    def woken(self) -> int:
        names = ["ApproximateNumberOfMessages"]
        found = self.clients("sqs").get_queue_attributes(QueueUrl=self.url, AttributeNames=names)
        return int(found["Attributes"][names[0]])


@pytest.fixture
def program() -> Iterator[Program]:
    with engine.in_thread(TEMPLATE) as template:
        yield Program(template)


@pytest.mark.slow
def test_a_chat_is_woken_and_a_killed_scheduler_wakes_the_next_one(program: Program) -> None:
    supervised = Supervised(program.argv, program.env())
    try:
        program.keep_due("chat_1")
        assert eventually(lambda: program.woken() == 1)
        os.kill(supervised.pid, signal.SIGKILL)
        program.keep_due("chat_2")
        assert eventually(lambda: program.woken() == 2)
    finally:
        supervised.stop()


@pytest.mark.slow
def test_a_scheduler_that_is_terminated_ends_well(program: Program) -> None:
    process = spawn(program.argv, program.env())
    program.keep_due("chat_1")
    assert eventually(lambda: program.woken() == 1)
    process.terminate()
    assert process.wait(DEADLINE_SECONDS) == 0


@pytest.mark.slow
def test_a_scheduler_outlives_an_engine_that_is_away_and_says_so_once(
    program: Program, capfd: pytest.CaptureFixture[str]
) -> None:
    process = spawn(program.argv, program.env(AWS_ENDPOINT_URL="http://127.0.0.1:9"))
    lines: list[str] = []

    def said() -> list[str]:
        lines.extend(capfd.readouterr().err.splitlines())
        return lines

    try:
        assert eventually(said)
        assert process.poll() is None
    finally:
        end(process, DEADLINE_SECONDS)
    [line] = said()
    assert line.startswith("scheduler: ReleaseFunction raised EndpointConnectionError: ")
