"""A webhook as somebody has typed it into the page."""

from typing import Self

from pydantic import BaseModel, model_validator

_MULTIPART = "multipart/"


class Typed(BaseModel):
    """What is said to be posted to a source."""

    source: str
    content_type: str = ""
    headers: dict[str, str] = {}
    body: str

    @model_validator(mode="after")
    def _with_its_line_ends(self) -> Self:
        """A text area turns every line end into LF, and multipart forms are read only with CRLF."""
        if self.content_type.strip().lower().startswith(_MULTIPART) and "\r\n" not in self.body:
            self.body = self.body.replace("\n", "\r\n")
        return self
