"""The local gateway hands functions the events that API Gateway would, and gives their answers back."""

import asyncio
import base64
import itertools
import json
import string
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.cloud.gateway import API_GATEWAY_LIMIT, LAMBDA_LIMIT, Handler, Integration, gateway

NOON = 1_780_000_000.5
HOOK = "ANY /hooks/{source}"


def seen(event: dict[str, Any], _: Any) -> dict[str, Any]:
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(event)}


def echo(event: dict[str, Any], _: Any) -> dict[str, Any]:
    return {
        "statusCode": 200,
        "headers": {"content-type": "x/y", "x-said": event["headers"].get("x-said", "")},
        "body": event.get("body"),
        "isBase64Encoded": event["isBase64Encoded"],
    }


def ask(handlers: Mapping[str, Handler], method: str, path: str, **more: Any) -> httpx.Response:
    numbers = itertools.count(1)
    integrations = {key: Integration(handler, name="receive", timeout_seconds=15) for key, handler in handlers.items()}
    app = gateway(integrations, lambda: NOON, lambda: f"id-{next(numbers)}")

    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(app, client=("192.0.2.7", 5000))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8787") as client:
            return await client.request(method, path, **more)

    return asyncio.run(run())


def event_for(method: str, path: str, **more: Any) -> Any:
    return ask({HOOK: seen}, method, path, **more).json()


def test_the_event_is_payload_format_2() -> None:
    event = event_for(
        "POST", "/hooks/grafana?a=1&b=x%20y&a=2&c", json={"a": 1}, headers={"User-Agent": "Grafana", "Accept": "*/*"}
    )
    known = {"accept": "*/*", "accept-encoding": "gzip, deflate", "connection": "keep-alive"}
    assert event == {
        "version": "2.0",
        "routeKey": HOOK,
        "rawPath": "/hooks/grafana",
        "rawQueryString": "a=1&b=x%20y&a=2&c",
        "headers": {
            **known,
            "content-length": "7",
            "content-type": "application/json",
            "host": "127.0.0.1:8787",
            "user-agent": "Grafana",
            "x-forwarded-for": "192.0.2.7",
            "x-forwarded-port": "8787",
            "x-forwarded-proto": "http",
        },
        "queryStringParameters": {"a": "1,2", "b": "x y", "c": ""},
        "pathParameters": {"source": "grafana"},
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": "127.0.0.1",
            "domainPrefix": "127",
            "http": {
                "method": "POST",
                "path": "/hooks/grafana",
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.7",
                "userAgent": "Grafana",
            },
            "requestId": "id-1",
            "routeKey": HOOK,
            "stage": "$default",
            "time": "28/May/2026:20:26:40 +0000",
            "timeEpoch": 1_780_000_000_500,
        },
        "body": '{"a":1}',
        "isBase64Encoded": False,
    }


def test_what_is_not_there_has_no_field() -> None:
    event = event_for("GET", "/hooks/grafana")
    assert {"body", "queryStringParameters", "cookies", "stageVariables"}.isdisjoint(event)
    assert (event["rawQueryString"], event["isBase64Encoded"]) == ("", False)


def test_header_names_are_lower_case_and_repeated_ones_joined_by_commas() -> None:
    headers = [("X-Tag", "one"), ("x-tag", "two"), ("X-Forwarded-For", "198.51.100.9")]
    event = event_for("GET", "/hooks/grafana", headers=headers)
    assert event["headers"]["x-tag"] == "one,two"
    assert event["headers"]["x-forwarded-for"] == "198.51.100.9, 192.0.2.7"


def test_cookies_are_a_list_of_their_own() -> None:
    event = event_for("GET", "/hooks/grafana", headers={"Cookie": "a=1; b=2"})
    assert event["cookies"] == ["a=1", "b=2"]
    assert "cookie" not in event["headers"]


def test_path_and_parameters_arrive_decoded() -> None:
    event = event_for("GET", "/hooks/caf%C3%A9%20one")
    assert event["pathParameters"] == {"source": "café one"}
    assert event["rawPath"] == "/hooks/café one"


@pytest.mark.parametrize(
    ("content_type", "is_text"),
    [
        ("application/json", True),
        ("Application/JSON; charset=utf-8", True),
        ("application/xml", True),
        ("application/javascript", True),
        ("text/plain", True),
        ("application/vnd.api+json", False),
        ("application/x-www-form-urlencoded", False),
        ("multipart/form-data; boundary=b", False),
        ("application/octet-stream", False),
        ("", False),
    ],
)
def test_the_content_type_decides_whether_a_body_passes_as_text(content_type: str, *, is_text: bool) -> None:
    event = event_for("POST", "/hooks/form", content=b"a=1", headers={"Content-Type": content_type})
    assert event["body"] == ("a=1" if is_text else base64.b64encode(b"a=1").decode())
    assert event["isBase64Encoded"] is not is_text


def test_text_that_is_not_utf8_loses_no_byte() -> None:
    event = event_for("POST", "/hooks/form", content=b"caf\xe9", headers={"Content-Type": "text/plain"})
    assert event["isBase64Encoded"] is True
    assert base64.b64decode(event["body"]) == b"caf\xe9"


@pytest.mark.parametrize("path", ["/", "/hooks", "/hooks/", "/hooks/a/b", "/hooks/a/", "//hooks/a", "/receipts"])
def test_a_path_without_a_route_is_not_found(path: str) -> None:
    answer = ask({HOOK: seen}, "POST", f"http://127.0.0.1:8787{path}")
    assert (answer.status_code, answer.json()) == (404, {"message": "Not Found"})


def test_a_route_takes_only_its_method() -> None:
    assert ask({"POST /receipts": seen}, "POST", "/receipts").status_code == 200
    assert ask({"POST /receipts": seen}, "GET", "/receipts").status_code == 404


def test_a_literal_path_goes_before_a_parameter_and_a_method_before_any() -> None:
    routes = {HOOK: seen, "ANY /hooks/health": seen, "GET /hooks/health": seen}
    answers = [
        ask(routes, "GET", "/hooks/health"),
        ask(routes, "POST", "/hooks/health"),
        ask(routes, "GET", "/hooks/a"),
    ]
    assert [answer.json()["routeKey"] for answer in answers] == ["GET /hooks/health", "ANY /hooks/health", HOOK]


@pytest.mark.parametrize("size", [API_GATEWAY_LIMIT + 1, LAMBDA_LIMIT])
def test_a_body_over_the_quotas_is_too_large(size: int) -> None:
    answer = ask({HOOK: seen}, "POST", "/hooks/a", content=b"x" * size, headers={"Content-Type": "text/plain"})
    assert (answer.status_code, answer.json()) == (413, {"message": "Request Entity Too Large"})


def test_base64_counts_against_the_quota_of_lambda() -> None:
    body = b"x" * (LAMBDA_LIMIT * 4 // 5)
    assert ask({HOOK: echo}, "POST", "/hooks/a", content=body).status_code == 413
    assert ask({HOOK: echo}, "POST", "/hooks/a", content=body, headers={"Content-Type": "text/x"}).status_code == 200


def test_the_context_knows_the_function_and_the_time_left() -> None:
    def handler(_: dict[str, Any], context: Any) -> list[Any]:
        known = [context.function_name, context.memory_limit_in_mb, context.invoked_function_arn.rpartition(":")[2]]
        return [*known, 0 < context.get_remaining_time_in_millis() <= 15_000, bool(context.aws_request_id)]

    assert ask({HOOK: handler}, "GET", "/hooks/a").json() == ["receive", 512, "receive", True, True]


def test_an_answer_without_a_status_code_is_json() -> None:
    answer = ask({HOOK: lambda _event, _context: {"a": [1]}}, "GET", "/hooks/a")
    assert (answer.status_code, answer.json()) == (200, {"a": [1]})
    assert answer.headers["content-type"] == "application/json"


def test_status_headers_and_cookies_come_back() -> None:
    said = {
        "statusCode": 303,
        "headers": {"Location": "/thanks", "X-Count": 3, "Content-Length": "99"},
        "cookies": ["a=1; Secure", "b=2"],
    }
    answer = ask({HOOK: lambda _event, _context: said}, "POST", "/hooks/a")
    assert (answer.status_code, answer.content) == (303, b"")
    assert (answer.headers["location"], answer.headers["x-count"]) == ("/thanks", "3")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-length"] == "0"
    assert answer.headers.get_list("set-cookie") == ["a=1; Secure", "b=2"]


def test_a_base64_body_comes_back_as_bytes() -> None:
    said = {"statusCode": 200, "isBase64Encoded": True, "body": base64.b64encode(b"\x00\xff").decode()}
    assert ask({HOOK: lambda _event, _context: said}, "GET", "/hooks/a").content == b"\x00\xff"


def test_the_answer_to_head_has_no_body_but_its_length() -> None:
    answer = ask({HOOK: lambda _event, _context: {"statusCode": 200, "body": "hello"}}, "HEAD", "/hooks/a")
    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", "5")


def test_a_function_that_raises_is_a_500_and_a_traceback_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    def handler(_event: dict[str, Any], _context: Any) -> None:
        raise RuntimeError("the table is down")

    answer = ask({HOOK: handler}, "GET", "/hooks/a")
    assert (answer.status_code, answer.json()) == (500, {"message": "Internal Server Error"})
    assert "RuntimeError: the table is down" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"statusCode": "many"}, "ValueError"),
        ({"statusCode": None}, "TypeError"),
        ({"statusCode": 200, "body": {"a": 1}}, "the body isn't a string"),
        ({"statusCode": 200, "body": "?", "isBase64Encoded": True}, "the body isn't base64"),
        ({"statusCode": 200, "headers": {"x-name": "имя"}}, "UnicodeEncodeError"),
        ({"statusCode": 200, "body": b"bytes"}, "it isn't JSON"),
        ({1, 2}, "it isn't JSON"),
    ],
)
def test_a_malformed_answer_is_a_500_and_the_reason_on_stderr(
    said: Any, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = ask({HOOK: lambda _event, _context: said}, "GET", "/hooks/a")
    assert (answer.status_code, answer.json()) == (500, {"message": "Internal Server Error"})
    assert reason in capsys.readouterr().err


HEADER_TEXT = st.text(st.characters(min_codepoint=33, max_codepoint=255, exclude_characters="\x7f\x85\xa0"))
CONTENT_TYPES = st.sampled_from(["application/json", "text/plain", "application/x-www-form-urlencoded", ""])


@given(body=st.binary(), content_type=CONTENT_TYPES, said=HEADER_TEXT)
def test_any_bytes_and_header_values_survive_the_round_trip(body: bytes, content_type: str, said: str) -> None:
    headers = {"Content-Type": content_type.encode(), "X-Said": said.encode("latin-1")}
    answer = ask({HOOK: echo}, "POST", "/hooks/a", content=body, headers=headers)
    assert answer.content == body
    assert dict(answer.headers.raw)[b"x-said"] == said.encode("latin-1")


TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
# A client resolves "." and ".." itself.
SEGMENTS = TEXTS.filter(lambda text: text not in ("", ".", ".."))


@given(source=SEGMENTS, query=st.dictionaries(TEXTS.filter(bool), TEXTS))
def test_any_path_and_query_values_arrive(source: str, query: dict[str, str]) -> None:
    event = event_for("GET", f"/hooks/{quote(source, safe=string.ascii_letters)}?{urlencode(query)}")
    assert event["pathParameters"] == {"source": source}
    assert event.get("queryStringParameters", {}) == query
