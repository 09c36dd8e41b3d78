"""One webhook through all functions: whoever searches the log for its event id finds what became of it."""

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from tests.functions.test_receipts import SECRETS, told
from tests.functions.test_receive import event

from hookline import correlation, intake, see
from hookline.models import Event
from hookline.sources import KINDS

Lines = Callable[[], list[dict[str, Any]]]
CHAT = "chat_a1b2c3d4"
ANYTHING = f"""
chats: {{a: {{id: {CHAT}, pace: 1 per 1h}}}}
sources: {{in: {{kind: json, auth: none}}}}
rules: [{{name: r, chat: a}}]
"""


@pytest.fixture
def lines(functions: Any) -> Iterator[Lines]:
    """Give what the functions' own handler has written so far, as in production."""
    functions.load("ReceiveFunction")  # from now on there is a handler
    written, ours = StringIO(), logging.getLogger("hookline")
    [handler] = [each for each in ours.handlers if isinstance(each, logging.StreamHandler)]
    stream, level = handler.stream, ours.level
    handler.stream = written  # not by setStream: it would flush what an earlier test may have closed
    ours.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    handler.stream = stream
    ours.setLevel(level)


def test_one_search_finds_the_webhook_in_each_function(
    functions: Any, events: Any, provider: Any, poller: Any, deliveries: Any, lines: Lines
) -> None:
    receive, deliver, receipts = (
        functions.load(f"{name}Function", HOOKLINE_SECRETS=json.dumps(SECRETS))
        for name in ("Receive", "Deliver", "Receipts")
    )
    answer = json.loads(receive(events("alertmanager_critical"))["body"])
    poller.work_off(deliver)
    [text], [row] = provider.phone.texts(), deliveries()
    receipts(told("message.delivered", {"id": text.id, "chat_id": CHAT}, event_id="evt_9"))
    poller.work_off(deliver)

    found = [line for line in lines() if line.get("correlation_id") == answer["event_id"]]
    assert answer["event_id"] == row["event_id"]["S"]
    assert [(line["function_name"], line["message"]) for line in found] == [
        ("ReceiveFunction", "accepted"), ("DeliverFunction", "attempted"), ("DeliverFunction", "heard")
    ]  # fmt: skip
    accepted, attempted, heard = found
    assert (accepted["source"], accepted["rules"], accepted["messages"]) == ("alertmanager", ["alerts to on-call"], 1)
    assert attempted["message_id"] == heard["message_id"] == text.id
    # What receipts knows leads there, too.
    [kept] = [line for line in lines() if line["function_name"] == "ReceiptsFunction"]
    assert (kept["message"], kept["correlation_id"], kept["message_id"]) == ("receipt kept", "evt_9", text.id)
    assert heard["receipt"] == "evt_9"
    assert row["text"]["S"].partition("\n")[0] not in json.dumps(lines(), ensure_ascii=False)


def test_a_message_that_is_not_sent_says_so_too(functions: Any, rules_file: Any, poller: Any, lines: Lines) -> None:
    path = rules_file(ANYTHING)
    receive, deliver = (functions.load(f"{name}Function", RULES_FILE=path) for name in ("Receive", "Deliver"))
    for key in ("first", "first", "second"):
        receive(event("in", "{}", {"idempotency-key": key}))
        poller.work_off(deliver)
    told = [(line["message"], line.get("status"), line["correlation_id"]) for line in lines()]
    assert [one for one in told if one[0] != "accepted"] == [
        ("attempted", None, "key:first"), ("a copy", "sent", "key:first"), ("not sent now", "held", "key:second")
    ]  # fmt: skip


def test_chats_that_are_told_side_by_side_keep_their_lines_apart(functions: Any, events: Any, lines: Lines) -> None:
    rules_of = {f"chat_{n}": f"event {n}" for n in range(10)}
    record = events("deliver_sqs")["Records"][0]
    batch = []
    for n, (chat, event_id) in enumerate(rules_of.items()):
        about = {"chat": chat, "event_id": event_id, "delivery_id": f"3245b3bd-9f14-5b9c-bd2f-88405be46e4{n}"}
        body = json.dumps(json.loads(record["body"]) | about)
        batch.append({**record, "messageId": str(n), "body": body, "attributes": {"MessageGroupId": chat}})
    functions.load("DeliverFunction")({"Records": batch})
    attempted = [line for line in lines() if line["message"] == "attempted"]
    assert {line["delivery_id"][-1]: line["correlation_id"] for line in attempted} == {
        str(n): f"event {n}" for n in range(10)
    }


def test_what_is_refused_has_the_id_of_its_request_also_right_after_another_webhook(
    functions: Any, events: Any, lines: Lines
) -> None:
    receive = functions.load("ReceiveFunction")
    receive(events("alertmanager_critical"))
    refused = event("nobody", "{}")
    receive(refused)
    assert lines()[-1]["message"] == "refused"
    assert lines()[-1]["correlation_id"] == refused["requestContext"]["requestId"]


def test_what_can_not_be_queued_has_the_id_of_its_event(functions: Any, cloud: Any, events: Any, lines: Lines) -> None:
    receive = functions.load("ReceiveFunction")
    cloud.clients("sqs").delete_queue(QueueUrl=cloud.queue_url)
    assert receive(events("alertmanager_critical"))["statusCode"] == 503
    [line] = [line for line in lines() if line["message"] == "not taken"]
    assert line["correlation_id"].startswith("content:")


def test_what_its_kind_stumbles_over_has_the_id_of_its_event(
    functions: Any, rules_file: Any, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_: Any) -> Event:
        raise ZeroDivisionError("a mistake of ours")

    receive = functions.load("ReceiveFunction", RULES_FILE=rules_file(ANYTHING))
    stumbling = {**KINDS, "json": replace(KINDS["json"], describe=stumble)}
    for module in (intake, see):
        monkeypatch.setattr(module, "KINDS", stumbling)
    receive(event("in", "{}", {"idempotency-key": "odd"}))
    assert {line["correlation_id"] for line in lines() if line["level"] == "ERROR"} == {"key:odd"}


def test_what_nobody_hears_of_is_accepted_with_the_reason(functions: Any, events: Any, lines: Lines) -> None:
    functions.load("ReceiveFunction")(events("alertmanager_watchdog"))
    [line] = [line for line in lines() if line["message"] == "accepted"]
    assert (line["rules"], line["messages"], line["reason"]) == ([], 0, "dropped by the rule 'ignore watchdog'")


def test_a_line_about_nothing_says_no_id() -> None:
    line = logging.makeLogRecord({})
    with correlation.about("event"), correlation.about(""):
        assert correlation.mark(line)
    assert not hasattr(line, "correlation_id")
