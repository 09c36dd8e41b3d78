"""PagerDuty's signature, with the secret, the body and the signature of PagerDuty's own Go client's test.

https://github.com/PagerDuty/go-pagerduty/blob/main/webhookv3/webhookv3_test.go; there is no such thing in its client
for Python. The digests under other secrets are openssl's: `openssl dgst -sha256 -hmac SECRET`.
"""

from typing import Any

import pytest
from tests.layer.hookline.sources.proving import NOW, is_accepted, is_event_accepted, names_of_events

SECRET = "lDQHScfUeXUKaQRNF+8XIiDKZ7XX3itBAYzwU0TARw8lJqRnkKl2iB1anSb0Z+IK"
BODY = (
    b'{"event":{"id":"01BWDWL3NYY7LUFPZCC28QUCMK","event_type":"incident.priority_updated","resource_type":"incident",'
    b'"occurred_at":"2021-04-26T17:36:27.458Z","agent":{"html_url":"https://acme.pagerduty.com/users/PLH1HKV",'
    b'"id":"PLH1HKV","self":"https://api.pagerduty.com/users/PLH1HKV","summary":"Tenex Engineer",'
    b'"type":"user_reference"},"client":null,"data":{"id":"PGR0VU2","type":"incident",'
    b'"self":"https://api.pagerduty.com/incidents/PGR0VU2","html_url":"https://acme.pagerduty.com/incidents/PGR0VU2",'
    b'"number":2,"status":"triggered","title":"A little bump in the road",'
    b'"service":{"html_url":"https://acme.pagerduty.com/services/PF9KMXH","id":"PF9KMXH",'
    b'"self":"https://api.pagerduty.com/services/PF9KMXH","summary":"API Service","type":"service_reference"},'
    b'"assignees":[{"html_url":"https://acme.pagerduty.com/users/PTUXL6G","id":"PTUXL6G",'
    b'"self":"https://api.pagerduty.com/users/PTUXL6G","summary":"User 123","type":"user_reference"}],'
    b'"escalation_policy":{"html_url":"https://acme.pagerduty.com/escalation_policies/PUS0KTE","id":"PUS0KTE",'
    b'"self":"https://api.pagerduty.com/escalation_policies/PUS0KTE","summary":"Default",'
    b'"type":"escalation_policy_reference"},"teams":[{"html_url":"https://acme.pagerduty.com/teams/PFCVPS0",'
    b'"id":"PFCVPS0","self":"https://api.pagerduty.com/teams/PFCVPS0","summary":"Engineering",'
    b'"type":"team_reference"}],"priority":{"html_url":"https://acme.pagerduty.com/account/incident_priorities",'
    b'"id":"PSO75BM","self":"https://api.pagerduty.com/priorities/PSO75BM","summary":"P1","type":"priority_reference"},'
    b'"urgency":"high","conference_bridge":{"conference_number":1000,"conference_url":"https://example.com"},'
    b'"resolve_reason":null}}}'
)
DIGEST = "0c0b9495b893a39e70d1fea2fe11fbe0a825f88b9f67846f6cc07dd2bc5476cd"
MISMATCH = "7020c8a7ec668a9b7012bc3dd82e483394b038f4230acc6785efbf2a7d8bcaf5"  # published, too, as one that is refused
BY_ANOTHER = "5ee12c856214a39f98ed833db5ca0d972a5f73233490035dbdfef2421e3f5a54"


def accepts(header: str | None, body: bytes = BODY, *, secret: Any = SECRET, now: float = NOW) -> bool:
    headers = {} if header is None else {"X-PagerDuty-Signature": header}
    return is_accepted("pagerduty", "hmac", secret, headers, body, now=now)


def test_the_published_signature_is_accepted() -> None:
    assert accepts(f"v1={DIGEST}")


@pytest.mark.parametrize("others", [f"v1={MISMATCH},v1={{}}", f"v1={{}},v1={MISMATCH}", f"v0={MISMATCH},v1={{}}, v2=x"])
def test_one_right_signature_among_several_is_enough(others: str) -> None:
    assert accepts(others.format(DIGEST))
    assert not accepts(others.format(MISMATCH))


@pytest.mark.parametrize(
    "header",
    [None, "", "v1=", DIGEST, f"v2={DIGEST}", f"v1={MISMATCH}", f"v1={DIGEST[:-1]}", f"v1={DIGEST[:-1]}e",
     f"v1={DIGEST}00", f"v1=v1={DIGEST}"],
)  # fmt: skip
def test_no_other_signature_is_accepted_and_none_is_none(header: str | None) -> None:
    assert not accepts(header)


@pytest.mark.parametrize("body", [b"", BODY[:-1], BODY + b"\n", BODY.replace(b'"P1"', b'"P2"'), BODY.lower()])
def test_it_is_the_signature_of_no_other_body(body: bytes) -> None:
    assert not accepts(f"v1={DIGEST}", body)


def test_while_a_secret_is_replaced_both_are_accepted() -> None:
    assert accepts(f"v1={DIGEST}", secret=["another", SECRET])
    assert accepts(f"v1={BY_ANOTHER}", secret=["another", SECRET])
    assert not accepts(f"v1={BY_ANOTHER}", secret=[SECRET, "a third"])


def test_no_time_is_signed() -> None:
    assert accepts(f"v1={DIGEST}", now=NOW - 10**8)
    assert accepts(f"v1={DIGEST}", now=NOW + 10**8)


@pytest.mark.parametrize("name", names_of_events("pagerduty"))
def test_the_events_that_ship_are_signed_twice_as_while_a_secret_is_replaced(name: str) -> None:
    assert is_event_accepted(name, "hmac")
