"""What the office reads when somebody has filled in a form."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hookline.sources.form import content_key, describe
from hookline.sources.kind import MAX_TEXT

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
        "Newsletter: yes\n"
        "Nested: 1"
    )


def test_a_field_that_has_no_name_is_said_as_it_is() -> None:
    assert text(**{"": "hello"}) == "✉️ New message\nhello"
    assert text(**{"": {"a": 1}}) == "✉️ New message\n1"


def test_a_long_message_is_cut_with_a_note() -> None:
    said = text(message="word " * 200)
    assert said.startswith("✉️ New message\n\nword word")
    assert said.endswith(" word… (430 more)")


def test_however_long_a_form_its_message_is_still_there() -> None:
    said = text(**{f"field_{n}": "v " * 300 for n in range(400)}, message="Please help")
    assert said.endswith("\n… and 398 more fields\n\nPlease help")


@pytest.mark.parametrize("payload", [None, [], {}, "text", 7, {"a": None}])
def test_a_form_that_says_nothing_is_still_a_message(payload: Any) -> None:
    assert describe(payload, NOW).text == "✉️ New message"


def test_what_rules_can_ask_of_a_form() -> None:
    fields = {"subject": "Outage", "message": " It is down. ", "topic": "shop"}
    event = describe(fields, NOW)
    assert (event.title, event.body, event.icon, event.fields) == ("Outage", "It is down.", "✉️", fields)


def test_the_parts_of_an_address_are_one_line_where_the_form_has_them() -> None:
    assert text(**{
        "name": "Ann Lee", "address-line1": "12 Elm Street", "address-line2": "", "city": "Springfield", "state": "IL",
        "zip": "62704", "phone": "+15550100199", "shipping_street": "Hauptstraße", "shipping_housenumber": "5",
        "shipping_postal_code": "10115", "shipping_city": "Berlin", "country": "Germany",
    }) == (
        "✉️ Message from Ann Lee\n"
        "Address: 12 Elm Street, Springfield, IL 62704\n"
        "Phone: +1 555 010 0199\n"
        "Shipping address: Hauptstraße 5, 10115 Berlin\n"
        "Country: Germany"
    )  # fmt: skip


def test_an_address_of_several_lines_or_of_a_json_form_is_one_line_too() -> None:
    assert text(address="Ann Lee\r\n12 Elm Street,\r\nSpringfield, IL 62704", notes="two\nlines") == (
        "✉️ New message\nAddress: Ann Lee, 12 Elm Street, Springfield, IL 62704\nNotes: two lines"
    )
    assert text(address={"street": "12 Elm Street", "city": "Springfield", "note": None}) == (
        "✉️ New message\nAddress: 12 Elm Street, Springfield"
    )


@pytest.mark.parametrize(
    ("name", "written", "said"),
    [
        ("phone", "+4915112345678", "+49 151 1234 5678"),
        ("Mobile", "0049 151 12345678", "+49 151 1234 5678"),
        ("contact_phone_number", "+1 (555) 010-0199", "+1 555 010 0199"),
        ("tel", "(555) 010-0199 ext. 7", "(555) 010-0199 ext. 7"),
        ("order", "+4915112345678", "+4915112345678"),
    ],
)
def test_a_telephone_number_reads_well_and_is_otherwise_what_was_written(name: str, written: str, said: str) -> None:
    assert text(**{name: written}).endswith(f": {said}")


def test_first_and_last_name_are_one_and_without_a_name_the_address_says_who() -> None:
    assert text(first_name="Ann", last_name="Lee", email="a@b.example") == (
        "✉️ Message from Ann Lee\nEmail: a@b.example"
    )
    assert text(lastName="Lee") == "✉️ Message from Lee"
    assert text(email="a@b.example", subject="Hi") == "✉️ Hi\nfrom a@b.example"


def test_what_nobody_has_filled_in_is_not_told() -> None:
    noise = ("g-recaptcha-response", "h-captcha-response", "cf-turnstile-response", "_token", "csrf_token",
             "_csrf", "authenticity_token", "utm_source", "utm_campaign", "gclid", "submit", "_method")  # fmt: skip
    assert text(**dict.fromkeys(noise, "03AGdBq25"), method="by phone", website="") == (
        "✉️ New message\nMethod: by phone"
    )
    assert describe({"utm_source": "x", "a": "b"}, NOW).fields == {"a": "b"}


def test_a_double_click_is_the_same_form_also_when_the_proof_of_being_human_is_another() -> None:
    clicked = {"name": "Ann", "message": "Hi", "cf-turnstile-response": "0.one"}
    assert content_key(clicked) == content_key({**clicked, "cf-turnstile-response": "0.two"})
    assert content_key(clicked) != content_key({**clicked, "message": "Hi!"})


def test_a_long_field_that_is_called_otherwise_is_the_message_under_its_name() -> None:
    said = text(name="Ann", Anliegen="Es geht um das Dach.\n\n" + "Bitte rufen Sie an. " * 8, day="Monday")
    assert said.startswith("✉️ Message from Ann\nDay: Monday\n\nAnliegen:\nEs geht um das Dach.\n\nBitte")


def test_a_long_message_leaves_room_for_the_fields_and_they_for_it() -> None:
    fields = {f"field_{n}": f"value {n}" for n in range(60)}
    said = text(**fields, message="word " * 300)
    assert "\nField 9: value 9\n" in said
    assert said.count("word") >= 45
    assert len(said) <= MAX_TEXT


def test_rules_have_the_message_whole() -> None:
    assert describe({"message": "word " * 300}, NOW).body == ("word " * 300).strip()


def test_the_labels_of_nested_names_are_words() -> None:
    assert text(**{"contact[order_no]": "7", "days[]": ["Mon", "Tue"], "terms": "on"}) == (
        "✉️ New message\nContact order no: 7\nDays: Mon, Tue\nTerms: yes"
    )


@pytest.mark.parametrize(
    ("size", "said"),
    [(0, "0 bytes"), (1, "1 byte"), (1023, "1023 bytes"), (1024, "1 KB"), (5_500_000, "5.2 MB"), ("?", "")],
)
def test_the_size_of_a_file_is_said_for_people(size: Any, said: str) -> None:
    about = ", ".join(filter(None, ["application/pdf", said]))
    plan = {"filename": "plan.pdf", "content_type": "application/pdf", "size": size}
    assert text(plan=plan) == f"✉️ New message\nPlan: plan.pdf ({about})"


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
