"""What a webhook's messages are made from: its event, and the names that the rules may use."""

import json
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime

from hookline import clock, identity
from hookline.identity import EventId
from hookline.models import JSON, Event, Inbound, Scope
from hookline.rules.model import Source, Token
from hookline.sources import KINDS, Kind

logger = logging.getLogger(__name__)

_CREDENTIALS = frozenset({"authorization", "cookie", "proxy-authorization"})


@dataclass(frozen=True, slots=True)
class Seen:
    """An event with all that its messages are made from."""

    inbound: Inbound
    kind: Kind
    frozen: str  # the payload as JSON, from which each scope gets a copy
    id: EventId
    event: Event
    at: datetime

    def scope(self, event: Event | None = None, item: JSON = None) -> Scope:
        """Return the names that the rules may use, as a copy: what a template does to it stays there."""
        named = {"item": item, "event": asdict(event or self.event)}
        copied: Scope = {"payload": json.loads(self.frozen), **json.loads(json.dumps(named))}
        at = self.at.isoformat(timespec="milliseconds")
        copied["event"] |= {"id": self.id.value, "received_at": at}
        del copied["event"]["text"]
        return {**copied, "source": self.inbound.source, "query": self.inbound.query, "now": at} | {
            "headers": {name: value for name, value in self.inbound.headers.items() if name not in _CREDENTIALS}
        }

    def event_of(self, item: JSON) -> Event:
        """Return what an item of `each` says by itself, or the whole event where its kind describes no items."""
        if item is None or self.kind.describe_item is None:
            return self.event
        return _described(self.kind.describe_item, item, self.at)


def see(inbound: Inbound, kind: Kind, payload: JSON) -> Seen:
    """Return the event that a payload is about."""
    at = clock.to_datetime(inbound.received_at)
    event_id = identity.event_id(inbound, kind, payload)
    return Seen(inbound, kind, json.dumps(payload), event_id, _described(kind.describe, payload, at), at)


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


def _described(describe: Callable[[JSON, datetime], Event], payload: JSON, at: datetime) -> Event:
    """A payload that its kind stumbles over is still an event: it is then told like any other JSON."""
    try:
        return describe(payload, at)
    except Exception:
        logger.exception("The payload could not be described as its kind; it is told as plain JSON.")
        return KINDS["json"].describe(payload, at)
