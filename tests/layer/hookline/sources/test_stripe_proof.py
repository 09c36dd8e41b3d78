"""Stripe's signature: the headers are made by Stripe's own library, and what it refuses we refuse, too."""

from typing import Any

import pytest
import stripe
from tests.layer.hookline.sources.proving import NOW, is_accepted, is_event_accepted, names_of_events

SECRET = "whsec_Zm9yIHRlc3RzIG9ubHksIG5vYm9keSdzIHNlY3JldA"
BODY = '{\n  "id": "evt_1",\n  "object": "event",\n  "type": "payment_intent.succeeded",\n  "name": "Zoë"\n}'


def header(at: int = NOW, secret: str = SECRET, body: str = BODY) -> str:
    made: str = stripe.WebhookSignature.generate_signature_header(body, secret, at)
    return made


def accepts(given: str | None, body: str = BODY, *, secret: Any = SECRET) -> bool:
    headers = {} if given is None else {"Stripe-Signature": given}
    return is_accepted("stripe", "hmac", secret, headers, body.encode())


def stripe_accepts(given: str, body: str) -> bool:
    """Ask the library, without its clock: it knows no signature that is too new."""
    try:
        return bool(stripe.WebhookSignature.verify_header(body, given, SECRET))
    except stripe.SignatureVerificationError:
        return False


def test_what_stripes_library_signs_is_accepted() -> None:
    assert accepts(header())


@pytest.mark.parametrize("body", ["", BODY[:-1], BODY + "\n", BODY.replace("Zoë", "Zoe"), BODY.replace("  ", "")])
def test_an_altered_body_is_refused_by_both(body: str) -> None:
    assert not accepts(header(), body)
    assert not stripe_accepts(header(), body)


V1 = header().partition("v1=")[2]


@pytest.mark.parametrize(
    "given",
    ["", f"v1={V1}", f"t={NOW}", f"t={NOW},v1=", f"t={NOW + 1},v1={V1}", f"t={NOW},v0={V1}", f"t=now,v1={V1}",
     f"t={NOW},v1={V1[:-1]}0", f"t={NOW},v1={V1[:-2]}", f"t={NOW},v1=zz{V1[2:]}", V1, f"t={NOW}.v1={V1}"],
)  # fmt: skip
def test_an_altered_header_is_refused_by_both(given: str) -> None:
    assert not accepts(given)
    assert not stripe_accepts(given, BODY)


def test_a_request_without_the_header_is_refused() -> None:
    assert not accepts(None)


@pytest.mark.parametrize(("seconds", "accepted"), [(-300, True), (300, True), (-301, False), (301, False)])
def test_a_signature_that_is_too_old_or_too_new_is_refused(seconds: int, accepted: bool) -> None:  # noqa: FBT001
    assert accepts(header(NOW + seconds)) is accepted


def test_while_a_secret_is_rolled_stripe_signs_with_both_and_either_is_enough() -> None:
    both = header(secret="whsec_new") + "," + header().partition(",")[2]
    assert stripe_accepts(both, BODY)
    assert accepts(both)
    assert accepts(both, secret="whsec_new")
    assert not accepts(both, secret="whsec_other")


def test_ours_may_be_a_list_of_two() -> None:
    assert accepts(header(), secret=["whsec_new", SECRET])
    assert not accepts(header(), secret=["whsec_new", "whsec_newer"])


@pytest.mark.parametrize("name", names_of_events("stripe"))
def test_the_events_that_ship_are_signed(name: str) -> None:
    assert is_event_accepted(name, "hmac")
