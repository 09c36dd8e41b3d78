"""The text of a message: the rule's own, the kind's default, or both with a mark."""

import re
import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hookline.models import Event, Match
from hookline.render import MAX_TEXT, clean, render
from hookline.rules import Rule
from hookline.rules.expression import Expressions

EVENT = Event(title="Disk full", text="🔥 Disk full on db-1", fields={})


def text(template: str | None, *, failed: str = "", event: Event = EVENT, **payload: Any) -> str:
    rule = Rule.model_validate({"name": "page", "chat": "oncall", "text": template})
    return render(Match(rule, ("oncall",), failed), event, {"payload": payload}, Expressions())


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
        ("{{ 1 / 0 }}", "invalid operation: unable to calculate 1 / 0 (in <string>:1)"),
        ("{{ payload.x | nosuch }}", "unknown filter: filter nosuch is unknown (in <string>:1)"),
        ("{{ payload.pop('y') }}", "KeyError: 'y'"),
        ("a\n{{ payload.x.nosuch() }}", "unknown method: string has no method named nosuch (in <string>:2)"),
        (
            "{% for i in range(9999) %}{% for j in range(9999) %}.{% endfor %}{% endfor %}",
            "engine ran out of fuel (in <string>:1)",
        ),
    ],
)
def test_a_text_that_fails_sends_the_kinds_own_and_says_why(template: str, why: str) -> None:
    said = text(template, x="text")
    assert said == f"🔥 Disk full on db-1\n⚠ The text of the rule “page” failed: {why}."


def test_a_rule_whose_condition_failed_sends_the_kinds_own_with_a_mark() -> None:
    assert text("{{ payload.host }}", failed="it broke", host="db-1") == (
        "🔥 Disk full on db-1\n⚠ Sent because the condition of the rule “page” failed."
    )


def test_marks_that_make_a_text_read_wrong_are_taken_out() -> None:
    assert clean("pay\u202eapyt\u202c \u2066x\u2069 \x1b[31mred\x1b[0m \x00\x07nul\x7f\x85 a\u200bb \u200fc\ufeff") == (
        "payapyt x [31mred[0m nul ab c"
    )


def test_line_breaks_tabs_emoji_and_joined_letters_stay() -> None:
    assert clean("a\r\nb\rc\n\n\td") == "a\nb\nc\n\n\td"
    for joined in ("👩\u200d🚒", "می\u200cخواهم", "❤️", "🏴\U000e0067\U000e0062\U000e007f"):
        assert clean(joined) == joined


def test_a_long_text_is_cut_at_a_word_with_a_note_of_what_is_missing() -> None:
    whole = " ".join(f"word{n}" for n in range(1000))
    cut = clean(whole)
    assert len(cut) <= MAX_TEXT
    note = re.fullmatch(r"(.*word\d+)… \((\d+) more characters\)", cut)
    assert note is not None
    assert whole.startswith(note[1] + " ")
    assert len(note[1]) + int(note[2]) == len(whole)


def test_a_long_text_without_blanks_is_cut_all_the_same() -> None:
    assert clean("x" * 5000) == "x" * 1960 + "… (3040 more characters)"
    assert clean("x" * MAX_TEXT) == "x" * MAX_TEXT


@settings(deadline=None)
@given(st.text(max_size=60) | st.text(min_size=1, max_size=9).map(lambda text: text * 400))
def test_whatever_is_sent_is_printable_trimmed_and_short_enough(given_text: str) -> None:
    said = clean(given_text)
    assert len(said) <= MAX_TEXT
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
    said = text(template, x="text")
    assert said
    assert said == clean(said)
