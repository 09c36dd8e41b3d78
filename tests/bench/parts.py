"""The parts of the benchmark: what each measures, in the order in which they are measured and shown."""

import tempfile
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench import asked, events
from tests.bench.artifacts import Artifacts
from tests.bench.cloud import answering
from tests.bench.deployed import FUNCTIONS, Bench
from tests.bench.figures import CLOCKS, Figure, compared, taken, weighed
from tests.bench.made import PLACES, made
from tests.bench.measure import in_turns
from tests.bench.peers import Measured, measured
from tests.bench.rules import Case
from tests.bench.targets import ONE_MESSAGE, ROUTE, TEN_CHATS

from hookline.route import route

Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Effort:
    """How many rounds of each part; of the events and messages, how many in all."""

    cold: int = 15
    events: int = 2000
    warm: int = 20
    batches: int = 10
    payloads: int = 30
    rules: int = 20
    messages: int = 200


QUICK = Effort(cold=2, events=60, warm=3, batches=1, payloads=3, rules=3, messages=10)


def cold(bench: Bench, effort: Effort) -> Iterator[Figure]:
    """Until a new container asks for its first event."""
    for name in FUNCTIONS:
        took = bench.cold(name, effort.cold)
        for clock in CLOCKS:
            yield from compared(f"{name}, cold start", clock, took)


def warm(bench: Bench, effort: Effort) -> Iterator[Figure]:
    """An event in a container that has had some, and its peak of memory. Release has a whole minute for its own."""
    for name in [name for name in FUNCTIONS if name != "release"]:
        took, peaks = bench.warm(name, effort.events, effort.warm)
        for clock in CLOCKS:
            yield from compared(f"{name}, an event", clock, took)
        yield from weighed(f"{name}, peak memory", peaks, "MB")


def batches(bench: Bench, effort: Effort) -> Iterator[Figure]:
    """A batch beside a single message, while the provider takes its time."""
    took = bench.batches(effort.batches)
    one = {ONE_MESSAGE: took["1 message"]}
    for what, ten in ((TEN_CHATS, "10 to 10 chats"), ("deliver, 10 messages to 1 chat", "10 to 1 chat")):
        for clock in CLOCKS:
            yield from compared(what, clock, {ten: took[ten], **one})


def payload(bench: Bench, effort: Effort) -> Iterator[Figure]:
    """A long webhook."""
    took = bench.payload(effort.payloads)
    yield from (taken("receive, a webhook of 100 KB", clock, took) for clock in CLOCKS)


def requests(bench: Bench, _: Effort) -> Iterator[Figure]:
    """What they ask for."""
    yield from asked.figures(bench)


def rules(effort: Effort) -> Iterator[Figure]:
    """An event that only the last of 200 rules takes; most of them aren't asked, being for other sources."""
    case = Case("alertmanager_critical", made(PLACES["last"]))
    calls: dict[str, Callable[[], object]] = {
        ROUTE: lambda: route(case.inbound.source, case.scope, case.rules, case.expressions),
        "an event through 200 rules, to its text": case.ours,
    }
    yield from (taken(what, "CPU", took) for what, took in in_turns(calls, effort.rules).items())


def peers(effort: Effort) -> Iterator[Figure]:
    """A text for an alert, beside other tools that are here."""
    try:
        ours, *others = measured(effort.messages)
    except (RuntimeError, TimeoutError) as why:  # what was measured before is worth being shown
        yield Figure("a text for an alert", None, note=str(why))
        return
    for other in others:
        yield from beside(ours, other)


def beside(ours: Measured, other: Measured) -> Iterator[Figure]:
    """Compare two tools by both clocks; each ran once, so there are no rounds."""
    took = {one.name: {"CPU": one.cpu_ms_per_message, "wall": one.wall_ms_per_message} for one in (ours, other)}
    for clock in CLOCKS:
        raw = {name: ms[clock] for name, ms in took.items()}
        known = {name: ms for name, ms in raw.items() if ms is not None}
        if len(known) == len(raw):
            yield from weighed(f"a text for an alert, {clock}", known, "ms")
        else:
            yield Figure(f"a text for an alert, {clock} / {other.name}", None, note=other.note or ours.note)


BUILT: dict[str, Callable[[Bench, Effort], Iterator[Figure]]] = {
    "cold": cold, "warm": warm, "batches": batches, "payload": payload, "requests": requests
}  # fmt: skip
HERE: dict[str, Callable[[Effort], Iterator[Figure]]] = {"rules": rules, "peers": peers}
PARTS = (*BUILT, *HERE)


def run(wanted: Collection[str], effort: Effort, tell: Told) -> Iterator[Figure]:
    """Measure, and tell which part is next. Raises what the tools of the build raise."""
    built = [name for name in BUILT if name in wanted]
    if built:
        tell("build")
        with tempfile.TemporaryDirectory(prefix="hookline-bench-") as folder, answering(events.SECRETS) as cloud:
            bench = Bench(Artifacts(Path(folder), cloud), cloud)
            for name in built:
                tell(name)
                yield from BUILT[name](bench, effort)
    for name in [name for name in HERE if name in wanted]:
        tell(name)
        yield from HERE[name](effort)
