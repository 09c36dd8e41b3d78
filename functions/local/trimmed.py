"""A sample payload without what its text doesn't need, so that a command line with it can be read."""

import copy
from collections.abc import Iterator
from dataclasses import replace

from hookline import clock
from hookline.models import JSON
from hookline.sources.kind import at
from local.commands.samples import Posted

_SHORT = 40  # characters of a value


def trimmed(sample: Posted) -> JSON:
    """Return the payload with the same message in it; what the sender says shortly at its top level stays."""
    payload = copy.deepcopy(sample.payload)
    wanted = _told(sample, payload)
    for part in _objects(payload):
        for name, value in list(part.items()):
            if part is payload and not isinstance(value, dict | list) and len(str(value)) <= _SHORT:
                continue
            whole = dict(part)
            del part[name]
            if _told(sample, payload) != wanted:
                part.clear()
                part.update(whole)  # in its order
    return payload


def _told(sample: Posted, payload: JSON) -> object:
    event = sample.kind.describe(payload, clock.to_datetime(sample.inbound.received_at))
    return replace(event, fields={}), [at(payload, *path) for path in sample.kind.id_paths]


def _objects(value: JSON) -> Iterator[dict[str, JSON]]:
    """Give each object before those in it, of which the ones that were dropped meanwhile don't come."""
    if isinstance(value, dict):
        yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in list(inner):
        yield from _objects(part)
