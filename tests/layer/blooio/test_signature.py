"""Blooio's webhook signature: what is accepted and what isn't."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blooio.signature import TOLERANCE, is_genuine

NOW, SECRET, BODY = 1_793_620_800, "whsec_one", b'{"id": "evt_1"}'


def signed(body: bytes = BODY, secret: str = SECRET, at: int = NOW) -> str:
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def test_what_was_signed_with_the_secret_is_genuine() -> None:
    assert is_genuine(signed(), BODY, [SECRET], NOW)


def test_any_of_several_secrets_will_do() -> None:
    assert is_genuine(signed(secret="whsec_old"), BODY, ["whsec_new", "whsec_old"], NOW)


@pytest.mark.parametrize(("age", "expected"), [(0, True), (TOLERANCE, True), (TOLERANCE + 1, False)])
def test_too_old_is_refused_as_is_too_new(age: int, expected: bool) -> None:  # noqa: FBT001
    assert is_genuine(signed(at=NOW - age), BODY, [SECRET], NOW) is expected
    assert is_genuine(signed(at=NOW + age), BODY, [SECRET], NOW) is expected


@pytest.mark.parametrize("header", ["", "t=,v1=", "v1=abc", f"t={NOW}", "t=x,v1=y", f"t={'9' * 5000},v1=a", "\xff=t"])
def test_a_header_that_says_nothing_is_refused(header: str) -> None:
    assert not is_genuine(header, BODY, [SECRET], NOW)


def test_another_secret_or_another_body_is_refused() -> None:
    assert not is_genuine(signed(secret="whsec_other"), BODY, [SECRET], NOW)
    assert not is_genuine(signed(), BODY + b" ", [SECRET], NOW)
    assert not is_genuine(signed(), BODY, [], NOW)


@given(st.binary(max_size=60), st.text(max_size=80))
def test_nothing_else_is_accepted_and_nothing_raises(body: bytes, header: str) -> None:
    assert not is_genuine(header, body, [SECRET], NOW)
