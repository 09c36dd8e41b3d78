"""What the office reads when somebody has filled in a form at Typeform, Tally or Jotform."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.layer.hookline.sources.anything import anything

from hookline.sources import jotform, tally, typeform
from hookline.sources.answers import Answer, tell
from hookline.sources.kind import MAX_TEXT

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def said(*answers: Answer) -> str:
    return tell("Enquiry", answers).text


@pytest.mark.parametrize(
    "question",
    ["Name", "name", "Full name", "Your name:", "What's your name?", "What is your full name?", "whats your name",
     "First and last name"],
)  # fmt: skip
def test_who_wrote_is_whoever_gave_a_name(question: str) -> None:
    assert said(Answer("Mail", "ann@example.org"), Answer(question, "Ann Lee")) == (
        "✉️ Enquiry\nfrom Ann Lee\nMail: ann@example.org"
    )


def test_first_and_last_name_are_one_name() -> None:
    assert said(Answer("First name", "Ann"), Answer("Last name", "Lee")) == "✉️ Enquiry\nfrom Ann Lee"


@pytest.mark.parametrize("question", ["Company name", "Name of your dog", "What is your brand name?"])
def test_the_name_of_something_else_is_nobodys(question: str) -> None:
    assert said(Answer(question, "Rex"), Answer("Mail", "ann@example.org")).startswith(
        "✉️ Enquiry\nfrom ann@example.org\n"
    )


def test_the_longest_of_the_long_answers_comes_last_under_its_question() -> None:
    assert said(
        Answer("Why?", "So.", is_long=True), Answer("How?", "Like\nthis.", is_long=True), Answer("Day", "1")
    ) == ("✉️ Enquiry\nWhy? So.\nDay: 1\n\nHow?\nLike\nthis.")


@pytest.mark.parametrize("question", ["Message", "Your message*", "Comments:", "Question?", ""])
def test_what_only_asks_for_a_message_needn_t_be_said(question: str) -> None:
    assert said(Answer(question, "Hello", is_long=True)) == "✉️ Enquiry\n\nHello"


def test_however_long_a_form_it_fits_on_a_screen_and_the_message_is_there() -> None:
    many = [Answer(f"Question {n} " * 20, "v " * 300) for n in range(400)]
    text = said(Answer("Name", "N" * 300), *many, Answer("Message", "Please help. " * 90, is_long=True))
    assert len(text) <= MAX_TEXT
    assert "… and 400 more fields\n\nPlease help." in text


def answered(kind: str, value: Any, *, field: str = "short_text", title: str = "Q") -> str:
    fields = [{"id": "a", "title": title, "type": field}]
    answers = [{"type": kind, kind: value, "field": {"id": "a", "type": field}}]
    response = {"definition": {"title": "Enquiry", "fields": fields}, "answers": answers}
    text = typeform.describe({"event_id": "1", "form_response": response}, NOW).text
    return text.removeprefix("✉️ Enquiry").strip()


@pytest.mark.parametrize(
    ("kind", "value", "line"),
    [("text", "Hi", "Q: Hi"), ("number", 0, "Q: 0"), ("boolean", False, "Q: no"),
     ("date", "2027-05-21", "Q: 2027-05-21"),
     ("email", "a@b.example", "from a@b.example"), ("phone_number", "+49301234", "Q: +49301234"),
     ("url", "https://b.example/x", "Q: https://b.example/x"), ("choice", {"id": "1", "label": "Red"}, "Q: Red"),
     ("choice", {"other": "Teal"}, "Q: Teal"), ("choices", {"labels": ["Red", "Blue"]}, "Q: Red, Blue"),
     ("choices", {"labels": ["Red"], "other": "Teal"}, "Q: Red, Teal"), ("choices", {"other": "Teal"}, "Q: Teal"),
     ("file_url", "https://api.typeform.com/responses/files/1/my%20plan.pdf?x=1", "Q: my plan.pdf"),
     ("payment", {"amount": "€25.00", "last4": "1234", "success": True}, "Q: paid €25.00"),
     ("multi_format", {"video_url": "https://v.example/1"}, "Q: video recording"), ("hologram", "?", "Q: ?")],
)  # fmt: skip
def test_an_answer_of_any_type_of_typeform_is_a_line(kind: str, value: Any, line: str) -> None:
    assert answered(kind, value) == line


def test_what_a_question_of_typeform_repeats_of_earlier_answers_is_left_out() -> None:
    assert answered("text", "Blue", title="Thanks, {{field:abc}}! Which *colour*?") == "Thanks! Which colour? Blue"
    assert answered("text", "Blue", title="{{field:abc}}, which colour?") == "which colour? Blue"


def test_questions_in_groups_and_a_score_are_told_too() -> None:
    inner = {"id": "b", "title": "Street", "type": "short_text"}
    fields = [{"id": "a", "title": "Address", "type": "group", "properties": {"fields": [inner]}}]
    answers = [{"type": "text", "text": "Birch Lane 4", "field": {"id": "b"}}]
    response = {"definition": {"title": "Quiz", "fields": fields}, "answers": answers, "calculated": {"score": 7}}
    told = typeform.describe({"form_response": {**response, "form_id": "hK3"}}, NOW)
    assert told.text == "✉️ Quiz\nStreet: Birch Lane 4\nScore: 7"
    assert told.url == "https://admin.typeform.com/form/hK3/results"
    assert told.fields == {"Street": "Birch Lane 4", "Score": "7"}


def test_answers_that_are_not_finished_say_so() -> None:
    sent = {"event_type": "form_response_partial", "form_response": {"definition": {"title": "Quiz"}}}
    assert typeform.describe(sent, NOW).text == "✉️ Quiz (not finished)"


def tallied(kind: str, value: Any, **more: Any) -> str:
    fields = [{"key": "question_a", "label": "Q", "type": kind, "value": value, **more}]
    text = tally.describe({"eventId": "1", "data": {"formName": "Enquiry", "fields": fields}}, NOW).text
    return text.removeprefix("✉️ Enquiry").strip()


OPTIONS = [{"id": "1", "text": "Red"}, {"id": "2", "text": "Blue"}]
TABLE = {"rows": [{"id": "r1", "text": "Day"}, {"id": "r2", "text": "Night"}], "columns": OPTIONS}


@pytest.mark.parametrize(
    ("kind", "value", "more", "line"),
    [("INPUT_TEXT", "Hi", {}, "Q: Hi"), ("INPUT_NUMBER", 0, {}, "Q: 0"),
     ("INPUT_EMAIL", "a@b.example", {}, "from a@b.example"),
     ("INPUT_DATE", "2027-05-21", {}, "Q: 2027-05-21"), ("RATING", 4, {}, "Q: 4"), ("INPUT_TEXT", None, {}, ""),
     ("MULTIPLE_CHOICE", ["2"], {"options": OPTIONS}, "Q: Blue"), ("DROPDOWN", "1", {"options": OPTIONS}, "Q: Red"),
     ("MULTIPLE_CHOICE", ["2", "Teal"], {"options": OPTIONS}, "Q: Blue, Teal"),
     ("CHECKBOXES", ["1", "2"], {"options": OPTIONS}, "Q: Red, Blue"), ("CHECKBOXES", True, {}, ""),
     ("RANKING", ["2", "1"], {"options": OPTIONS}, "Q: Blue, Red"), ("HIDDEN_FIELDS", "flyer", {}, ""),
     ("MATRIX", {"r1": ["1"], "r2": ["1", "2"]}, TABLE, "Q: Day: Red, Night: Red, Blue"),
     ("FILE_UPLOAD", [{"name": "a.png", "mimeType": "image/png", "size": 2048}], {}, "Q: a.png (image/png, 2 KB)"),
     ("TEXTAREA", "One\nTwo", {}, "Q\nOne\nTwo"), ("TEXTAREA", None, {}, "")],
)  # fmt: skip
def test_an_answer_of_any_type_of_tally_is_a_line(kind: str, value: Any, more: dict[str, Any], line: str) -> None:
    assert tallied(kind, value, **more) == line


def jotted(raw: Any, pretty: Any = "", **more: Any) -> str:
    request = raw if isinstance(raw, str) else json.dumps(raw)
    text = jotform.describe({"formTitle": "Enquiry", "rawRequest": request, "pretty": pretty, **more}, NOW).text
    return text.removeprefix("✉️ Enquiry").strip()


@pytest.mark.parametrize(
    ("value", "line"),
    [("Hi", "Colour of choice: Hi"), (["Red", "Blue"], "Colour of choice: Red, Blue"),
     ({"first": "Ann", "last": "Lee"}, "Colour of choice: Ann Lee"),
     ({"area": "030", "phone": "1234"}, "Colour of choice: 030 1234"),
     ({"month": "05", "day": "14", "year": "2027"}, "Colour of choice: 2027-05-14"),
     ({"month": "5", "day": "14", "year": "2027", "hour": "3", "min": "30", "ampm": "PM"},
      "Colour of choice: 2027-5-14 3:30 PM"),
     ({"addr_line1": "Birch Lane 4", "addr_line2": "", "city": "Kiel"}, "Colour of choice: Birch Lane 4, Kiel"),
     ({"implementation": "new", "date": "2026-11-05 10:00", "duration": "60"}, "Colour of choice: 2026-11-05 10:00"),
     ("", ""), ({"month": "", "day": "", "year": ""}, ""), ({"colIds": "[]", "rowIds": "[]"}, "")],
)  # fmt: skip
def test_an_answer_of_any_shape_of_jotform_is_a_line(value: Any, line: str) -> None:
    assert jotted({"slug": "submit/1", "q3_colourOfChoice": value, "event_id": "7"}) == line


def test_jotforms_questions_are_read_from_the_text_that_has_them_with_commas_and_colons() -> None:
    raw = {"q1_a": "A: b, c", "q2_date": {"year": "2027", "month": "01", "day": "02"}, "q4_b": "d", "q5_c": "zz"}
    pretty = "When, and where?:A: b, c, Day:01/02/2027, What else, please?:d"
    assert jotted(raw, pretty) == "When, and where? A: b, c\nDate: 2027-01-02\nplease? d\nC: zz"


def test_files_of_jotform_are_named() -> None:
    where = "https://www.jotform.com/uploads/x/1/2/"
    raw = {"temp_upload": {"q9_plans": ["x#y"]}, "plans": [f"{where}a%20b.png", f"{where}c.pdf"], "other": ["no"]}
    assert jotted(raw, "Plans:a b.png, c.pdf") == "Plans: a b.png, c.pdf"


@pytest.mark.parametrize("raw", ["", "{", "[" * 100_000, "null", '{"q1_a": 1e999}', '{"q1_a": ' + "9" * 5000 + "}"])
def test_a_request_that_is_no_json_leaves_what_there_is_to_read(raw: str) -> None:
    assert jotted(raw, "Name:Ann Lee, Day:Monday") in {"Name:Ann Lee, Day:Monday", "A: inf"}


def test_half_a_character_that_only_the_inner_json_can_say_becomes_a_mark() -> None:
    jotted(r'{"q1_\ud83d": "\ud83d!"}').encode()


def test_something_else_is_told_like_any_json() -> None:
    for describe in (typeform.describe, tally.describe):
        assert describe({"title": "Hello"}, NOW).text == "🔔 Hello"
    assert jotform.describe({"formTitle": "Boats"}, NOW).text == "✉️ Boats"


@pytest.mark.parametrize("kind", [typeform.KIND, tally.KIND, jotform.KIND])
def test_an_id_that_is_none_makes_no_address(kind: Any) -> None:
    bad = "a/../b?"
    sent = {
        "form_response": {"form_id": bad},
        "data": {"formId": bad, "fields": []},
        "formID": bad,
        "submissionID": bad,
    }
    assert kind.describe(sent, NOW).url == ""


NAMES = ["form_response", "definition", "fields", "answers", "title", "id", "type", "text", "field", "properties",
         "data", "choices", "labels", "other", "payment", "calculated", "score", "options", "rows", "columns", "value",
         "label", "rawRequest", "pretty", "formTitle", "temp_upload", "q3_name", "year", "first"]  # fmt: skip
VALUES = ["long_text", "TEXTAREA", "CHECKBOXES", "choices", "file_url", "MATRIX", "What's your name?", "a@b.example",
          '{"q3_name": {"first": "Ann"}, "q4_x": "\\ud800 y"}', "Name:Ann, X:y"]  # fmt: skip
payloads = anything(NAMES, VALUES)
shaped = st.builds(
    lambda fields, answers, raw: {
        "form_response": {"definition": {"fields": fields}, "answers": answers},
        "data": {"fields": answers},
        "rawRequest": json.dumps(raw),
        "pretty": "Name:Ann",
    },
    *(st.lists(payloads, max_size=4), st.lists(payloads, max_size=6), payloads),
)


@settings(max_examples=200)
@given(payloads | shaped)
def test_any_json_at_all_is_an_event_that_fits_on_a_screen(payload: Any) -> None:
    for kind in (typeform.KIND, tally.KIND, jotform.KIND):
        event = kind.describe(payload, NOW)
        assert event.title
        assert event.text.strip()
        assert len(event.text.encode()) > 0
        assert len(event.text) <= MAX_TEXT
        json.dumps(event.fields).encode()
