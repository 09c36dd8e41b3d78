"""What the benchmark's figures should come to: how near the floor, how far below the plain artifact."""

import operator
from collections.abc import Callable
from dataclasses import dataclass

from tests.bench.deployed import FUNCTIONS
from tests.bench.figures import CLOCKS

_HOLDS: dict[str, Callable[[float, float], bool]] = {"≤": operator.le, "<": operator.lt, "=": operator.eq}

TEN_CHATS = "deliver, 10 messages to 10 chats"
ONE_MESSAGE = "1 message"
ROUTE = "an event through 200 rules, only their conditions"
DELIVERED, TEN_DELIVERED = "deliver, a message", "deliver, a message of ten"
ALERT = "deliver, an alert, which begins a thread"
RECEIVED, TEN_RECEIVED, RECEIPT = "receive, a webhook", "receive, a webhook of ten messages", "receipts, a receipt"
WRITES, READS, TEXTS, BATCHES = "writes", "reads", "texts", "batches to the queue"


@dataclass(frozen=True, slots=True)
class Target:
    bound: float
    sign: str = "≤"
    unit: str = ""

    def is_met(self, value: float) -> bool:
        return _HOLDS[self.sign](value, self.bound)

    def __str__(self) -> str:
        bound = f"{self.bound:.2f}" if self.bound % 1 else f"{self.bound:.0f}"
        return f"{self.sign} {bound} {self.unit}".strip()


def _by(what: str, other: str, bound: float, *clocks: str) -> dict[str, Target]:
    return {f"{what}, {clock} / {other}": Target(bound) for clock in clocks or CLOCKS}


TARGETS: dict[str, Target] = {
    **{what: target for name in FUNCTIONS for what, target in _by(f"{name}, cold start", "floor", 1.10).items()},
    **_by("receive, an event", "plain", 0.75),
    **_by("deliver, an event", "plain", 0.85),
    **_by("receive, an event", "floor", 1.25, "CPU"),  # its one call to SQS
    **_by("deliver, an event", "floor", 1.25, "CPU"),  # its three calls to DynamoDB and its one POST
    **_by(TEN_CHATS, ONE_MESSAGE, 1.5, "wall"),
    f"{ROUTE}, CPU": Target(0.5, "<", "ms"),
    **{f"{message}: {asked}": target
       for message in (DELIVERED, TEN_DELIVERED, ALERT)
       for asked, target in {WRITES: Target(3), READS: Target(0, "="), TEXTS: Target(1, "=")}.items()},
    **{f"{webhook}: {BATCHES}": Target(1, "=") for webhook in (RECEIVED, TEN_RECEIVED)},
}  # fmt: skip
