"""Shopify's signature: each header here is one that Shopify's own library takes, and what it refuses we refuse, too.

The library only verifies (`shopifyapp`, verify_webhook_req); the first header is openssl's: `openssl dgst -sha256
-hmac "hush hush" -binary | base64`, which is what https://shopify.dev/docs/apps/build/webhooks/subscribe/https says.
"""

import base64
import hmac
from typing import Any

import pytest
from shopify_app import AppConfig, verify_webhook_req
from tests.layer.hookline.sources.proving import NOW, is_accepted, is_event_accepted, names_of_events

SECRET = "hush hush"
BODY = '{"id":820982911946154508,"name":"#1042","total_price":"129.00","currency":"EUR","note":"Grüße, Zoë"}'
SIGNED = "WgymVDxYFcwCGzL10r/6YeXDDEJ8WcaSoaMp6yVwZjQ="
NAME = "X-Shopify-Hmac-SHA256"


def accepts(headers: dict[str, str], body: str = BODY, *, secret: Any = SECRET, now: float = NOW) -> bool:
    return is_accepted("shopify", "hmac", secret, headers, body.encode(), now=now)


def shopify_accepts(headers: dict[str, str], body: str = BODY, *, secret: str = SECRET, old: str = "") -> bool:
    config: AppConfig = {"client_id": "hookline", "client_secret": secret, "old_client_secret": old}
    return verify_webhook_req({"method": "POST", "headers": headers, "body": body, "url": ""}, config).ok


@pytest.mark.parametrize("name", [NAME, NAME.lower(), NAME.removeprefix("X-")])
def test_a_signature_that_shopifys_library_takes_is_accepted(name: str) -> None:
    assert shopify_accepts({name: SIGNED})
    assert accepts({name: SIGNED})


@pytest.mark.parametrize("body", ["", " ", BODY[:-1], BODY + " ", BODY.replace("129", "12.9"), BODY.replace("ß", "ss")])
def test_an_altered_body_is_refused_by_both(body: str) -> None:
    assert not shopify_accepts({NAME: SIGNED}, body)
    assert not accepts({NAME: SIGNED}, body)


@pytest.mark.parametrize(
    "given",
    ["", SIGNED[:-1], SIGNED[1:], "A" + SIGNED[1:], SIGNED.lower(), f"sha256={SIGNED}", base64.b64decode(SIGNED).hex()],
)
def test_an_altered_header_is_refused_by_both(given: str) -> None:
    assert not shopify_accepts({NAME: given})
    assert not accepts({NAME: given})


def test_without_the_header_nobody_gets_in() -> None:
    assert not shopify_accepts({})
    assert not accepts({})


def test_while_a_secret_is_rotated_both_are_accepted() -> None:
    assert shopify_accepts({NAME: SIGNED}, secret="new", old=SECRET)
    assert accepts({NAME: SIGNED}, secret=["new", SECRET])
    assert not shopify_accepts({NAME: SIGNED}, secret="new", old="newer")
    assert not accepts({NAME: SIGNED}, secret=["new", "newer"])


def test_no_time_is_signed_so_that_shopify_may_try_again_for_days() -> None:
    assert accepts({NAME: SIGNED}, now=NOW + 10**6)
    assert accepts({NAME: SIGNED}, now=NOW - 10**6)


def test_any_body_and_secret_are_signed_as_shopify_does() -> None:
    for secret, body in (("shpss_0a1b2c3d4e5f", "{}"), ("Schlüssel", BODY * 50), ("s" * 200, "[]")):
        said = base64.b64encode(hmac.digest(secret.encode(), body.encode(), "sha256")).decode()
        assert shopify_accepts({NAME: said}, body, secret=secret)
        assert accepts({NAME: said}, body, secret=secret)


@pytest.mark.parametrize("name", names_of_events("shopify"))
def test_the_events_that_ship_are_signed(name: str) -> None:
    assert is_event_accepted(name, "hmac")
