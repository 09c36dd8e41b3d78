"""Lambda's Runtime API, as far as one runtime process asks it."""

import json
import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from local.cloud.invocation import MILLISECONDS, Context
from local.cloud.template import Function

ANSWER_SECONDS = 30.0


class RuntimeApi(ThreadingHTTPServer):
    """Lambda's side of one runtime process.

    https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
    """

    daemon_threads = True

    def __init__(self, function: Function) -> None:
        super().__init__(("127.0.0.1", 0), RuntimeRequest)
        self.function = function
        self.events: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self.answers: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self._is_asked = threading.Event()

    def wait_until_asked(self) -> None:
        """Return when the runtime asks for its first event: it is loaded then."""
        assert self._is_asked.wait(ANSWER_SECONDS), "the runtime asks for nothing"

    def asked(self) -> bytes | None:
        """Return the next event, once there is one; None when there will be none."""
        self._is_asked.set()
        return self.events.get()

    def invoke(self, event: Any) -> Any:
        self.events.put(json.dumps(event).encode())
        kind, answer = self.answers.get(timeout=ANSWER_SECONDS)
        assert kind == "response", answer
        return answer


@contextmanager
def serving(api: RuntimeApi) -> Iterator[RuntimeApi]:
    thread = threading.Thread(target=api.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield api
    api.events.put(None)
    api.shutdown()
    thread.join()
    api.server_close()


class RuntimeRequest(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: RuntimeApi

    def do_GET(self) -> None:
        """Hold ``invocation/next`` until there is an event."""
        waiting = self.server.asked()
        if waiting is None:
            self.close_connection = True
            return
        context = Context.of(self.server.function)
        deadline = int((time.time() + context.timeout_seconds) * MILLISECONDS)
        headers = {
            "Lambda-Runtime-Aws-Request-Id": context.aws_request_id,
            "Lambda-Runtime-Deadline-Ms": str(deadline),
            "Lambda-Runtime-Invoked-Function-Arn": context.invoked_function_arn,
            "Lambda-Runtime-Trace-Id": "Root=1-6ae80022-f3716eeda15cf310a876b542;Sampled=0",
        }
        self._answer(HTTPStatus.OK, waiting, headers)

    def do_POST(self) -> None:
        """Take ``invocation/{id}/response``, ``invocation/{id}/error`` or ``init/error``."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(HTTPStatus.ACCEPTED, b'{"status":"OK"}', {})
        self.server.answers.put((self.path.rpartition("/")[2], json.loads(body)))

    def _answer(self, status: HTTPStatus, body: bytes, headers: dict[str, str]) -> None:
        told = {**headers, "Content-Type": "application/json", "Content-Length": str(len(body))}
        head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        # In one piece: two would wait for each other on a kept connection.
        self.wfile.write(f"HTTP/1.1 {status.value} {status.phrase}\r\n{head}\r\n".encode() + body)

    def log_message(self, *_: object) -> None:
        """The test says what went wrong."""
