"""What senders really post, to try templates and sources with: the events that this project brings along."""

import json
import sys
from collections.abc import Collection, Iterator
from functools import cache
from typing import NamedTuple

from hookline import gateway
from hookline.models import JSON, Event, Inbound, Scope
from hookline.parse import read
from hookline.rules.load import load
from hookline.see import see
from hookline.sources import KINDS, Kind
from local.project import EVENTS, RULES

_URGENCY = ("critical", "warning", "info")


class Posted(NamedTuple):
    """A request that a sender of some kind makes, and what it says."""

    name: str
    kind: Kind
    inbound: Inbound
    payload: JSON
    event: Event
    scope: Scope


class Sample(NamedTuple):
    """An event of some kind as templates see it."""

    name: str
    kind: str
    scope: Scope


def samples(kinds: Collection[str]) -> Iterator[Sample]:
    """Give the samples of these kinds."""
    for sent in posted(kinds):
        yield Sample(sent.name, sent.kind.name, sent.scope)


@cache
def telling(kind: str) -> Posted | None:
    """Return the event of the kind that tells best what it is for: trouble, the most urgent and shortest one."""
    return min(posted({kind}), key=_calm, default=None)


def _calm(sent: Posted) -> tuple[bool, int, int]:
    return sent.event.status == "resolved", _URGENCY.index(sent.event.severity), len(sent.inbound.body)


def posted(kinds: Collection[str]) -> Iterator[Posted]:
    """Give what these kinds post; what is only a greeting says nothing."""
    sources = load(RULES).sources
    for path in sorted(EVENTS.glob("*.json")):
        event = json.loads(path.read_text(encoding="utf-8"))
        name = event.get("pathParameters", {}).get("source")
        kind = KINDS.get(sources[name].kind if name in sources else name)
        if kind and kind.name in kinds:
            inbound = gateway.read(event, sys.maxsize)
            payload = read(inbound, kind.reads)
            if not (kind.greet and kind.greet(payload)):
                seen = see(inbound, kind, payload)
                yield Posted(f"{EVENTS.name}/{path.name}", kind, inbound, payload, seen.event, seen.scope())
