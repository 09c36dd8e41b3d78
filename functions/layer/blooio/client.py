"""Sends one message and says what came of it."""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import quote

import httpx

from blooio.outcome import Outcome, Verdict, classify, unreachable

CONNECT_SHARE, WRITE_SHARE, READ_SHARE = 0.25, 0.125, 0.625  # of the seconds that an attempt may take


class Blooio:
    """The provider, through one pooled connection.

    ``api_key`` is asked at each attempt, so that a replaced key is used at once. ``attempt_seconds`` bounds connecting,
    writing and waiting for the answer together.
    """

    def __init__(
        self,
        base_url: str,
        http: httpx.Client,
        api_key: Callable[[], str],
        now: Callable[[], datetime],
        attempt_seconds: float = 8.0,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._http = http
        self._api_key = api_key
        self._now = now
        self._timeout = httpx.Timeout(
            connect=attempt_seconds * CONNECT_SHARE,
            write=attempt_seconds * WRITE_SHARE,
            read=attempt_seconds * READ_SHARE,
            pool=attempt_seconds,
        )

    def send(self, chat_id: str, body: str, idempotency_key: str) -> Outcome:
        """Post the body as it is. Never raises for what the provider or the network do: that is the outcome."""
        key = self._api_key().strip()
        if not (key.isascii() and key.isprintable() and key):
            # Caught here, because the transport's own complaint would quote the key.
            return Outcome(Verdict.AUTH, code="unusable_key", reason="a header can't carry the API key as it is stored")
        try:
            answer = self._http.post(
                f"{self._base_url}/chats/{quote(chat_id, safe='')}/messages",
                content=body.encode(),
                headers={
                    "Authorization": f"Bearer {key}",
                    "Content-Type": "application/json",
                    "Idempotency-Key": idempotency_key,
                },
                timeout=self._timeout,
            )
        except httpx.HTTPError as error:
            return unreachable(error)
        return classify(answer.status_code, answer.headers, answer.content, self._now())
