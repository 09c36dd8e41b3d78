"""What both sides said, chat by chat, as ``GET /conversations`` tells of it and the phone page shows it."""

from collections.abc import Iterable
from typing import Any

from local.provider.limits import Limits
from local.provider.texts import Text


def conversations(texts: Iterable[Text], limits: Limits) -> list[dict[str, Any]]:
    """Return an entry for each chat, its texts newest last; the chat in which something was said last comes last."""
    chats: dict[str, list[Text]] = {}
    for text in texts:
        said = chats.pop(text.chat_id, [])
        said.append(text)
        chats[text.chat_id] = said
    return [_conversation(chat_id, said, limits) for chat_id, said in chats.items()]


def _conversation(chat_id: str, texts: list[Text], limits: Limits) -> dict[str, Any]:
    streak = limits.streak(chat_id)
    return {
        "chat_id": chat_id,
        "limit": limits.limit(chat_id),
        "in_a_row": streak.taken,
        "refused": len(streak.refused),
        "texts": [text.said() for text in texts],
    }
