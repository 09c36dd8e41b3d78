"""Sends what a person types: through the queue, or as a preview that sends nothing."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import httpx

from blooio import Blooio, Content, Outcome, SendRequest, Verdict
from hookline.fit import cut
from hookline.models import Destination, Message
from hookline.queue import Queue
from hookline.render import clean
from hookline.rules.closest import meant
from hookline.rules.model import MAX_TEXT
from local.commands import moments
from local.commands.errors import No, Wrong, ended
from local.commands.history import History
from local.commands.printable import printable
from local.commands.stack import Stack
from local.commands.terminal import say, say_json
from local.commands.turn import Turn, tell, turn

SOURCE, RULE = "hookline send", "by hand"  # what the log says instead of a sender and a rule


@dataclass(frozen=True)
class ByHand:
    place: Stack
    as_json: bool

    @classmethod
    def of(cls, place: Stack, *, as_json: bool) -> "ByHand":
        return cls(place, as_json)

    def send(self, chat: str, text: str, *, wait: bool) -> None:
        """Queue the text for the chat, and say what became of it."""
        message = self._message(chat, text)
        Queue(self.place.clients("sqs"), self.place.queue_url).put([message])
        if not self.as_json:
            say(f"{message.delivery_id} is queued for {message.chat_name}.")
        history = History(self.place.clients("dynamodb"), self.place.table)
        tell(turn(history, message) if wait else Turn(message), as_json=self.as_json)

    def preview(self, chat: str, text: str) -> None:
        """Let the provider say whether and how it would send the text. Raises No when it would not."""
        message = self._message(chat, text)
        with httpx.Client() as http:
            blooio = Blooio(self.place.blooio_base_url, http, self.place.api_key, lambda: datetime.now(UTC))
            request = SendRequest(content=Content(text=message.text), dry_run=True)
            outcome = blooio.send(message.chat, request.to_json(), message.request_id)
        if self.as_json:
            say_json(_shown(outcome))
        elif would_send(outcome):
            say(f"Would be sent to {message.chat_name} ({message.chat}); nothing was:\n{_text(outcome, message)}")
        if not would_send(outcome):
            raise No(f"It would not be sent to {message.chat_name}: {_because(outcome)}.")

    def _message(self, chat: str, text: str) -> Message:
        if not (cleaned := cut(clean(text), MAX_TEXT)):
            raise Wrong("There is nothing to send: the text is empty.")
        to, now_ms, delivery_id = self.destination(chat), moments.to_ms(datetime.now(UTC)), str(uuid4())
        return Message(
            delivery_id=delivery_id,
            source=SOURCE,
            rule=RULE,
            event_id=f"hand:{delivery_id}",
            request_id=str(uuid4()),
            chat=to.id,
            chat_name=to.name,
            text=cleaned,
            accepted_at=now_ms,
            queued_at=now_ms,
            urgent=True,  # somebody waits for it
        )

    def destination(self, chat: str) -> Destination:
        """Return the chat of that name or id. Raises Wrong for a name that the rules don't know."""
        chats = {name: known.id for name, known in self.place.rules().chats.items()}
        if chat in chats:
            return Destination(name=chat, id=chats[chat])
        if chat.startswith("chat_"):
            return Destination(name=next((name for name, id_ in chats.items() if id_ == chat), chat), id=chat)
        raise Wrong(
            f"The rules have no chat {chat}; {ended(meant(chat, list(chats)))} An id as in chat_a1b2c3d4 does, too."
        )


def would_send(outcome: Outcome) -> bool:
    """Say whether the provider's answer to a dry run is yes; what it leaves out isn't a no."""
    return outcome.verdict is Verdict.SENT and not (outcome.message and outcome.message.would_send is False)


def _text(outcome: Outcome, message: Message) -> str:
    preview = (outcome.message.preview if outcome.message else None) or {}
    return printable(str(preview.get("text") or message.text))


def _because(outcome: Outcome) -> str:
    words = [str(outcome.http_status or ""), outcome.code or "", outcome.reason or ""]
    return printable(" ".join(filter(None, words)) or "the provider doesn't say why")


def _shown(outcome: Outcome) -> dict[str, object]:
    preview = outcome.message.preview if outcome.message else None
    known: dict[str, object] = {"dry_run": True, "would_send": would_send(outcome), "preview": preview}
    return known if would_send(outcome) else {**known, "because": _because(outcome)}
