"""PagerDuty's webhooks, version 3.

https://developer.pagerduty.com/docs/webhooks-overview names the events and what they carry,
https://developer.pagerduty.com/docs/verifying-webhook-signatures how they are signed: with every secret that is valid.
"""

from datetime import datetime
from typing import Any

from hookline import clock
from hookline.models import JSON, Event
from hookline.sources import generic
from hookline.sources.kind import Greeting, Kind, at, first, items, link, mapping, words
from hookline.sources.tell import tell

_Object = dict[str, JSON]
_RINGING = {"triggered", "reopened", "unacknowledged", "escalated"}  # somebody has to look, once more or still
_SETTLED = {"acknowledged", "resolved"}  # who is asked no longer matters
_ICONS = {"acknowledged": "👀", "annotated": "📝", "status_update_published": "📣"}
_VERBS = {"status_update_published": "update", "annotated": "note", "priority_updated": "given another priority"}


def describe(payload: JSON, now: datetime) -> Event:
    """Say what became of an incident, or what else changed."""
    event = mapping(at(payload, "event"))
    kind, data = words(event.get("event_type"), 80), mapping(event.get("data"))
    if not kind:
        return generic.describe(payload, now)  # not what PagerDuty sends
    name = kind.removeprefix("incident.")
    if kind.startswith("incident.") and data.get("type") == "incident":
        return _incident(name, event, data)
    if kind.startswith("incident.") and isinstance(data.get("incident"), dict):
        return _about_incident(name, event, data, data["incident"])
    return tell(
        f"{words(data.get('summary') or data.get('name'), 100) or 'PagerDuty'}: {_spaced(kind)}",
        _by(event),
        url=link(data.get("html_url")),
        fields=_fields(event, data),
    )


def greet(payload: JSON) -> Greeting | None:
    """Answer the test that is sent from the page of a webhook."""
    return Greeting("pagey.ping") if at(payload, "event", "event_type") == "pagey.ping" else None


def _incident(name: str, event: _Object, incident: _Object) -> Event:
    status = "resolved" if name == "resolved" else "firing" if name in _RINGING else "info"
    number, service = words(incident.get("number"), 20), words(at(incident, "service", "summary"), 80)
    did = [
        _VERBS.get(name) or _spaced(name),
        f"on {service}" if service else "",
        _by(event) if at(event, "agent", "summary") != service else "",
        _took(event, incident) if status == "resolved" else "",
    ]
    assigned = _names(incident.get("assignees"))
    state = [words(at(incident, "priority", "summary"), 30), f"assigned to {assigned}" if assigned else ""]
    return tell(
        (words(incident.get("title"), 150) or "Incident") + (f" (#{number})" if number else ""),
        ", ".join(filter(None, [" ".join(filter(None, did)), *(state if name not in _SETTLED else [])])),
        status=status,
        severity="info" if status != "firing" else "warning" if incident.get("urgency") == "low" else "critical",
        icon="" if status != "info" else _ICONS.get(name, "ℹ️"),
        **_story(event, incident, incident),
    )


def _about_incident(name: str, event: _Object, data: _Object, incident: _Object) -> Event:
    """Tell of a note, an update or a responder: what is said there counts."""
    said = words(data.get("content") or data.get("message"), 300)
    user = first(words(at(data, whom, "summary"), 80) for whom in ("user", "escalation_policy"))
    return tell(
        words(incident.get("summary") or incident.get("title"), 150) or "Incident",
        f"{_VERBS.get(name) or _spaced(name)} {_by(event)}".strip() + (f": {user}" if user else ""),
        f"“{said}”" if said else "",
        icon=_ICONS.get(name, "ℹ️"),
        body=said,
        **_story(event, data, incident),
    )


def _story(event: _Object, data: _Object, incident: _Object) -> dict[str, Any]:
    return {
        "url": link(incident.get("html_url")),
        "thread": words(incident.get("id"), 60),
        "fields": _fields(event, data),
        "where": words(at(incident, "service", "summary"), 80),
    }


def _fields(event: _Object, data: _Object) -> _Object:
    said = {
        "event": words(event.get("event_type"), 80),
        "service": words(at(data, "service", "summary"), 80),
        "urgency": words(data.get("urgency"), 20),
        "priority": words(at(data, "priority", "summary"), 30),
        "team": _names(data.get("teams")),
        "assignee": _names(data.get("assignees")),
        "agent": words(at(event, "agent", "summary"), 80),
    }
    return {name: value for name, value in said.items() if value}


def _by(event: _Object) -> str:
    agent = words(at(event, "agent", "summary"), 80)
    return f"by {agent}" if agent else ""


def _names(of: JSON) -> str:
    return ", ".join(filter(None, (words(at(one, "summary"), 60) for one in items(of)[:3])))


def _spaced(name: str) -> str:
    return name.replace(".", " ").replace("_", " ")


def _took(event: _Object, incident: _Object) -> str:
    start, end = clock.read(incident.get("created_at")), clock.read(event.get("occurred_at"))
    return f"after {clock.say((end - start).total_seconds())}" if start and end and end > start else ""


KIND = Kind(
    name="pagerduty",
    sender="PagerDuty",
    reads=frozenset({"json"}),
    describe=describe,
    proofs=("hmac", "token"),
    signature={"header": "X-PagerDuty-Signature", "prefix": "v1="},
    id_paths=(("event", "id"),),
    greet=greet,
    setup=(
        "Under Integrations, Generic Webhooks (v3), add a webhook with {url}, the scope and the events; it shows the "
        "secret once, when it is saved."
    ),
)
