"""Stage 2 of a webhook. Read the body by its type."""

import json
import math
import re
from codecs import BOM_UTF8
from typing import Any
from urllib.parse import parse_qsl

from hookline.errors import UnreadableBody, WrongType
from hookline.models import JSON, Inbound, Verified

MAX_DEPTH = 64  # levels of nesting; real payloads have about ten
MAX_FIELDS = 500  # of a form
_SURROGATES = re.compile("[\ud800-\udfff]")
_FORM, _MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"


def parse(verified: Verified, reads: frozenset[str]) -> JSON:
    """Return the payload as JSON data. Raises UnreadableBody, or WrongType when the kind reads no such bodies."""
    return read(verified.inbound, reads)


def read(inbound: Inbound, reads: frozenset[str]) -> JSON:
    """Like ``parse``, of a request whose origin is known otherwise: a developer's own file."""
    body = inbound.body
    header = inbound.headers.get("content-type", "")
    media_type = header.partition(";")[0].strip().lower()
    way = _way(media_type, reads)
    if not body.removeprefix(BOM_UTF8).strip():
        raise UnreadableBody("The body is empty.")
    if way == "json":
        return _json(body)
    if way == "text":
        return _json_or_text(body)
    return _multipart(header, body) if media_type == _MULTIPART else _urlencoded(body)


def _way(media_type: str, reads: frozenset[str]) -> str:
    """Name the reader for a type. A body without a type is taken for JSON: small senders leave it out."""
    if media_type in {"", "application/json"} or media_type.endswith("+json"):
        way = "json"
    elif media_type in {_FORM, _MULTIPART}:
        way = "form"
    else:
        way = "text" if media_type == "text/plain" else "other"
    if way not in reads:
        raise WrongType(
            f"This source doesn't take bodies of type {media_type[:100]!r}; it takes {', '.join(sorted(reads))}."
        )
    return way


def _json(body: bytes) -> JSON:
    try:
        payload = json.loads(_decoded(body), parse_constant=_no_constant, parse_float=_finite)
    except RecursionError:
        raise UnreadableBody(f"The JSON is nested more than {MAX_DEPTH} levels deep.") from None
    except json.JSONDecodeError as error:
        raise UnreadableBody(
            f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        ) from None
    except ValueError as error:
        raise UnreadableBody(f"The body is not JSON: {str(error)[:200]}.") from None
    return payload if _is_plain(body) else _plain(payload)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def _finite(digits: str) -> float:
    """Refuse what would become infinite: no JSON could say it again."""
    number = float(digits)
    if math.isinf(number):
        raise ValueError("a number is too large")
    return number


def _json_or_text(body: bytes) -> JSON:
    """Senders that say text/plain often send JSON; anything else is the text itself."""
    try:
        return _json(body)
    except UnreadableBody:
        text = _decoded(body).strip()
        if text.startswith(("{", "[")):
            raise
        return {"text": text}


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableBody(f"The body is not UTF-8: byte {error.start} can't be read.") from None


def _is_plain(body: bytes) -> bool:
    """Return whether there is nothing to be refused or marked: most bodies open few brackets and escape no letters."""
    return body.count(b"{") + body.count(b"[") <= MAX_DEPTH and b"\\u" not in body


def _plain(value: Any, depth: int = 0) -> JSON:
    """Copy the payload, refusing what is nested too deep; half a character (a lone surrogate) becomes a mark."""
    if depth > MAX_DEPTH:
        raise UnreadableBody(f"The JSON is nested more than {MAX_DEPTH} levels deep.")
    if isinstance(value, str):
        return _SURROGATES.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_SURROGATES.sub("\ufffd", name): _plain(inner, depth + 1) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner, depth + 1) for inner in value]
    return value


def _urlencoded(body: bytes) -> JSON:
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except UnicodeDecodeError:
        raise UnreadableBody("The form is not urlencoded UTF-8.") from None
    except ValueError:
        raise UnreadableBody(f"The form has more than {MAX_FIELDS} fields.") from None
    return _fields(pairs)


def _multipart(content_type: str, body: bytes) -> JSON:
    # Only forms with files need it, so that other webhooks don't pay for its import.
    from hookline.multipart import read  # noqa: PLC0415 - see above

    return _fields(read(content_type, body, MAX_FIELDS))


def _fields(pairs: list[tuple[str, Any]]) -> JSON:
    """Keep the fields' order; a name that comes again has a list of values."""
    fields: dict[str, Any] = {}
    for name, value in pairs:
        if name in fields:
            earlier = fields[name]
            fields[name] = [*earlier, value] if isinstance(earlier, list) else [earlier, value]
        else:
            fields[name] = value
    if not fields:
        raise UnreadableBody("The form has no fields.")
    return fields
