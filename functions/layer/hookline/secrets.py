"""Names of the rules -> secret values, from the one secret that holds them all."""

import json
from collections.abc import Callable, Mapping
from threading import Lock

from hookline.clock import SECOND_MS
from hookline.errors import SecretsUnavailable
from hookline.settings import SECRETS_LOOK_SECONDS

REFRESH_MS = 5 * 60 * 1000  # a rotated secret is known after this at the latest
SOONEST_MS = int(SECRETS_LOOK_SECONDS * SECOND_MS)


class Secrets:
    """A held copy of the map, refreshed by age and when a check fails. A store that is down leaves it in use."""

    def __init__(self, fetch: Callable[[], str], now_ms: Callable[[], int], soonest_ms: int = SOONEST_MS) -> None:
        self._fetch = fetch
        self._now_ms = now_ms
        self._soonest_ms = soonest_ms
        self._held: Mapping[str, tuple[str, ...]] = {}
        self._asked_at = -REFRESH_MS
        self._has_changed = False
        self._trouble = ""
        self._lock = Lock()

    def get(self, name: str) -> tuple[str, ...]:
        """Return the values of a name, the current one first. Raises SecretsUnavailable."""
        with self._lock:
            if self._age() >= (REFRESH_MS if self._held.get(name) else self._soonest_ms):
                self._refresh()
            values, trouble = self._held.get(name), self._trouble
        if values:
            return values
        if trouble:
            raise SecretsUnavailable(f"The secret store could not be read: {trouble}")
        raise SecretsUnavailable(f"The secret {name} is not in the secret store; add it to the JSON map there.")

    def refreshed(self) -> bool:
        """Ask the store again, unless it was asked just now; return whether it had anything new, then or now."""
        with self._lock:
            if self._age() >= self._soonest_ms:
                self._refresh()
            return self._has_changed

    def _age(self) -> int:
        return self._now_ms() - self._asked_at

    def _refresh(self) -> None:
        before, self._trouble = self._held, ""
        try:
            self._held = parse(self._fetch())
        except Exception as error:  # noqa: BLE001 - whatever it is, what is held stays in use
            self._trouble = str(error)
        self._has_changed = bool(before) and self._held != before
        self._asked_at = self._now_ms()


def parse(text: str) -> dict[str, tuple[str, ...]]:
    """Read the JSON map; each value is a string or a list of strings. Raises ValueError, never with the text."""
    try:
        given = json.loads(text)
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise ValueError("The secrets have to be a JSON map of names to strings or lists of strings.") from None  # noqa: TRY004
    listed = {name: [value] if isinstance(value, str) else value for name, value in given.items()}
    for name, values in listed.items():
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise ValueError(f"The secret {name} has to be a string or a list of strings.")
    # A blank string is a secret that nobody has filled in yet; it must never match a blank token.
    return {name: tuple(value for value in values if value.strip()) for name, values in listed.items()}
