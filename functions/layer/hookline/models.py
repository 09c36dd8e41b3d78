"""The values that travel between the stages."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from hookline.rules.model import Rule, Source

JSON = Any  # what json.loads returns: dict, list, str, int, float, bool or None
Scope = dict[str, Any]  # the names that an expression of the rules may use


@dataclass(frozen=True, slots=True)
class Inbound:
    """A request as it came. Header names are in lower case; ``received_at`` is the gateway's ms since 1970.

    ``topic`` is that of SNS which AWS let invoke the function itself: no request over HTTP has one.
    """

    source: str
    method: str
    headers: dict[str, str]
    query: dict[str, str]
    body: bytes
    request_id: str
    received_at: int
    topic: str = ""


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
    items: list[JSON] = field(default_factory=list)  # what it consists of, where it consists of several
    where: str = ""  # the machine, the pod, the site: what a digest tells apart events of one title by


@dataclass(frozen=True, slots=True)
class Failure:
    """An option of a rule that could not be worked out for an event, which is told all the same."""

    rule: str
    option: str  # when | each | chat | text | thread | reply_to | link_preview
    why: str

    def __str__(self) -> str:
        return f"`{self.option}` of the rule '{self.rule}' failed: {self.why}"


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that takes the event. ``failed`` says why it is taken although its ``when`` could not be worked out."""

    rule: "Rule"
    chats: tuple[str, ...]  # names of the rules file
    failed: str = ""
    because: str = ""  # why it takes the event, for whoever asks the log later


@dataclass(frozen=True, slots=True)
class Routed:
    """Who should hear of an event; ``reason`` says why nobody should."""

    matches: list[Match]
    reason: str = ""
    failures: list[Failure] = field(default_factory=list)


class Destination(BaseModel):
    """A chat by its name in the rules and by the provider's id, and its longest text where that is known."""

    model_config = ConfigDict(frozen=True)

    name: str
    id: str
    limit: int | None = None


class Message(BaseModel):
    """One text for one chat, frozen when the webhook was accepted. This is the body of a queue record."""

    model_config = ConfigDict(frozen=True)

    type: Literal["message"] = "message"
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
    reply_to: str | None = None  # a message id of the same chat
    effect: str | None = None
    link_preview: dict[str, str] | None = None  # image and title of the card under a link
    title: str = ""  # what it is about, in the few words that a digest has for it
    where: str = ""
    phase: str = "info"  # firing | resolved | info: what is over may cancel what it is the end of
    thread: str | None = None  # what has the same thread belongs to one story
    private: bool = False  # its row forgets the text once it is sent
    urgent: bool = False  # quiet hours and pace don't apply
    because: str | None = None  # why the rule took the event
    replay: bool = False  # asked for by hand: send it whatever became of it before
    fallback_of: str | None = None  # the delivery that this one stands in for
    tried: tuple[str, ...] = ()  # ids of the chats that it was meant for before
    text_id: str | None = None  # what it says, the same for every chat that an event's rule tells it
    first_part: str | None = None  # the delivery of the text's first part, where this is another one
    parts: int | None = None  # how many the text has, where its rule may split it
    fallbacks: tuple[Destination, ...] = ()  # of its rule; a chat's own is read when it is delivered
    once: bool = False  # its event has an id of its own: that same event is never told again, however late it comes
    repeat: int | None = None  # seconds after which the same may be told again; None: its id never means a second event
    digest: int | None = None  # it tells what its chat held, for the n-th time
    stands_for: int = 1  # messages that a digest tells, also where it is told to a fallback

    @property
    def story(self) -> str:
        """Its thread among those of all sources, whose threads may have the same names; empty for none."""
        if not self.thread or self.digest is not None:
            return self.thread or ""  # a digest has that of what it tells
        return f"{self.source} {self.thread}"


class Receipt(BaseModel):
    """What the provider tells of a message later. The other body of a queue record, in the group of the same chat."""

    model_config = ConfigDict(frozen=True)

    type: Literal["receipt"] = "receipt"
    event_id: str
    what: str  # delivered | read | failed | received | reaction
    chat: str
    message_id: str = ""
    at: int = 0  # ms since 1970, by the provider's clock
    code: str | None = None
    reason: str | None = None
    ack: str | None = None  # the tapback, or the reply that says that somebody takes care of it


class Wake(BaseModel):
    """Tells a chat that something of it is due. The third body of a queue record."""

    model_config = ConfigDict(frozen=True)

    type: Literal["wake"] = "wake"
    chat: str
    due_at: int  # ms since 1970
