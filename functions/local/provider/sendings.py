"""What the provider's send endpoint accepts in a body, and the sentence for what it doesn't."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class Documented(BaseModel):
    """Documented types exactly; fields that the provider may add some day are passed over."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


class LinkPreview(Documented):
    image_url: Annotated[str, Field(alias="imageUrl")] = ""
    title: str = ""


class Content(Documented):
    type: Literal["text"]
    text: Annotated[str, Field(min_length=1)]
    # Optional means absent: null is as wrong as a number, a client that sends it should hear so here first.
    reply_to: str = ""
    effect: str = ""
    link_preview: LinkPreview = LinkPreview()

    def options(self) -> dict[str, Any]:
        """Return what the sender set beside the text."""
        return self.model_dump(by_alias=True, exclude_unset=True, exclude={"type", "text"})


class Sending(Documented):
    content: Content
    dry_run: bool = False


class Recipient(Documented):
    identifier: Annotated[str, Field(min_length=1)]


class Opening(Documented):
    """The body of ``POST /chats``."""

    channel_id: Annotated[str, Field(min_length=1)]
    to: Recipient


def complaints(error: ValidationError) -> list[dict[str, str]]:
    """Return one entry per wrong field, without echoing what was sent."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    return [{"field": ".".join(map(str, each["loc"])), "message": each["msg"]} for each in found]
