"""Which chats keep something back, since when and until when: read from the log's table, a sentence for each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from botocore.exceptions import ClientError

from hookline.clock import MINUTE, SECOND_MS, say
from hookline.due import BY_DUE, WAITS
from hookline.rows import OF_CHAT
from hookline.state import State
from local.commands.history import History
from local.commands.moments import short


@dataclass(frozen=True)
class Conversation:
    """A chat of which something waits."""

    chat: str  # the provider's id
    name: str
    state: State

    def sentence(self, now: datetime) -> str:
        """Return what waits, and for what."""
        return self._answered(now) if self.state.parked_at else self._held(now)

    def shown(self) -> dict[str, object]:
        """Return it for machines; times are in ms since 1970, 0 where there is none."""
        state = self.state
        known: dict[str, object] = {"chat": self.chat, "chat_name": self.name, "messages": state.count}
        if state.parked_at:
            return {**known, "waits_for": "answer", "since": state.parked_at, "until": state.expires_at}
        return {**known, "waits_for": "time", "since": state.since, "until": state.due_at}

    def _answered(self, now: datetime) -> str:
        state = self.state
        since = f"{short(state.parked_at, now)} ({say(now.timestamp() - state.parked_at / SECOND_MS)})"
        begin = f"{self.name} waits for an answer since {since}"
        if state.frozen or not state.count:
            return f"{begin}; {_are(state.frozen.count) if state.frozen else 'nothing else is'} on the way."
        goes, tried = ("1 message goes out", "is") if state.count == 1 else (f"{state.count} messages go out", "are")
        last = f"{tried} tried at {short(state.expires_at, now)} at the latest"
        is_told = state.held_upto <= state.passed_upto and not state.is_unheard
        told = "All of it went to a fallback" if is_told else "No fallback was told of all that"
        return f"{begin}: {goes} in one text when somebody replies or reacts, and {last}. {told}."

    def _held(self, now: datetime) -> str:
        state = self.state
        if state.frozen:
            return f"{self.name}: {_are(state.frozen.count)} on the way in one text."
        left = state.due_at / SECOND_MS - now.timestamp()
        if left <= 0:
            return f"{self.name}: {_are(state.count)} held, and about to go out."
        until = f"for another {say(left)}" if left < MINUTE else f"until {short(state.due_at, now)}"
        return f"{self.name}: {_are(state.count)} held {until}."


def conversations(history: History, names_of: Callable[[], Mapping[str, str]]) -> list[Conversation]:
    """Return the chats of which something waits, those first that wait for an answer; ``names_of`` gives names by id.

    None in a stack of an earlier version, whose table doesn't know. Raises ClientError or BotoCoreError.
    """
    keys = [{"id": row_id, "generation": 0} for row_id in _ids(history)]
    names = names_of() if keys else {}  # not everybody who reads a log has the rules
    found = []
    for row in history.rows(keys):
        chat, state = row["id"].removeprefix(OF_CHAT), State.from_json(row.get("state", "{}"))
        if state.is_waiting:
            found.append(Conversation(chat, names.get(chat, chat), state))
    return sorted(found, key=lambda one: (not one.state.parked_at, one.state.parked_at or one.state.due_at))


def _ids(history: History) -> list[str]:
    pages = history.client.get_paginator("query").paginate(
        TableName=history.table,
        IndexName=BY_DUE,
        KeyConditionExpression="waits = :waits",
        ExpressionAttributeValues={":waits": {"S": WAITS}},
    )
    try:
        return [item["id"]["S"] for page in pages for item in page["Items"]]
    except ClientError as error:
        if _is_without_index(error):
            return []
        raise


def _is_without_index(error: ClientError) -> bool:
    """DynamoDB calls the request invalid; the local engine doesn't find the index, of which it says that it is one."""
    told = error.response["Error"]
    is_unknown = told["Code"] == "ResourceNotFoundException" and "index" in told["Message"]
    return is_unknown or told["Code"] == "ValidationException"


def _are(count: int) -> str:
    return "1 message is" if count == 1 else f"{count} messages are"
