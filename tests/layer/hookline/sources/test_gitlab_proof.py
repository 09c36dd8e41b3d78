"""GitLab's secret token, which is no signature; and its signing token, with signatures made by standardwebhooks.

GitLab says that it signs as the Standard Webhooks specification does, so that project's own library is what decides:
what it signs is accepted, what it refuses is refused. Of the plain token there is nothing to make or to publish.
https://docs.gitlab.com/user/project/integrations/webhooks/, https://gitlab.com/gitlab-org/gitlab/-/merge_requests/230944
"""

from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import pytest
import standardwebhooks.webhooks as library
from tests.layer.hookline.sources.proving import NOW, is_accepted, is_event_accepted, names_of_events

TOKEN = "glwt-3f9c"
SIGNING, ANOTHER = "whsec_Z2l0bGFiLXNpZ25pbmctdG9rZW4tMzItYnl0ZXMh", "whsec_YW5vdGhlci1zaWduaW5nLXRva2VuLTMyLWJ5dGU="
BODY = '{"object_kind":"push","user_name":"Jürgen"}'.encode()


def has_token(headers: dict[str, str], *, secret: Any = TOKEN) -> bool:
    return is_accepted("gitlab", "token", secret, headers, BODY)


def test_the_token_is_accepted_where_gitlab_sends_it() -> None:
    assert has_token({"X-Gitlab-Token": TOKEN})


@pytest.mark.parametrize("given", ["", "glwt-3f9", "glwt-3f9c0", "GLWT-3F9C", "Bearer glwt-3f9c"])
def test_any_other_token_is_refused(given: str) -> None:
    assert not has_token({"X-Gitlab-Token": given})


def test_without_a_token_or_with_one_elsewhere_nobody_gets_in() -> None:
    assert not has_token({})
    assert not has_token({"X-Token": TOKEN, "Authorization": f"Bearer {TOKEN}", "Private-Token": TOKEN})


def test_while_a_token_is_replaced_both_are_accepted() -> None:
    assert has_token({"X-Gitlab-Token": TOKEN}, secret=["another", TOKEN])
    assert has_token({"X-Gitlab-Token": "another"}, secret=["another", TOKEN])
    assert not has_token({"X-Gitlab-Token": "a third"}, secret=["another", TOKEN])


def signed(body: bytes = BODY, *, at: int = NOW, secret: str = SIGNING) -> dict[str, str]:
    signature = library.Webhook(secret).sign("e8a2c401", datetime.fromtimestamp(at, UTC), body.decode())
    return {"webhook-id": "e8a2c401", "webhook-timestamp": str(at), "webhook-signature": signature}


class Stopped(datetime):
    """The library's clock, stopped at the time of the requests."""

    @classmethod
    def now(cls, tz: Any = None) -> Any:
        return datetime.fromtimestamp(NOW, tz)


def accepts(headers: dict[str, str], body: bytes = BODY, *, secret: Any = SIGNING) -> bool:
    """Ask both, who have to agree; of several secrets the library is asked for each."""
    said = is_accepted("gitlab", "hmac", secret, headers, body)
    secrets = secret if isinstance(secret, list) else [secret]
    assert said is any(_library_accepts(headers, body, one) for one in secrets)
    return said


def _library_accepts(headers: dict[str, str], body: bytes, secret: str) -> bool:
    try:
        with patch.object(library, "datetime", Stopped):
            library.Webhook(secret).verify(body, headers)
    except library.WebhookVerificationError:
        return False
    return True


def test_what_is_signed_is_accepted() -> None:
    assert accepts(signed())


@pytest.mark.parametrize("body", [b"", b"{}", BODY[:-1], BODY + b" ", BODY.replace(b"push", b"Push")])
def test_an_altered_body_is_refused(body: bytes) -> None:
    assert not accepts(signed(), body)


@pytest.mark.parametrize(
    "change",
    [{"webhook-id": "e8a2c402"}, {"webhook-timestamp": str(NOW + 1)}, {"webhook-timestamp": "now"},
     {"webhook-signature": "v1,"}, {"webhook-signature": signed(secret=ANOTHER)["webhook-signature"]},
     {"webhook-signature": signed()["webhook-signature"].replace("v1,", "v2,")}],
)  # fmt: skip
def test_an_altered_header_is_refused(change: dict[str, str]) -> None:
    assert not accepts(signed() | change)


@pytest.mark.parametrize(("seconds", "accepted"), [(-300, True), (300, True), (-301, False), (301, False)])
def test_what_is_too_old_or_too_new_is_refused(seconds: int, accepted: bool) -> None:  # noqa: FBT001
    assert accepts(signed(at=NOW + seconds)) is accepted


def test_without_any_of_the_three_headers_nobody_gets_in() -> None:
    for name in signed():
        assert not accepts({other: value for other, value in signed().items() if other != name})


def test_one_right_signature_among_several_is_enough_and_so_is_one_of_two_secrets() -> None:
    right, wrong = (signed(secret=secret)["webhook-signature"] for secret in (SIGNING, ANOTHER))
    assert accepts(signed() | {"webhook-signature": f"{wrong} {right}"})
    assert accepts(signed(), secret=[ANOTHER, SIGNING])
    assert not accepts(signed(), secret=[ANOTHER])


@pytest.mark.parametrize("name", names_of_events("gitlab"))
def test_the_events_that_ship_carry_the_token(name: str) -> None:
    assert is_event_accepted(name, "token")
