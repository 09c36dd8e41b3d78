"""What senders post, to be tried on the page: the events that the project brings along, as if they came now."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from hookline.rules.model import Hmac, Rules, Source
from hookline.sources import KINDS
from local.commands.samples import Posted, posted
from local.page.credentials import shown
from local.page.dated import moved

# What a sender's client and the gateway put into a request; another one puts in its own.
OF_THE_WAY = frozenset(
    ("host", "content-length", "connection", "transfer-encoding", "accept", "accept-encoding", "accept-language",
     "user-agent", "origin", "referer", "cache-control", "upgrade-insecure-requests", "x-amzn-trace-id",
     "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto", "content-type")
)  # fmt: skip


def samples(rules: Rules, now: int) -> Iterator[dict[str, Any]]:
    """Give the samples for each source of the rules, in the file's order; ``now`` in ms."""
    for name, source in rules.sources.items():
        for sample in _all():
            if sample.kind.name == source.kind:
                yield _shown(sample, name, source, now)


def samples_of(kind: str, status: str) -> list[Posted]:
    """Return the samples of the kind that are firing, resolved or info."""
    return [sample for sample in _all() if sample.kind.name == kind and sample.event.status == status]


@cache
def _all() -> list[Posted]:
    return list(posted(KINDS))


def _shown(sample: Posted, name: str, source: Source, now: int) -> dict[str, Any]:
    inbound = sample.inbound
    stem = sample.name.rpartition("/")[2].removesuffix(".json").partition("_")[2].replace("_", " ")
    return {
        "name": sample.name,
        "label": f"{stem}: {sample.event.title}",
        "kind": sample.kind.name,
        "source": name,
        "content_type": inbound.headers.get("content-type", ""),
        "headers": own_headers(sample, source),
        "body": moved(inbound.body.decode(errors="replace"), inbound.received_at, now),
    }


def own_headers(sample: Posted, source: Source) -> dict[str, str]:
    """Return the headers that are the sender's own words: what it says there, and no proof of who it is."""
    headers, _ = shown(sample.inbound, source, ())
    proofs = {*source.auth.timestamp} if isinstance(source.auth, Hmac) else set()
    left_out = OF_THE_WAY | {name.lower() for name in proofs}
    return {name: value for name, value in headers.items() if name not in left_out}
