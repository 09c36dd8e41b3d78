"""What makes a request one that its source takes: the proof of who sends it, and an id that no other event has."""

import base64
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field

from hookline.models import JSON
from hookline.rules.model import Basic, Bearer, Hmac, Source, Token
from hookline.sources import KINDS, Kind
from hookline.sources.kind import at
from hookline.verify import signed, signing_key


@dataclass(frozen=True, slots=True)
class Proof:
    """What a request carries so that its source believes who sends it."""

    headers: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)


def is_provable(source: Source) -> bool:
    """Return whether who has the secret can send; for the rest nobody but the sender itself can prove to be it."""
    return source.auth == "none" or isinstance(source.auth, Bearer | Basic | Token | Hmac)


def proof(source: Source, secret: str) -> Proof:
    """Return the proof that is the same for every body; of a signature there is none."""
    match source.auth:
        case Bearer():
            return Proof(headers={"Authorization": f"Bearer {secret}"})
        case Basic():
            return Proof(headers={"Authorization": f"Basic {base64.b64encode(secret.encode()).decode()}"})
        case Token(header=None, query=str(name)):
            return Proof(query={name: secret})
        case Token() as token:
            return Proof(headers={token.header or "X-Token": secret})
        case _:
            return Proof()


def signature(source: Source, body: bytes, secret: str, at_s: int, sender_id: str) -> dict[str, str]:
    """Return the headers that prove a body which is sent at that time, in seconds since 1970; none for other proofs.

    Raises ValueError for a secret that isn't written as the source says.
    """
    if not isinstance(source.auth, Hmac):
        return {}
    scheme, kind, timestamp = source.auth, KINDS[source.kind], str(at_s)
    digest = hmac.digest(signing_key(scheme, secret), signed(scheme, body, timestamp, sender_id), scheme.algorithm)
    text = scheme.prefix + (digest.hex() if scheme.encoding == "hex" else base64.b64encode(digest).decode())
    headers = {}
    if "{timestamp}" in kind.signature.get("signed", "") and "timestamp" not in kind.signature:
        text = f"t={timestamp},{text}"  # the sender has no header for it
    elif "{timestamp}" in scheme.signed:
        headers[scheme.timestamp[0]] = timestamp
    if "{id}" in scheme.signed:
        headers[scheme.id[0]] = sender_id
    return {scheme.header[0]: text, **headers}


def own_event(
    kind: Kind, payload: JSON, scheme: Hmac | None, new_id: str, dated: Callable[[JSON], JSON]
) -> tuple[dict[str, str], JSON]:
    """Return headers and a payload that make it an event of its own; ``payload`` may be changed.

    ``dated`` gives the payload as if it were of now, which tells events apart whose kind goes by what they say.
    """
    if kind.id_headers:
        is_signed = scheme is not None and "{id}" in scheme.signed
        return {} if is_signed else {kind.id_headers[0].title(): new_id}, payload
    for *path, name in kind.id_paths:
        if at(payload, *path, name) is not None:
            at(payload, *path)[name] = new_id
            return {}, payload
    if kind.content_key is None:
        return {}, payload
    renewed = dated(payload)
    is_new = kind.content_key(renewed) != kind.content_key(payload)
    return {} if is_new else {"Idempotency-Key": new_id}, renewed
