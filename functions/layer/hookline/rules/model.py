"""What a rules file may say."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, InstanceOf, Tag, model_validator

from hookline.models import Destination
from hookline.rules import written

AUTH_WAYS = ("bearer", "basic", "token", "hmac")
AUTH_OPTIONS = "`none` or exactly one of {bearer: SECRET}, {basic: SECRET}, {token: SECRET}, {hmac: SECRET}"
SECRET_NAME, SOURCE_NAME = "^[A-Za-z_][A-Za-z0-9_]*$", "^[a-z0-9][a-z0-9_-]{0,63}$"
CHAT_ID = "^chat_[A-Za-z0-9_-]{1,120}$"
TEMPLATE_NAME = "^[A-Za-z0-9_./-]{1,100}$"
PATTERNS = {
    SECRET_NAME: "the name of a secret in letters, digits and _, as in ALERTMANAGER_TOKEN",
    SOURCE_NAME: "in small letters, digits, - and _, because it is part of an address",
    CHAT_ID: "the id of a chat, as in chat_a1b2c3d4",
    TEMPLATE_NAME: "a name in letters, digits and _ . / -, as in alert.txt",
}  # what each means, to be said after "has to be"
MAX_TEXT = 2000  # characters of one message, where its chat doesn't allow fewer
SHORTEST_LIMIT = 100  # characters; with fewer, the note of a cut text leaves no room for the text
# https://docs.blooio.com, effects of iMessage; elsewhere they are silently dropped.
EFFECTS = ("slam", "loud", "gentle", "invisible-ink", "echo", "spotlight", "balloons", "confetti", "love", "lasers",
           "fireworks", "celebration")  # fmt: skip


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]  # one, or a list
Seconds = Annotated[int, BeforeValidator(written.seconds)]
Name = Annotated[str, Field(min_length=1, max_length=100)]
SecretName = Annotated[str, Field(pattern=SECRET_NAME)]
SourceName = Annotated[str, Field(pattern=SOURCE_NAME)]
TemplateName = Annotated[str, Field(pattern=TEMPLATE_NAME)]
Pace = Annotated[InstanceOf[written.Pace] | None, BeforeValidator(written.pace)]
Budget = Annotated[int | str | None, BeforeValidator(written.budget)]
QuietHours = Annotated[InstanceOf[written.Quiet], BeforeValidator(written.quiet)]


class _Block(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Chat(_Block):
    """Somebody's conversation with us, by the provider's id; ``fallback`` names who hears instead when it fails."""

    id: Annotated[str, Field(pattern=CHAT_ID)]
    fallback: Names = ()
    limit: Annotated[int, Field(ge=SHORTEST_LIMIT, le=MAX_TEXT)] = MAX_TEXT  # characters of one text
    pace: Pace = written.DEFAULT_PACE  # what exceeds it is held and told in one digest; None: everything goes
    quiet: Annotated[tuple[QuietHours, ...], BeforeValidator(_listed)] = ()  # held until they end
    budget: Budget = "auto"  # texts in a row without an answer; None: as many as there are


class Bearer(_Block):
    """``Authorization: Bearer <secret>``."""

    bearer: SecretName


class Basic(_Block):
    """``Authorization: Basic …``; the secret is ``user:password``."""

    basic: SecretName


class Token(_Block):
    """The secret itself in a header or in the query; with neither said, ``X-Token`` or ``?token=``."""

    token: SecretName
    header: str | None = None
    query: str | None = None


class Hmac(_Block):
    """A signature over the raw body, and over a time and an id when the sender signs them, too."""

    hmac: SecretName
    header: str = "X-Signature"
    algorithm: Literal["sha1", "sha256", "sha512"] = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    prefix: str = ""  # before each signature, as in `sha256=…` or `v1,…`
    signed: str = "{body}"  # what is signed; {timestamp} and {id} stand for the headers' values
    timestamp: str = "X-Timestamp"  # header of the time in seconds; a `t=` part of the signature's header comes first
    id: str = "X-Id"  # header of the sender's id
    tolerance: Annotated[int, Field(ge=1)] = 300  # seconds
    secret_encoding: Literal["text", "hex", "base64"] = "text"  # noqa: S105 - how it is written, not what it is

    @model_validator(mode="after")
    def _signs_the_body(self) -> "Hmac":
        if "{body}" not in self.signed:
            raise ValueError("`signed` has to contain {body}, or anyone could change the body")
        return self


def _way(value: Any) -> str | None:
    """Name the kind of proof by its key, so that an error is about that kind and no other."""
    if value == "none":
        return "none"
    if isinstance(value, dict):
        named = [way for way in AUTH_WAYS if way in value]
        return named[0] if len(named) == 1 else None
    return None


Auth = Annotated[
    Annotated[Literal["none"], Tag("none")]
    | Annotated[Bearer, Tag("bearer")]
    | Annotated[Basic, Tag("basic")]
    | Annotated[Token, Tag("token")]
    | Annotated[Hmac, Tag("hmac")],
    Discriminator(
        _way,
        custom_error_type="auth",
        custom_error_message=f"`auth` has to be {AUTH_OPTIONS}",
    ),
]


class Source(_Block):
    """Who may call ``/hooks/<name>`` and how they prove it."""

    kind: str
    auth: Auth

    @property
    def secret(self) -> str | None:
        """The name of the secret that the proof needs."""
        return None if self.auth == "none" else getattr(self.auth, _way(self.auth.model_dump()) or "")


class LinkPreview(_Block):
    """The card under a link; both are templates."""

    image: str | None = None  # address of a picture
    title: str | None = None


class Expected(_Block):
    """A message that a test expects. In ``text``, … stands for anything."""

    rule: Name
    chat: Name
    text: str | None = None


class Test(_Block):
    """An event and the messages that it has to make, in order; an empty list: none."""

    name: Name
    event: Annotated[str, Field(min_length=1)]  # a file, relative to this one, then to the working directory
    source: SourceName | None = None  # the file is the body that a sender posts to this source
    expect: tuple[Expected, ...]


class Rule(_Block):
    """What happens with an event. ``chat`` holds names, or one expression with ``otherwise``."""

    name: Name
    source: Names = ()
    when: str | None = None
    drop: bool = False
    each: str | None = None
    chat: Names = ()
    otherwise: str | None = None
    fallback: Names = ()
    text: str | None = None
    split: bool = False  # a long text goes out in numbered parts instead of being cut
    repeat: Seconds | None = None
    thread: str | None = None  # a template; what has the same thread belongs to one story
    urgent: bool = False  # quiet hours and pace don't apply
    effect: Literal[EFFECTS] | None = None  # type: ignore[valid-type]
    reply_to: str | None = None  # a template that gives the id of a message in the same chat
    link_preview: LinkPreview | None = None
    continues: Annotated[bool, Field(alias="continue")] = False

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


def _block(value: object) -> object:
    """Read ``oncall: chat_…`` as ``oncall: {id: chat_…}``; what is neither has no id."""
    return value if isinstance(value, dict) else {"id": value if isinstance(value, str) else ""}


class Rules(_Block):
    """A whole file."""

    chats: dict[Name, Annotated[Chat, BeforeValidator(_block)]]
    sources: dict[SourceName, Source]
    rules: tuple[Rule, ...]
    templates: dict[TemplateName, str] = {}
    tests: tuple[Test, ...] = ()

    def for_source(self, source: str) -> list[Rule]:
        """Return the rules that may speak of the source's events, in file order."""
        return [rule for rule in self.rules if not rule.source or source in rule.source]

    def destinations(self, names: Iterable[str]) -> tuple[Destination, ...]:
        """Return the chats of the names, which the loaded file is known to have."""
        return tuple(Destination(name=name, id=self.chats[name].id) for name in names)

    def fallbacks_of(self, chat_id: str) -> tuple[Destination, ...]:
        """Return who hears instead when that chat fails; of an id that the file no longer has, nobody."""
        named = (name for chat in self.chats.values() if chat.id == chat_id for name in chat.fallback)
        return self.destinations(named)

    @property
    def secrets(self) -> list[str]:
        """The names of all secrets that the sources need, in file order."""
        return list(dict.fromkeys(s.secret for s in self.sources.values() if s.secret))
