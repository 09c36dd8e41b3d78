"""Plays EventBridge for the functions that have a schedule: each is invoked once in its period.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html
"""

import argparse
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from local.cloud.intrinsics import ACCOUNT, REGION
from local.cloud.invocation import Context
from local.cloud.supervise import leave_with_parent
from local.cloud.template import Function, Handler, Schedule, Template, load_handler

# The engine starts beside the scheduler and takes its second or two: only a longer trouble is worth a line.
TROUBLE_SECONDS = 5.0


@dataclass
class Scheduled:
    """A function that is invoked every so many ``seconds``, and never twice at once."""

    schedule: Schedule
    function: Function
    seconds: float
    load: Callable[[Function], Handler] = load_handler
    quiet_seconds: float = TROUBLE_SECONDS  # from the beginning on, in which no trouble is told

    def __post_init__(self) -> None:
        self._begun = time.monotonic()
        self._handler: Handler | None = None
        self._is_said = False

    def run(self, stopping: threading.Event) -> None:
        """Invoke it at the end of each period until ``stopping`` is set, and return when it has finished."""
        while not stopping.wait(self.seconds):
            self.invoke()

    def invoke(self) -> None:
        """Invoke it once. Whatever it raises is told once, until all is well again."""
        try:
            if self._handler is None:
                # Not sooner: while everything starts, the others need the processor.
                self._handler = self.load(self.function)
            self._handler(event_of(self.schedule, time.time()), Context.of(self.function))
        except (Exception, SystemExit) as error:  # noqa: BLE001  # a scheduler that dies would leave chats asleep
            self._tell(f"{self.function.name} raised {type(error).__name__}: {error}. It is tried again.")
        else:
            self._is_said = False

    def _tell(self, sentence: str) -> None:
        if not self._is_said and time.monotonic() - self._begun >= self.quiet_seconds:
            self._is_said = True
            print(f"scheduler: {sentence}", file=sys.stderr, flush=True)


def event_of(schedule: Schedule, now: float) -> dict[str, Any]:
    """Return the event with which a rule invokes a function at that time, in seconds since 1970."""
    return {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now)),
        "region": REGION,
        "resources": [f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{schedule.name}"],
        "detail": {},
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local.cloud.scheduler", description=__doc__)
    parser.add_argument("--template", type=Path, required=True)
    parser.add_argument("--seconds", type=float, help="the period of each, in place of the template's")
    arguments = parser.parse_args()
    leave_with_parent()
    stopping = threading.Event()
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, lambda *_: stopping.set())
    template = Template.load(arguments.template, os.environ["AWS_ENDPOINT_URL"])
    threads = []
    for schedule in template.schedules:
        each = Scheduled(schedule, template.functions[schedule.function], arguments.seconds or schedule.seconds)
        threads.append(threading.Thread(target=each.run, args=(stopping,), name=schedule.name))
    for thread in threads:
        thread.start()
    stopping.wait()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
