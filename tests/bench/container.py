"""One container: an artifact under Lambda's own runtime client, beside a stand-in for the Runtime API."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.bench.processor import own_s, peak_mb
from tests.built.runtime.api import RuntimeApi, serving

from local.cloud.template import Function


class _Api(RuntimeApi):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Pass over who goes without a farewell: a container that is stopped."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


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
        """The seconds that the processor has worked for it."""
        return own_s(self._process.pid)

    @property
    def peak_mb(self) -> float:
        """The most memory that it had so far."""
        return peak_mb(self._process.pid)

    def invoke(self, event: Any) -> Any:
        """Return its answer. Raises AssertionError for an error of the function's."""
        return self._api.invoke(event)


@contextmanager
def running(python: Path, artifact: Artifact) -> Iterator[Container]:
    """Give the artifact in a container that has just started."""
    with serving(_Api(artifact.function)) as api:
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
