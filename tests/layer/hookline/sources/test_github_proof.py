"""GitHub's signature, with the secret, the payload and the signature that GitHub publishes to test against.

https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries#testing-the-webhook-payload-validation
"""

from typing import Any

import pytest
from tests.layer.hookline.sources.proving import NOW, is_accepted, is_event_accepted, names_of_events

SECRET = "It's a Secret to Everybody"
BODY = b"Hello, World!"
DIGEST = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
SIGNED = {"X-Hub-Signature-256": f"sha256={DIGEST}"}


def accepts(headers: dict[str, str], body: bytes = BODY, *, secret: Any = SECRET, now: float = NOW) -> bool:
    return is_accepted("github", "hmac", secret, headers, body, now=now)


def test_the_published_signature_is_accepted() -> None:
    assert accepts(SIGNED)


@pytest.mark.parametrize("body", [b"", b"Hello, World", b"Hello, World!\n", b"hello, World!", b'{"zen": 1}'])
def test_it_is_the_signature_of_no_other_body(body: bytes) -> None:
    assert not accepts(SIGNED, body)


@pytest.mark.parametrize(
    "header",
    ["", "sha256=", DIGEST, f"sha1={DIGEST}", f"sha256={DIGEST[:-1]}", f"sha256={DIGEST[:-1]}0", f"sha256={DIGEST}00",
     f"sha256=sha256={DIGEST}", "sha256=" + "0" * 64],
)  # fmt: skip
def test_no_other_signature_is_accepted(header: str) -> None:
    assert not accepts({"X-Hub-Signature-256": header})


def test_without_a_signature_or_with_the_old_one_alone_nobody_gets_in() -> None:
    assert not accepts({})
    assert not accepts({"X-Hub-Signature": f"sha256={DIGEST}"})


def test_while_a_secret_is_replaced_both_are_accepted() -> None:
    assert accepts(SIGNED, secret=["another", SECRET])
    assert accepts(SIGNED, secret=[SECRET, "another"])
    assert not accepts(SIGNED, secret=["another", "a third"])


def test_no_time_is_signed_so_that_github_can_redeliver_after_days() -> None:
    assert accepts(SIGNED, now=NOW - 10**8)
    assert accepts(SIGNED, now=NOW + 10**8)


@pytest.mark.parametrize("name", names_of_events("github"))
def test_the_events_that_ship_are_signed(name: str) -> None:
    assert is_event_accepted(name, "hmac")
