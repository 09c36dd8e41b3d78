"""Who is the same event: what a sender's retry has in common with its first try, and a new event hasn't."""

import hashlib
import json
import re
from dataclasses import dataclass
from uuid import UUID, uuid5

from hookline.models import JSON, Inbound
from hookline.sources import Kind
from hookline.sources.kind import at

_DELIVERIES = UUID(
    "5f0d3a86-0f0b-4f0e-9a55-3a6f9d1c7e11"
)  # the project's own namespace; changing it forgets all that was sent

# What a sender that fills in a template leaves where it knows no such name: the same for every event.
_NO_ID = re.compile(r"\s*(?:$|[$%{<]|(?:null|none|undefined|nil)\s*$)", re.IGNORECASE)
_LONGEST = 255  # characters of a sender's id that are kept


@dataclass(frozen=True, slots=True)
class EventId:
    """``is_content`` is true of a key made from what the event says: the same may rightly be said again later."""

    value: str
    is_content: bool = False


def event_id(inbound: Inbound, kind: Kind, payload: JSON) -> EventId:
    """Return the best id there is: the sender's own, its request id with the body, the content, our request id."""
    if own := _own_id(inbound, kind, payload):
        return EventId(f"{kind.name}:{short(own)}")
    if key := inbound.headers.get("idempotency-key"):
        return EventId(f"key:{short(key)}")
    if request := inbound.headers.get("x-request-id"):
        # With the body, because meshes give one id to several requests.
        return EventId(f"request:{short(request)}:{hashlib.sha256(inbound.body).hexdigest()}")
    if kind.content_key is not None:
        return content_id(kind, payload)
    return EventId(f"gateway:{inbound.request_id}")


def content_id(kind: Kind, payload: JSON) -> EventId:
    """Return the id of what an event says, whatever else it is known by."""
    key = kind.content_key(payload) if kind.content_key else _said(payload)
    return EventId(f"content:{_hash(key)}", is_content=True)


def _own_id(inbound: Inbound, kind: Kind, payload: JSON) -> str:
    given = [*(inbound.headers.get(name) for name in kind.id_headers), *(at(payload, *path) for path in kind.id_paths)]
    return next((str(value) for value in given if isinstance(value, str | int) and not _NO_ID.match(str(value))), "")


def short(sent: str, longest: int = _LONGEST) -> str:
    """Keep a sender's id as it is, for people to find; a long one is hashed, as two may differ in their last letter."""
    return sent if len(sent) <= longest else hashlib.sha256(sent.encode()).hexdigest()


def item_id(kind: Kind, item: JSON) -> EventId | None:
    """Return an item's own id, or None where the kind knows none: then the event's id and the position serve."""
    key = kind.item_key(item) if kind.item_key else None
    return EventId(f"item:{_hash(key)}", is_content=True) if key else None


def item_content_id(item: JSON) -> EventId:
    """Return the id of what an item says, for where its kind knows no better."""
    return EventId(f"item content:{_hash(_said(item))}", is_content=True)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _said(payload: JSON) -> str:
    """Return the one way to say it, whatever the order of its names."""
    return json.dumps(payload, sort_keys=True)


def delivery_id(source: str, event: EventId, rule: str, chat: str, n: int) -> str:
    """Return the key of one text for one chat; JSON keeps the parts apart whatever they contain."""
    return str(uuid5(_DELIVERIES, json.dumps([source, event.value, rule, chat, n])))


def text_id(source: str, event: EventId, rule: str, n: int, part: tuple[int, int]) -> str:
    """Return the id of one text, or of one part of it, whatever chat it is for."""
    return str(uuid5(_DELIVERIES, json.dumps([source, event.value, rule, n, *part])))


def part_id(delivery: str, n: int) -> str:
    """Return the id of the n-th part of a text that is sent in several; the first has the delivery's own."""
    return delivery if n == 1 else str(uuid5(UUID(delivery), f"part {n}"))


def send_key(delivery: str, generation: int, variant: str = "") -> str:
    """Return the provider's idempotency key: one for each body that a delivery's generation may have."""
    return str(uuid5(UUID(delivery), f"generation {generation}" + (f" {variant}" if variant else "")))


def fallback_id(delivery: str, generation: int, chat: str) -> str:
    """Return the id of the delivery that stands in, the same each time the first one's failure is found again."""
    return str(uuid5(UUID(delivery), f"fallback {generation} {chat}"))


def shared_fallback_id(text: str, generation: int, request_id: str, chat: str) -> str:
    """Like ``fallback_id``, and the same whichever of the chats that a request told the text could not be reached.

    By the generation alone, what two requests asked of two chats would be taken for one.
    """
    return str(uuid5(UUID(text), f"fallback {generation} {request_id} {chat}"))


def digest_id(chat: str, at: int, n: int) -> str:
    """Return the id of what tells what a chat held: its n-th, begun at this moment."""
    return str(uuid5(_DELIVERIES, json.dumps(["digest", chat, at, n])))


def passed_id(chat: str, to: str, parked_at: int, upto: int) -> str:
    """Return the id of what tells a fallback what a chat held, up to this entry, when it began to wait."""
    return str(uuid5(_DELIVERIES, json.dumps(["passed", chat, to, parked_at, upto])))


def queue_key(delivery: str, request_id: str) -> str:
    """Return the queue's deduplication id.

    It holds the request, too: only our own repeated call is dropped by the queue. A sender's copy goes through to the
    log, which knows whether the first one failed and the copy must really send.
    """
    return str(uuid5(UUID(delivery), request_id))
