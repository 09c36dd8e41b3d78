"""Sends one message and says what came of it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import quote

import httpx

from blooio.outcome import Outcome, Verdict, classify, unreachable

MAX_ANSWER_BYTES = 1_000_000  # a message object has about one thousand
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
        self._attempt = timedelta(seconds=attempt_seconds)
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
        request = self._http.build_request(
            "POST",
            f"{self._base_url}/chats/{quote(chat_id, safe='')}/messages",
            content=body.encode(),
            headers={
                "Authorization": f"Bearer {key}",
                "Content-Type": "application/json",
                "Idempotency-Key": idempotency_key,
            },
            timeout=self._timeout,
        )
        try:
            return self._exchange(request)
        except httpx.HTTPError as error:
            return unreachable(error)

    def _exchange(self, request: httpx.Request) -> Outcome:
        """Read the answer within the attempt's time: httpx's timeouts begin anew with every piece that drips in."""
        deadline = self._now() + self._attempt
        answer, content = self._http.send(request, stream=True), b""
        try:
            for piece in answer.iter_bytes():
                content += piece
                if self._now() >= deadline or len(content) > MAX_ANSWER_BYTES:
                    raise httpx.ReadTimeout("the answer takes too long, or is too long", request=request)
        finally:
            answer.close()
        return classify(answer.status_code, answer.headers, content, self._now())
