"""Grafana's signature.

Grafana publishes neither a library that signs nor a signature to compare with. Message, secret and time of the first
vectors are those of its own test (github.com/grafana/alerting, http/hmac_test.go, with a clock at 1970); what is
signed is read from http/hmac.go there, and the digests are openssl's: `openssl dgst -sha256 -hmac secret`.
"""

import hmac
import json
from typing import Any

import pytest

from hookline import gateway
from hookline.errors import BadCredentials
from hookline.models import Inbound
from hookline.rules.model import Source
from hookline.secrets import Secrets
from hookline.verify import verify
from local.project import EVENTS

NOW = 1_793_620_800
BODY = b"test message"
OF_BODY = "3bcebf43c85d20bba6e3b6ba278af1d2ba3ab0d57de271b0ad30b833e851c5a6"
OF_TIME_AND_BODY = "ac18a483a582b60a883e974541afe25aa1026136163e94665649743324183ef1"
HEADER, TIME = "X-Grafana-Alerting-Signature", "X-Grafana-Alerting-Timestamp"
PLAIN: dict[str, Any] = {"hmac": "KEY"}
TIMED = {"hmac": "KEY", "timestamp": TIME, "signed": "{timestamp}:{body}"}


def is_accepted(
    auth: Any, headers: dict[str, str], body: bytes = BODY, *, secret: Any = "secret", now: int = NOW
) -> bool:
    source = Source.model_validate({"kind": "grafana", "auth": auth})
    lower = {name.lower(): value for name, value in headers.items()}
    inbound = Inbound("grafana", "POST", lower, {}, body, "request-1", now * 1000)
    try:
        verify(inbound, source, Secrets(lambda: json.dumps({"KEY": secret}), lambda: now * 1000))
    except BadCredentials:
        return False
    return True


def timed(at: int, secret: bytes = b"secret", body: bytes = BODY) -> dict[str, str]:
    return {HEADER: hmac.digest(secret, f"{at}:".encode() + body, "sha256").hex(), TIME: str(at)}


def test_a_signature_over_the_body_is_accepted_under_either_name() -> None:
    assert is_accepted(PLAIN, {HEADER: OF_BODY})
    assert is_accepted(PLAIN, {"X-Grafana-Alert-Signature": OF_BODY})


def test_a_signature_over_time_and_body_is_accepted_where_the_rules_name_the_header() -> None:
    assert is_accepted(TIMED, {HEADER: OF_TIME_AND_BODY, TIME: "0"}, now=0)
    assert timed(0)[HEADER] == OF_TIME_AND_BODY
    assert is_accepted(TIMED, timed(NOW))


@pytest.mark.parametrize("changed", [b"test messagf", b"test message ", b"", b"test messag"])
def test_an_altered_body_is_refused(changed: bytes) -> None:
    assert not is_accepted(PLAIN, {HEADER: OF_BODY}, changed)
    assert not is_accepted(TIMED, timed(NOW), changed)


@pytest.mark.parametrize("given", ["", "0" + OF_BODY[1:], OF_BODY[:-1], f"sha256={OF_BODY}", f"{OF_BODY}00"])
def test_an_altered_or_missing_signature_is_refused(given: str) -> None:
    assert not is_accepted(PLAIN, {HEADER: given})
    assert not is_accepted(PLAIN, {})


def test_the_time_is_signed_neither_old_nor_ahead_and_never_missing() -> None:
    assert is_accepted(TIMED, timed(NOW - 300))
    assert is_accepted(TIMED, timed(NOW + 300))
    assert not is_accepted(TIMED, timed(NOW - 301))
    assert not is_accepted(TIMED, timed(NOW + 301))
    assert not is_accepted(TIMED, timed(NOW) | {TIME: str(NOW - 1)})
    assert not is_accepted(TIMED, {HEADER: timed(NOW)[HEADER]})
    assert not is_accepted(TIMED, {HEADER: OF_BODY, TIME: str(NOW)})


def test_the_former_secret_is_accepted_as_long_as_it_is_there() -> None:
    assert is_accepted(PLAIN, {HEADER: OF_BODY}, secret=["new", "secret"])
    assert not is_accepted(PLAIN, {HEADER: OF_BODY}, secret=["new", "newer"])


@pytest.mark.parametrize("name", ["firing", "resolved"])
def test_the_events_that_ship_are_signed(name: str) -> None:
    inbound = gateway.read(json.loads((EVENTS / f"grafana_{name}.json").read_text(encoding="utf-8")), 262_144)
    source = Source.model_validate({"kind": "grafana", "auth": PLAIN})
    secrets = Secrets(lambda: '{"KEY": "local-grafana-secret"}', lambda: inbound.received_at)
    assert verify(inbound, source, secrets).inbound is inbound
