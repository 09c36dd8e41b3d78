"""What somebody could prove to be a sender with never reaches the page."""

from typing import Any

import pytest
from tests.local.page.desk_of import FakeRunning, event

from hookline import gateway
from local.page.credentials import masked, shown

SECRET = "wh-secret-0123456789"


def headers(auth: str, secrets: tuple[str, ...] = (), **given: str) -> Any:
    rules = FakeRunning(f"chats: {{a: chat_1}}\nsources: {{in: {{kind: json, auth: {auth}}}}}\nrules: []\n").rules
    asked = gateway.asked(
        {**event("in", {}, **given), "queryStringParameters": {"page": "1", "token": "t", "mine": "x"}}
    )
    return shown(asked, rules.sources["in"], secrets)


@pytest.mark.parametrize(
    "name",
    ["authorization", "cookie", "proxy-authorization", "x-hub-signature-256", "stripe-signature", "x-api-key", "apikey",
     "x-gitlab-token", "x-auth", "x-secret", "x-session-id", "x-password", "x-key", "x-shopify-hmac-sha256"],
)  # fmt: skip
def test_a_header_that_sounds_like_a_proof_is_left_out(name: str) -> None:
    assert name not in headers("none", **{name: "anything"})[0]


@pytest.mark.parametrize(
    "name",
    ["content-type", "idempotency-key", "webhook-id", "x-github-event", "x-github-delivery", "sentry-hook-resource",
     "x-shopify-topic", "user-agent", "x-monkey-name"],
)  # fmt: skip
def test_what_says_what_it_is_about_stays(name: str) -> None:
    assert headers("none", **{name: "anything"})[0][name] == "anything"


@pytest.mark.parametrize("auth", ["{token: S, header: X-Mine}", "{hmac: S, header: X-Mine}"])
def test_the_header_that_the_rules_name_is_left_out(auth: str) -> None:
    assert "x-mine" not in headers(auth, x_mine="anything")[0]


def test_the_query_keeps_what_is_no_proof() -> None:
    assert headers("none")[1] == {"page": "1", "mine": "x"}
    assert headers("{token: S, query: mine}")[1] == {"page": "1"}


def test_a_secret_of_the_run_is_left_out_wherever_it_is_sent() -> None:
    assert "x-odd" not in headers("none", (SECRET,), x_odd=f"is {SECRET}!")[0]


def test_a_body_has_a_mark_in_the_place_of_a_secret() -> None:
    assert masked(f'{{"url": "https://x/?t={SECRET}"}}', [SECRET]) == '{"url": "https://x/?t=…"}'
    assert masked("https://x/?t=a%2Fb%2Bcdef", ["a/b+cdef"]) == "https://x/?t=…"


def test_a_secret_that_is_hardly_one_masks_no_words() -> None:
    assert masked("on call", ["on"]) == "on call"
