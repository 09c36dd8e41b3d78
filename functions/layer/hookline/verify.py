"""Stage 1 of a webhook. Make sure it comes from who may call, on the bytes as they came."""

import base64
import binascii
import hmac
import logging
from collections.abc import Iterable, Iterator
from contextlib import suppress

from hookline import sns
from hookline.certificates import NO_CERTIFICATES, Certificates
from hookline.clock import SECOND_MS
from hookline.errors import BadCredentials, SecretsUnavailable
from hookline.models import Inbound, Verified
from hookline.rules.model import Basic, Bearer, Hmac, Sns, Source, Token
from hookline.secrets import Secrets

logger = logging.getLogger(__name__)

_LONGEST_TIMESTAMP = 12  # digits; int() refuses thousands of them
_DENIED = "The credentials are missing or wrong."


def verify(
    inbound: Inbound, source: Source, secrets: Secrets, certificates: Certificates = NO_CERTIFICATES
) -> Verified:
    """Return proof of the check.

    Raises BadCredentials; SecretsUnavailable or Unreachable if there is nothing to compare with.
    """
    if not source.allows(inbound.headers.get("origin", "")):
        raise BadCredentials(_DENIED)
    if source.auth != "none" and not _is_proven(inbound, source, secrets, certificates):
        raise BadCredentials(_DENIED)
    return Verified(inbound, source)


def _is_proven(inbound: Inbound, source: Source, secrets: Secrets, certificates: Certificates) -> bool:
    if isinstance(source.auth, Sns):
        return _is_of_topic(inbound, source.auth, certificates)
    name = source.secret or ""  # which no store has
    if _is_genuine(inbound, source, secrets.get(name)):
        return True
    # The secret may have been replaced a moment ago.
    return secrets.refreshed() and _is_genuine(inbound, source, secrets.get(name))


def _is_of_topic(inbound: Inbound, auth: Sns, certificates: Certificates) -> bool:
    """No secret is in what is wrong with a message, so the log may say it: who sets up a topic has to know."""
    if inbound.topic:
        return inbound.topic in auth.sns
    flaw = sns.flaw(inbound.body, auth.sns, inbound.received_at, certificates)
    if flaw:
        logger.warning("not signed by SNS", extra={"source": inbound.source, "reason": flaw})
    return not flaw


def _is_genuine(inbound: Inbound, source: Source, secrets: tuple[str, ...]) -> bool:
    match source.auth:
        case Bearer():
            given = [_credentials(inbound, "bearer")]
        case Basic():
            given = [_decoded(_credentials(inbound, "basic"))]
        case Token() as token:
            given = list(_tokens(inbound, token))
        case Hmac() as scheme:
            return any(_is_signed(inbound, scheme, key) for key in _keys(scheme, secrets))
        case _:
            return False
    return _any_equal((value for value in given if value), (secret.encode() for secret in secrets))


def _any_equal(given: Iterator[bytes], expected: Iterator[bytes]) -> bool:
    """Compare all with all, in a time that doesn't tell how much of one was right."""
    wanted = list(expected)
    equal = [hmac.compare_digest(value, secret) for value in given for secret in wanted]
    return any(equal)


def _credentials(inbound: Inbound, scheme: str) -> bytes:
    name, _, value = inbound.headers.get("authorization", "").partition(" ")
    return value.strip().encode() if name.lower() == scheme else b""


def _decoded(value: bytes) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error:
        return b""


def _tokens(inbound: Inbound, token: Token) -> Iterator[bytes]:
    said_neither = token.header is None and token.query is None
    if header := token.header or ("X-Token" if said_neither else None):
        yield inbound.headers.get(header.lower(), "").encode()
    if query := token.query or ("token" if said_neither else None):
        yield inbound.query.get(query, "").encode()


def _is_signed(inbound: Inbound, scheme: Hmac, key: bytes) -> bool:
    header = _header(inbound, scheme.header)
    timestamp = next(_parts(header, "t="), "") or _header(inbound, scheme.timestamp)
    if "{timestamp}" in scheme.signed and not _is_recent(timestamp, inbound.received_at, scheme.tolerance):
        return False
    content = signed(scheme, inbound.body, timestamp, _header(inbound, scheme.id))
    digest = hmac.digest(key, content, scheme.algorithm)
    given = [_signature(part, scheme) for part in _parts(header, scheme.prefix)]
    return _any_equal((value for value in given if value), iter([digest]))


def _header(inbound: Inbound, names: Iterable[str]) -> str:
    """Return the first of these headers that came."""
    return next((inbound.headers[name.lower()] for name in names if name.lower() in inbound.headers), "")


def _parts(header: str, prefix: str) -> Iterator[str]:
    """Give what follows the prefix in each part; several signatures are parted by commas or blanks."""
    whole = header.strip()
    # By blanks alone as well, for the prefixes that contain a comma: `v1,… v1,…`. The smallest parts come first: of
    # `t=…,v1=…` the time is what ends at the comma.
    for part in [*whole.replace(" ", ",").split(","), *whole.split(), whole]:
        if part.startswith(prefix):
            yield part.removeprefix(prefix)


def signed(scheme: Hmac, body: bytes, timestamp: str, sender_id: str) -> bytes:
    """Return what is signed. The body goes in last and as bytes: what it contains is never a placeholder."""
    before, _, after = scheme.signed.partition("{body}")
    filled = [part.replace("{timestamp}", timestamp).replace("{id}", sender_id).encode() for part in (before, after)]
    return filled[0] + body + filled[1]


def _is_recent(timestamp: str, received_at: int, tolerance: int) -> bool:
    """Too new is as wrong as too old: it would make a replay last."""
    is_number = timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= _LONGEST_TIMESTAMP
    return is_number and abs(received_at / SECOND_MS - int(timestamp)) <= tolerance


def _keys(scheme: Hmac, secrets: tuple[str, ...]) -> list[bytes]:
    """Decode what can be decoded; if that is nothing, the mistake is ours and not the sender's."""
    keys = []
    for secret in secrets:
        with suppress(ValueError):
            keys.append(signing_key(scheme, secret))
    if not keys:
        raise SecretsUnavailable(f"The secret {scheme.hmac} is not {scheme.secret_encoding}, as its source says it is.")
    return keys


def signing_key(scheme: Hmac, secret: str) -> bytes:
    """Return the bytes of a secret as the scheme writes it. Raises ValueError, also for none: anyone could sign so."""
    match scheme.secret_encoding:
        case "hex":
            key = bytes.fromhex(secret)
        case "base64":
            key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        case _:
            key = secret.encode()
    if not key:
        raise ValueError("the key is empty")
    return key


def _signature(text: str, scheme: Hmac) -> bytes:
    """Return the bytes of a signature, of none that is written in another way than its sender would: it was altered."""
    try:
        digest = bytes.fromhex(text) if scheme.encoding == "hex" else base64.b64decode(text, validate=True)
    except ValueError:
        return b""
    ways = {digest.hex(), digest.hex().upper()} if scheme.encoding == "hex" else {base64.b64encode(digest).decode()}
    return digest if text in ways else b""
