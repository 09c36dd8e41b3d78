"""The signature of Standard Webhooks, made by the two libraries for it; what they refuse, we refuse, too."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
import standardwebhooks
import svix.webhooks

from hookline import gateway, identity
from hookline.errors import BadCredentials
from hookline.models import Inbound
from hookline.rules.model import Source
from hookline.secrets import Secrets
from hookline.sources import KINDS
from hookline.verify import verify
from local.project import EVENTS

SECRET, OTHER = (
    "whsec_" + base64.b64encode(key).decode() for key in (b"a secret of 24 bytes....", b"another of 24 bytes.....")
)
BODY = '{"type": "invoice.paid", "data": {"number": "Grüße-7"}}'
THEN = 1_793_620_800
LIBRARIES = {"webhook": standardwebhooks.Webhook, "svix": svix.webhooks.Webhook}


def now() -> int:
    """Return the machine's time, which the libraries ask for."""
    return int(datetime.now(UTC).timestamp())


def signed(names: str, at: int | None = None, secret: str = SECRET) -> dict[str, str]:
    at = now() if at is None else at
    signature = LIBRARIES[names](secret).sign("msg_7", datetime.fromtimestamp(at, UTC), BODY)
    return {f"{names}-id": "msg_7", f"{names}-timestamp": str(at), f"{names}-signature": signature}


def is_accepted(headers: dict[str, str], body: str = BODY, secret: Any = SECRET, at: int | None = None) -> bool:
    ms = 1000 * (now() if at is None else at)
    inbound = Inbound("hook", "POST", headers, {}, body.encode(), "request-1", ms)
    source = Source.model_validate({"kind": "standard-webhooks", "auth": {"hmac": "KEY"}})
    try:
        verify(inbound, source, Secrets(lambda: json.dumps({"KEY": secret}), lambda: ms))
    except BadCredentials:
        return False
    return True


def library_accepts(names: str, headers: dict[str, str], body: str = BODY) -> bool:
    try:
        LIBRARIES[names](SECRET).verify(body.encode(), headers)
    except (standardwebhooks.webhooks.WebhookVerificationError, ValueError):
        return False
    return True


@pytest.mark.parametrize("names", LIBRARIES)
def test_what_the_library_signs_is_accepted_by_us_and_by_itself(names: str) -> None:
    assert is_accepted(signed(names))
    assert library_accepts(names, signed(names))


def test_the_example_of_the_libraries_own_tests_is_accepted() -> None:
    # Secret, id, time and body of test_sign_function in github.com/standard-webhooks/standard-webhooks,
    # libraries/python/tests, with the signature that it expects.
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    inbound = Inbound("hook", "POST", headers, {}, b'{"test": 2432232314}', "request-1", 1_614_265_330_000)
    source = Source.model_validate({"kind": "standard-webhooks", "auth": {"hmac": "KEY"}})
    secrets = Secrets(lambda: '{"KEY": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}', lambda: 1_614_265_330_000)
    assert verify(inbound, source, secrets).inbound is inbound


@pytest.mark.parametrize("names", LIBRARIES)
@pytest.mark.parametrize("change", ["body", "id", "timestamp", "signature", "version"])
def test_what_was_altered_on_the_way_is_refused_by_both(names: str, change: str) -> None:
    headers, body = signed(names), BODY
    match change:
        case "body":
            body = BODY.replace("7", "8")
        case "id":
            headers[f"{names}-id"] = "msg_8"
        case "timestamp":
            headers[f"{names}-timestamp"] = str(int(headers[f"{names}-timestamp"]) - 1)
        case "signature":
            headers |= {f"{names}-signature": signed(names, secret=OTHER)[f"{names}-signature"]}
        case _:
            headers[f"{names}-signature"] = headers[f"{names}-signature"].replace("v1,", "v2,")
    assert not is_accepted(headers, body)
    assert not library_accepts(names, headers, body)


@pytest.mark.parametrize("names", LIBRARIES)
@pytest.mark.parametrize("missing", ["id", "timestamp", "signature"])
def test_without_one_of_its_headers_it_is_refused_by_both(names: str, missing: str) -> None:
    headers = {name: value for name, value in signed(names).items() if name != f"{names}-{missing}"}
    assert not is_accepted(headers)
    assert not library_accepts(names, headers)
    assert not is_accepted({})


@pytest.mark.parametrize("names", LIBRARIES)
@pytest.mark.parametrize("off", [-310, 320, -86_400])
def test_too_old_and_too_new_are_refused_by_both(names: str, off: int) -> None:
    assert not is_accepted(signed(names, now() + off))
    assert not library_accepts(names, signed(names, now() + off))


def test_five_minutes_are_the_most() -> None:
    accepted = [off for off in (-301, -300, 300, 301) if is_accepted(signed("webhook", THEN + off), at=THEN)]
    assert accepted == [-300, 300]


@pytest.mark.parametrize("names", LIBRARIES)
def test_one_right_signature_among_several_is_enough_for_both(names: str) -> None:
    headers, wrong = signed(names), signed(names, secret=OTHER)[f"{names}-signature"]
    headers[f"{names}-signature"] = f"v1a,AAAA {wrong} {headers[f'{names}-signature']}"
    assert is_accepted(headers)
    assert library_accepts(names, headers)


def test_the_former_secret_is_accepted_as_long_as_it_is_there() -> None:
    assert is_accepted(signed("webhook"), secret=[OTHER, SECRET])
    assert is_accepted(signed("webhook"), secret=SECRET.removeprefix("whsec_"))
    assert not is_accepted(signed("webhook"), secret=[OTHER])


@pytest.mark.parametrize("names", LIBRARIES)
def test_the_id_that_is_signed_is_the_deliverys(names: str) -> None:
    inbound = Inbound("hook", "POST", signed(names), {}, BODY.encode(), "request-1", THEN * 1000)
    assert identity.event_id(inbound, KINDS["standard-webhooks"], {}).value == "standard-webhooks:msg_7"


@pytest.mark.parametrize("path", sorted(EVENTS.glob("standard-webhooks_*.json")), ids=lambda path: path.stem)
def test_the_events_that_ship_are_signed(path: Any) -> None:
    inbound = gateway.read(json.loads(path.read_text(encoding="utf-8")), 262_144)
    source = Source.model_validate({"kind": "standard-webhooks", "auth": {"hmac": "KEY"}})
    held = base64.b64encode(b"local-standard-webhooks-secret").decode()
    secrets = Secrets(lambda: json.dumps({"KEY": f"whsec_{held}"}), lambda: inbound.received_at)
    assert verify(inbound, source, secrets).inbound is inbound
