"""What a webhook's messages are made from: its event, and the names that the rules may use."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from traceback import extract_tb

from hookline import clock, correlation, identity
from hookline.identity import EventId
from hookline.models import JSON, Event, Inbound, Scope
from hookline.rules.model import Source, Token
from hookline.rules.template.data import frozen
from hookline.sources import KINDS, Kind

logger = logging.getLogger(__name__)

_CREDENTIALS = frozenset({"authorization", "cookie", "proxy-authorization"})
_OF_EVENTS = [part.name for part in fields(Event) if part.name not in {"text", "where"}]


@dataclass(frozen=True, slots=True)
class Seen:
    """An event with all that its messages are made from."""

    inbound: Inbound
    kind: Kind
    payload: JSON
    shared: Scope  # the names that mean the same in every template
    id: EventId
    event: Event
    at: datetime

    def scope(self, event: Event | None = None, item: JSON = None) -> Scope:
        """Return the names that the rules may use; no template can change what is under them."""
        said = {name: getattr(event or self.event, name) for name in _OF_EVENTS}
        said |= {"id": self.id.value, "received_at": self.shared["now"]}
        return {**self.shared, "event": frozen(said), "item": frozen(item)}

    def event_of(self, item: JSON) -> Event:
        """Return what an item of `each` says by itself, or the whole event where its kind describes no items."""
        if item is None or self.kind.describe_item is None:
            return self.event
        return _described(self.kind, self.kind.describe_item, item, self.at)


def see(inbound: Inbound, kind: Kind, payload: JSON) -> Seen:
    """Return the event that a payload is about."""
    at = clock.to_datetime(inbound.received_at)
    event_id = identity.event_id(inbound, kind, payload)
    correlation.found(event_id.value)
    if kind.hides and isinstance(payload, dict):
        payload = {name: value for name, value in payload.items() if name not in kind.hides}
    shared: Scope = {
        "payload": payload,
        "source": inbound.source,
        "query": inbound.query,
        "headers": {name: value for name, value in inbound.headers.items() if name not in _CREDENTIALS},
        "now": at.isoformat(timespec="milliseconds"),
    }
    shared = {name: frozen(value) for name, value in shared.items()}
    return Seen(inbound, kind, payload, shared, event_id, _described(kind, kind.describe, payload, at), at)


def without_secrets(inbound: Inbound, source: Source) -> Inbound:
    """Return the request without what its sender proved itself with: a rule could print it."""
    token = source.auth if isinstance(source.auth, Token) else None
    header, query = (token.header or "X-Token", token.query or "token") if token else ("", "")
    return Inbound(
        source=inbound.source,
        method=inbound.method,
        headers={name: value for name, value in inbound.headers.items() if name not in _CREDENTIALS | {header.lower()}},
        query={name: value for name, value in inbound.query.items() if name != query},
        body=inbound.body,
        request_id=inbound.request_id,
        received_at=inbound.received_at,
    )


def _described(kind: Kind, describe: Callable[[JSON, datetime], Event], payload: JSON, at: datetime) -> Event:
    """A payload that its kind stumbles over is still an event: told like any other JSON, or at least that it came."""
    for way, how in ((kind.name, describe), ("plain JSON", KINDS["json"].describe)):
        try:
            return how(payload, at)
        except Exception as error:  # noqa: BLE001 - whatever it is
            # Where it happened, but not what it says: it may quote the payload.
            last = extract_tb(error.__traceback__)[-1]
            about = {"error": type(error).__name__, "at": f"{last.filename}:{last.lineno}"}
            logger.error("The payload could not be described as %s.", way, extra=about)  # noqa: TRY400 - a traceback could quote the payload
    return Event(title="Webhook", text=kind.name)
