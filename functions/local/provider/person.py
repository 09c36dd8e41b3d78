"""The person at the phone, played by a test: replies, reacts, reads, and sometimes can't be reached."""

from http import HTTPStatus
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.provider.answers import Answer, invalid, unknown_chat, unknown_message
from local.provider.phone import Phone
from local.provider.texts import Text

Words = Annotated[str, Field(min_length=1)]


class Deed(BaseModel):
    """Something done in a chat; the tester's own body, so a misspelt field is an error."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    chat_id: str

    def texts(self, phone: Phone) -> list[Text]:
        """Return what the chat has brought to the phone."""
        return [text for text in phone.texts() if text.chat_id == self.chat_id]

    def on(self, phone: Phone) -> Answer:
        """Do it, and return what to say of it."""
        raise NotImplementedError


class Reading(Deed):
    def on(self, phone: Phone) -> Answer:
        return Answer(HTTPStatus.OK, {"read": [text.id for text in phone.read(self.chat_id)]})


class Reply(Deed):
    text: Words
    message_id: str | None = None  # of the one that it answers

    def on(self, phone: Phone) -> Answer:
        if self.message_id not in (None, *(text.id for text in self.texts(phone))):
            return unknown_message()
        return Answer(HTTPStatus.CREATED, phone.reply(self.chat_id, self.text, self.message_id).told())


class ToMessage(Deed):
    """What concerns one message: the latest that reached the phone, unless an id is given."""

    message_id: str | None = None

    def on(self, phone: Phone) -> Answer:
        chosen = [text for text in self.texts(phone) if self.message_id in (None, text.id)]
        return self.to(chosen[-1], phone) if chosen else unknown_message()

    def to(self, text: Text, phone: Phone) -> Answer:
        raise NotImplementedError


class Reaction(ToMessage):
    reaction: Words

    def to(self, text: Text, phone: Phone) -> Answer:
        return Answer(HTTPStatus.OK, {**phone.react(text, self.reaction).told(), "reaction": self.reaction})


class Failure(ToMessage):
    code: Words = "delivery_failed"

    def to(self, text: Text, phone: Phone) -> Answer:
        return Answer(HTTPStatus.OK, phone.fail(text, self.code).told())


DEEDS: dict[str, type[Deed]] = {"/reply": Reply, "/react": Reaction, "/fail": Failure, "/read": Reading}


def person(phone: Phone) -> list[Route]:
    """Return a route for each thing that can be done."""
    return [_route(path, deed, phone) for path, deed in DEEDS.items()]


def _route(path: str, kind: type[Deed], phone: Phone) -> Route:
    async def act(request: Request) -> Response:
        try:
            deed = kind.model_validate_json(await request.body())
        except ValidationError as error:
            return invalid(error).response()
        answer = unknown_chat(deed.chat_id) if phone.chat(deed.chat_id) is None else deed.on(phone)
        return answer.response()

    return Route(path, act, methods=["POST"])
