"""What senders really post, for templates to be tried on: the events that this project brings along."""

import json
import sys
from collections.abc import Collection, Iterator
from typing import NamedTuple

from hookline import gateway
from hookline.models import Scope
from hookline.parse import read
from hookline.rules.load import load
from hookline.see import see
from hookline.sources import KINDS
from local.project import EVENTS, RULES


class Sample(NamedTuple):
    """An event of some kind as templates see it."""

    name: str
    kind: str
    scope: Scope


def samples(kinds: Collection[str]) -> Iterator[Sample]:
    """Give the samples of these kinds."""
    sources = load(RULES).sources
    for path in sorted(EVENTS.glob("*.json")):
        event = json.loads(path.read_text(encoding="utf-8"))
        source = sources.get(event.get("pathParameters", {}).get("source"))
        if source and source.kind in kinds:
            inbound, kind = gateway.read(event, sys.maxsize), KINDS[source.kind]
            yield Sample(f"{EVENTS.name}/{path.name}", kind.name, see(inbound, kind, read(inbound, kind.reads)).scope())
