"""The signature of Blooio's webhooks.

``X-Blooio-Signature: t=<unix s>,v1=<hex HMAC-SHA256(secret, "{t}." + raw body)>``, as its documentation says.
"""

import hmac
from collections.abc import Iterable

HEADER = "x-blooio-signature"
TOLERANCE = 300  # seconds, either way
_LONGEST_TIME = 12  # digits


def is_genuine(header: str, body: bytes, secrets: Iterable[str], now: float) -> bool:
    """Return whether one of the secrets signed the body not too long ago; ``now`` is in seconds since 1970."""
    parts = [part.strip().partition("=") for part in header.split(",")]
    time = next((value for name, _, value in parts if name == "t"), "")
    if not (time.isascii() and time.isdecimal() and len(time) <= _LONGEST_TIME and abs(now - int(time)) <= TOLERANCE):
        return False
    given = [value.encode() for name, _, value in parts if name == "v1"]
    wanted = [hmac.digest(secret.encode(), time.encode() + b"." + body, "sha256").hex().encode() for secret in secrets]
    equal = [hmac.compare_digest(one, other) for one in given for other in wanted]
    return any(equal)
