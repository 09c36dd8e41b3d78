"""The queues, tables and secrets of template.yaml on this machine: moto, mended, behind one local address."""

import argparse
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from local.cloud.intrinsics import REGION
from local.cloud.supervise import end, leave_with_parent, spawn
from local.cloud.template import Template

if TYPE_CHECKING:
    from werkzeug.serving import BaseWSGIServer

Clients = Callable[[str], Any]
"""Makes the boto3 client of a service."""

HOST = "127.0.0.1"
READY = "ready"
START_SECONDS = 30.0
STOP_SECONDS = 2.0
# moto takes any; boto3 doesn't sign without.
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}


def create(template: Template, clients: Clients) -> None:
    """Create the template's tables, secrets and queues where the clients point; who finds a queue finds all."""
    dynamodb, sqs, secrets = clients("dynamodb"), clients("sqs"), clients("secretsmanager")
    for table in template.tables:
        dynamodb.create_table(**table.create)
        if table.expiry:
            dynamodb.update_time_to_live(**table.expiry)
    for secret in template.secrets:
        secrets.create_secret(Name=secret.name, SecretString=secret.value)
    for queue in template.queues:
        sqs.create_queue(QueueName=queue.name, Attributes=queue.attributes)


def clients_for(endpoint_url: str) -> Clients:
    """Return the factory of clients that talk to the engine, whatever credentials this machine has for Amazon."""
    import boto3  # 0.3 s that the parent of an engine needn't pay
    import botocore.session

    nobody = {"profile": (None, None, None, None)}  # AWS_PROFILE may name one that isn't here
    session = boto3.Session(
        botocore_session=botocore.session.Session(session_vars=nobody),
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        region_name=REGION,
    )
    return cache(lambda service: session.client(service, endpoint_url=endpoint_url))


def serve(port: int = 0, host: str = HOST) -> "BaseWSGIServer":
    """Return mended moto bound to the port (0: any that is free), ready for ``serve_forever``."""
    # A second of imports that only the engine's own process pays.
    from moto.moto_server import werkzeug_app
    from werkzeug.serving import make_server

    from local.cloud import attributes, fifo, services, transactions

    class Quiet(werkzeug_app.MotoRequestHandler):  # type: ignore[misc]  # moto's types aren't followed
        # An answer is written in two parts; without this the second waits 40 ms for the first one's receipt.
        disable_nagle_algorithm = True

        def log_request(self, *_: object) -> None:
            """A line for each poll of the queue would bury what the terminal is for."""

    fifo.mend()
    transactions.mend()
    attributes.mend()
    services.mend()
    app = werkzeug_app.DomainDispatcherApplication(werkzeug_app.create_backend_app)
    return make_server(host, port, app, threaded=True, request_handler=Quiet)


def address(server: "BaseWSGIServer") -> str:
    return f"http://{server.server_address[0]!s}:{server.server_address[1]}"


@contextmanager
def running(server: "BaseWSGIServer") -> Iterator[str]:
    """Serve from a thread of this process meanwhile; gives the address."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True, name="engine")
    thread.start()
    try:
        yield address(server)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def in_thread(template_path: Path) -> Iterator[Template]:
    """Play the template in this process, with nothing left of an engine that ran here before; for tests."""
    from moto.moto_api._internal.models import moto_api_backend

    with running(serve()) as endpoint_url:
        moto_api_backend.reset()
        template = Template.load(template_path, endpoint_url)
        create(template, clients_for(endpoint_url))
        yield template


class Engine:
    """The engine in a process of its own, from construction until ``stop`` or until this process is gone."""

    def __init__(self, template_path: Path, port: int = 0, host: str = HOST) -> None:
        """Return when everything is created. Raises RuntimeError when that fails or takes too long."""
        # Without the first, any web page could talk to the engine through the visitor's browser.
        env = {**os.environ, "MOTO_DISABLE_GLOBAL_CORS": "true"}
        argv = ["local.cloud.engine", "--host", host, "--port", str(port), "--template", str(template_path)]
        self._process = spawn(argv, env, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        timer = threading.Timer(START_SECONDS, self._process.kill)
        timer.start()
        line = self._process.stdout.readline() if self._process.stdout else ""
        timer.cancel()
        word, _, self.endpoint_url = line.strip().partition(" ")
        if word != READY:
            self.stop()
            raise RuntimeError(f"The local engine didn't start; what it said stands above. Is port {port} taken?")

    @property
    def pid(self) -> int:
        return self._process.pid

    def stop(self) -> None:
        end(self._process, STOP_SECONDS)
        if self._process.stdout:
            self._process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local.cloud.engine", description=__doc__)
    parser.add_argument("--host", default=HOST)
    parser.add_argument("--port", type=int, default=0, help="0: any that is free")
    parser.add_argument("--template", type=Path, required=True)
    arguments = parser.parse_args()
    leave_with_parent()
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    server = serve(arguments.port, arguments.host)
    with running(server) as endpoint_url:
        create(Template.load(arguments.template, endpoint_url), clients_for(endpoint_url))
        print(READY, endpoint_url, flush=True)
        # Whatever moto prints later must not fill a pipe that nobody reads any more.
        sys.stdout = sys.stderr
        signal.pause()


if __name__ == "__main__":
    main()
