"""Answers as AWS and the provider do where all goes well, counts what it is asked, and may take its time.

The functions' own clients ask it over HTTP. It keeps nothing: what a table or a queue would do with it is tested
elsewhere, and here only what it costs to ask counts.
"""

import hashlib
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any

POST = "POST"  # to the provider, as it is counted


@dataclass(frozen=True, slots=True)
class Call:
    """One request, so that it can be made once more: the operation of which service, or a path of the provider's."""

    service: str
    operation: str
    content: Any


class Cloud(ThreadingHTTPServer):
    """``calls`` are kept only while ``is_recording``; ``provider_seconds`` is how long the provider takes."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, secrets: dict[str, str]) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.secrets = json.dumps(secrets)
        self.counts: Counter[str] = Counter()
        self.calls: list[Call] = []
        self.is_recording = False
        self.provider_seconds = 0.0
        self.ids = count(1)
        self.lock = threading.Lock()

    def handle_error(self, *_: object) -> None:
        """Pass over who goes without a farewell: a container that is stopped."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def note(self, call: Call) -> None:
        with self.lock:
            self.counts[call.operation] += 1
            if self.is_recording:
                self.calls.append(call)

    def taken(self) -> Counter[str]:
        """Return what was asked since the last time."""
        with self.lock:
            counts, self.counts = self.counts, Counter()
        return counts


class _Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Cloud

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        service, _, operation = self.headers.get("X-Amz-Target", "").rpartition(".")
        if not operation:
            return self._accept(body)
        content = json.loads(body)
        self.server.note(Call(service, operation, content))
        return self._answer(HTTPStatus.OK, _ANSWERS.get(operation, lambda *_: {})(self.server, content))

    def _accept(self, body: bytes) -> None:
        self.server.note(Call("", POST, {"path": self.path, "body": body.decode()}))
        time.sleep(self.server.provider_seconds)
        message = {"id": f"msg_{next(self.server.ids):016d}", "status": "queued", "protocol": "imessage"}
        self._answer(HTTPStatus.CREATED, message)

    def _answer(self, status: HTTPStatus, content: Any) -> None:
        body = json.dumps(content).encode()
        head = f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: application/json\r\n"
        # In one piece: two would wait for each other on a kept connection.
        self.wfile.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    def log_message(self, *_: object) -> None:
        """What was asked is counted."""


def _sent(_: Cloud, content: Any) -> Any:
    return {"MessageId": "1", "MD5OfMessageBody": _md5(content["MessageBody"])}


def _all_sent(_: Cloud, content: Any) -> Any:
    sent = [{"Id": e["Id"], "MessageId": "1", "MD5OfMessageBody": _md5(e["MessageBody"])} for e in content["Entries"]]
    return {"Successful": sent}


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


_ANSWERS = {
    "SendMessage": _sent,
    "SendMessageBatch": _all_sent,
    "GetSecretValue": lambda cloud, _: {"SecretString": cloud.secrets},
    "Query": lambda *_: {"Items": [], "Count": 0},
}


@contextmanager
def answering(secrets: dict[str, str]) -> Iterator[Cloud]:
    """Give a cloud that answers until the block is left."""
    cloud = Cloud(secrets)
    thread = threading.Thread(target=cloud.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield cloud
    finally:
        cloud.shutdown()
        thread.join()
        cloud.server_close()
