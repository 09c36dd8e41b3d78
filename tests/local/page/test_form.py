"""The sample form posts to a form of the rules, or says why it can't."""

import re

import pytest
from tests.local.page.desk_of import FakeRunning

from local.page.form import form


def page(sources: str, *, live: bool = False) -> tuple[str, str]:
    answer = form(FakeRunning(f"chats: {{a: chat_1}}\nsources: {{{sources}}}\nrules: []\n").rules, live=live)
    return bytes(answer.body).decode(), answer.headers["content-security-policy"]


def test_it_posts_to_the_first_form_and_nothing_else_may_happen() -> None:
    html, policy = page(
        "in: {kind: json, auth: none}, write-to-us: {kind: form, auth: none}, b: {kind: form, auth: none}"
    )
    assert '<form action="/hooks/write-to-us" method="post">' in html
    assert policy.startswith("default-src 'none'; ")
    assert "form-action 'self';" in policy
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=", html)


def test_it_may_lead_on_to_where_its_answer_leads() -> None:
    _, policy = page("a: {kind: form, auth: none, redirect: 'https://example.com/thanks?x=1'}")
    assert "form-action 'self' https://example.com;" in policy


@pytest.mark.parametrize(
    ("sources", "said"),
    [
        ("in: {kind: json, auth: none}", "no source of <code>kind: form</code>"),
        ("a: {kind: form, auth: {token: S}}", "wants a proof that no page for everybody can carry"),
        ("a: {kind: form, auth: none, origins: ['https://example.com']}", "pages of https://example.com only"),
    ],
)
def test_where_no_form_would_be_taken_it_says_so(sources: str, said: str) -> None:
    html, _ = page(sources)
    assert said in html
    assert "<form" not in html


def test_a_form_that_takes_it_goes_before_one_that_does_not() -> None:
    html, _ = page("a: {kind: form, auth: {token: S}}, b: {kind: form, auth: none}")
    assert 'action="/hooks/b"' in html


def test_live_it_says_whom_it_reaches() -> None:
    assert "LIVE=1" in page("b: {kind: form, auth: none}", live=True)[0]
