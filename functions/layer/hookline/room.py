"""A chat, by its id, as the rules have it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from hookline.models import Destination
from hookline.rules.model import Chat, Rules


@dataclass(frozen=True, slots=True)
class Room:
    """``fallbacks`` are the chat's own; a rule's come with its messages."""

    id: str
    name: str
    chat: Chat
    fallbacks: Sequence[Destination]

    @classmethod
    def of(cls, chat_id: str, rules: Rules) -> Self:
        """Return the chat; one that the rules no longer name gets what was meant for it as it comes."""
        if chat_id in rules.names_by_id:
            name = rules.names_by_id[chat_id][0]
            return cls(chat_id, name, rules.chats[name], rules.fallbacks_of(chat_id))
        return cls(chat_id, chat_id, Chat.model_validate({"id": chat_id, "pace": "off", "budget": "off"}), ())

    @property
    def is_uncounted(self) -> bool:
        """Return whether everything goes out at once, and nobody counts."""
        return not (self.chat.pace or self.chat.quiet or self.chat.budget)
