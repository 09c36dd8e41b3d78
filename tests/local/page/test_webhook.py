"""A webhook as the page shows it, whatever became of it."""

import base64
import json
from typing import Any

import pytest
from tests.local.page.desk_of import NOON, FakeRunning, answer, event

from local.page.webhook import Arrived, Describer, told
from local.project import EVENTS

ALERT = {"alerts": [{"labels": {"alertname": "DiskFull", "instance": "db-1"}, "status": "firing", "fingerprint": "1"}]}
QUEUED = answer(
    event_id="e1", deliveries=[{"delivery_id": "d1", "rule": "alerts", "chat": "oncall", "status": "queued"}]
)
TOKEN = "local-alertmanager-token"


def shown(came: dict[str, Any], said: dict[str, Any], running: FakeRunning | None = None) -> dict[str, Any]:
    running = running or FakeRunning()
    arrived = Arrived(7, NOON, came, said, running.rules)
    return {**told(arrived, running.secrets["ALERTMANAGER_TOKEN"]), **Describer().explained(arrived)}


def test_one_that_was_taken_has_its_title_and_what_each_rule_made_of_it() -> None:
    webhook = shown(event("alertmanager", ALERT, authorization=f"Bearer {TOKEN}", user_agent="Alertmanager"), QUEUED)
    assert (webhook["n"], webhook["at"], webhook["method"], webhook["path"]) == (7, NOON, "POST", "/hooks/alertmanager")
    assert (webhook["status"], webhook["verdict"], webhook["reason"]) == (202, "queued", "")
    assert webhook["title"] == "DiskFull"
    assert webhook["headers"] == {"content-type": "application/json", "user-agent": "Alertmanager"}
    assert [(line["rule"], line["verdict"]) for line in webhook["lines"]] == [
        ("ignore watchdog", "not matched"), ("alerts", "matched"), ("letters", "another source")
    ]  # fmt: skip
    assert webhook["lines"][1]["chats"] == ["oncall"]
    assert webhook["lines"][1]["text"] == "⚠️ DiskFull on db-1"
    [delivery] = webhook["deliveries"]
    assert (delivery["rule"], delivery["chat"]) == ("alerts", "oncall")


def test_without_going_through_the_rules_it_has_what_the_answer_says() -> None:
    webhook = told(Arrived(7, NOON, event("alertmanager", ALERT), QUEUED, FakeRunning().rules), ())
    assert (webhook["verdict"], webhook["event_id"], webhook["title"], webhook["lines"]) == ("queued", "e1", "", [])
    assert webhook["deliveries"] == [{"delivery_id": "d1", "rule": "alerts", "chat": "oncall"}]


def test_a_browser_is_answered_with_a_page_and_who_hears_is_known_all_the_same() -> None:
    page = {"statusCode": 202, "headers": {"Content-Type": "text/html; charset=utf-8"}, "body": "<h1>Thank you</h1>"}
    came = event(
        "contact", "name=Mara&message=Hello", content_type="application/x-www-form-urlencoded", accept="text/html"
    )
    webhook = shown(came, page)
    assert (webhook["verdict"], webhook["title"]) == ("queued", "Message from Mara")
    assert [(one["rule"], one["chat"]) for one in webhook["deliveries"]] == [("letters", "office")]
    assert webhook["deliveries"][0]["delivery_id"]


@pytest.mark.parametrize(
    ("source", "body", "reason", "verdict", "why"),
    [
        ("json", {"title": "x"}, "no rule matched", "no rule", "no rule matched"),
        ("alertmanager", {"alerts": [{"labels": {"alertname": "Watchdog"}}]}, "dropped by the rule 'ignore watchdog'",
         "dropped", "dropped by the rule 'ignore watchdog'"),
        ("contact", {"name": "x", "website": "spam"}, "", "dropped", "the honeypot `website` is filled in"),
    ],
)  # fmt: skip
def test_why_nobody_hears_is_said(source: str, body: Any, reason: str, verdict: str, why: str) -> None:
    webhook = shown(event(source, body), answer(200, event_id="e1", deliveries=[], reason=reason))
    assert (webhook["verdict"], webhook["reason"], webhook["deliveries"]) == (verdict, why, [])


def test_a_greeting_is_no_event() -> None:
    running = FakeRunning("chats: {a: chat_1}\nsources: {gh: {kind: github, auth: {hmac: S}}}\nrules: []\n", secrets={
        "ALERTMANAGER_TOKEN": (TOKEN,)
    })  # fmt: skip
    ping = json.loads((EVENTS / "github_ping.json").read_text(encoding="utf-8"))
    came = event("gh", ping["body"], **ping["headers"])
    assert shown(came, answer(200, event_id="e1", deliveries=[]), running)["verdict"] == "greeted"


@pytest.mark.parametrize(
    ("status", "verdict", "detail", "reason"),
    [
        (401, "refused", "The credentials are missing or wrong.", "The credentials are missing or wrong."),
        (404, "refused", "There is no such source.", "There is no such source."),
        (503, "failed", "Please send it again.", "Please send it again."),
        (500, "failed", "", "Internal Server Error"),
    ],
)
def test_what_was_not_taken_has_a_reason_and_no_lines(status: int, verdict: str, detail: str, reason: str) -> None:
    webhook = shown(event("nowhere", ALERT), answer(status, detail=detail))
    assert (webhook["verdict"], webhook["reason"], webhook["title"], webhook["lines"]) == (verdict, reason, "", [])


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_who_only_looks_is_a_probe(method: str) -> None:
    assert shown(event("json", "", method), answer(200))["verdict"] == "probe"


def test_a_body_that_no_rule_can_read_is_shown_as_it_came() -> None:
    webhook = shown(event("json", "{not json"), answer(400, detail="The body is not JSON."))
    assert (webhook["body"], webhook["is_whole"]) == ("{not json", True)


def test_bytes_that_are_no_text_are_shown_and_known_to_be_something_else() -> None:
    came = {**event("contact", ""), "body": base64.b64encode(b"a\xff").decode(), "isBase64Encoded": True}
    webhook = shown(came, answer(400, detail="x"))
    assert (webhook["body"], webhook["is_whole"]) == ("a\ufffd", False)


def test_a_token_in_the_body_is_not_shown() -> None:
    webhook = shown(event("json", {"url": f"https://x/?token={TOKEN}"}), answer(200, reason="no rule matched"))
    assert TOKEN not in str(webhook)
    assert not webhook["is_whole"]
