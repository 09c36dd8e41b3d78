"""Asks the real verifier what it thinks of a request to a source of some kind."""

import json
from typing import Any

from hookline import gateway
from hookline.errors import BadCredentials
from hookline.models import Inbound
from hookline.rules.model import Source
from hookline.secrets import Secrets
from hookline.verify import verify
from local.project import EVENTS

NOW = 1_793_620_800  # 2 November 2026, 12:00 UTC


def is_accepted(
    kind: str, way: str, secret: Any, headers: dict[str, str], body: bytes, *, now: float = NOW, **options: Any
) -> bool:
    """Say whether the kind's own proof holds, written as shortly as a rules file may: `{hmac: NAME}`."""
    lower = {name.lower(): value for name, value in headers.items()}
    return _is_genuine(kind, way, secret, Inbound(kind, "POST", lower, {}, body, "request-1", int(now * 1000)), options)


def is_event_accepted(name: str, way: str) -> bool:
    """Say whether an event of `events/` is signed with the secret that all know, by its own clock."""
    inbound = gateway.read(json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8")), 262_144)
    kind = inbound.source
    forged = Inbound(kind, "POST", inbound.headers, {}, inbound.body + b" ", inbound.request_id, inbound.received_at)
    secret = f"local-{kind}-secret"
    is_forged_too = way == "hmac" and _is_genuine(kind, way, secret, forged, {})
    return _is_genuine(kind, way, secret, inbound, {}) and not is_forged_too


def names_of_events(kind: str) -> list[str]:
    """Return the events of a kind that ship."""
    return sorted(path.stem for path in EVENTS.glob(f"{kind}_*.json"))


def _is_genuine(kind: str, way: str, secret: Any, inbound: Inbound, options: dict[str, Any]) -> bool:
    source = Source.model_validate({"kind": kind, "auth": {way: "KEY", **options}})
    secrets = Secrets(lambda: json.dumps({"KEY": secret}), lambda: inbound.received_at)
    try:
        return verify(inbound, source, secrets).inbound is inbound
    except BadCredentials:
        return False
