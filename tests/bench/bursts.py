"""Bursts over so many containers and chats, simulated: how soon senders are answered, and texts are with the provider.

No clock but its own, and the same figures each time. What it leaves out: the provider refuses nothing and nobody
answers, so no chat has to wait for its person; no container is taken away; senders try again until they are taken.
"""

import argparse
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from itertools import accumulate, count, takewhile
from math import ceil
from random import Random

from tests.bench.bursts_chat import Times
from tests.bench.bursts_lambda import Deliver, receive

from hookline.clock import HOUR, MINUTE
from hookline.rules.written import DEFAULT_PACE, Pace
from local.cloud.intrinsics import parse
from local.project import ROOT, TEMPLATE

AS_DEPLOYED: int = parse(TEMPLATE.read_text(encoding="utf-8"))["Parameters"]["MaximumConcurrency"]["Default"]
CONTAINERS, CHATS = sorted({1, AS_DEPLOYED, 10, 100}), (1, 10, 1000)
PACED = f"{DEFAULT_PACE.texts} per {DEFAULT_PACE.seconds // MINUTE}m"
SEED = 1
MEASURED = ROOT / ".bench" / "last.json"  # what the benchmark measured last, in ms
# Without that: medians of `python -m tests.bench.answers` and of deliver with the provider answering at once, against
# the local engine, on two cores of an EPYC; a container's first is mostly the loading of its handler.
MEASURED_ELSEWHERE = {
    "receive.warm_wall_ms": 5.0,
    "receive.cold_wall_ms": 710.0,
    "deliver.warm_wall_ms_per_message": 15.0,
    "deliver.cold_wall_ms": 1000.0,
}
# Assumed: nobody has measured Blooio here, nor how soon an event source hands over what is on a queue.
PROVIDER_MS, PICK_UP_MS = 300.0, 20.0
MILLI = 1e-3


@dataclass(frozen=True, slots=True)
class Scenario:
    """Webhooks, each with its sender; a sender always writes to the same chat."""

    name: str
    arrivals: Callable[[Random], list[float]]
    senders: int


def poisson(rate: float, seconds: float, random: Random) -> list[float]:
    """Return moments that know nothing of each other, so many a second on average."""
    moments = accumulate(random.expovariate(rate) for _ in count())
    return list(takewhile(lambda moment: moment < seconds, moments))


def burst(random: Random) -> list[float]:
    """Return 500 within ten seconds, half a minute after the beginning, and one every two seconds beside them."""
    return sorted([*poisson(0.5, 2 * MINUTE, random), *(30 + 10 * random.random() for _ in range(500))])


SCENARIOS = (
    Scenario("10/s for 5 min", lambda random: poisson(10, 5 * MINUTE, random), senders=1000),
    Scenario("500 in 10 s from 40 senders", burst, senders=40),
    Scenario("1,000/s for 1 min", lambda random: poisson(1000, MINUTE, random), senders=1000),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a scenario; the times are seconds, the median and what all but one in a hundred take at most."""

    refusals: int
    accepted_after: tuple[float, float]
    sent_after: tuple[float, float]
    texts: int


def times(measured: Mapping[str, float], provider_ms: float = PROVIDER_MS) -> Times:
    """Return the times to go by: what was measured, where it was."""
    known = {**MEASURED_ELSEWHERE, **measured}
    ms = {name: known[name] * MILLI for name in MEASURED_ELSEWHERE}
    return Times(
        receive=ms["receive.warm_wall_ms"],
        receive_cold=max(0.0, ms["receive.cold_wall_ms"] - ms["receive.warm_wall_ms"]),
        deliver=ms["deliver.warm_wall_ms_per_message"],
        deliver_cold=max(0.0, ms["deliver.cold_wall_ms"] - ms["deliver.warm_wall_ms_per_message"]),
        provider=provider_ms * MILLI,
        pick_up=PICK_UP_MS * MILLI,
    )


def played(scenario: Scenario, containers: int, chats: int, pace: Pace | None, took: Times) -> Outcome:
    """Return what comes of a scenario with so many containers of each function and so many chats."""
    random = Random(SEED)  # noqa: S311 - no secret
    arrivals = scenario.arrivals(random)
    chat_of = [random.randrange(scenario.senders) % chats for _ in arrivals]
    accepted = receive(arrivals, containers, took, random)
    order = sorted(range(len(arrivals)), key=accepted.at.__getitem__)
    queued = [(accepted.at[number], chat_of[number]) for number in order]
    done = Deliver(queued, chats, containers, took, pace).run()
    told = [(at, number) for chat in done.chats for at, numbers in chat.told for number in numbers]
    return Outcome(
        refusals=accepted.refusals,
        accepted_after=_both(at - came for at, came in zip(accepted.at, arrivals, strict=True)),
        sent_after=_both(at - queued[number][0] for at, number in told),
        texts=sum(len(chat.told) for chat in done.chats),
    )


def _both(values: Iterable[float]) -> tuple[float, float]:
    ordered = sorted(values)
    median, nearly_all = (ordered[ceil(share * len(ordered)) - 1] for share in (0.5, 0.99))
    return median, nearly_all


def shown(seconds: float) -> str:
    """Return it in a unit that can be read."""
    if seconds < 1:
        return f"{seconds / MILLI:.0f} ms"
    if seconds < 2 * MINUTE:
        return f"{seconds:.1f} s"
    return f"{seconds / MINUTE:.1f} min" if seconds < 2 * HOUR else f"{seconds / HOUR:.1f} h"


HEAD = f"""\
| webhooks | containers | chats | answered 202 after | 5xx before that | sent after, `pace: off` | texts | \
sent after, `pace: {PACED}` | texts |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |"""


def row(scenario: Scenario, containers: int, chats: int, took: Times) -> str:
    """Return a row of the table: medians, with what all but one in a hundred take at most behind them."""
    loose, paced = (played(scenario, containers, chats, pace, took) for pace in (None, DEFAULT_PACE))
    cells = [scenario.name, containers, chats, _pair(loose.accepted_after), f"{loose.refusals:,}"]
    for outcome in (loose, paced):
        cells += [_pair(outcome.sent_after), f"{outcome.texts:,}"]
    return f"| {' | '.join(map(str, cells))} |"


def _pair(both: tuple[float, float]) -> str:
    return ", ".join(map(shown, both))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.bursts", description=__doc__)
    parser.add_argument("--provider-ms", type=float, default=PROVIDER_MS, help="until the provider has taken a text")
    provider_ms = parser.parse_args().provider_ms
    measured = json.loads(MEASURED.read_text(encoding="utf-8")) if MEASURED.exists() else {}
    took = times(measured, provider_ms)
    print(f"Each takes, in ms, {'as measured last' if measured else 'as measured elsewhere'}:", end=" ")
    print(", ".join(f"{name} {seconds / MILLI:.0f}" for name, seconds in asdict(took).items()), end="\n\n")
    print(HEAD)
    for scenario in SCENARIOS:
        for containers in CONTAINERS:
            for chats in CHATS:
                print(row(scenario, containers, chats, took), flush=True)


if __name__ == "__main__":
    main()
