"""Datadog's webhooks, whose payload is what somebody enters in the integration.

Variables: https://docs.datadoghq.com/integrations/webhooks/. What Datadog suggests there is understood, too: ``title``,
``body``, ``id``, ``date``, ``last_updated``, ``event_type``, ``org``.
"""

import json
import re
from datetime import datetime

from hookline.models import JSON, Event
from hookline.sources import generic
from hookline.sources.kind import Kind, first, link, mapping, words
from hookline.sources.noise import snake
from hookline.sources.tell import tell

_PAYLOAD = (
    '{"id": "$ID", "title": "$EVENT_TITLE", "body": "$TEXT_ONLY_MSG", "transition": "$ALERT_TRANSITION", '
    '"type": "$ALERT_TYPE", "priority": "$ALERT_PRIORITY", "scope": "$ALERT_SCOPE", "status": "$ALERT_STATUS", '
    '"cycle": "$ALERT_CYCLE_KEY", "link": "$LINK", "date": "$DATE"}'
)
# Whoever entered another payload most likely called a variable by its own name.
_CALLED = {
    "title": ("title", "event_title", "alert_title"),
    "body": ("body", "text_only_msg", "event_msg", "message", "msg", "text"),
    "transition": ("transition", "alert_transition"),
    "type": ("type", "alert_type"),
    "priority": ("priority", "alert_priority"),
    "scope": ("scope", "alert_scope"),
    "status": ("status", "alert_status"),
    "cycle": ("cycle", "alert_cycle_key", "aggreg_key", "alert_id"),
    "link": ("link", "url", "event_url"),
}
# How it begins, in transitions and in the brackets before a title, with what it means.
_TRANSITIONS = (
    ("recovered", "recovered", "resolved", "critical"),
    ("warn", "warning", "firing", "warning"),
    ("no data", "no data", "firing", "warning"),
    ("trigger", "triggered", "firing", "critical"),
    ("alert", "triggered", "firing", "critical"),
    ("renotif", "still not over", "firing", "critical"),
)
_TYPES = {"error": "critical", "warning": "warning"}
_PRIORITIES = {"p1": "critical", "p2": "critical", "p3": "warning", "p4": "info", "p5": "info"}
_BRACKETS = re.compile(r"\s*\[([^\]\[]{0,200})\]\s*")
_SCOPED = re.compile(r"\{([^{}]{1,200})\}")
_PLACES = ("host", "pod_name", "kube_deployment", "service", "device_name", "url", "env")
# From here on, the text is Datadog's own: graphs, links, when it was last evaluated.
_OWN_TEXT = re.compile(
    r"(?:metric value|metric graph|the monitor was|monitor status|edit monitor|- - -|\* \* \*|\[\[)", re.IGNORECASE
)
_LONG_TITLE, _LONG_BODY = 120, 250


def describe(payload: JSON, now: datetime) -> Event:
    """Say what the monitor is called, where, and what it went over to; or what an event says."""
    said = _Said(mapping(payload))
    title, brackets = _split(said.of("title"))
    if not title and not said.of("body"):
        return generic.describe(payload, now)
    became, status, severity = _transition([said.of("transition"), *brackets])
    priority = first(_PRIORITIES.get(one.lower(), "") for one in (said.of("priority"), *brackets))
    severity = priority or severity or _TYPES.get(said.of("type").lower(), "info")
    body = _written(said.raw("body")) or said.of("status")
    title = title or words(body, _LONG_TITLE) or "Datadog"
    scopes = [said.of("scope"), *(found[1] for found in map(_SCOPED.search, brackets) if found)]
    where = first(map(_where, scopes))
    return tell(
        title,
        "" if status == "resolved" or body == title else body,
        became,
        head=f"{title} on {where}" if where and where not in title else title,
        url=link(said.of("link")),
        status=status,
        severity=severity,
        body=body,
        thread=said.of("cycle"),
        fields=mapping(payload),
        where=where,
    )


def content_key(payload: JSON) -> str:
    """Return all that was entered, for a payload in which somebody left out the id."""
    return json.dumps(payload, sort_keys=True)


class _Said:
    """What the variables were filled with; one that doesn't apply becomes null, an unknown one stays as it is."""

    def __init__(self, payload: dict[str, JSON]) -> None:
        self._fields = {snake(name): value for name, value in payload.items()}

    def of(self, what: str) -> str:
        """Return what it was filled with, in one line."""
        return words(self.raw(what))

    def raw(self, what: str) -> str:
        """Return what it was filled with as it is."""
        given = (self._fields.get(name) for name in _CALLED[what])
        return first(str(value) for value in given if isinstance(value, str | int) and _is_filled(str(value)))


def _is_filled(value: str) -> bool:
    return value.strip().lower() not in {"null", "none", "false", "true"} and not re.fullmatch(
        r"\s*\$[A-Z_]+\s*", value
    )


def _split(title: str) -> tuple[str, list[str]]:
    """Return the title without the brackets before it: ``[P2] [Triggered on {host:db-1}] Disk is full``."""
    brackets, rest = [], title
    while found := _BRACKETS.match(rest):
        brackets.append(found[1])
        rest = rest[found.end() :]
    if not rest and brackets:
        return brackets[-1], brackets[:-1]
    return words(rest, _LONG_TITLE), brackets


def _transition(said: list[str]) -> tuple[str, str, str]:
    for one in said:
        state = one.lower().removeprefix("re-")
        for begins, became, status, severity in _TRANSITIONS:
            if state.startswith(begins) or (begins == "recovered" and begins in state):
                return became, status, severity
    return "", "info", ""


def _where(scope: str) -> str:
    tags = dict(tag.strip().split(":", 1) for tag in scope.split(",") if ":" in tag)
    return words(first(tags.get(place, "") for place in _PLACES), 80)


def _written(body: str) -> str:
    """Return what somebody wrote into the monitor: up to Datadog's own text, without whom it is sent to."""
    kept = []
    for line in body[:5000].replace("%%%", "").splitlines():
        said = " ".join(word for word in line.split() if not word.startswith("@"))
        if _OWN_TEXT.match(said):
            break
        kept.append(said)
    return words(" ".join(kept), _LONG_BODY)


KIND = Kind(
    name="datadog",
    sender="Datadog",
    reads=frozenset({"json", "form"}),
    describe=describe,
    content_key=content_key,
    proofs=("token", "basic", "bearer"),
    id_paths=(("id",),),
    setup=(
        'Under Integrations, Webhooks, add a webhook with the URL {url}, the custom header {"X-Token": "…"} with the '
        f"token, and the payload {_PAYLOAD}. Monitors then name it as @webhook-NAME in their message."
    ),
)
