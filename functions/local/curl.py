"""Command lines that post a sample webhook to a source, ready to paste."""

import base64
import hmac
import shlex
import time
from collections.abc import Mapping

from hookline.rules.model import Basic, Bearer, Hmac, Rules, Source, Token
from hookline.verify import signed, signing_key

Secrets = Mapping[str, tuple[str, ...]]

_NOW = "$(date -u +%Y-%m-%dT%H:%M:%SZ)"  # so that each paste is a new event
_ALERT = (
    '{"version":"4","groupKey":"try","status":"firing","alerts":[{"status":"firing","labels":{"alertname":"HighCPU",'
    '"instance":"web-1","severity":"critical"},"annotations":{"summary":"CPU above 95% for 5 minutes"},'
    f'"startsAt":"{_NOW}","fingerprint":"try-1"}}]}}'
)
_JSON = f'{{"title":"Deploy finished","message":"Version 1.2 is live since {_NOW}"}}'
_FORM = ("name=Ada Winter", "email=ada@example.com", f"message=Do you open on Sundays? ({_NOW})")


def lines(rules: Rules, secrets: Secrets, base_url: str, most: int = 2) -> list[str]:
    """Return a line each for the first sources, those that need no signature first: theirs work for ever."""
    sources = sorted(rules.sources.items(), key=lambda item: isinstance(item[1].auth, Hmac))
    return [line(f"{base_url}/hooks/{name}", source, secrets) for name, source in sources[:most]]


def line(url: str, source: Source, secrets: Secrets) -> str:
    """Return the command for one source."""
    values = secrets.get(source.secret or "", ())
    url, headers = _proof(url, source, values[0] if values else "")
    if isinstance(source.auth, Hmac):
        # A signature is of one body: the shell must not change it.
        body = (_ALERT if source.kind == "alertmanager" else _JSON).replace(
            _NOW, time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        )
        headers += _signature(source.auth, body.encode(), values[0] if values else "")
        data = ["-H", "Content-Type: application/json", "--data-binary", body]
        return shlex.join(["curl", url, *headers, *data])
    if source.kind == "form":
        data = [part for field in _FORM for part in ("--data-urlencode", field)]
    else:
        data = ["-H", "Content-Type: application/json", "-d", _ALERT if source.kind == "alertmanager" else _JSON]
    return shlex.join(["curl", url, *headers, *data]).replace(_NOW, f"'\"{_NOW}\"'")


def _proof(url: str, source: Source, secret: str) -> tuple[str, list[str]]:
    match source.auth:
        case Bearer():
            return url, ["-H", f"Authorization: Bearer {secret}"]
        case Basic():
            return url, ["-u", secret]
        case Token(header=None, query=str(name)):
            return f"{url}?{name}={secret}", []
        case Token() as token:
            return url, ["-H", f"{token.header or 'X-Token'}: {secret}"]
        case _:
            return url, []


def _signature(scheme: Hmac, body: bytes, secret: str) -> list[str]:
    timestamp, sender_id = str(int(time.time())), f"try-{time.time_ns()}"
    digest = hmac.digest(signing_key(scheme, secret), signed(scheme, body, timestamp, sender_id), scheme.algorithm)
    text = digest.hex() if scheme.encoding == "hex" else base64.b64encode(digest).decode()
    headers = ["-H", f"{scheme.header[0]}: {scheme.prefix}{text}"]
    if "{timestamp}" in scheme.signed:
        headers += ["-H", f"{scheme.timestamp[0]}: {timestamp}"]
    if "{id}" in scheme.signed:
        headers += ["-H", f"{scheme.id[0]}: {sender_id}"]
    return headers
