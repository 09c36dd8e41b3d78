"""The values that travel between the stages."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from hookline.rules.model import Rule, Source

JSON = Any  # what json.loads returns: dict, list, str, int, float, bool or None
Scope = dict[str, Any]  # the names that an expression of the rules may use


@dataclass(frozen=True, slots=True)
class Inbound:
    """A request as it came. Header names are in lower case; ``received_at`` is the gateway's ms since 1970."""

    source: str
    method: str
    headers: dict[str, str]
    query: dict[str, str]
    body: bytes
    request_id: str
    received_at: int


@dataclass(frozen=True, slots=True)
class Verified:
    """An Inbound that is known to come from who may call. Only ``verify`` makes one, and ``parse`` takes no other."""

    inbound: Inbound
    source: "Source"


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, in the few words that every kind of source can say. ``text`` is the kind's default message."""

    title: str
    text: str
    status: str = "info"  # firing | resolved | info
    severity: str = "info"  # critical | warning | info
    icon: str = "🔔"
    body: str = ""
    url: str = ""
    fields: dict[str, JSON] = field(default_factory=dict)
    thread: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that takes the event. ``failed`` says why it is taken although its ``when`` could not be worked out."""

    rule: "Rule"
    chats: tuple[str, ...]  # names of the rules file
    failed: str = ""


@dataclass(frozen=True, slots=True)
class Routed:
    """Who should hear of an event; ``reason`` says why nobody should. ``failures`` are conditions that broke."""

    matches: list[Match]
    reason: str = ""
    failures: list[str] = field(default_factory=list)


class Message(BaseModel):
    """One text for one chat, frozen when the webhook was accepted. This is the body of a queue record."""

    model_config = ConfigDict(frozen=True)

    delivery_id: str
    source: str
    rule: str
    event_id: str
    request_id: str
    chat: str  # the provider's id, and the group in the queue
    chat_name: str
    text: str
    accepted_at: int  # ms since 1970 by the event's own clock
    queued_at: int | None = None  # the same by ours; None in an event from a file, which is never too old
    repeat: int | None = None  # seconds after which the same may be told again; None: its id never means a second event
