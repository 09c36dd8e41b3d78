"""How many texts in a row a chat takes before the person answers: reported of the live service, off until it is set."""

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from local.provider.answers import Answer
from local.provider.faults import EVERY_CHAT

MOST = 100
CODE = "conversation_streak_limit"


class Limit(BaseModel):
    """The body of ``PUT /limits``: after ``streak`` texts in a row the chat takes no more; null is no limit.

    A chat that has a limit of its own is out of reach of the general one, also when its own is null.
    """

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    chat_id: Annotated[str, Field(min_length=1)] = EVERY_CHAT
    streak: Annotated[int, Field(ge=1, le=MOST)] | None = None

    @property
    def is_unset(self) -> bool:
        """True when the chat is only named: null is a limit of its own, and says so."""
        return "streak" not in self.model_fields_set


@dataclass(frozen=True)
class Streak:
    """What a chat was sent since the person's last answer; ``refused`` names each text once, however often tried."""

    taken: int = 0
    refused: frozenset[str] = frozenset()


class Limits:
    """The limits in force, and the streak of each chat, which is counted without a limit too.

    Whoever asks and then counts holds a lock meanwhile.
    """

    def __init__(self) -> None:
        self._limits: dict[str, Limit] = {}
        self._streaks: dict[str, Streak] = {}

    def put(self, limit: Limit) -> None:
        """Replace the limit of that chat; one that names a chat only removes it, one that names nothing removes all."""
        if not limit.model_fields_set:
            self._limits.clear()
        self._limits.pop(limit.chat_id, None)
        if not limit.is_unset:
            self._limits[limit.chat_id] = limit

    def limit(self, chat_id: str) -> int | None:
        """Return how many texts in a row the chat takes, None for any number."""
        limit = self._limits.get(chat_id) or self._limits.get(EVERY_CHAT)
        return limit.streak if limit else None

    def streak(self, chat_id: str) -> Streak:
        return self._streaks.get(chat_id, Streak())

    def refusal(self, chat_id: str, name: str) -> Answer | None:
        """Return the refusal of one text too many, and remember whose it was; None while the chat takes more."""
        limit, streak = self.limit(chat_id), self.streak(chat_id)
        if limit is None or streak.taken < limit:
            return None
        self._streaks[chat_id] = replace(streak, refused=streak.refused | {name})
        texts = "1 text" if limit == 1 else f"{limit} texts in a row"
        said = f"This chat takes {texts} without an answer, and more once the person has replied or reacted."
        return Answer.refusal(HTTPStatus.TOO_MANY_REQUESTS, CODE, said)

    def count(self, chat_id: str) -> None:
        """Count a text that was accepted; nothing that becomes of it later is taken back."""
        streak = self.streak(chat_id)
        self._streaks[chat_id] = replace(streak, taken=streak.taken + 1)

    def answered(self, chat_id: str) -> None:
        """Begin anew: only the person can bring that about, time can't."""
        self._streaks.pop(chat_id, None)

    def shown(self) -> dict[str, Any]:
        return {"limits": [limit.model_dump() for limit in self._limits.values()]}
