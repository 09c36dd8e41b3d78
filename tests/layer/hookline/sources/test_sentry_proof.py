"""Sentry's signature: the plain HMAC-SHA256 of the body under the client secret, in hex, with nothing before it.

Sentry publishes how (https://docs.sentry.io/integrations/integration-platform/webhooks/#sentry-hook-signature), but
neither a library for those who receive nor a signature to compare with. So the first is RFC 4231's, test case 2, for
the scheme that Sentry names; the others are openssl's: `openssl dgst -sha256 -hmac SECRET`.
"""

from typing import Any

import pytest
from tests.layer.hookline.sources.proving import NOW, is_accepted, is_event_accepted, names_of_events

SECRET = "4e6f1c0b7a2d49d8b3c5a9e07f1d2b68"
BODY = '{"action":"resolved","data":{"issue":{"title":"ValueError: Grüße"}}}'.encode()
DIGEST = "bb9fa72bbab4207b7876b181355dbb8c86613622825442707ae26a5b092131d3"
BY_ANOTHER = "4e129317883cb7887e42b1d881d878bc6030db96fed3452dfe1a15e5a757ada4"


def accepts(header: str | None, body: bytes = BODY, *, secret: Any = SECRET, now: float = NOW) -> bool:
    headers = {} if header is None else {"Sentry-Hook-Signature": header}
    return is_accepted("sentry", "hmac", secret, headers, body, now=now)


def test_the_published_digest_is_accepted() -> None:
    digest = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert accepts(digest, b"what do ya want for nothing?", secret="Jefe")
    assert not accepts(digest, b"what do ya want for nothing!", secret="Jefe")
    assert not accepts(digest, b"what do ya want for nothing?", secret="Jeff")


def test_a_signature_over_the_raw_body_is_accepted() -> None:
    assert accepts(DIGEST)


@pytest.mark.parametrize("body", [b"", BODY[:-1], BODY + b"\n", BODY.replace(b":", b": "), BODY.replace(b"ss", b"sS")])
def test_it_is_the_signature_of_no_other_body_however_alike_it_is(body: bytes) -> None:
    assert not accepts(DIGEST, body)


@pytest.mark.parametrize(
    "header",
    [None, "", "0" * 64, DIGEST[:-1], DIGEST[:-1] + "x", DIGEST + "00", f"sha256={DIGEST}", f"v1={DIGEST}", BY_ANOTHER],
)
def test_no_other_signature_is_accepted_and_none_is_none(header: str | None) -> None:
    assert not accepts(header)


def test_while_a_secret_is_replaced_both_are_accepted() -> None:
    assert accepts(DIGEST, secret=["another", SECRET])
    assert accepts(BY_ANOTHER, secret=["another", SECRET])
    assert not accepts(BY_ANOTHER, secret=[SECRET, "a third"])


def test_no_time_is_signed() -> None:
    assert accepts(DIGEST, now=NOW - 10**8)
    assert accepts(DIGEST, now=NOW + 10**8)


@pytest.mark.parametrize("name", names_of_events("sentry"))
def test_the_events_that_ship_are_signed(name: str) -> None:
    assert is_event_accepted(name, "hmac")
