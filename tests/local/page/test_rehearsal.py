"""What a webhook would become by rules that are being written."""

import json
from typing import Any

import pytest
from tests.local.page.desk_of import NOON, RULES

from local.page.rehearsal import MOST_BODY, Stage, Tried

ALERT = json.dumps({"alerts": [{"labels": {"alertname": "DiskFull", "instance": "db-1"}, "fingerprint": "1"}]})


def rehearsed(rules: str = RULES, source: str = "alertmanager", body: str = ALERT, **more: Any) -> dict[str, Any]:
    return Stage("rules.yaml", lambda: NOON).rehearse(Tried(rules=rules, source=source, body=body, **more))


def test_it_has_the_messages_and_why_with_what_each_condition_read() -> None:
    told = rehearsed()
    [message] = told["messages"]
    assert (message["rule"], message["chat_name"], message["chat"]) == ("alerts", "oncall", "chat_1")
    assert message["text"] == "⚠️ DiskFull on db-1\nwarning"
    assert told["lines"][0] == {
        "rule": "ignore watchdog", "verdict": "not matched", "because": 'event.title == "Watchdog" is false',
        "chats": [], "text": "", "reads": {"event.title": "'DiskFull'"},
    }  # fmt: skip
    assert (told["reason"], told["warnings"], told["problems"]) == ("", [], [])


def test_broken_rules_have_problems_with_their_place_and_make_nothing() -> None:
    told = rehearsed(RULES.replace("chat: oncall}", "chat: onclal}"))
    [problem] = told["problems"]
    assert (problem["line"], problem["severity"]) == (8, "error")
    assert problem["sentence"] == "unknown chat 'onclal'; did you mean 'oncall'?"
    assert problem["excerpt"][problem["column"] - 1 :].startswith("onclal")
    assert (told["messages"], told["lines"]) == ([], [])


def test_a_warning_stands_in_nobodys_way() -> None:
    told = rehearsed(RULES.replace(", fallback: office", ""))
    assert [problem["severity"] for problem in told["problems"]] == ["warning"]
    assert told["messages"]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"body": ""}, "The body is empty."),
        ({"body": "{"}, "The body is not JSON: "),
        ({"body": "[" * 10_000}, "The JSON is nested more than 64 levels deep."),
        ({"body": "x" * (MOST_BODY + 1)}, "The body has 262145 bytes; the limit is 262144."),
        ({"content_type": "text/xml"}, "This source doesn't take bodies of type 'text/xml'"),
        ({"source": "nowhere"}, "The event is for /hooks/nowhere; the sources are "),
        ({"source": "json", "body": "{}"}, "no rule matched"),
        ({"source": "contact", "body": '{"website": "spam"}'}, "the honeypot `website` is filled in"),
    ],
)
def test_a_body_that_makes_nothing_has_a_reason(given: dict[str, str], reason: str) -> None:
    told = rehearsed(**given)
    assert told["reason"].startswith(reason)
    assert told["messages"] == []


def test_a_multipart_form_is_read_with_the_line_ends_of_a_text_area() -> None:
    body = '--b\nContent-Disposition: form-data; name="message"\n\nHello,\nit is open\n--b--\n'
    told = rehearsed(source="contact", body=body, content_type="multipart/form-data; boundary=b")
    [message] = told["messages"]
    assert message["text"].endswith("Hello,\nit is open")


@pytest.mark.parametrize(
    "text",
    ["{% for a in range(999) %}{% for b in range(999) %}{% for c in range(999) %}x{% endfor %}{% endfor %}{% endfor %}",
     "{{ 'a' * 100000000 }}", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"],
)  # fmt: skip
def test_a_template_that_would_go_on_for_ever_is_stopped_and_said(text: str) -> None:
    rule = json.dumps({"name": "alerts", "source": "alertmanager", "chat": "oncall", "text": text})
    told = rehearsed(RULES.replace("{name: alerts, source: alertmanager, chat: oncall}", rule))
    [message] = told["messages"]
    assert message["text"].startswith("⚠️ DiskFull")
    assert told["warnings"][0].startswith("`text` of the rule 'alerts' failed: ")


def test_other_rules_take_the_place_of_those_before_them() -> None:
    stage = Stage("rules.yaml", lambda: NOON)
    tried = Tried(rules=RULES, source="alertmanager", body=ALERT)
    other = tried.model_copy(update={"rules": RULES.replace("source: alertmanager, chat: oncall", "chat: office")})
    chats = [stage.rehearse(one)["messages"][0]["chat_name"] for one in (tried, tried, other, tried)]
    assert chats == ["oncall", "oncall", "office", "oncall"]
