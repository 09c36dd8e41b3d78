"""What the office reads when somebody has filled in a form."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hookline.rules.model import MAX_TEXT
from hookline.sources.form import content_key, describe

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def text(**fields: Any) -> str:
    return describe(fields, NOW).text


def test_a_contact_form_says_who_how_to_reach_them_and_what_they_wrote() -> None:
    assert text(name="Ann Lee", email="ann@example.com", phone="+1 555 0100", message="Hi,\n\nplease call.\nAnn") == (
        "✉️ Message from Ann Lee\nEmail: ann@example.com\nPhone: +1 555 0100\n\nHi,\n\nplease call.\nAnn"
    )


def test_a_subject_becomes_the_headline() -> None:
    assert text(**{"your-name": "Ann Lee", "your-subject": "A quote", "your-message": "How much?"}) == (
        "✉️ A quote\nfrom Ann Lee\n\nHow much?"
    )


def test_names_of_fields_are_recognised_in_any_case_and_said_for_people() -> None:
    assert text(Email="ann@example.com", COMMENTS="Hello", preferred_date="2026-12-01", orderNo=7) == (
        "✉️ Message from ann@example.com\nPreferred date: 2026-12-01\nOrderNo: 7\n\nHello"
    )


def test_files_choices_and_ticks_are_said_in_words() -> None:
    cv = {"filename": "cv.pdf", "content_type": "application/pdf", "size": 123_456}
    note = {"filename": "note.txt", "content_type": "text/plain", "size": 17}
    assert text(cv=cv, note=note, interests=["tea", "", "cake"], newsletter=True, empty="", nested={"a": 1}) == (
        "✉️ New message\n"
        "Cv: cv.pdf (application/pdf, 121 KB)\n"
        "Note: note.txt (text/plain, 17 bytes)\n"
        "Interests: tea, cake\n"
        "Newsletter: yes"
    )


def test_a_field_that_has_no_name_is_said_as_it_is() -> None:
    assert text(**{"": "hello"}) == "✉️ New message\nhello"
    assert text(**{"": {"a": 1}}) == "✉️ New message"


def test_a_long_message_is_cut_with_a_note() -> None:
    said = text(message="word " * 200)
    assert said.startswith("✉️ New message\n\nword word")
    assert said.endswith(" word… (615 more)")


def test_however_long_a_form_its_message_is_still_there() -> None:
    said = text(**{f"field_{n}": "v " * 300 for n in range(400)}, message="Please help")
    assert said.endswith("\n… and 397 more fields\n\nPlease help")


@pytest.mark.parametrize("payload", [None, [], {}, "text", 7, {"a": None}])
def test_a_form_that_says_nothing_is_still_a_message(payload: Any) -> None:
    assert describe(payload, NOW).text == "✉️ New message"


def test_what_rules_can_ask_of_a_form() -> None:
    fields = {"subject": "Outage", "message": " It is down. ", "topic": "shop"}
    event = describe(fields, NOW)
    assert (event.title, event.body, event.icon, event.fields) == ("Outage", "It is down.", "✉️", fields)


names = st.sampled_from(["name", "email", "Message", "subject", "", "filename", "size", "content_type"]) | st.text()
leaves: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.sampled_from(["x " * 500, "y" * 900])
)
anything = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(names, inner, max_size=5), max_leaves=15
)


@settings(deadline=None, max_examples=100)
@given(anything | st.dictionaries(names, anything, max_size=30))
def test_any_json_at_all_is_a_message_that_is_sent_whole(payload: Any) -> None:
    event = describe(payload, NOW)
    assert event.text.startswith("✉️ ")
    assert len(event.text) <= MAX_TEXT
    assert event.title
    assert content_key(payload) == content_key(json.loads(json.dumps(payload)))
