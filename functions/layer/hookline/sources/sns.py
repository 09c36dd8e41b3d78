"""Amazon SNS over HTTPS: CloudWatch's alarms, and whatever else is published to a topic.

https://docs.aws.amazon.com/sns/latest/dg/http-notification-json.html,
https://docs.aws.amazon.com/sns/latest/dg/http-subscription-confirmation-json.html
"""

import json
import re
from dataclasses import replace
from datetime import datetime
from urllib.parse import parse_qs

from hookline.fit import cut
from hookline.models import JSON, Event
from hookline.sources import cloudwatch, generic
from hookline.sources.kind import MAX_TEXT, Greeting, Kind, Shape, mapping, words
from hookline.sources.tell import tell

TOPIC = r"^arn:aws(-cn|-us-gov)?:sns:[a-z]{2}(-[a-z]+){1,2}-[0-9]{1,2}:[0-9]{12}:[A-Za-z0-9_-]{1,256}$"
_LONG_TITLE = 80
_CONFIRM, _CANCEL = "SubscriptionConfirmation", "UnsubscribeConfirmation"


def host(topic: str) -> str:
    """Return where Amazon keeps what belongs to a topic: a message of it may name no other host."""
    _, partition, _, region, *_ = topic.split(":")
    return f"sns.{region}.amazonaws.com" + (".cn" if partition == "aws-cn" else "")


def describe(payload: JSON, now: datetime) -> Event:
    """Say what a CloudWatch alarm says; other JSON by the names that are common, text as it is."""
    payload = mapping(payload)
    message, subject = payload.get("Message"), words(payload.get("Subject"))
    if not isinstance(message, str):
        return _told(payload, "", now)  # raw delivery, to a source that takes it from anybody
    inner = _read(message)
    if inner is None:
        return _as_it_is(message.strip(), subject)
    return _told(inner, subject, now)


def greet(payload: JSON) -> Greeting | None:
    """Let a subscription to the topic be confirmed, and somebody know when one has ended."""
    payload = mapping(payload)
    topic = words(payload.get("TopicArn"), 400)
    if payload.get("Type") == _CANCEL:
        return Greeting(f"the subscription to {topic} has ended", is_alarming=True)
    if payload.get("Type") != _CONFIRM:
        return None
    if address := _confirming(payload):
        return Greeting(f"the subscription to {topic} is confirmed", confirm=address)
    return Greeting(f"the subscription to {topic} names no address of Amazon's to confirm it", is_alarming=True)


def _confirming(payload: dict[str, JSON]) -> str:
    """Return the address that confirms a subscription to just that topic, if it is Amazon's."""
    address, topic = payload.get("SubscribeURL"), payload.get("TopicArn")
    if not isinstance(address, str) or not isinstance(topic, str) or not re.fullmatch(TOPIC, topic):
        return ""
    found = re.fullmatch(rf"https://{re.escape(host(topic))}/\?([A-Za-z0-9%&=:._-]{{1,2000}})", address)
    asked = parse_qs(found[1]) if found else {}
    return address if (asked.get("Action"), asked.get("TopicArn")) == (["ConfirmSubscription"], [topic]) else ""


def _read(message: str) -> JSON:
    """Return the JSON that a message is, or None where it is text, or such as no JSON could say again."""
    try:
        inner = json.loads(message)
        json.dumps(inner, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return inner if isinstance(inner, dict | list) else None


def _as_it_is(text: str, subject: str) -> Event:
    if subject:
        return tell(subject, text, body=text)
    event = tell(words(text, _LONG_TITLE) or "Message", body=text)
    return replace(event, text=cut(f"{event.icon} {text}", MAX_TEXT)) if text else event


def _told(inner: JSON, subject: str, now: datetime) -> Event:
    fields = mapping(inner)
    if alarm := cloudwatch.describe(fields, now):
        return alarm
    if what := words(fields.get("detail-type")):  # another event of EventBridge's
        inner = {"title": what, **mapping(fields.get("detail"))}
    elif fields and subject:
        inner = {"title": subject, **fields}
    try:
        return generic.describe(inner, now)
    except RecursionError:  # nobody has looked how deep it is
        return generic.describe({"title": subject}, now)


_SHAPE: Shape = dict.fromkeys(
    ("Type", "MessageId", "TopicArn", "Subject", "Message", "Timestamp", "SignatureVersion", "Signature", "Token",
     "SigningCertURL", "SubscribeURL", "UnsubscribeURL", "MessageAttributes")
)  # fmt: skip

KIND = Kind(
    name="sns",
    reads=frozenset({"json", "text"}),
    describe=describe,
    shape=_SHAPE,
    sender="Amazon SNS, CloudWatch",
    proofs=("sns",),
    id_paths=(("MessageId",),),
    greet=greet,
    setup=(
        "In the console of Amazon SNS, at your topic: Create subscription, protocol HTTPS, endpoint {url}, raw message "
        "delivery off. It confirms itself. A CloudWatch alarm takes the topic as its action for In alarm and for OK."
    ),
)
