"""What idempotency keys stand for, as long as the provider remembers them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from local.provider.answers import Answer

# Reported of the live service: a key is kept this long, then the same key makes a new message.
KEY_LIFETIME_S = 24 * 60 * 60


@dataclass(frozen=True)
class Remembered:
    fingerprint: str
    document: Mapping[str, Any]
    expires_at: float


class Keys:
    """``clock`` gives seconds since 1970. Whoever asks and then keeps holds a lock meanwhile."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._kept: dict[str, Remembered] = {}

    def answer(self, key: str | None, fingerprint: str) -> Answer | None:
        """Return what a key that is known has to say to this request, None for a new one."""
        kept = self._kept.get(key) if key else None
        if kept is None or self._clock() >= kept.expires_at:
            return None
        if kept.fingerprint == fingerprint:
            # Reported: a replay answers 200 where the first answered 201.
            return Answer(HTTPStatus.OK, kept.document)
        said = "This Idempotency-Key was used for another request: use a new key for a new message."
        return Answer.refusal(HTTPStatus.CONFLICT, "idempotency_key_reused", said)

    def keep(self, key: str | None, fingerprint: str, document: Mapping[str, Any]) -> None:
        if key:
            self._kept[key] = Remembered(fingerprint, document, self._clock() + KEY_LIFETIME_S)
