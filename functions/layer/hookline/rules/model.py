"""What a rules file may say. The descriptions of its options are what editors show; `make schema` hands them on."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from hookline.clock import DAY
from hookline.models import JSON, Destination
from hookline.rules import written
from hookline.rules.auth import Auth, Basic, Bearer, Hmac, Sns, Token, way
from hookline.rules.names import (
    ADDRESS,
    CHAT_ID,
    SOURCE_NAME,
    Block,
    Budget,
    Name,
    Names,
    Origin,
    Pace,
    QuietHours,
    Seconds,
    SourceName,
    TemplateName,
    Whole,
    YesNo,
    listed,
)
from hookline.sources import KINDS

__all__ = ["CHAT_ID", "EFFECTS", "MAX_TEXT", "SOURCE_NAME", "Basic", "Bearer", "Block", "Chat", "Expected", "Hmac",
           "LinkPreview", "Rule", "Rules", "Sns", "Source", "Test", "Token", "as_block"]  # fmt: skip

MAX_TEXT = 2000  # characters of one message, where its chat doesn't allow fewer
SHORTEST_LIMIT = 100  # characters; with fewer, the note of a cut text leaves no room for the text
# https://docs.blooio.com, effects of iMessage; elsewhere they are silently dropped.
EFFECTS = ("slam", "loud", "gentle", "invisible-ink", "echo", "spotlight", "balloons", "confetti", "love", "lasers",
           "fireworks", "celebration")  # fmt: skip


class Chat(Block):
    """Who may be texted: a conversation by the provider's id."""

    id: str = Field(pattern=CHAT_ID, description="The provider's id of the chat.", examples=["chat_a1b2c3d4"])
    fallback: Names = Field(
        (),
        description="Who hears instead when this chat can't be reached, or has to answer before it takes more.",
        examples=["oncall"],
    )
    limit: Whole = Field(
        MAX_TEXT,
        ge=SHORTEST_LIMIT,
        le=MAX_TEXT,
        description="Characters of one text; a longer one is cut, or split.",
        examples=[300],
    )
    pace: Pace = Field(
        written.DEFAULT_PACE,
        description="At most so many texts in so long; what exceeds it is held and told in one digest.",
        examples=["3 per 1m", "off"],
    )
    quiet: Annotated[tuple[QuietHours, ...], BeforeValidator(listed)] = Field(
        (),
        description="When nothing is sent: it is held until the end, and told in one digest.",
        examples=["22:00-07:00 Europe/Berlin", "Sat,Sun 00:00-24:00 Europe/Berlin"],
    )
    budget: Budget = Field(
        "auto",
        description="At most so many texts without an answer; `auto` learns it from what the provider refuses.",
        examples=["auto", 5, "off"],
    )
    expires: Seconds = Field(
        DAY,
        description="After so long without an answer what waits is tried once more; refused again, it has failed.",
        examples=["24h", "2d"],
    )


class Source(Block):
    """Who may call `/hooks/<name>`, and how they prove it."""

    kind: str = Field(
        description="What the sender speaks; every kind brings a readable text.", examples=["alertmanager"]
    )
    auth: Auth = Field(
        description="How a caller proves who it is; `none` has to be written.",
        examples=[{"bearer": "ALERTMANAGER_TOKEN"}, "none"],
    )
    origins: Annotated[tuple[Origin, ...], BeforeValidator(listed)] = Field(
        (),
        description="The sites whose pages may post here, also by script; without it none are told apart.",
        examples=[["https://example.com"]],
    )
    honeypot: str | None = Field(
        None,
        min_length=1,
        max_length=100,
        description="A field that people don't see; what fills it in is answered like a success and not sent.",
        examples=["website"],
    )
    redirect: str | None = Field(
        None,
        max_length=1000,
        pattern=ADDRESS,
        description="Where a browser goes that has posted a form; without it a page says thank you.",
        examples=["https://example.com/thanks"],
    )
    private: YesNo = Field(default=False, description="The log forgets a text once it is sent.")

    @model_validator(mode="before")
    @classmethod
    def _as_its_sender_does(cls, data: Any) -> Any:
        """Fill in what the kind knows of its sender's proof, where the file says nothing else."""
        kind = KINDS.get(data["kind"]) if isinstance(data, dict) and isinstance(data.get("kind"), str) else None
        auth = data.get("auth") if kind else None
        if kind is None or not isinstance(auth, dict):
            return data
        if "token" in auth and not {"header", "query"} & auth.keys():
            return {**data, "auth": {**kind.token, **auth}}
        return {**data, "auth": {**kind.signature, **auth}} if "hmac" in auth else data

    @model_validator(mode="after")
    def _is_signed_by_sns(self) -> "Source":
        kind = KINDS.get(self.kind)
        if isinstance(self.auth, Sns) and kind and "sns" not in kind.proofs:
            raise ValueError("`auth: {sns: …}` is for `kind: sns`: nobody else signs like SNS")
        return self

    @property
    def secret(self) -> str | None:
        """The name of the secret that the proof needs."""
        if self.auth == "none" or isinstance(self.auth, Sns):
            return None
        name: str = getattr(self.auth, way(self.auth.model_dump()) or "")
        return name

    def allows(self, origin: str) -> bool:
        """Return whether a page of that origin may post; what names none is no page."""
        return not self.origins or not origin or origin in self.origins

    def is_trapped(self, payload: JSON) -> bool:
        """Return whether the field is filled in that people don't see."""
        filled = payload.get(self.honeypot) if self.honeypot and isinstance(payload, dict) else None
        return bool(filled.strip() if isinstance(filled, str) else filled)


class LinkPreview(Block):
    """The card under a link."""

    image: str | None = Field(
        None, description="A template that gives the address of a picture.", examples=["{{ payload.image }}"]
    )
    title: str | None = Field(None, description="A template that gives the title.", examples=["{{ event.title }}"])

    @model_validator(mode="after")
    def _shows_something(self) -> "LinkPreview":
        if not self.image and not self.title:
            raise ValueError("`link_preview` needs an `image`, a `title` or both")
        return self


class Expected(Block):
    """A message that a test expects."""

    rule: Name = Field(description="The name of the rule that makes it.", examples=["critical pages on-call"])
    chat: Name = Field(description="The name of the chat that gets it.", examples=["oncall"])
    text: str | None = Field(
        None, description="What it says; … stands for anything.", examples=["🔥 HighCPU on web-1\n…"]
    )


class Test(Block):
    """An event, and the messages that it has to make."""

    name: Name = Field(description="What the test shows, as a sentence.", examples=["a critical alert pages"])
    event: str = Field(
        min_length=1,
        description="A file: relative to this one, then to the working directory.",
        examples=["events/alertmanager_critical.json"],
    )
    source: SourceName | None = Field(
        None, description="The file is the body that a sender posts to this source.", examples=["contact"]
    )
    expect: tuple[Expected, ...] = Field(
        description="The messages in order; an empty list expects none.",
        examples=[[{"rule": "critical pages on-call", "chat": "oncall"}], []],
    )


class Rule(Block):
    """What happens with an event."""

    name: Name = Field(description="It tells rules apart, and stands in the log.", examples=["critical pages on-call"])
    source: Names = Field(
        (), description="Only events of this source, or of these; without it of any.", examples=["alertmanager"]
    )
    when: str | None = Field(
        None,
        description="An expression; the rule takes what it is true for.",
        examples=['event.severity == "critical"'],
    )
    drop: YesNo = Field(default=False, description="Take the event and send nothing.")
    each: str | None = Field(
        None,
        description="An expression that gives a list: one message per item, which is `item` in the text.",
        examples=["payload.alerts"],
    )
    chat: Names = Field(
        (),
        description="Who gets it: a name of `chats`, a list of them, or one expression with `otherwise`.",
        examples=["oncall", ["oncall", "office"], "{{ 'oncall' if event.severity == 'critical' else 'office' }}"],
    )
    otherwise: str | None = Field(
        None, description="Who gets it when the expression of `chat` names no chat.", examples=["office"]
    )
    fallback: Names = Field(
        (),
        description="Who hears instead when the chat can't be reached, or has to answer before it takes more.",
        examples=["office"],
    )
    text: str | None = Field(
        None,
        description="A template; without it the text that the kind of source brings.",
        examples=["{{ event.icon }} {{ event.title }}"],
    )
    split: YesNo = Field(default=False, description="Send a long text in numbered parts instead of cutting it.")
    repeat: Seconds | None = Field(
        None,
        description="The same isn't told again sooner. 5m without it, 4h for an item of `each`.",
        examples=["30s", "5m", "4h", "1d"],
    )
    thread: str | None = Field(
        None,
        description="A template; what has the same thread is one story, told as replies to its first text.",
        examples=["{{ item.fingerprint }}"],
    )
    urgent: YesNo = Field(default=False, description="Quiet hours, pace and budget don't apply.")
    effect: Literal[EFFECTS] | None = Field(  # type: ignore[valid-type]
        None, description="How iMessage shows it; elsewhere it is dropped.", examples=["slam"]
    )
    reply_to: str | None = Field(
        None,
        description="A template that gives the id of a message in the same chat.",
        examples=["{{ payload.message_id }}"],
    )
    link_preview: LinkPreview | None = Field(
        None, description="The card under a link.", examples=[{"title": "{{ event.title }}"}]
    )
    continues: YesNo = Field(default=False, alias="continue", description="Let the rules below take the event, too.")

    @property
    def chat_is_expression(self) -> bool:
        """True when the chat is worked out for each event."""
        return any("{{" in chat or "{%" in chat for chat in self.chat)

    @model_validator(mode="after")
    def _goes_somewhere(self) -> "Rule":
        if not self.drop and not self.chat:
            raise ValueError("a rule needs a `chat`, or `drop: true`")
        if self.chat_is_expression and (len(self.chat) > 1 or self.otherwise is None):
            raise ValueError(
                "a `chat` that is an expression stands alone and needs `otherwise`: a chat for when it names none"
            )
        return self


def as_block(value: object) -> object:
    """Read ``oncall: chat_…`` as ``oncall: {id: chat_…}``; what is neither has no id."""
    return value if isinstance(value, dict) else {"id": value if isinstance(value, str) else ""}


class Rules(Block):
    """Who may be texted, who may call, and what happens."""

    chats: dict[Name, Annotated[Chat, BeforeValidator(as_block)]] = Field(
        description="Who may be texted: a name of your own, and the id of a chat or a block with it.",
        examples=[{"oncall": "chat_a1b2c3d4"}],
    )
    sources: dict[SourceName, Source] = Field(
        description="Who may call: they post to `/hooks/<name>`.",
        examples=[{"alertmanager": {"kind": "alertmanager", "auth": {"bearer": "ALERTMANAGER_TOKEN"}}}],
    )
    rules: tuple[Rule, ...] = Field(
        description="What happens, read top down; the first that matches wins, unless it says `continue: true`.",
        examples=[[{"name": "everything to on-call", "chat": "oncall"}]],
    )
    templates: dict[TemplateName, str] = Field(
        {},
        description="Texts to be shared: `{% include 'name' %}`.",
        examples=[{"where": "on {{ event.fields.instance }}"}],
    )
    tests: tuple[Test, ...] = Field(
        (),
        description="Events and what they have to make; `hookline test` runs them.",
        examples=[[{"name": "nothing on Sundays", "event": "events/sunday.json", "expect": []}]],
    )

    def for_source(self, source: str) -> list[Rule]:
        """Return the rules that may speak of the source's events, in file order."""
        return [rule for rule in self.rules if not rule.source or source in rule.source]

    def source_of(self, topic: str) -> str:
        """Return the name of the source that lists the topic, or an empty text."""
        topics = {name: source.auth.sns for name, source in self.sources.items() if isinstance(source.auth, Sns)}
        return next((name for name, its in topics.items() if topic in its), "")

    def destinations(self, names: Iterable[str]) -> tuple[Destination, ...]:
        """Return the chats of the names, which the loaded file is known to have."""
        named = ((name, self.chats[name]) for name in names)
        return tuple(Destination(name=name, id=chat.id, limit=chat.limit) for name, chat in named)

    def fallbacks_of(self, chat_id: str) -> tuple[Destination, ...]:
        """Return who hears instead when that chat fails; of an id that the file no longer has, nobody."""
        return self.destinations(name for own in self.names_by_id.get(chat_id, ()) for name in self.chats[own].fallback)

    @cached_property
    def runs(self) -> dict[str, list[tuple[Sequence[Rule], tuple[str, ...]]]]:
        """What routing keeps of a source: its rules in runs, with their conditions."""
        return {}

    @cached_property
    def names_by_id(self) -> dict[str, list[str]]:
        """The names of each chat, by the provider's id, in file order."""
        found: dict[str, list[str]] = {}
        for name, chat in self.chats.items():
            found.setdefault(chat.id, []).append(name)
        return found

    @property
    def secrets(self) -> list[str]:
        """The names of all secrets that the sources need, in file order."""
        return list(dict.fromkeys(s.secret for s in self.sources.values() if s.secret))
