"""Command lines that post a sample webhook to a source, ready to paste."""

import json
import re
import shlex
import time
from collections.abc import Iterator, Mapping
from itertools import islice

from hookline.models import JSON
from hookline.rules.model import Basic, Hmac, Rules, Source
from local.commands.samples import Posted, telling
from local.posting import is_provable, own_event, proof, signature
from local.trimmed import trimmed

Secrets = Mapping[str, tuple[str, ...]]

# The shell fills them in, so that each paste is a new event.
_NOW, _ID = "$(date -u +%Y-%m-%dT%H:%M:%SZ)", "try-$(date +%s)"
_FILLED_IN = re.compile(r"(\$\(date [^)]*\))")
_IS_PLAIN = re.compile(r"[\w: -]*\$\(date \+%s\)")  # needs no other quotes than those that let the shell fill it in
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
_SAYS_WHAT = re.compile("-(event|topic|resource)$")  # headers by which rules tell a sender's events apart


def lines(rules: Rules, secrets: Secrets, base_url: str, most: int = 2) -> list[str]:
    """Return a line each for the first sources, those that need no signature first: theirs work for ever."""
    sources = sorted(rules.sources.items(), key=lambda item: isinstance(item[1].auth, Hmac))
    made = (line(f"{base_url}/hooks/{name}", source, secrets) for name, source in sources)
    return list(islice(filter(None, made), most))


def line(url: str, source: Source, secrets: Secrets) -> str | None:
    """Return the command for one source, or None where nobody but its sender can prove to be the sender."""
    sample, values = telling(source.kind), secrets.get(source.secret or "", ())
    if sample is None or not is_provable(source):
        return None
    scheme = source.auth if isinstance(source.auth, Hmac) else None
    url, proven = _proof(url, source, values[0] if values else "")
    own, payload = _own_event(sample, scheme)
    headers = [*proven, *own, *_what(sample)]
    if _media_type(sample) in _FIELDS:
        return _for_shell(["curl", url, *headers, *_fields(sample, payload)])
    body = _json(payload)
    headers += ["-H", f"Content-Type: {_media_type(sample)}"]
    if scheme:
        # A signature is of one body: the shell must not change it.
        body = body.replace(_NOW, time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
        secret, sender_id = values[0] if values else "", f"try-{time.time_ns()}"
        headers += _options(signature(source, body.encode(), secret, int(time.time()), sender_id))
    return _for_shell(["curl", url, *headers, "-d", body])


def _for_shell(arguments: list[str]) -> str:
    return " ".join(
        f'"{a}"' if _IS_PLAIN.fullmatch(a) else _FILLED_IN.sub(r"""'"\1"'""", shlex.quote(a)) for a in arguments
    )


def _media_type(sample: Posted) -> str:
    return sample.inbound.headers.get("content-type", "application/json").partition(";")[0].strip().lower()


# Neither reads a file when a value begins with @.
_FIELDS = {"application/x-www-form-urlencoded": "--data-urlencode", "multipart/form-data": "--form-string"}


def _fields(sample: Posted, payload: JSON) -> Iterator[str]:
    for name, value in payload.items():
        for said in value if isinstance(value, list) else [value]:
            if isinstance(said, str):  # not a file
                yield from (_FIELDS[_media_type(sample)], f"{name}={' '.join(said.split())}")


def _own_event(sample: Posted, scheme: Hmac | None) -> tuple[list[str], JSON]:
    """Return headers and a payload that make it an event of its own."""
    # The shell must not change what is signed, and an id in the body is.
    new_id = f"try-{time.time_ns()}" if scheme and sample.kind.id_paths else _ID
    headers, payload = own_event(sample.kind, trimmed(sample), scheme, new_id, _up_to_date)
    return _options(headers), payload


def _what(sample: Posted) -> Iterator[str]:
    for name, value in sample.inbound.headers.items():
        if _SAYS_WHAT.search(name):
            yield from ("-H", f"{name.title()}: {value}")


def _up_to_date(payload: JSON) -> JSON:
    """Let the latest moment that the sample names be now."""
    body = _json(payload)
    latest = max(_MOMENT.findall(body), default="")
    return json.loads(body.replace(latest, _NOW)) if latest else payload


def _json(payload: JSON) -> str:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":"))


def _proof(url: str, source: Source, secret: str) -> tuple[str, list[str]]:
    if isinstance(source.auth, Basic):
        return url, ["-u", secret]
    given = proof(source, secret)
    query = "&".join(f"{name}={value}" for name, value in given.query.items())
    return f"{url}?{query}" if query else url, _options(given.headers)


def _options(headers: Mapping[str, str]) -> list[str]:
    return [option for name, value in headers.items() for option in ("-H", f"{name}: {value}")]
