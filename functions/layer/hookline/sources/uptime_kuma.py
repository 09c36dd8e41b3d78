"""Uptime Kuma's notification of the type Webhook.

The fields are those of https://github.com/louislam/uptime-kuma, server/notification-providers/webhook.js; the numbers
of the states stand in src/util.ts there.
"""

import json
from datetime import datetime

from hookline.models import JSON, Event
from hookline.sources import generic
from hookline.sources.kind import Kind, at, first, link, mapping, words
from hookline.sources.noise import is_address
from hookline.sources.tell import tell

# What a heartbeat's number means: in words, status, severity. Who was woken by the one hears of the other, too.
_STATES = {
    0: ("is down", "firing", "critical"),
    1: ("is up", "resolved", "critical"),
    2: ("is being tried again", "info", "warning"),
    3: ("is under maintenance", "info", "info"),
}
_BARE_ADDRESSES = {"http://", "https://"}  # what a monitor of anything but a page has for an address
_LONG_NAME = 100


def describe(payload: JSON, now: datetime) -> Event:
    """Say which monitor is how, and why; what has no heartbeat is a test, or a certificate that runs out."""
    payload = _opened(payload)
    monitor, beat, said = mapping(payload.get("monitor")), mapping(payload.get("heartbeat")), words(payload.get("msg"))
    state = _STATES.get(beat["status"]) if isinstance(beat.get("status"), int) else None
    if state is None:
        if not said:
            return generic.describe(payload, now)
        return tell(said, severity="warning" if "expire" in said else "info", fields=payload, body=said)
    became, status, severity = state
    name = words(monitor.get("name"), _LONG_NAME) or "A monitor"
    why = words(beat.get("msg"))
    return tell(
        name,
        "" if status == "resolved" else why,
        _host(monitor),
        head=f"{name} {became}",
        url=_page(monitor),
        status=status,
        severity=severity,
        body=why,
        thread=words(first(words(value) for value in (beat.get("monitorID"), monitor.get("id")))),
        fields=monitor,
    )


def content_key(payload: JSON) -> str:
    """Return the heartbeat: which monitor, how and when; without one it is all that is said."""
    beat = mapping(_opened(payload).get("heartbeat"))
    known = [beat.get(name) for name in ("monitorID", "time", "status")]
    return json.dumps(known if all(value is not None for value in known) else payload, sort_keys=True)


def _opened(payload: JSON) -> dict[str, JSON]:
    """Read the form that Uptime Kuma sends when it is told to: one field with all of it as JSON."""
    inner = at(payload, "data")
    if isinstance(inner, str) and inner.startswith("{"):
        try:
            return mapping(json.loads(inner))
        except (ValueError, RecursionError):
            return mapping(payload)
    return mapping(payload)


def _page(monitor: dict[str, JSON]) -> str:
    address = link(monitor.get("url"))
    return address if is_address(address) and address not in _BARE_ADDRESSES else ""


def _host(monitor: dict[str, JSON]) -> str:
    host = words(monitor.get("hostname"), _LONG_NAME)
    return f"{host}:{words(monitor['port'])}" if host and words(monitor.get("port")) else host


KIND = Kind(
    name="uptime-kuma",
    sender="Uptime Kuma",
    reads=frozenset({"json", "form"}),
    describe=describe,
    content_key=content_key,
    proofs=("bearer", "basic", "token"),
    shape={
        "heartbeat": None,
        "monitor": None,
        "msg": None,
        "data": None,
    },
    setup=(
        "Under Settings, Notifications, add one of the type Webhook with {url} as its Post URL and the request body "
        'Preset - application/json. Switch on Additional Headers and enter {"Authorization": "Bearer …"} with the '
        "token, and apply it to the monitors."
    ),
)
