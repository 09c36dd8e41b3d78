"""The text of a message: the rule's own, the kind's default, or both with a mark."""

import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hookline.models import Event, Scope
from hookline.render import Options, clean, options, render
from hookline.rules.expression import Expressions
from hookline.rules.model import Rule

EVENT = Event(title="Disk full", text="🔥 Disk full on db-1", fields={})


def rule(template: str | None, **others: Any) -> Rule:
    return Rule.model_validate({"name": "page", "chat": "oncall", "text": template} | others)


def text(template: str | None, **payload: Any) -> str:
    written = render(rule(template), EVENT, lambda: {"payload": payload}, Expressions())
    assert not written.mark
    return written.text


def test_a_rule_without_a_text_sends_the_kinds_own() -> None:
    assert text(None) == "🔥 Disk full on db-1"


def test_a_rules_text_is_filled_in_and_trimmed() -> None:
    assert text("\n  {{ payload.host }}: {{ payload.use }} %\n\n", host="db-1", use=97) == "db-1: 97 %"


def test_what_is_missing_or_null_prints_as_nothing() -> None:
    assert text("a{{ payload.no.such.thing }}b{{ payload.null }}c", null=None) == "abc"


def test_a_texts_letters_are_not_escaped_as_if_it_were_html() -> None:
    assert text("{{ payload.x }}", x="<a href='x'>&\"") == "<a href='x'>&\""


@pytest.mark.parametrize(
    "template", ["", "  ", "{{ payload.missing }}", "{% if payload.missing %}x{% endif %}", "{{ payload.zero }}"]
)
def test_a_text_that_comes_out_empty_is_replaced_by_the_kinds_own(template: str) -> None:
    assert text(template, zero="\u202e\u200b \x07") == "🔥 Disk full on db-1"


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{{ 1 / 0 }}", "unable to calculate 1 / 0"),
        ("{{ payload.x | nosuch }}", "no filter `nosuch`"),
        ("a {{ payload.x.nosuch() }}", "nosuch"),
        ("{% for i in range(9999) %}{% for j in range(9999) %}.{% endfor %}{% endfor %}", ""),
    ],
)
def test_a_text_that_fails_sends_the_kinds_own_and_says_why(template: str, why: str) -> None:
    written = render(rule(template), EVENT, lambda: {"payload": {"x": "text"}}, Strict())
    assert written.text == "🔥 Disk full on db-1"
    assert written.mark.startswith("⚠ The text of the rule “page” failed: ")
    assert why in written.mark
    assert written.mark.endswith(".")
    assert written.failure is not None
    assert (written.failure.rule, written.failure.option) == ("page", "text")


class Strict(Expressions):
    """Can do nothing for a text that fails."""

    def lenient(self, source: str, scope: Scope) -> str:
        return self.text(source, scope)


class Lenient(Expressions):
    """Knows how much of any text can be saved."""

    def __init__(self, saved: str) -> None:
        super().__init__()
        self._saved = saved

    def lenient(self, source: str, scope: Scope) -> str:  # noqa: ARG002 - asked as the other
        return self._saved


def test_what_can_be_saved_of_a_text_that_fails_is_sent_with_a_mark() -> None:
    written = render(rule("{{ payload.host }}: {{ 1 / 0 }}"), EVENT, lambda: {"payload": {}}, Lenient("db-1: ⚠\n"))
    assert written.text == "db-1: ⚠"
    assert written.mark.startswith("⚠ Part of the text of the rule “page” failed: ")
    assert written.failure is not None


@pytest.mark.parametrize("saved", ["⚠", " ⚠⚠ \n⚠", "", "\u202e"])
def test_a_text_of_which_nothing_is_left_but_marks_is_replaced_by_the_kinds_own(saved: str) -> None:
    written = render(rule("{{ 1 / 0 }}"), EVENT, lambda: {"payload": {}}, Lenient(saved))
    assert written.text == "🔥 Disk full on db-1"
    assert written.mark.startswith("⚠ The text of the rule “page” failed: ")


def test_a_rule_without_templates_asks_for_no_names() -> None:
    def names() -> Scope:
        raise AssertionError("nobody needs them")

    assert render(rule(None), EVENT, names, Expressions()).text == EVENT.text
    assert options(rule(None, effect="slam", urgent=True), EVENT, names, Expressions()) == Options()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("msg_1", "msg_1"),
        (" msg_1\n", "msg_1"),
        ("0190a6f2-1c3e-7000-8000-00000000000a", "0190a6f2-1c3e-7000-8000-00000000000a"),
        ("", None),
        ("two words", None),
        ("m" * 129, None),
        ("../../x", None),
        ("none", "none"),
    ],
)
def test_a_reply_is_to_what_looks_like_a_message_or_to_nothing(given: str, kept: str | None) -> None:
    assert options(
        rule("x", reply_to="{{ payload.id }}"), EVENT, lambda: {"payload": {"id": given}}, Expressions()
    ) == (Options(reply_to=kept))


@pytest.mark.parametrize(
    ("image", "kept"),
    [
        ("https://example.com/a.png?x=1", "https://example.com/a.png?x=1"),
        ("http://192.0.2.1:8080/a", "http://192.0.2.1:8080/a"),
        ("", None),
        ("a.png", None),
        ("//example.com/a.png", None),
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("https://", None),
        ("https://[1/", None),
        ("https://example.com/a b.png", None),
        ("https://example.com/" + "a" * 2000, None),
    ],
)
def test_a_picture_has_a_whole_address_of_the_web_or_is_left_out(image: str, kept: str | None) -> None:
    shown = rule("x", link_preview={"image": "{{ payload.image }}", "title": " {{ payload.title }} "})

    def preview(title: str) -> dict[str, str] | None:
        return options(shown, EVENT, lambda: {"payload": {"image": image, "title": title}}, Expressions()).link_preview

    card = {"image": kept} if kept else {}
    assert preview("") == (card or None)
    assert preview("Graph") == {**card, "title": "Graph"}


def test_a_title_is_one_line_of_at_most_two_hundred_letters() -> None:
    shown = rule("x", link_preview={"title": "a\nb\u202e " + "word " * 100})
    preview = options(shown, EVENT, dict, Expressions()).link_preview
    assert preview is not None
    assert preview["title"].startswith("a b word")
    assert len(preview["title"]) <= 201


def test_long_threads_that_differ_in_their_last_letter_are_two_stories() -> None:
    ones, twos = (options(rule("x", thread="t" * 200 + n), EVENT, dict, Expressions()).thread for n in "12")
    assert ones is not None
    assert len(ones) <= 200
    assert ones != twos
    assert options(rule("x", thread="t" * 200), EVENT, dict, Expressions()).thread == "t" * 200


def test_marks_that_make_a_text_read_wrong_are_taken_out() -> None:
    assert clean("pay\u202eapyt\u202c \u2066x\u2069 \x1b[31mred\x1b[0m \x00\x07nul\x7f\x85 a\u200bb \u200fc\ufeff") == (
        "payapyt x [31mred[0m nul ab c"
    )


def test_line_breaks_tabs_emoji_and_joined_letters_stay() -> None:
    assert clean("a\r\nb\rc\n\n\td") == "a\nb\nc\n\n\td"
    for joined in ("👩\u200d🚒", "می\u200cخواهم", "❤️", "🏴\U000e0067\U000e0062\U000e007f"):
        assert clean(joined) == joined


@settings(deadline=None)
@given(st.text(max_size=60) | st.text(min_size=1, max_size=9).map(lambda text: text * 400))
def test_whatever_is_sent_is_printable_and_trimmed(given_text: str) -> None:
    said = clean(given_text)
    assert said == said.strip()
    assert all(unicodedata.category(letter) != "Cc" or letter in "\n\t" for letter in said)
    assert clean(said) == said


@settings(deadline=None)
@given(
    st.text(st.characters(codec="utf-8"), max_size=40)
    | st.lists(st.sampled_from(["{{", "}}", "{%", "%}", "payload", ".x", " ", "|", "for", "if"]), max_size=9).map(
        " ".join
    )
)
def test_no_template_keeps_the_event_from_being_told(template: str) -> None:
    written = render(rule(template), EVENT, lambda: {"payload": {"x": "text"}}, Expressions())
    assert written.text
    assert written.text == clean(written.text)
    assert bool(written.mark) is bool(written.failure)
