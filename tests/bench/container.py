"""One container: an artifact under Lambda's own runtime client, beside a stand-in for the Runtime API."""

import os
import re
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.built.runtime.api import RuntimeApi, serving

from local.cloud.template import Function

MEGABYTE_KB = 1024
_PEAK = re.compile(r"VmHWM:\s*(\d+) kB")


@dataclass(frozen=True, slots=True)
class Artifact:
    """What is deployed as a function: its folder, that of its layers as Lambda mounts them, and its variables."""

    function: Function
    opt: Path
    variables: Mapping[str, str]

    def having(self, **variables: str) -> "Artifact":
        return replace(self, variables={**self.variables, **variables})

    @property
    def environment(self) -> dict[str, str]:
        """The variables, with those that Lambda sets by itself."""
        function = self.function
        return {
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "LAMBDA_TASK_ROOT": str(function.code),
            "PYTHONPATH": os.pathsep.join([str(function.code), str(self.opt / "python")]),
            "PYTHONDONTWRITEBYTECODE": "1",  # as Lambda, where both folders are read only
            **self.variables,
        }


class Container:
    """A running one. ``cold_wall`` and ``cold_cpu`` are the seconds until it asked for its first event."""

    def __init__(self, api: RuntimeApi, process: "subprocess.Popen[bytes]", started: float) -> None:
        self._api, self._process = api, process
        api.wait_until_asked()
        self.cold_wall, self.cold_cpu = time.perf_counter() - started, self.cpu

    @property
    def cpu(self) -> float:
        """The seconds that the processor has worked for it, all its threads together."""
        # https://man7.org/linux/man-pages/man3/clock_getcpuclockid.3.html: another process's clock has this number.
        return time.clock_gettime(~self._process.pid << 3 | 2)

    @property
    def peak_mb(self) -> float:
        """The most memory that it had so far."""
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="utf-8")
        found = _PEAK.search(status)
        return int(found[1]) / MEGABYTE_KB if found else 0.0

    def invoke(self, event: Any) -> Any:
        """Return its answer. Raises AssertionError for an error of the function's."""
        return self._api.invoke(event)


@contextmanager
def running(python: Path, artifact: Artifact) -> Iterator[Container]:
    """Give the artifact in a container that has just started."""
    with serving(RuntimeApi(artifact.function)) as api:
        env = artifact.environment | {"AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api.server_port}"}
        command = [python, "-m", "awslambdaric", artifact.function.handler]
        started = time.perf_counter()
        # What it logs is written, as in Lambda, and read by nobody.
        with subprocess.Popen(
            command, cwd=artifact.function.code, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        ) as process:
            try:
                yield Container(api, process, started)
            finally:
                process.kill()
