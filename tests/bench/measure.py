"""Times things that are to be compared: in turns, round by round, so that what else the machine does hits all alike."""

import gc
import os
import platform
import resource
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from statistics import median, quantiles
from typing import TypeVar

Thing = TypeVar("Thing")


@dataclass(slots=True)
class Took:
    """Seconds of one call, of the processor and of the clock, by rounds."""

    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    def shown(self, unit: float) -> str:
        """Return the medians, with the middle half of the rounds behind the first."""
        low, _, high = quantiles(self.cpu, n=4)
        spread = f"{low / unit:.5g} to {high / unit:.5g}"
        return f"{median(self.cpu) / unit:>9.4g}  {spread:<18}{median(self.wall) / unit:>9.4g}"


def in_turns(calls: Mapping[str, Callable[[], object]], rounds: int, seconds: float = 0.02) -> dict[str, Took]:
    """Time functions in this process; each round calls each as often as fits into so many seconds."""
    times = {name: _times(call, seconds) for name, call in calls.items()}
    took = {name: Took() for name in calls}
    for n in range(rounds):
        for name, call in turned(calls, n):
            gc.collect()
            wall, cpu = time.perf_counter(), time.process_time()
            for _ in range(times[name]):
                call()
            took[name].cpu.append((time.process_time() - cpu) / times[name])
            took[name].wall.append((time.perf_counter() - wall) / times[name])
    return took


def processes(commands: Mapping[str, Sequence[str]], rounds: int, environment: Mapping[str, str]) -> dict[str, Took]:
    """Time whole processes, with those that they start; each runs once before, so that its bytecode is there."""
    took = {name: Took() for name in commands}
    for n in range(rounds + 1):
        for name, command in turned(commands, n):
            wall, cpu = time.perf_counter(), _of_children()
            subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
            if n:
                took[name].wall.append(time.perf_counter() - wall)
                took[name].cpu.append(_of_children() - cpu)
    return took


def turned(of: Mapping[str, Thing], n: int) -> list[tuple[str, Thing]]:
    """Let another one begin each time: whoever comes first finds what the last one left in the processor's caches."""
    items = list(of.items())
    first = n % len(items)
    return items[first:] + items[:first]


def ratio(of: Took, to: Took) -> str:
    """Return how much more or less the one takes, round by round."""
    ratios = [one / other for one, other in zip(of.cpu, to.cpu, strict=True)]
    low, _, high = quantiles(ratios, n=4)
    return f"{median(ratios):.2f} ({low:.2f} to {high:.2f})"


def machine(packages: Sequence[str]) -> str:
    """Return on what all this ran."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    model = next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.processor())
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    system = f"{platform.system()} {platform.machine()}, {os.cpu_count()} x {model}{load}"
    return f"{system}\nPython {platform.python_version()}, {versions}"


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _times(call: Callable[[], object], seconds: float) -> int:
    call()
    begun = time.perf_counter()
    call()
    return max(1, int(seconds / max(time.perf_counter() - begun, 1e-7)))
