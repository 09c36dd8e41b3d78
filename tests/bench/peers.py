"""A text for an alert, by Hookline and by what one would take otherwise: what it takes of the processor.

The same alerts, one after the other, to the same simulated provider, which counts what arrives. A tool's processes are
counted with all that they start; loading is not. What isn't installed here is left out.
"""

import argparse
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from tests.bench.alerts import Run
from tests.bench.measure import machine
from tests.bench.peers_installed import Absent, Place, Tool, apprise, hookline, webhook
from tests.bench.processor import POLL_S, used_s, wait_for_children
from tests.soak.stage import KEY, Provider

from local.project import ROOT

Made = Callable[[Place], AbstractContextManager[Tool]]
TOOLS: dict[str, Made] = {"Hookline": hookline, "webhook": webhook, "Apprise": apprise}
CHAT = "chat_a1b2c3d4"  # of the rules that ship
TOKEN = "local-alertmanager-token"
MESSAGES, WARM_UP = 200, 20
MILLI = 1e-3
STARTS_WITHIN_S, ENDS_WITHIN_S = 30.0, 5.0


@dataclass(frozen=True)
class Measured:
    """A tool's figures. One that was left out has none, ``n`` is 0, and the note says why."""

    name: str
    version: str
    cpu_ms_per_message: float | None
    wall_ms_per_message: float | None
    n: int
    note: str


def measured(messages: int = MESSAGES) -> list[Measured]:
    """Measure what is here, one after the other. Raises RuntimeError when a message didn't arrive."""
    return [measured_one(name, made, messages) for name, made in TOOLS.items()]


def measured_one(name: str, made: Made, messages: int, warm_up: int = WARM_UP) -> Measured:
    """Measure one tool, after so many messages that don't count."""
    with ExitStack() as stack:
        provider = Provider([CHAT])
        provider.start()
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        place = Place(folder, _free_port(), provider.url, CHAT, KEY, TOKEN)
        stack.callback(provider.stop)
        try:
            tool = stack.enter_context(made(place))
        except Absent as why:
            return Measured(name, "", None, None, 0, str(why))
        pid = stack.enter_context(_running(tool, place))
        run = Run(stack.enter_context(httpx.Client()), place, provider)
        run.send(range(warm_up))
        wait_for_children(pid)
        wall, cpu = time.perf_counter(), used_s(pid)
        run.send(range(warm_up, warm_up + messages))
        wall = time.perf_counter() - wall
        wait_for_children(pid)
        cpu = used_s(pid) - cpu
        run.check(warm_up + messages)
    return Measured(name, tool.version, cpu / messages / MILLI, wall / messages / MILLI, messages, tool.note)


@contextmanager
def _running(tool: Tool, place: Place) -> Iterator[int]:
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
    with subprocess.Popen(tool.command, cwd=ROOT, env=tool.environment, **quiet) as process:
        try:
            _wait_for(place.port, process)
            yield process.pid
        finally:
            process.terminate()
            process.wait(ENDS_WITHIN_S)


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline and process.poll() is None:
        with closing(socket.socket()) as trial:
            if trial.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(POLL_S)
    raise RuntimeError(f"{process.args} doesn't listen on port {port}.")


def _free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        return int(server.getsockname()[1])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.peers", description=__doc__)
    parser.add_argument("--messages", type=int, default=MESSAGES)
    given = parser.parse_args()
    print(machine(("boto3", "httpx")))
    print(f"\n{'A text for an alert, ms':<26}{'processor':>10}{'until there':>13}{'messages':>10}")
    for one in measured(given.messages):
        if one.cpu_ms_per_message is None or one.wall_ms_per_message is None:
            print(f"  {one.name:<24}{one.note}")
            continue
        figures = f"{one.cpu_ms_per_message:>10.1f}{one.wall_ms_per_message:>13.1f}{one.n:>10}"
        print(f"  {f'{one.name} {one.version}':<24}{figures}   {one.note}")


if __name__ == "__main__":
    main()
