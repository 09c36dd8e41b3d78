"""What of any JSON tells a person nothing: ids, stamps of time, addresses, yes and no, and what is secret."""

import re

from hookline import clock
from hookline.models import JSON

_SECRET = re.compile(
    r"(?:^|_)(?:tokens?|secrets?|password|passwd|authorization|api_?keys?|signature|cookies?|session)$"
)
_OWN_ID = re.compile(r"_?(?:id|uid|uuid|guid)")
_ID = re.compile(
    r"(?:^|_)(?:ids?|uid|uuid|guid|account|sha|hash|etag|digest|nonce|cursor|fingerprint|idempotency_key)$"
)
_TIME = re.compile(r"(?:^|_)(?:at|time|timestamp|ts|date|datetime|now|created|updated|modified|start|end|since|until)$")
_DUMPS = {"headers", "query", "labels", "annotations", "links", "_links", "context", "stack", "stacktrace", "raw"}
_NEVER = {"object", "livemode", "pending_webhooks", "specversion", "datacontenttype", "dataschema", "api_version",
          "schema", "encoding"}  # fmt: skip
_FORMATS = {"version": {"0", "1", "1.0", "v1"}, "kind": {"event"}, "type": {"event", "webhook", "object"}}
# A UUID or a hash; a name before an underline and letters with digits; many letters of both cases with digits.
_OPAQUE = re.compile(
    r"[0-9a-fA-F-]{32,}|(?=\w*[0-9])[a-z]{2,5}_[A-Za-z0-9]{8,}|(?=\S*[0-9])(?=\S*[a-z])(?=\S*[A-Z])[A-Za-z0-9+/=_-]{16,}"
)
_ADDRESS = re.compile(r"\s*[a-z][a-z0-9+.-]*://\S+\s*")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_LONG_NAME, _LONG_ADDRESS, _LONG_ID = 200, 2000, 80


def is_noise(name: str, value: JSON) -> bool:
    """Tell whether a field, named as ``snake`` writes it, has nothing for a person."""
    if value is None or isinstance(value, bool) or is_secret(name) or name in _NEVER:
        return True
    if isinstance(value, dict | list):
        # Labels that are a list are words, those that are an object are a dump.
        return name in _DUMPS and not (isinstance(value, list) and all(isinstance(one, str | dict) for one in value))
    if isinstance(value, str):
        return name in _DUMPS or is_opaque(value) or _is_id(name, value.strip()) or _is_stamp(name, value.strip())
    return bool(_ID.search(name) or (_TIME.search(name) and clock.read(value)))


def is_secret(name: str) -> bool:
    """Tell whether what a field holds must not be shown, by its name."""
    return _SECRET.search(name) is not None


def is_opaque(value: str) -> bool:
    """Tell whether a text is for machines alone: an address, a hash, a token."""
    text = value.strip()
    return bool(is_address(text) or _OPAQUE.fullmatch(text) or text.startswith("arn:"))


def is_address(value: JSON) -> bool:
    """Tell whether a value is the address of a page or the like."""
    return isinstance(value, str) and len(value) <= _LONG_ADDRESS and _ADDRESS.fullmatch(value) is not None


def snake(name: str) -> str:
    """Return a name in small letters with underlines, however it is written."""
    return re.sub(r"[^a-z0-9]+", "_", _CAMEL.sub("_", name[:_LONG_NAME]).lower()).strip("_")


def _is_id(name: str, text: str) -> bool:
    if _OWN_ID.fullmatch(name) or text.lower() in _FORMATS.get(name, ()):
        return True
    return bool(_ID.search(name)) and (text.isdecimal() or len(text) > _LONG_ID)


def _is_stamp(name: str, text: str) -> bool:
    return clock.read(text) is not None and (":" in text or bool(_TIME.search(name) and text.isdecimal()))
