"""ReceiveFunction and what nobody expects: any bytes for any kind, and neither they nor a secret in a log."""

import base64
import io
import json
import logging
import string
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hookline.sources import KINDS

RULES = f"""
chats: {{office: chat_e5f6a7b8}}
sources:
{chr(10).join(f"  {kind}: {{kind: {kind}, auth: none}}" for kind in KINDS)}
  bearer: {{kind: json, auth: {{bearer: BEARER}}}}
  basic: {{kind: json, auth: {{basic: BASIC}}}}
  token: {{kind: form, auth: {{token: TOKEN}}}}
  hmac: {{kind: json, auth: {{hmac: HMAC}}}}
  site: {{kind: form, auth: none, origins: https://example.com, honeypot: website, redirect: https://example.com/}}
  hidden: {{kind: json, auth: none, private: true}}
rules:
  - {{name: broken, when: payload.a / 2 > payload.c, chat: office, continue: true}}
  - {{name: numbers, when: payload.a + 1 > payload.b | int, chat: office, continue: true}}
  - {{name: each, each: payload.items, chat: office, text: "{{{{ item | money }}}} {{{{ payload.a | ago }}}}", continue: true}}
  - {{name: nobody, when: payload.a == "drop", drop: true}}
  - {{name: told, chat: "{{{{ payload.a | int }}}}", otherwise: office, thread: "{{{{ payload.a * 2 }}}}", link_preview: {{title: "{{{{ 1 / payload.b }}}}"}}}}
"""  # noqa: E501 - rules that stumble
CONTENT_TYPES = ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b",
                 "text/plain", "application/cloudevents+json", "", "x"]  # fmt: skip
METHODS = ["POST", "POST", "POST", "PUT", "PATCH", "GET", "HEAD", "OPTIONS", "DELETE", "BREW"]
HEADERS = st.dictionaries(
    st.sampled_from(["accept", "origin", "referer", "authorization", "x-signature", "x-timestamp", "sec-fetch-mode",
                     "idempotency-key", "x-request-id", "x-token", "x-github-event", "x-hub-signature-256"])
    | st.text(string.ascii_lowercase + "-", min_size=1, max_size=12),
    st.sampled_from(["text/html", "application/json", "https://example.com", "Bearer x", "Basic eA==", "cors"])
    | st.text(max_size=40),
    max_size=5,
)  # fmt: skip
Receive = Callable[[dict[str, Any]], dict[str, Any]]


def event(source: str, body: bytes, headers: dict[str, str], method: str = "POST", **query: str) -> dict[str, Any]:
    return {
        "version": "2.0",
        "rawPath": f"/hooks/{source}",
        "headers": headers,
        "queryStringParameters": query or None,
        "pathParameters": {"source": source},
        "requestContext": {
            "http": {"method": method, "path": f"/hooks/{source}"},
            "requestId": str(uuid4()),
            "timeEpoch": 1_793_620_800_000,
            "stage": "$default",
        },
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }


SECRETS = {"BEARER": "s3cr3t-bearer", "BASIC": "user:s3cr3t-basic", "TOKEN": "s3cr3t-token", "HMAC": "s3cr3t-hmac"}


@pytest.fixture
def receive(functions: Any, rules_file: Any) -> Receive:
    loaded: Receive = functions.load(
        "ReceiveFunction", RULES_FILE=rules_file(RULES), HOOKLINE_SECRETS=json.dumps(SECRETS), LOG_LEVEL="DEBUG"
    )
    return loaded


names = st.sampled_from(["a", "b", "c", "items", "title", "alerts", "data", "type", "event", "object", "message",
                         "name", "website", "Type", "Message", "id", "status", "fields", "challenge"])  # fmt: skip
leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
anything = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4), max_leaves=12
)
bodies = (
    st.binary(max_size=300)
    | anything.map(lambda payload: json.dumps(payload).encode())
    | st.dictionaries(names, st.text(max_size=30), max_size=6).map(lambda fields: urlencode(fields).encode())
    | st.text(max_size=60).map(
        lambda text: f'--b\r\ncontent-disposition: form-data; name="{text}"\r\n\r\nx\r\n--b--'.encode()
    )
)


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    source=st.sampled_from([*KINDS, "site", "hidden", "nobody"]),
    method=st.sampled_from(METHODS),
    content_type=st.sampled_from(CONTENT_TYPES),
    headers=HEADERS,
    body=bodies,
)
def test_no_bytes_make_it_answer_5xx_or_raise_whatever_the_kind(
    receive: Receive, source: str, method: str, content_type: str, headers: dict[str, str], body: bytes
) -> None:
    answer = receive(event(source, body, {**headers, "content-type": content_type}, method))
    assert 200 <= answer["statusCode"] < 500, answer
    assert all(isinstance(value, str) and "\n" not in value for value in answer["headers"].values())


@pytest.fixture
def logged(receive: Receive) -> Iterator[io.StringIO]:  # noqa: ARG001 - whose logger it is
    """Give what the functions' logger writes, in its own form, and other libraries' warnings."""
    buffer = io.StringIO()
    ours = logging.getLogger("hookline")
    handlers = [handler for handler in ours.handlers if isinstance(handler, logging.StreamHandler)]
    streams = [handler.stream for handler in handlers]
    for handler in handlers:
        handler.stream = buffer  # not by setStream: it would flush what an earlier test may have closed
    others = logging.StreamHandler(buffer)
    others.setLevel(logging.WARNING)
    logging.getLogger().addHandler(others)
    level = ours.level
    ours.setLevel(logging.DEBUG)
    yield buffer
    ours.setLevel(level)
    logging.getLogger().removeHandler(others)
    for handler, stream in zip(handlers, streams, strict=True):
        handler.stream = stream


def test_the_log_that_is_looked_at_is_the_log(receive: Receive, logged: io.StringIO) -> None:
    receive(event("json", b'{"a": []}', {"content-type": "application/json"}))
    assert '"rule_failed":"broken"' in logged.getvalue()


# Told apart from anything that a log says of its own accord.
marks = st.text("ZQXJVK", min_size=6, max_size=12).map(lambda text: f"<{text}>")


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    source=st.sampled_from([*KINDS, "bearer", "basic", "token", "hmac", "site", "hidden"]),
    mark=marks,
    shape=st.sampled_from(["json", "json value", "number", "form", "multipart", "cut off", "no utf-8", "trap"]),
    a=st.sampled_from(["drop", "{}", "[]", "7", '"x"']),
)
def test_neither_a_payload_nor_a_secret_is_ever_logged(
    receive: Receive, logged: io.StringIO, capfd: pytest.CaptureFixture[str], source: str, mark: str, shape: str, a: str
) -> None:
    payload = dict.fromkeys(("title", "message", "name", "Type", "text", "c", "b", mark), mark)
    told = {**payload, "a": mark, "items": [mark], "alerts": [{"labels": {"alertname": mark}, "startsAt": mark}]}
    said = {
        "json": (json.dumps({**told, "a": a}).encode(), "application/json"),
        "json value": (json.dumps(told).encode(), "application/json"),
        "number": (b'{"a": 1e999%d, "b": "%s"}' % (len(mark), mark.encode()), "application/json"),
        "form": (urlencode(payload).encode(), "application/x-www-form-urlencoded"),
        "multipart": (
            f'--b\r\ncontent-disposition: form-data; name="{mark}"\r\n\r\n{mark}\r\n--b--{mark}'.encode(),
            "multipart/form-data; boundary=b",
        ),
        "cut off": (json.dumps(told).encode()[:-9], "application/json"),
        "no utf-8": (json.dumps(told).encode() + b"\xff", "application/json"),
        "trap": (urlencode({**payload, "website": mark}).encode(), "application/x-www-form-urlencoded"),
    }
    body, content_type = said[shape]
    credentials = {
        "bearer": "Bearer s3cr3t-bearer",
        "basic": "Basic " + base64.b64encode(b"user:s3cr3t-basic").decode(),
    }
    headers = {"content-type": content_type, "x-custom": mark, "x-signature": mark, "cookie": mark,
               "authorization": credentials.get(source, f"Bearer {mark}")}  # fmt: skip
    logged.seek(0)
    logged.truncate()
    capfd.readouterr()
    receive(event(source, body, headers, token="s3cr3t-token"))
    printed = "".join((*capfd.readouterr(), logged.getvalue()))
    assert mark[1:-1] not in printed
    for secret in ("s3cr3t", base64.b64encode(b"user:s3cr3t-basic").decode()):
        assert secret not in printed
