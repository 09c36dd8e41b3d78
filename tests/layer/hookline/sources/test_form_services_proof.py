"""The signatures of Typeform and Tally, and the token of Jotform, which signs nothing.

Neither publishes a library or a signature to compare with. The headers below were made once by the samples that they
publish, run by Node with these secrets and bodies; Tally's signs what `JSON.stringify` makes of the body:
https://www.typeform.com/developers/webhooks/secure-your-webhooks/ and https://tally.so/help/webhooks
"""

from typing import Any

import pytest
from tests.layer.hookline.sources.proving import NOW, is_accepted, is_event_accepted, names_of_events

SECRET = "a secret for tests only"
BODIES = {
    "typeform": '{"event_id":"01K","event_type":"form_response","form_response":{"answers":[{"text":"Zoë 🌻"}]}}',
    "tally": '{"eventId":"4f6f","eventType":"FORM_RESPONSE","data":{"fields":[{"label":"Name","value":"Zoë 🌻"}]}}',
}
NAMES = {"typeform": "Typeform-Signature", "tally": "Tally-Signature"}
SIGNED = {
    "typeform": "sha256=PTxcXOmFk2ABjcFIYbnQc3V6fHfcmYk7ow/9wCl/hAs=",
    "tally": "chAHBF8GOr6cBnLNEo7PcHg8Ggv4a/EE4hTNdjtYk6Y=",
}


def accepts(kind: str, header: str | None, body: str | None = None, *, secret: Any = SECRET, now: float = NOW) -> bool:
    headers = {} if header is None else {NAMES[kind]: header}
    return is_accepted(kind, "hmac", secret, headers, (BODIES[kind] if body is None else body).encode(), now=now)


@pytest.mark.parametrize("kind", SIGNED)
def test_what_the_published_sample_signs_is_accepted(kind: str) -> None:
    assert accepts(kind, SIGNED[kind])


@pytest.mark.parametrize("kind", SIGNED)
def test_an_altered_body_is_refused(kind: str) -> None:
    body = BODIES[kind]
    for altered in ("", body[:-1], body + " ", body.replace("Zoë", "Zoe"), body.replace('"', "'")):
        assert not accepts(kind, SIGNED[kind], altered)


@pytest.mark.parametrize("kind", SIGNED)
def test_an_altered_header_is_refused(kind: str) -> None:
    header = SIGNED[kind]
    swapped = header[:-3] + ("A" if header[-3] != "A" else "B") + header[-2:]
    for altered in ("", header[:-1], swapped, header.upper(), "sha256=", f"x{header}", header.replace("=", "", 1)):
        assert not accepts(kind, altered)


def test_typeforms_prefix_belongs_to_it_and_to_no_other() -> None:
    assert not accepts("typeform", SIGNED["typeform"].removeprefix("sha256="))
    assert not accepts("typeform", SIGNED["typeform"].replace("sha256", "sha1"))
    assert not accepts("tally", f"sha256={SIGNED['tally']}")


@pytest.mark.parametrize("kind", SIGNED)
def test_without_the_header_nobody_gets_in(kind: str) -> None:
    assert not accepts(kind, None)


@pytest.mark.parametrize("kind", SIGNED)
def test_no_time_is_signed_so_that_a_retry_of_the_next_day_is_accepted(kind: str) -> None:
    assert accepts(kind, SIGNED[kind], now=NOW + 10**6)
    assert accepts(kind, SIGNED[kind], now=NOW - 10**6)


@pytest.mark.parametrize("kind", SIGNED)
def test_while_a_secret_is_replaced_both_are_accepted(kind: str) -> None:
    assert accepts(kind, SIGNED[kind], secret=["another", SECRET])
    assert accepts(kind, SIGNED[kind], secret=[SECRET, "another"])
    assert not accepts(kind, SIGNED[kind], secret=["another", "a third"])


@pytest.mark.parametrize("name", [*names_of_events("typeform"), *names_of_events("tally")])
def test_the_events_that_ship_are_signed(name: str) -> None:
    assert is_event_accepted(name, "hmac")


@pytest.mark.parametrize("name", names_of_events("jotform"))
def test_jotforms_events_have_the_token_in_their_address(name: str) -> None:
    assert is_event_accepted(name, "token")


def test_a_token_in_a_header_proves_nothing_for_jotform() -> None:
    assert not is_accepted("jotform", "token", SECRET, {"X-Token": SECRET}, b"{}")
