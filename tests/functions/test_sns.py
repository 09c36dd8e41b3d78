"""ReceiveFunction and Amazon SNS: over HTTPS, and where a topic invokes the function itself."""

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from tests.functions.test_receive import content, event
from tests.layer.hookline.sources.amazon import CERTIFICATE, TOPIC, Web, confirmation, notification, posted

from hookline import wiring
from hookline.errors import UnknownSource
from local.project import ROOT

TEXT = {"content-type": "text/plain; charset=UTF-8"}
OTHER = "arn:aws:sns:eu-central-1:123456789012:other"
RULES = """
chats: {{a: chat_1}}
sources: {{open: {{kind: sns, auth: none}}, alarms: {{kind: sns, auth: {{sns: '{0}'}}}}}}
rules: [{{name: all, chat: a}}]
"""
Receive = Callable[[dict[str, Any]], dict[str, Any]]


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Web:
    """Give the addresses that can be fetched: the certificate, and the one that confirms."""
    web = Web()
    web.pages[confirmation()["SubscribeURL"]] = b"<ConfirmSubscriptionResponse/>"
    monkeypatch.setattr(wiring, "fetch", lambda: web)
    return web


@pytest.fixture
def receive(functions: Any, rules_file: Any, web: Web) -> Receive:  # noqa: ARG001 - before the function is loaded
    loaded: Receive = functions.load("ReceiveFunction", RULES_FILE=rules_file(RULES.format(TOPIC)))
    return loaded


def of_sns(message: dict[str, Any], source: str = "alarms") -> dict[str, Any]:
    return event(source, posted(message), TEXT)


def records(message: dict[str, Any]) -> dict[str, Any]:
    """Return the event with which a topic invokes a function."""
    return {"Records": [{"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": message}]}


def test_a_signed_message_is_queued_and_the_next_one_needs_no_fetch(receive: Receive, web: Web, cloud: Any) -> None:
    answers = [receive(of_sns(notification(MessageId=f"id-{n}"))) for n in range(2)]
    assert [answer["statusCode"] for answer in answers] == [202, 202]
    assert content(answers[0])["event_id"] == "sns:id-0"
    assert web.asked == [CERTIFICATE]
    assert cloud.waiting() == 2


def test_what_sns_tries_again_is_the_same_delivery(receive: Receive) -> None:
    ids = [content(receive(of_sns(notification())))["deliveries"][0]["delivery_id"] for _ in range(2)]
    assert ids[0] == ids[1]


@pytest.mark.parametrize("changed", [{"Message": "another"}, {"TopicArn": OTHER}, {"Signature": "AAAA"}])
def test_an_altered_message_is_refused(receive: Receive, cloud: Any, changed: dict[str, str]) -> None:
    answer = receive(of_sns({**notification(), **changed}))
    assert answer["statusCode"] == 401
    assert content(answer)["detail"] == "The credentials are missing or wrong."
    assert cloud.waiting() == 0


def test_a_certificate_out_of_reach_lets_sns_try_again(receive: Receive, web: Web, cloud: Any) -> None:
    page = web.pages.pop(CERTIFICATE)
    answer = receive(of_sns(notification()))
    assert (answer["statusCode"], answer["headers"]["Retry-After"]) == (503, "30")
    assert "amazonaws" not in answer["body"]
    web.pages[CERTIFICATE] = page
    assert receive(of_sns(notification()))["statusCode"] == 202
    assert cloud.waiting() == 1


def test_a_subscription_is_confirmed_once_and_nobody_is_told(receive: Receive, web: Web, cloud: Any) -> None:
    answer = receive(of_sns(confirmation()))
    assert answer["statusCode"] == 200
    assert content(answer)["reason"] == f"the subscription to {TOPIC} is confirmed"
    assert web.asked == [CERTIFICATE, confirmation()["SubscribeURL"]]
    assert cloud.waiting() == 0


def test_a_confirmation_that_fails_lets_sns_try_again(receive: Receive, web: Web) -> None:
    del web.pages[confirmation()["SubscribeURL"]]
    answer = receive(of_sns(confirmation()))
    assert (answer["statusCode"], answer["headers"]["Retry-After"]) == (503, "30")
    assert "amazonaws" not in answer["body"]


@pytest.mark.parametrize(
    "message",
    [
        {**confirmation(), "Token": "another"},
        {**confirmation(), "SubscribeURL": "https://evil.example/"},
        confirmation(TopicArn=OTHER),
        confirmation(Timestamp="2026-11-01T12:00:00.000Z"),
        confirmation(SigningCertURL="https://evil.example/SimpleNotificationService-1.pem"),
    ],
)
def test_what_is_not_proven_confirms_nothing(receive: Receive, web: Web, message: dict[str, Any]) -> None:
    assert receive(of_sns(message))["statusCode"] == 401
    assert set(web.asked) <= {CERTIFICATE}


def test_a_signed_address_that_is_not_amazons_is_not_fetched(receive: Receive, web: Web) -> None:
    answer = receive(of_sns(confirmation(SubscribeURL="https://evil.example/?Action=ConfirmSubscription")))
    assert answer["statusCode"] == 200
    assert content(answer)["reason"].endswith("names no address of Amazon's to confirm it")
    assert web.asked == [CERTIFICATE]


def test_a_source_that_anybody_may_call_confirms_nothing(receive: Receive, web: Web) -> None:
    answer = receive(of_sns(confirmation(), "open"))
    assert answer["statusCode"] == 200
    assert content(answer)["reason"] == "not confirmed: the source doesn't say `auth: {sns: …}`"
    assert web.asked == []


def test_the_end_of_a_subscription_is_logged_for_somebody_to_see(
    receive: Receive, web: Web, caplog: pytest.LogCaptureFixture
) -> None:
    answer = receive(of_sns(confirmation(Type="UnsubscribeConfirmation")))
    assert answer["statusCode"] == 200
    assert web.asked == [CERTIFICATE]
    [record] = [record for record in caplog.records if record.message == "greeted"]
    assert (record.levelno, record.__dict__["reason"]) == (logging.WARNING, f"the subscription to {TOPIC} has ended")


def test_a_topic_that_invokes_the_function_needs_no_signature(receive: Receive, web: Web, cloud: Any) -> None:
    message = {**notification(), "Signature": "", "SigningCertUrl": ""}
    [answer] = receive(records(message))["answers"]
    assert answer["event_id"] == "sns:id-1"
    assert [delivery["status"] for delivery in answer["deliveries"]] == ["queued"]
    assert web.asked == []
    assert cloud.waiting() == 1


def test_both_ways_of_one_message_are_one_delivery(receive: Receive) -> None:
    [invoked] = receive(records(notification()))["answers"]
    called = content(receive(of_sns(notification())))
    assert invoked["deliveries"][0]["delivery_id"] == called["deliveries"][0]["delivery_id"]


def test_a_topic_that_no_source_lists_is_refused_and_not_tried_again(receive: Receive, cloud: Any) -> None:
    [answer] = receive(records({**notification(), "TopicArn": OTHER}))["answers"]
    assert answer["status"] == UnknownSource.status
    assert cloud.waiting() == 0


def test_what_can_not_be_taken_now_is_tried_again_by_lambda(receive: Receive, cloud: Any) -> None:
    cloud.clients("sqs").delete_queue(QueueUrl=cloud.queue_url)
    with pytest.raises(Exception, match="queue"):
        receive(records(notification()))


def test_no_request_over_http_passes_for_a_topic(receive: Receive, cloud: Any) -> None:
    forged = {**of_sns({**notification(), "Signature": "AAAA"}), "Records": [], "topic": TOPIC}
    assert receive(forged)["statusCode"] == 401
    assert cloud.waiting() == 0


def test_the_event_that_ships_reaches_the_phone(functions: Any, rules_file: Any, provider: Any) -> None:
    rules = RULES.format(TOPIC).replace("chat_1", "chat_a1b2c3d4")
    receive = functions.load("ReceiveFunction", RULES_FILE=rules_file(rules), DELIVERY_QUEUE_URL="")
    sent = json.loads((ROOT / "events" / "receive_sns.json").read_text(encoding="utf-8"))
    assert [receive(sent)["answers"][0]["deliveries"][0]["status"] for _ in range(2)] == ["sent", "duplicate"]
    [text] = provider.texts
    assert text.startswith("🔥 shop-5xx is in alarm\nThe shop answers with errors.")


def test_the_template_lets_a_topic_in_only_when_one_is_named(cloud: Any) -> None:
    del cloud
    template = (ROOT / "template.yaml").read_text(encoding="utf-8")
    for resource in ("TopicSubscription", "TopicPermission"):
        assert "    Condition: HasTopic\n" in template.partition(f"  {resource}:\n")[2][:120]
