"""What monitors that sign nothing prove themselves with: a token that somebody entered there."""

import base64
import json
from typing import Any

import pytest

from hookline import gateway
from hookline.errors import BadCredentials
from hookline.models import Inbound
from hookline.rules.model import Source
from hookline.secrets import Secrets
from hookline.sources import KINDS
from hookline.verify import verify
from local.project import EVENTS

MONITORS = ("uptime-kuma", "healthchecks", "datadog")
NOW_MS = 1_793_620_800_000
LOGIN = "Basic " + base64.b64encode(b"monitor:open sesame").decode()
RIGHT: dict[str, dict[str, str]] = {
    "bearer": {"authorization": "Bearer open sesame"},
    "token": {"x-token": "open sesame"},
    "basic": {"authorization": LOGIN},
}


def is_accepted(kind: str, way: str, headers: dict[str, str], secret: Any = None) -> bool:
    held = secret or ("monitor:open sesame" if way == "basic" else "open sesame")
    inbound = Inbound(kind, "POST", headers, {}, b"{}", "request-1", NOW_MS)
    source = Source.model_validate({"kind": kind, "auth": {way: "KEY"}})
    try:
        verify(inbound, source, Secrets(lambda: json.dumps({"KEY": held}), lambda: NOW_MS))
    except BadCredentials:
        return False
    return True


@pytest.mark.parametrize("kind", MONITORS)
def test_each_way_that_the_kind_names_works_and_only_with_the_right_token(kind: str) -> None:
    assert set(KINDS[kind].proofs) == set(RIGHT)
    for way, headers in RIGHT.items():
        assert is_accepted(kind, way, headers)
        assert is_accepted(kind, way, headers, ["new", "monitor:open sesame" if way == "basic" else "open sesame"])
        assert not is_accepted(kind, way, headers, "new")
        assert not is_accepted(kind, way, {})
        assert not is_accepted(kind, way, {name: value[:-1] for name, value in headers.items()})


@pytest.mark.parametrize(
    "path", sorted(path for kind in MONITORS for path in EVENTS.glob(f"{kind}_*.json")), ids=lambda path: path.stem
)
def test_the_events_that_ship_carry_their_token(path: Any) -> None:
    kind = path.stem.partition("_")[0]
    inbound = gateway.read(json.loads(path.read_text(encoding="utf-8")), 262_144)
    source = Source.model_validate({"kind": kind, "auth": {KINDS[kind].proofs[0]: "KEY"}})
    secrets = Secrets(lambda: json.dumps({"KEY": f"local-{kind}-secret"}), lambda: inbound.received_at)
    assert verify(inbound, source, secrets).inbound is inbound
