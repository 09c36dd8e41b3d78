"""The webhooks of the simulated provider: what becomes of messages and what people answer, signed as documented."""

import hashlib
import hmac
import json
import sys
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any, Self

import httpx

ORGANIZATION_ID = "org_local"
SIGNATURE = "X-Blooio-Signature"
# Documented: who takes longer hasn't taken it.
TIMEOUT_S = 15.0
# Far less patient than the live service, whose six attempts take a quarter of an hour.
RETRY_WAITS_S = (0.25, 0.5, 1.0, 2.0)


def signature(secret: str, at_s: int, body: bytes) -> str:
    """Return the header's value; the secret is used whole, ``whsec_`` included."""
    signed = hmac.new(secret.encode(), f"{at_s}.".encode() + body, hashlib.sha256)
    return f"t={at_s},v1={signed.hexdigest()}"


def _random() -> str:
    return uuid.uuid4().hex


class Receipts:
    """Posts events to one address from a thread of its own, one after the other.

    ``clock`` gives seconds since 1970, ``waits_s`` the pauses before further attempts; ``transport`` as for httpx.
    """

    def __init__(  # noqa: PLR0913 - all but two are for tests
        self,
        url: str,
        secret: str,
        *,
        clock: Callable[[], float] = time.time,
        new_id: Callable[[], str] = _random,
        waits_s: Sequence[float] = RETRY_WAITS_S,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._url = url
        self._secret = secret
        self._clock = clock
        self._new_id = new_id
        self._waits_s = waits_s
        self._http = httpx.Client(transport=transport, timeout=TIMEOUT_S, trust_env=False)
        self._waiting: SimpleQueue[tuple[str, bytes] | None] = SimpleQueue()
        self._closing = Event()
        self._thread = Thread(target=self._work, name="receipts", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Post what is waiting, each event once more at most, and stop."""
        self._closing.set()
        self._waiting.put(None)
        self._thread.join()

    def tell(self, kind: str, at_ms: int, data: Mapping[str, Any]) -> None:
        """Queue one event; returns at once."""
        event_id = f"evt_{self._new_id()}"
        envelope = {"id": event_id, "type": kind, "created_at": at_ms, "organization_id": ORGANIZATION_ID}
        self._waiting.put((f"{kind} {event_id}", json.dumps({**envelope, "data": dict(data)}).encode()))

    def _work(self) -> None:
        with self._http:
            while (event := self._waiting.get()) is not None:
                self._deliver(*event)

    def _deliver(self, name: str, body: bytes) -> None:
        trouble = self._trouble(body)
        for wait_s in self._waits_s:
            if trouble is None or self._closing.wait(wait_s):
                break
            trouble = self._trouble(body)
        if trouble is not None:
            print(f"{self._url} did not take {name}: {trouble}", file=sys.stderr, flush=True)

    def _trouble(self, body: bytes) -> str | None:
        """Post once, signed anew because old signatures are refused; return what went wrong."""
        headers = {"Content-Type": "application/json", SIGNATURE: signature(self._secret, int(self._clock()), body)}
        try:
            answer = self._http.post(self._url, content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return str(error) or type(error).__name__
        return None if answer.is_success else f"it answered {answer.status_code}."
