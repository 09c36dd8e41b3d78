"""What SAM would start in Docker, started here: the built function under Lambda's own runtime client."""

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.built.runtime.api import RuntimeApi, serving

from local.cloud.template import Function

# By this the containers of Linux reach their host, and nothing on its 127.0.0.1; here another address of this machine.
GATEWAY = "127.0.0.2"


class Host(ThreadingHTTPServer):
    """Keeps one process for each function with its variables, as Lambda would; ``asked`` is what SAM asked for."""

    daemon_threads = True

    def __init__(self, python: Path, stack: ExitStack) -> None:
        super().__init__(("127.0.0.1", 0), Asked)
        self._python, self._stack = python, stack
        self._running: dict[str, RuntimeApi] = {}
        self.asked: list[dict[str, Any]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"

    def run(self, asked: dict[str, Any]) -> Any:
        self.asked.append(asked)
        event = asked.pop("event")
        key = json.dumps(asked)
        if key not in self._running:
            self._running[key] = self._started(asked)
        return self._running[key].invoke(event)

    def _started(self, asked: dict[str, Any]) -> RuntimeApi:
        variables = {name: _resolved(value, asked["hosts"]) for name, value in asked["environment"].items()}
        function = Function(
            asked["name"], Path(asked["code"]), asked["handler"], asked["timeout"], asked["memory"], variables
        )
        api = self._stack.enter_context(serving(RuntimeApi(function)))
        env = {**variables, **mounted(asked, variables), "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api.server_port}"}
        command = [self._python, "-m", "awslambdaric", function.handler]
        process = subprocess.Popen(command, cwd=function.code, env=env, stdin=subprocess.DEVNULL)
        self._stack.callback(process.wait)
        self._stack.callback(process.kill)
        return api


def _resolved(value: str, hosts: dict[str, str]) -> str:
    """Return a variable with the addresses that a container's own list of hosts has for their names."""
    for name, address in hosts.items():
        value = value.replace(name, GATEWAY if address == "host-gateway" else address)
    return value


def mounted(asked: dict[str, Any], variables: dict[str, str]) -> dict[str, str]:
    """Return where things are that lie at /var/task and, of the layers, at /opt in a container."""
    layers = [Path(layer) for layer in asked["layers"]]
    [rules] = [path for layer in layers if (path := layer / Path(variables["RULES_FILE"]).name).is_file()]
    code = [asked["code"], *(str(layer / "python") for layer in layers if (layer / "python").is_dir())]
    return {"LAMBDA_TASK_ROOT": asked["code"], "PYTHONPATH": os.pathsep.join(code), "RULES_FILE": str(rules),
            "PYTHONDONTWRITEBYTECODE": "1"}  # fmt: skip


class Asked(BaseHTTPRequestHandler):
    server: Host

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = json.dumps(self.server.run(asked)).encode()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """The test says what went wrong."""


@contextmanager
def hosting(python: Path) -> Iterator[Host]:
    with ExitStack() as stack:
        host = Host(python, stack)
        thread = threading.Thread(target=host.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield host
        finally:
            host.shutdown()
            thread.join()
            host.server_close()
