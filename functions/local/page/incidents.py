"""Trouble that begins and ends: made up for Alertmanager, for others the samples that tell of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random

from hookline.rules.model import Rules, Source
from local.commands.samples import Posted, telling
from local.page.alerts import Alert, different
from local.page.samples import own_headers, samples_of
from local.page.send import Webhook

ALERTMANAGER = "alertmanager"
_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Incident:
    """``ends`` gives the webhook that says that it is over at that time; None where no sample says so."""

    name: str
    source: str
    begins: Webhook
    ends: Callable[[datetime], Webhook] | None


def tells_of_trouble(source: Source) -> bool:
    """Return whether an incident can be told in the sender's words."""
    sample = telling(source.kind)
    return sample is not None and sample.event.status == "firing"


def incidents(count: int, name: str, rules: Rules, random: Random, now: datetime) -> list[Incident]:
    """Return so many that begin now and are told to the source of that name; where it can be, all different."""
    source = rules.sources[name]
    if source.kind == ALERTMANAGER:
        return [_alert(one, name) for one in different(count, random, now)]
    sample = telling(source.kind)
    return [_sample(sample, name, source)] * count if sample else []


def _alert(one: Alert, name: str) -> Incident:
    def ends(at: datetime) -> Webhook:
        return Webhook(source=name, content_type=_JSON, body=one.body(at), is_new=False)

    begins = Webhook(source=name, content_type=_JSON, body=one.body(), is_new=False)
    return Incident(f"{one.trouble.name} on {one.where}", name, begins, ends)


def _sample(sample: Posted, name: str, source: Source) -> Incident:
    its_end = (one for one in samples_of(source.kind, "resolved") if one.event.thread == sample.event.thread)
    end = next(its_end, None)
    ends = None if end is None else lambda _: _webhook(end, name, source)
    return Incident(sample.event.title, name, _webhook(sample, name, source), ends)


def _webhook(sample: Posted, name: str, source: Source) -> Webhook:
    content_type = sample.inbound.headers.get("content-type", "")
    body = sample.inbound.body.decode(errors="replace")
    return Webhook(source=name, content_type=content_type, headers=own_headers(sample, source), body=body)
