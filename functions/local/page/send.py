"""Posts webhooks at the run's own door, as their senders would: with their proof, as a new event or as the same."""

import copy
import hashlib
import json
import uuid
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import httpx

from hookline.clock import SECOND_MS
from hookline.errors import Refused
from hookline.models import JSON, Inbound
from hookline.parse import read
from hookline.rules.model import Hmac, Source, Token
from hookline.sources import KINDS
from hookline.sources.kind import at
from local.page.dated import brought_up_to
from local.page.door import Turned
from local.page.samples import OF_THE_WAY
from local.page.typed import Typed
from local.posting import is_provable, own_event, proof, signature
from local.running import Running

PATIENCE_S = 30.0  # as long as a sender might wait
MOST_AT_ONCE = 8


class Webhook(Typed):
    """What is posted to a source. ``is_new`` gives it an id and a time of its own, else it is sent as it is."""

    is_new: bool = True


class Sender:
    """Posts to ``url``, whose rules ``running`` knows."""

    def __init__(
        self,
        url: str,
        running: Running,
        now_ms: Callable[[], int],
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._url = url
        self._running = running
        self._now_ms = now_ms
        limits = httpx.Limits(max_connections=MOST_AT_ONCE)
        self._http = httpx.AsyncClient(transport=transport, timeout=PATIENCE_S, trust_env=False, limits=limits)

    def can_send(self, name: str) -> bool:
        """Return whether the source would take what is posted here."""
        source = self._running.rules.sources.get(name)  # other rules may have come between two looks
        if source is None:
            return False
        return is_provable(source) and (source.secret is None or bool(self._running.secrets.get(source.secret)))

    async def send(self, webhook: Webhook) -> httpx.Response:
        """Return the answer. Raises Turned when it can't be sent."""
        source = self._source(webhook.source)
        secret = next(iter(self._running.secrets.get(source.secret or "", ())), "")
        headers, body = _new(webhook, source, self._now_ms()) if webhook.is_new else ({}, webhook.body)
        media_type = {"content-type": webhook.content_type} if webhook.content_type else {}
        if odd := [name for name, value in {**webhook.headers, **media_type}.items() if not (name + value).isascii()]:
            raise Turned(HTTPStatus.BAD_REQUEST, f"The header {odd[0]} can't be sent: headers have to be plain ASCII.")
        content, proven = body.encode(), proof(source, secret)
        query = f"?{urlencode(proven.query)}" if proven.query else ""
        try:
            at_s = self._now_ms() // SECOND_MS
            signed = signature(source, content, secret, at_s, _sender_id(webhook, source))
            headers = {**_own(webhook.headers, source), **headers, **media_type, **proven.headers, **signed}
            return await self._http.post(f"{self._url}/hooks/{webhook.source}{query}", content=content, headers=headers)
        except (httpx.HTTPError, ValueError) as error:
            raise Turned(HTTPStatus.BAD_REQUEST, f"It can't be sent: {error or type(error).__name__}.") from error

    async def close(self) -> None:
        await self._http.aclose()

    def _source(self, name: str) -> Source:
        sources = self._running.rules.sources
        if name not in sources:
            sentence = f"There is no source {name!r} in the rules that run; there are {', '.join(sources)}."
            raise Turned(HTTPStatus.NOT_FOUND, sentence)
        if not self.can_send(name):
            sentence = f"{name!r} takes only what its own sender signs, and nothing here can sign like it."
            raise Turned(HTTPStatus.CONFLICT, sentence)
        return sources[name]


def answered(response: httpx.Response) -> Any:
    """Return what an answer says as JSON, or None for a page."""
    try:
        return response.json()
    except ValueError:
        return None


def _own(headers: Mapping[str, str], source: Source) -> dict[str, str]:
    """Return the headers without those that this way of sending brings itself."""
    match source.auth:
        case Hmac() as scheme:
            proofs = [*scheme.header, *scheme.timestamp, *(scheme.id if "{id}" in scheme.signed else ())]
        case Token(header=str(name)):
            proofs = [name]
        case _:
            proofs = ["X-Token"] if isinstance(source.auth, Token) else []
    left_out = OF_THE_WAY | {"authorization", "cookie", *map(str.lower, proofs)}
    return {name.lower(): value for name, value in headers.items() if name.lower() not in left_out}


def _sender_id(webhook: Webhook, source: Source) -> str:
    """Return the id that is signed: the one that the webhook has, if it is to be the same again."""
    if webhook.is_new or not isinstance(source.auth, Hmac):
        return _new_id()
    given = {name.lower(): value for name, value in webhook.headers.items()}
    named = (given[name.lower()] for name in source.auth.id if name.lower() in given)
    return next(named, f"page-{hashlib.sha256(webhook.body.encode()).hexdigest()[:32]}")


def _new(webhook: Webhook, source: Source, now: int) -> tuple[dict[str, str], str]:
    """Return headers and a body that make it an event of its own; what can't be read is sent as it is."""
    kind, body, new_id = KINDS[source.kind], webhook.body, _new_id()
    scheme = source.auth if isinstance(source.auth, Hmac) else None
    try:
        payload = _payload(webhook, body)
        dated = brought_up_to(body, now)
        headers, _ = own_event(kind, copy.deepcopy(payload), scheme, new_id, lambda _: _payload(webhook, dated))
    except Refused:
        return {}, body
    own = [path for path in kind.id_paths if not kind.id_headers and at(payload, *path) is not None]
    if own:
        dated = _with_id(dated, own[0], at(payload, *own[0]), new_id)
    return {name.lower(): value for name, value in headers.items()}, dated


def _payload(webhook: Webhook, body: str) -> JSON:
    headers = {"content-type": webhook.content_type}
    inbound = Inbound(webhook.source, "POST", headers, {}, body.encode(), "", 0)
    return read(inbound, frozenset({"json", "form", "text"}))


def _with_id(body: str, path: tuple[str, ...], old: Any, new: str) -> str:
    """Return the body with another id; one that isn't JSON has it as a field."""
    try:
        payload = json.loads(body)
        at(payload, *path[:-1])[path[-1]] = new
    except (ValueError, TypeError):
        return body.replace(str(old), new)
    return json.dumps(payload, ensure_ascii=False, indent=2 if body.lstrip()[1:2].isspace() else None)


def _new_id() -> str:
    return f"page-{uuid.uuid4()}"
