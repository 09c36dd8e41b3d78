"""The order of a webhook: verify -> parse -> route -> render -> queue."""

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from hookline import clock, identity
from hookline.claim import Status
from hookline.errors import UnknownSource
from hookline.identity import EventId
from hookline.models import JSON, Event, Inbound, Match, Message, Routed, Scope
from hookline.parse import parse
from hookline.render import render
from hookline.route import route
from hookline.rules.expression import Expressions, TemplateError
from hookline.rules.model import Rule, Rules, Source, Token
from hookline.secrets import Secrets
from hookline.sources import KINDS, Kind
from hookline.verify import verify

logger = logging.getLogger(__name__)

REPEAT_WEBHOOK, REPEAT_ITEM = 5 * clock.MINUTE, 4 * clock.HOUR  # seconds, where a rule doesn't say
MAX_ITEMS = 20  # of one webhook that are told one by one
_CREDENTIALS = frozenset({"authorization", "cookie", "proxy-authorization"})

Outlet = Callable[[Sequence[Message]], list[str]]  # takes messages, returns what became of each
Record = Callable[[str, Status, dict[str, Any]], None]  # notes an event that nobody should hear of


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the sender is told of a webhook that was taken. ``deliveries`` are (message, status)."""

    event_id: str
    deliveries: list[tuple[Message, str]]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Seen:
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


@dataclass(frozen=True, slots=True)
class _Part:
    """What one message is about: an item of `each`, ``more`` that aren't told one by one, or the whole event."""

    id: EventId
    item: JSON = None
    n: int = 0
    more: int = 0


class Intake:
    """Takes webhooks by the rules and hands their messages to the outlet: the queue, or delivery in process."""

    def __init__(
        self, rules: Rules, secrets: Secrets, outlet: Outlet, record: Record, now_ms: Callable[[], int]
    ) -> None:
        self._rules = rules
        self._secrets = secrets
        self._outlet = outlet
        self._record = record
        self._now_ms = now_ms
        self._expressions = Expressions()

    def take(self, inbound: Inbound) -> Accepted:
        """Return what was accepted. Raises Refused for the sender's mistakes, else SecretsUnavailable, QueueRefused."""
        source = self.source(inbound.source)
        kind = KINDS[source.kind]
        verified = verify(inbound, source, self._secrets)
        payload = parse(verified, kind.reads)
        seen = see(without_secrets(inbound, source), kind, payload)
        routed = route(inbound.source, seen.scope(), self._rules, self._expressions)
        for failure in routed.failures:
            logger.warning(failure, extra={"event_id": seen.id.value})
        messages = list(self.compose(seen, routed))
        if not messages:
            return self._nobody(seen, routed)
        return Accepted(seen.id.value, list(zip(messages, self._outlet(messages), strict=True)))

    def source(self, name: str) -> Source:
        """Return the source of that name. Raises UnknownSource."""
        if name not in self._rules.sources:
            raise UnknownSource("There is no such source; its name is the last part of the address.")
        return self._rules.sources[name]

    def compose(self, seen: _Seen, routed: Routed) -> Iterator[Message]:
        """Give a message for each chat and item; one that two rules or names would send twice alike is given once."""
        given: set[str] = set()
        for match in routed.matches:
            for part in self._parts(match.rule, seen):
                for message in self._messages(match, seen, part):
                    if message.delivery_id not in given:
                        given.add(message.delivery_id)
                        yield message

    def _parts(self, rule: Rule, seen: _Seen) -> Iterator[_Part]:
        """Give each item; the whole event once where there are no items."""
        found: JSON = None
        if rule.each is not None:
            try:
                found = self._expressions.value(rule.each, seen.scope())
            except TemplateError as error:
                logger.warning("`each` of the rule '%s' failed: %s", rule.name, error.message)
        if not isinstance(found, list) or not found:
            yield _Part(seen.id)
            return
        for n, item in enumerate(found[:MAX_ITEMS]):
            own = identity.item_id(seen.kind, item)
            yield _Part(own, item) if own else _Part(seen.id, item, n)
        if more := len(found) - MAX_ITEMS if len(found) > MAX_ITEMS else 0:
            yield _Part(seen.id, n=MAX_ITEMS, more=more)

    def _text(self, match: Match, seen: _Seen, item: JSON) -> str:
        event = seen.event
        if item is not None and seen.kind.describe_item is not None:
            event = _described(seen.kind.describe_item, item, seen.at)
        return render(match, event, seen.scope(event, item), self._expressions)

    def _messages(self, match: Match, seen: _Seen, part: _Part) -> Iterator[Message]:
        rule = match.rule
        repeat = rule.repeat or (REPEAT_WEBHOOK if part.id is seen.id else REPEAT_ITEM)
        text = self._text(match, seen, part.item) if not part.more else f"… and {part.more} more at the same time."
        chats = {name: self._rules.chats[name].id for name in match.chats}
        for name, chat in chats.items():
            yield Message(
                delivery_id=identity.delivery_id(seen.inbound.source, part.id, rule.name, chat, part.n),
                source=seen.inbound.source,
                rule=rule.name,
                event_id=seen.id.value,
                request_id=seen.inbound.request_id,
                chat=chat,
                chat_name=name,
                text=text,
                accepted_at=seen.inbound.received_at,
                queued_at=self._now_ms(),
                repeat=repeat if part.id.is_content else None,
                fallbacks=self._rules.destinations(rule.fallback),
                tried=tuple(other for other in chats.values() if other != chat),  # they hear it anyway
            )

    def _nobody(self, seen: _Seen, routed: Routed) -> Accepted:
        """Note the event in the log if that can be done now; the sender is told the same either way."""
        status = Status.UNMATCHED if routed.reason == "no rule matched" else Status.DROPPED
        about = {
            "source": seen.inbound.source,
            "event_id": seen.id.value,
            "request_id": seen.inbound.request_id,
            "accepted_at": seen.inbound.received_at,
            "text": seen.event.text,
            "reason": routed.reason,
        }
        try:
            self._record(identity.delivery_id(seen.inbound.source, seen.id, "", "", 0), status, about)
        except Exception:
            logger.exception("The event could not be noted in the log.", extra={"event_id": seen.id.value})
        return Accepted(seen.id.value, [], routed.reason)


def see(inbound: Inbound, kind: Kind, payload: JSON) -> _Seen:
    """Return the event that a payload is about."""
    at = clock.to_datetime(inbound.received_at)
    event_id = identity.event_id(inbound, kind, payload)
    return _Seen(inbound, kind, json.dumps(payload), event_id, _described(kind.describe, payload, at), at)


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
