"""What the page is never shown: whatever somebody could prove to be a sender with."""

import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote

from hookline.models import Inbound
from hookline.rules.model import Hmac, Source
from hookline.see import without_secrets

MASK = "…"
_SHORTEST = 6  # characters; a secret with fewer could be a part of any word
_SOUNDS_SECRET = re.compile(
    r"auth|token|secret|signature|passw|credential|cookie|session|api-?key|jwt|hmac|(^|[-_])(sig|key|code|pwd)$",
    re.IGNORECASE,
)
_KNOWN_HARMLESS = frozenset({"idempotency-key"})


def shown(inbound: Inbound, source: Source | None, secrets: Iterable[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the headers and the query without credentials; ``source`` is None where the rules have none."""
    known, proofs = list(_spelled(secrets)), set[str]()
    if source is not None:
        inbound = without_secrets(inbound, source)
        proofs = {name.lower() for name in source.auth.header} if isinstance(source.auth, Hmac) else proofs
    return _without(inbound.headers, proofs, known), _without(inbound.query, set(), known)


def masked(text: str, secrets: Iterable[str]) -> str:
    """Return the text with a mark in the place of every secret."""
    for secret in _spelled(secrets):
        text = text.replace(secret, MASK)
    return text


def _without(given: Mapping[str, str], proofs: set[str], known: list[str]) -> dict[str, str]:
    return {name: value for name, value in given.items() if not _is_credential(name, value, proofs, known)}


def _is_credential(name: str, value: str, proofs: set[str], known: list[str]) -> bool:
    if name.lower() in proofs or any(secret in value for secret in known):
        return True
    return bool(_SOUNDS_SECRET.search(name)) and name.lower() not in _KNOWN_HARMLESS


def _spelled(secrets: Iterable[str]) -> Iterator[str]:
    for secret in secrets:
        if len(secret) >= _SHORTEST:
            yield secret
            if (in_address := quote(secret, safe="")) != secret:
                yield in_address
