"""Webhooks as Standard Webhooks describes them: Svix and all who send through it, and senders of one's own.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from datetime import datetime

from hookline.models import JSON, Event
from hookline.sources import generic
from hookline.sources.kind import Kind, first, mapping, words

_TYPES = ("type", "event_type", "eventType", "event")


def describe(payload: JSON, now: datetime) -> Event:  # noqa: ARG001 - every kind is asked the same way
    """Say what kind of event it is in words, and then what any JSON says."""
    named = mapping(payload)
    type_ = first(words(named.get(name)) for name in _TYPES if isinstance(named.get(name), str))
    return generic.say(payload, generic.spoken(type_) if type_ else "")


KIND = Kind(
    name="standard-webhooks",
    sender="Standard Webhooks",
    reads=frozenset({"json"}),
    describe=describe,
    describe_item=describe,
    proofs=("hmac", "bearer", "basic", "token"),
    # Svix sends the names of its own, which are older.
    signature={
        "header": ["Webhook-Signature", "Svix-Signature"],
        "timestamp": ["Webhook-Timestamp", "Svix-Timestamp"],
        "id": ["Webhook-Id", "Svix-Id"],
        "prefix": "v1,",
        "encoding": "base64",
        "signed": "{id}.{timestamp}.{body}",
        "secret_encoding": "base64",
    },
    id_headers=("webhook-id", "svix-id"),
    setup=(
        "Where the sender lists its webhooks or endpoints, add {url} and choose the events. It then shows a signing "
        "secret that begins with whsec_; that, whole, is the secret."
    ),
)
