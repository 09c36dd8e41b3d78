"""Amazon SNS's own proof: a signature in the body, over names and values in an order of their own.

https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
"""

import base64
import json
from typing import Any

from hookline import certificates, clock
from hookline.certificates import Certificates

MAX_AGE, MAX_AHEAD = clock.HOUR, 5 * clock.MINUTE  # seconds; SNS tries for an hour at most
_CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
_SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": _CONFIRMATION,
    "UnsubscribeConfirmation": _CONFIRMATION,
}


def flaw(body: bytes, topics: tuple[str, ...], received_at: int, held: Certificates) -> str:
    """Return what keeps a body from being a message of one of the topics, or an empty text. Raises Unreachable.

    Nothing is fetched before all else is right, and only from the host of a topic that is listed.
    """
    message = _message(body)
    content = string_to_sign(message)
    if content is None:
        return "it is no message of SNS"
    topic, url = message["TopicArn"], message.get("SigningCertURL")
    if topic not in topics:
        return f"its topic {topic[:300]} is not listed"
    if not _is_recent(message["Timestamp"], received_at):
        return "it is too old, or from the future"
    version, signature = message.get("SignatureVersion"), _decoded(message.get("Signature"))
    if not certificates.is_known(version) or not signature:
        return "it has no signature of version 1 or 2"
    if not isinstance(url, str) or not certificates.may_lie_at(url, topic):
        return "its certificate isn't where Amazon keeps them"
    certificate = held.at(url)
    is_signed = certificates.has_signed(certificate, version, signature, content)
    return certificates.flaw_of(certificate, topic, received_at) or ("" if is_signed else "its signature is wrong")


def string_to_sign(message: dict[str, Any]) -> bytes | None:
    """Return the names and values in their order, or None for what SNS never sends.

    Only the text of a message has several lines: with a line break in another value, one signature would fit two ways
    to tell the values apart.
    """
    values: dict[str, Any] = {name: message.get(name) for name in _SIGNED.get(str(message.get("Type")), ())}
    if values.get("Subject", "") is None:
        del values["Subject"]
    if not values or not all(isinstance(value, str) for value in values.values()):
        return None
    if any("\n" in value for name, value in values.items() if name != "Message"):
        return None
    try:
        return "".join(f"{name}\n{value}\n" for name, value in values.items()).encode()
    except UnicodeEncodeError:  # half a character
        return None


def _message(body: bytes) -> dict[str, Any]:
    try:
        message = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return {}
    return message if isinstance(message, dict) else {}


def _is_recent(timestamp: str, received_at: int) -> bool:
    """Too new is as wrong as too old: it would make a replay last."""
    sent = clock.read(timestamp)
    return sent is not None and -MAX_AHEAD <= received_at / clock.SECOND_MS - sent.timestamp() <= MAX_AGE


def _decoded(signature: object) -> bytes:
    try:
        return base64.b64decode(signature, validate=True) if isinstance(signature, str) else b""
    except ValueError:
        return b""
