"""What goes to ``POST /chats/{chatId}/messages`` and what comes back, field for field as documented."""

from typing import Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    field_validator,
)


class _Request(BaseModel):
    """Ours: a field that the provider doesn't document is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class _Response(BaseModel):
    """Theirs: V4 is in beta, so unknown fields are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)


class LinkPreview(_Request):
    """The card under a link."""

    imageUrl: str | None = None  # noqa: N815 - the provider's spelling
    title: str | None = None


class Content(_Request):
    """The message itself. ``reply_to`` is a message id of the same chat; ``effect`` shows on iMessage only."""

    type: Literal["text"] = "text"
    text: str = Field(min_length=1)
    reply_to: str | None = None
    effect: str | None = None
    link_preview: LinkPreview | None = None


class SendRequest(_Request):
    """The body of a send. ``dry_run`` asks for a preview; nothing is sent."""

    content: Content
    dry_run: bool | None = None

    def to_json(self) -> str:
        """Return the exact text to send: every retry sends these same bytes, or its key would be refused."""
        return self.model_dump_json(exclude_none=True)


class Fallback(_Response):
    """Present when the message should be tried on another channel."""

    recommended: bool = False
    reason: str | None = None


class SentMessage(_Response):
    """The message object of an answer; every field is optional in the documentation."""

    id: str | None = None
    chat_id: str | None = None
    channel_id: str | None = None
    channel_type: str | None = None
    protocol: str | None = None
    direction: str | None = None
    type: str | None = None
    status: str | None = None
    error: dict[str, Any] | None = None
    fallback: Fallback | None = None
    to: str | None = None
    dry_run: bool | None = None
    would_send: bool | None = None
    preview: dict[str, Any] | None = None

    @field_validator("*", mode="wrap")
    @classmethod
    def _is_tolerant(cls, value: Any, read: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
        """Pass over what has an unexpected shape: only without its status an answer says nothing."""
        try:
            return read(value)
        except ValidationError:
            if info.field_name == "status":
                raise
            return None
