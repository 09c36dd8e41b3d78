"""ReceiveFunction as a form on a web page meets it: who may post, what a browser shows, and what a robot hears."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest

RULES = """
chats: {office: chat_e5f6a7b8}
sources:
  plain: {kind: form, auth: none}
  full:
    kind: form
    auth: none
    origins: [https://example.com, "http://localhost:3000"]
    honeypot: website
    redirect: https://example.com/thanks
  trap: {kind: form, auth: none, honeypot: website}
  signed: {kind: json, auth: {bearer: JSON_TOKEN}}
rules: [{name: to the office, chat: office}]
"""
NOBODY = RULES.replace("chat: office}", "chat: office, when: 'false'}")
FORM = "application/x-www-form-urlencoded"
HTML = "text/html,application/xhtml+xml,*/*;q=0.8"
SITE = {"origin": "https://example.com"}
FIELDS = {"name": "Mara Lindqvist", "message": "Is Thursday all right?"}
Receive = Callable[..., dict[str, Any]]


def event(source: str, fields: dict[str, str], headers: dict[str, str], method: str = "POST") -> dict[str, Any]:
    return {
        "version": "2.0",
        "rawPath": f"/hooks/{source}",
        "headers": {"content-type": FORM, **headers},
        "pathParameters": {"source": source},
        "requestContext": {
            "http": {"method": method, "path": f"/hooks/{source}"},
            "requestId": str(uuid4()),
            "timeEpoch": 1_793_620_800_000,
            "stage": "$default",
        },
        "body": urlencode(fields),
    }


@pytest.fixture
def post(functions: Any, rules_file: Any) -> Receive:
    receive = functions.load("ReceiveFunction", RULES_FILE=rules_file(RULES))
    return lambda source, fields=FIELDS, method="POST", **headers: receive(
        event(source, fields, {name.replace("_", "-"): value for name, value in headers.items()}, method)
    )


def allowed(answer: dict[str, Any]) -> dict[str, str]:
    return {n: v for n, v in answer["headers"].items() if n.startswith("Access-Control") or n == "Vary"}


def counted(printed: str, name: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in printed.splitlines() if line.startswith('{"_aws"')]
    return [line for line in lines if name in line]


def test_a_script_of_a_listed_site_asks_first_and_gets_leave(post: Receive) -> None:
    answer = post("full", {}, "OPTIONS", **SITE, access_control_request_method="POST")
    assert answer["statusCode"] == 204
    assert allowed(answer) == {
        "Access-Control-Allow-Origin": "https://example.com",
        "Access-Control-Allow-Methods": "POST",
        "Access-Control-Allow-Headers": "content-type",
        "Access-Control-Max-Age": "3600",
        "Vary": "Origin",
    }


@pytest.mark.parametrize("site", ["https://example.com", "http://localhost:3000"])
def test_a_script_of_a_listed_site_may_read_the_answer_also_when_it_is_refused(post: Receive, site: str) -> None:
    leave = {"Access-Control-Allow-Origin": site, "Vary": "Origin"}
    taken = post("full", origin=site, accept="application/json", sec_fetch_mode="cors")
    assert (taken["statusCode"], allowed(taken)) == (202, leave)
    assert json.loads(taken["body"])["deliveries"][0]["status"] == "queued"
    refused = post("full", {}, origin=site, accept="application/json", sec_fetch_mode="cors")
    assert (refused["statusCode"], allowed(refused)) == (400, leave)


@pytest.mark.parametrize(
    "site", ["https://example.org", "http://example.com", "https://example.com.evil.example", "null", "https://a.b,https://example.com"]
)  # fmt: skip
def test_a_page_of_another_site_gets_no_leave_and_its_posts_are_refused(post: Receive, cloud: Any, site: str) -> None:
    asked = post("full", {}, "OPTIONS", origin=site, access_control_request_method="POST")
    assert (asked["statusCode"], allowed(asked)) == (204, {"Vary": "Origin"})
    posted = post("full", origin=site)
    assert (posted["statusCode"], allowed(posted)) == (401, {"Vary": "Origin"})
    assert json.loads(posted["body"])["detail"] == "The credentials are missing or wrong."
    assert cloud.waiting() == 0


def test_what_is_no_page_names_no_site_and_is_taken(post: Receive) -> None:
    assert post("full", accept="application/json")["statusCode"] == 202


def test_without_origins_nobody_is_asked_where_they_come_from_and_no_leave_is_given(post: Receive) -> None:
    answers = [post("plain", origin="https://anywhere.example"), post("plain", {}, "OPTIONS", **SITE)]
    assert [answer["statusCode"] for answer in answers] == [202, 204]
    assert [allowed(answer) for answer in answers] == [{}, {}]


def test_a_browser_goes_on_to_the_address_of_redirect(post: Receive, cloud: Any) -> None:
    answers = [post("full", accept=HTML, sec_fetch_mode="navigate", **SITE), post("full", accept="*/*")]
    for answer in answers:
        assert (answer["statusCode"], answer["body"]) == (303, "")
        assert answer["headers"]["Location"] == "https://example.com/thanks"
    assert cloud.waiting() == 2  # the log finds out that they are alike


def test_a_script_is_not_sent_elsewhere(post: Receive) -> None:
    assert post("full", accept="*/*", sec_fetch_mode="cors", **SITE)["statusCode"] == 202
    assert post("full", accept="application/json", **SITE)["statusCode"] == 202


def test_without_redirect_a_page_says_thank_you_and_the_way_back(post: Receive) -> None:
    answer = post("plain", accept=HTML, referer="https://example.com/contact?a=1&b=2")
    assert answer["statusCode"] == 202
    assert answer["headers"]["Content-Type"] == "text/html; charset=utf-8"
    assert "<h1>Thank you</h1>" in answer["body"]
    assert '<a href="https://example.com/contact?a=1&amp;b=2">Back to example.com</a>' in answer["body"]
    for elsewhere in ("src=", "@import", "url(", "<script", "<link"):
        assert elsewhere not in answer["body"]


@pytest.mark.parametrize(
    "came_from", ['"><script>alert(1)</script>', "javascript:alert(1)", "https://[", "about:blank"]
)
def test_a_page_never_links_to_what_is_no_address(post: Receive, came_from: str) -> None:
    body = post("plain", accept=HTML, referer=came_from)["body"]
    assert "<a" not in body
    assert "alert" not in body


def test_whoever_wants_no_page_gets_json(post: Receive) -> None:
    for accept in ("*/*", "application/json", "application/json, text/plain, */*"):
        assert json.loads(post("plain", accept=accept)["body"])["deliveries"]


REFUSED = {
    "an unreadable form": ("plain", {}, {}, 400),
    "another site": ("full", FIELDS, {"origin": "https://example.org"}, 401),
    "too much": ("plain", {"message": "x" * 300_000}, {}, 413),
    "a type that nobody reads": ("plain", FIELDS, {"content_type": "image/png"}, 415),
    "an unknown source": ("nobody", FIELDS, {}, 404),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_browser_is_told_in_a_page_what_went_wrong_and_a_program_in_a_problem(post: Receive, case: str) -> None:
    source, fields, headers, status = REFUSED[case]
    page, problem = post(source, fields, accept=HTML, **headers), post(source, fields, **headers)
    assert page["statusCode"] == problem["statusCode"] == status
    assert problem["headers"]["Content-Type"] == "application/problem+json"
    assert page["headers"]["Content-Type"] == "text/html; charset=utf-8"
    assert f"<small>{json.loads(problem['body'])['detail']}" in page["body"].replace("&#x27;", "'")


def test_a_browser_is_asked_to_come_again_when_the_queue_is_gone(post: Receive, cloud: Any) -> None:
    cloud.clients("sqs").delete_queue(QueueUrl=cloud.queue_url)
    answer = post("plain", accept=HTML)
    assert (answer["statusCode"], answer["headers"]["Retry-After"]) == (503, "30")
    assert "send it again in a minute" in answer["body"]


def _alike(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer without what is another one each time."""
    body = json.loads(answer["body"]) if answer["body"].startswith("{") else answer["body"]
    if isinstance(body, dict):
        assert body.pop("event_id")
        for delivery in body["deliveries"]:
            assert delivery.pop("delivery_id")
    return {**answer, "body": body}


@pytest.mark.parametrize("source", ["full", "trap"])
@pytest.mark.parametrize("accept", [HTML, "application/json", "*/*"])
def test_a_robot_that_fills_in_the_honeypot_hears_what_a_person_hears_and_nothing_is_sent(
    post: Receive, cloud: Any, capsys: pytest.CaptureFixture[str], source: str, accept: str
) -> None:
    person = post(source, {**FIELDS, "website": " "}, accept=accept)
    assert cloud.waiting() == 1
    robot = post(source, {**FIELDS, "website": "https://spam.example"}, accept=accept)
    assert _alike(robot) == _alike(person)
    assert cloud.waiting() == 1
    printed = capsys.readouterr().out
    assert [(line["source"], line["Honeypot"]) for line in counted(printed, "Honeypot")] == [(source, [1.0])]
    assert "spam.example" not in printed


def test_a_robot_leaves_no_row_also_when_no_rule_matches(functions: Any, rules_file: Any, cloud: Any) -> None:
    receive = functions.load("ReceiveFunction", RULES_FILE=rules_file(NOBODY))
    answers = [receive(event("trap", {**FIELDS, "website": website}, {})) for website in ("spam", "")]
    assert _alike(answers[0]) == _alike(answers[1])
    assert len(cloud.clients("dynamodb").scan(TableName="DeliveryLog")["Items"]) == 1


def test_a_honeypot_is_found_in_json_too(functions: Any, rules_file: Any, cloud: Any) -> None:
    receive = functions.load("ReceiveFunction", RULES_FILE=rules_file(RULES))
    posted = event("trap", {}, {"content-type": "application/json"})
    answer = receive({**posted, "body": json.dumps({**FIELDS, "website": "x"})})
    assert answer["statusCode"] == 202
    assert cloud.waiting() == 0


def test_a_wrong_credential_is_counted_for_its_source_and_for_all(
    post: Receive, capsys: pytest.CaptureFixture[str]
) -> None:
    assert post("signed", authorization="Bearer nearly")["statusCode"] == 401
    assert post("unheard-of", authorization="Bearer nearly")["statusCode"] == 404
    [line] = counted(capsys.readouterr().out, "Unauthorized")
    assert (line["source"], line["service"], line["Unauthorized"]) == ("signed", "receive", [1.0])
    assert line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["service"], ["service", "source"]]
