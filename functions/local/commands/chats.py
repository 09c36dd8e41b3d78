"""The chats of the account: listed, found, created; only commands ask for them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import httpx

from blooio import Verdict, classify
from local.commands.errors import Wrong

PER_PAGE = 200  # the most that the provider gives at once

Chat = dict[str, Any]


class ProviderRefused(Wrong):
    """The provider's answer is no, or there is none; the sentence says which."""


@dataclass(frozen=True)
class Chats:
    """The provider's endpoints about chats; all raise ProviderRefused and SecretsUnavailable."""

    base_url: str
    http: httpx.Client
    api_key: Callable[[], str]

    def all(self) -> Iterator[Chat]:
        """Give every chat, page by page."""
        cursor: str | None = None
        seen: set[str | None] = set()
        while cursor not in seen:  # also when the provider turns in circles
            seen.add(cursor)
            query = {"limit": str(PER_PAGE)} | ({"cursor": cursor} if cursor else {})
            page = self._ask("GET", params=query).json()
            yield from page.get("data", [])
            cursor = page.get("next_cursor") if page.get("has_more") else None

    def open(self, channel_id: str, identifier: str) -> tuple[Chat, bool]:
        """Return the chat with that person on that channel, and whether it is new."""
        answer = self._ask("POST", json={"channel_id": channel_id, "to": {"identifier": identifier}})
        content = answer.json()
        chat = content.get("data", content)
        return chat, bool(chat.get("created", content.get("created", answer.status_code == HTTPStatus.CREATED)))

    def _ask(self, method: str, **more: Any) -> httpx.Response:
        key = self.api_key().strip()
        if not (key.isascii() and key.isprintable() and key):
            raise ProviderRefused("No header can carry the API key as it is stored; put the right one in its place.")
        url = f"{self.base_url.rstrip('/')}/chats"
        try:
            answer = self.http.request(method, url, headers={"Authorization": f"Bearer {key}"}, **more)
        except httpx.HTTPError as error:
            raise ProviderRefused(
                f"Blooio can't be reached ({str(error) or type(error).__name__}); try again."
            ) from error
        if not answer.is_success:
            raise ProviderRefused(_sentence(answer))
        return answer


def _sentence(answer: httpx.Response) -> str:
    outcome = classify(answer.status_code, answer.headers, answer.content, datetime.now(UTC))
    said = ": ".join(filter(None, [outcome.code, outcome.reason])) or answer.reason_phrase
    key = " Put the right API key into BLOOIO_API_KEY." if outcome.verdict is Verdict.AUTH else ""
    return f"Blooio answered {answer.status_code}, {said}{key}"
