"""The smallest server of webhooks that the standard library gives; who is compared by what is behind it shares it."""

from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[[str, Mapping[str, str], bytes], tuple[int, str]]
"""Is given the path, the headers by lower-cased names, and the body; returns status and JSON."""


def serve(port: int, answer: Answer) -> None:
    """Answer each POST until the process ends."""

    class Endpoint(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # An answer is written in two parts; without this the second waits 40 ms for the first one's receipt.
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status, said = answer(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(said.encode())))
            self.end_headers()
            self.wfile.write(said.encode())

        def log_message(self, *_: object) -> None:
            """Nobody reads along."""

    ThreadingHTTPServer(("127.0.0.1", port), Endpoint).serve_forever()
