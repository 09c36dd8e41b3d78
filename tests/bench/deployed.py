"""Measures what is deployed: how it starts, what an event costs, how batches go side by side, what it asks for.

Everything that is compared takes turns, round by round, so that what else the machine does hits all alike.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from typing import Any

from tests.bench import events
from tests.bench.artifacts import Artifacts
from tests.bench.cloud import Call, Cloud
from tests.bench.container import Artifact, Container, running
from tests.bench.measure import Took, turned

WARM = 20  # events before anything is measured
PROVIDER_SECONDS = 0.2
CHATS = 10
BODY_BYTES = 100_000
FUNCTIONS = {"receive": "ReceiveFunction", "deliver": "DeliverFunction",
             "receipts": "ReceiptsFunction", "release": "ReleaseFunction"}  # fmt: skip
Event = Callable[[int], dict[str, Any]]


class Bench:
    """Measures one build against one cloud."""

    def __init__(self, artifacts: Artifacts, cloud: Cloud) -> None:
        self._artifacts = artifacts
        self._cloud = cloud
        self._many = artifacts.rules(events.rules())
        self.threes = {name: artifacts.three(function, self._calls_of(name)) for name, function in FUNCTIONS.items()}

    def cold(self, name: str, rounds: int) -> dict[str, Took]:
        """Start each of the three anew in each round; the first round is thrown away."""
        three = self.threes[name].by_name()
        took = {kind: Took() for kind in three}
        for n in range(rounds + 1):
            for kind, artifact in turned(three, n):
                with running(self._artifacts.python, artifact) as container:
                    if n:
                        took[kind].cpu.append(container.cold_cpu)
                        took[kind].wall.append(container.cold_wall)
        return took

    def warm(self, name: str, count: int, rounds: int = 10) -> tuple[dict[str, Took], dict[str, float]]:
        """Return what an event takes in a warm container, and the peaks of memory, in MB."""
        made = {"ours": _ours(name), "floor": _ours(name), "plain": _plain(name)}
        with ExitStack() as stack:
            three = self.threes[name].by_name()
            containers = {k: stack.enter_context(self._warm(artifact)) for k, artifact in three.items()}
            for kind, container in containers.items():
                _invoke(container, [made[kind](n) for n in range(WARM)])
            took = {kind: Took() for kind in containers}
            for n in range(rounds):
                numbers = range(WARM + n * count // rounds, WARM + (n + 1) * count // rounds)
                for kind, container in turned(containers, n):
                    _measure(container, [made[kind](number) for number in numbers], took[kind])
            return took, {kind: container.peak_mb for kind, container in containers.items()}

    def batches(self, rounds: int) -> dict[str, Took]:
        """Return what a batch takes while the provider takes its time: one message, ten to ten chats, ten to one."""
        made = {"1 message": (1, 1), "10 to 10 chats": (CHATS, 1), "10 to 1 chat": (1, CHATS)}
        took = {name: Took() for name in made}
        self._cloud.provider_seconds = PROVIDER_SECONDS
        # Ten in a row are more than a chat gets at once; urgent ones wait for nothing.
        with self._warm(self.threes["deliver"].ours) as container:
            for n in range(rounds + 1):
                for name, (chats, messages) in turned(made, n):
                    into = took[name] if n else Took()
                    _measure(container, [events.of_ours(chats, messages, urgent=messages > 1)], into)
        self._cloud.provider_seconds = 0.0
        return took

    def payload(self, rounds: int) -> Took:
        """Return what a webhook of 100 KB takes in receive."""
        took = Took()
        with self._warm(self.threes["receive"].ours) as container:
            _invoke(container, [events.webhook() for _ in range(WARM)])
            for _ in range(rounds):
                _measure(container, [events.webhook(BODY_BYTES)], took)
        return took

    def requests(self, name: str, event: dict[str, Any]) -> Counter[str]:
        """Return what a warm container asks for one event."""
        with self._warm(self.threes[name].ours) as container:
            _invoke(container, [_ours(name)(n) for n in range(WARM)])
            self._cloud.taken()
            _invoke(container, [event])
            return self._cloud.taken()

    def _warm(self, artifact: Artifact) -> AbstractContextManager[Container]:
        """Start it with rules that name the chats of all messages."""
        return running(self._artifacts.python, artifact.having(RULES_FILE=self._many))

    def _calls_of(self, name: str) -> Callable[[Artifact], Sequence[Call]]:
        def calls(artifact: Artifact) -> Sequence[Call]:
            with self._warm(artifact) as container:
                _invoke(container, [_ours(name)(n) for n in range(WARM)])
                self._cloud.calls, self._cloud.is_recording = [], True
                _invoke(container, [_ours(name)(WARM)])
                self._cloud.is_recording = False
            return self._cloud.calls

        return calls


def _ours(name: str) -> Event:
    return {
        "receive": lambda _: events.webhook(),
        "deliver": lambda n: events.batch((events.chat_of(n), events.message(events.chat_of(n)).model_dump_json())),
        "receipts": lambda _: events.receipt(),
        "release": lambda _: events.minute(),
    }[name]


def _plain(name: str) -> Event:
    if name != "deliver":
        return _ours(name)
    return lambda n: events.batch((events.chat_of(n), events.plain_message(events.chat_of(n))))


def _invoke(container: Container, given: Sequence[dict[str, Any]]) -> None:
    for event in given:
        answer = container.invoke(event)
        if answer and (answer.get("statusCode", 200) >= 300 or answer.get("batchItemFailures")):
            raise SystemExit(f"The artifact did not take the event: {answer}")


def _measure(container: Container, given: Sequence[dict[str, Any]], into: Took) -> None:
    cpu, wall = container.cpu, time.perf_counter()
    _invoke(container, given)
    into.wall.append((time.perf_counter() - wall) / len(given))
    into.cpu.append((container.cpu - cpu) / len(given))
