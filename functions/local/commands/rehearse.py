"""An event on its way through the rules up to its messages, without asking for credentials and without sending."""

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from hookline import gateway
from hookline.compose import compose
from hookline.errors import UnknownSource
from hookline.models import Inbound, Message, Routed, Scope
from hookline.parse import read
from hookline.route import route
from hookline.rules.expression import Expressions
from hookline.rules.model import Rules
from hookline.see import logger as see_logger
from hookline.see import see, without_secrets
from hookline.sources import KINDS

GREETED = "it is greeted: "  # what the reason begins with for a sender that only asks whether anybody is there


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What would become of an event; ``warnings`` is what a deployed function would log about it."""

    inbound: Inbound
    scope: Scope
    routed: Routed
    messages: tuple[Message, ...]
    warnings: tuple[str, ...]

    @property
    def reason(self) -> str:
        """Why nobody hears of it; empty where somebody does."""
        return "" if self.messages else self.routed.reason

    def of_rule(self, name: str | None) -> "Rehearsal":
        """Return the same with nothing but the messages of that rule."""
        if name is None:
            return self
        messages = tuple(message for message in self.messages if message.rule == name)
        reason = self.routed.reason or f"the rule '{name}' makes no message of it"
        return replace(self, messages=messages, routed=replace(self.routed, reason="" if messages else reason))


def rehearse(rules: Rules, event: dict[str, Any], expressions: Expressions | None = None) -> Rehearsal:
    """Return the messages of an API Gateway event. Raises Refused for what receive would refuse.

    Who has many events for the same rules gives the same ``expressions`` each time: they are read only once then.
    """
    expressions = expressions or Expressions(rules.templates)
    inbound = gateway.read(event, sys.maxsize)
    if inbound.source not in rules.sources:
        raise UnknownSource(f"The event is for /hooks/{inbound.source}; the sources are {', '.join(rules.sources)}.")
    source = rules.sources[inbound.source]
    kind = KINDS[source.kind]
    with _listening() as logged:
        payload = read(inbound, kind.reads)
        seen = see(without_secrets(inbound, source), kind, payload)
        with expressions.of_event():
            routed = route(inbound.source, seen.scope(), rules, expressions)
            composed = compose(seen, routed, rules, expressions, queued_at=inbound.received_at)
    if kind.greet and (greeting := kind.greet(payload)):
        return Rehearsal(inbound, seen.scope(), Routed([], GREETED + greeting.reason), (), tuple(logged))
    if source.is_trapped(payload):
        trapped = Routed([], f"the honeypot `{source.honeypot}` is filled in")
        return Rehearsal(inbound, seen.scope(), trapped, (), tuple(logged))
    warnings = map(str, (*routed.failures, *composed.failures))
    return Rehearsal(inbound, seen.scope(), routed, tuple(composed.messages), (*warnings, *logged))


class _Ear(logging.Filter):
    """Hears what one thread logs: others may be at a real event of their own."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []
        self._thread = threading.get_ident()

    def filter(self, record: logging.LogRecord) -> bool:
        if record.thread != self._thread:
            return True
        self.heard.append(record.getMessage())
        return False


@contextmanager
def _listening() -> Iterator[list[str]]:
    """Give what is logged meanwhile, which is part of the answer here and must not stand in the middle of it."""
    ear = _Ear()
    see_logger.addFilter(ear)
    try:
        yield ear.heard
    finally:
        see_logger.removeFilter(ear)
