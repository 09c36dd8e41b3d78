"""The SAM CLI itself, in its own Python, but for Docker: what would run in a container runs where the test says.

For tests/warm.py, or by itself. The variable CONTAINERS is the address that takes what a container is made from.
"""

import json
import os
import urllib.request
from pathlib import Path
from typing import Any

from samcli.cli.main import cli
from samcli.commands.local.cli_common.invoke_context import InvokeContext


class Containers:
    """In place of SAM's own way to run a function, which is given the same."""

    def __init__(self, context: InvokeContext) -> None:
        self._folder = Path(context.get_cwd()).resolve()

    def invoke(self, function: Any, event: str, *_: Any, stdout: Any, extra_hosts: dict[str, str], **__: Any) -> None:
        """Run the function and write its answer, as what comes out of a container."""
        asked = {
            "name": function.name,
            "code": function.code_abs_path,
            "handler": function.handler,
            "runtime": function.runtime,
            "timeout": function.timeout,
            "memory": function.memory,
            "environment": function.env_vars.resolve(),
            "layers": [str((self._folder / layer.codeuri).resolve()) for layer in function.layers],
            "hosts": extra_hosts,
            "event": json.loads(event),
        }
        request = urllib.request.Request(os.environ["CONTAINERS"], json.dumps(asked).encode())  # noqa: S310 - it is the test's
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            stdout.write_str(answer.read().decode())

    def clean_runtime_containers(self) -> None:
        """There are none."""


def main() -> None:
    """Be `sam`."""
    cli(prog_name="sam")


InvokeContext._get_container_manager = staticmethod(lambda *_: None)  # noqa: SLF001 - it would look for Docker
InvokeContext.lambda_runtime = property(Containers)

if __name__ == "__main__":
    main()
