"""Bodies as senders write them, and as nobody should."""

import json
import string
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hookline.errors import Refused, UnreadableBody, WrongType
from hookline.models import JSON, Inbound, Verified
from hookline.parse import MAX_DEPTH, MAX_FIELDS, parse
from hookline.rules.model import Source
from hookline.sources import KINDS

ALL = frozenset({"json", "form", "text"})
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=XX"


def read(body: bytes, content_type: str | None = "application/json", reads: frozenset[str] = ALL) -> JSON:
    headers = {} if content_type is None else {"content-type": content_type}
    source = Source.model_validate({"kind": "json", "auth": "none"})
    return parse(Verified(Inbound("hook", "POST", headers, {}, body, "request-1", 0), source), reads)


def refusal(body: bytes, content_type: str | None = "application/json", reads: frozenset[str] = ALL) -> str:
    with pytest.raises(UnreadableBody) as refused:
        read(body, content_type, reads)
    return str(refused.value)


def part(headers: str, content: str) -> str:
    return f"--XX\r\nContent-Disposition: form-data; {headers}\r\n\r\n{content}\r\n"


def multipart(*parts: str, end: str = "--XX--\r\n") -> bytes:
    return ("".join(parts) + end).encode()


@pytest.mark.parametrize(
    "content_type",
    [None, "", "application/json", "APPLICATION/JSON; charset=utf-8", "application/cloudevents+json", "text/plain"],
)
def test_json_is_read_under_every_type_that_senders_give_it(content_type: str | None) -> None:
    assert read('{"a": [1, 2.5, null, "ü"]}'.encode(), content_type) == {"a": [1, 2.5, None, "ü"]}


@pytest.mark.parametrize("body", [b"7", b'"text"', b"null", b"[]", b" {} \n"])
def test_json_need_not_be_an_object(body: bytes) -> None:
    assert read(body) == json.loads(body)


def test_a_byte_order_mark_is_no_part_of_the_json() -> None:
    assert read(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", FORM, MULTIPART, None])
@pytest.mark.parametrize("body", [b"", b" \r\n\t", b"\xef\xbb\xbf", b"\xef\xbb\xbf \n"])
def test_an_empty_body_is_refused_whatever_its_type(body: bytes, content_type: str | None) -> None:
    assert refusal(body, content_type) == "The body is empty."


def test_broken_json_is_refused_with_the_place() -> None:
    assert refusal(b'{"a": 1,\n "b" 2}') == "The body is not JSON: Expecting ':' delimiter at line 2, column 6."
    assert refusal(b"{'a': 1}").startswith("The body is not JSON: Expecting property name")
    assert refusal(b'{"a": 1} trailing') == "The body is not JSON: Extra data at line 1, column 10."


@pytest.mark.parametrize("name", ["NaN", "Infinity", "-Infinity"])
def test_a_constant_that_is_no_json_is_refused(name: str) -> None:
    assert refusal(f'{{"a": [{name}]}}'.encode()) == f"The body is not JSON: {name} is not a JSON number."


@pytest.mark.parametrize("number", ["1e400", "-1e400", "9" * 400 + ".5"])
def test_a_number_that_would_become_infinite_is_refused(number: str) -> None:
    assert refusal(number.encode()) == "The body is not JSON: a number is too large."


def test_a_whole_number_may_be_long_but_not_without_end() -> None:
    assert read(b"9" * 400) == int("9" * 400)
    assert refusal(b"9" * 5000).startswith("The body is not JSON: ")


def test_bytes_that_are_no_utf_8_are_refused() -> None:
    assert refusal(b'{"a": "\xff"}') == "The body is not UTF-8: byte 7 can't be read."
    assert refusal("[]".encode("utf-16"), "text/plain").startswith("The body is not UTF-8")


def nested(levels: int) -> bytes:
    return b'{"a":' * levels + b"1" + b"}" * levels


def test_nesting_is_read_to_a_depth_that_no_real_payload_has() -> None:
    assert read(nested(MAX_DEPTH)) is not None
    too_deep = f"The JSON is nested more than {MAX_DEPTH} levels deep."
    assert refusal(nested(MAX_DEPTH + 1)) == too_deep
    assert refusal(nested(200)) == too_deep
    assert refusal(b"[" * 200 + b"]" * 200) == too_deep
    assert refusal(b"[" * 100_000 + b"]" * 100_000) == too_deep
    assert refusal(b"[" * 100_000) == too_deep


def test_half_a_character_becomes_a_mark_in_names_and_values() -> None:
    assert read(b'{"\\ud83d": ["\\udfff x", "\\ud83d\\ude00"]}') == {"\ufffd": ["\ufffd x", "😀"]}


def test_plain_text_is_the_text_itself() -> None:
    assert read(b" Disk full\n on db-1 ", "text/plain") == {"text": "Disk full\n on db-1"}
    assert read(b"NaN", "text/plain") == {"text": "NaN"}


@pytest.mark.parametrize("body", [b'{"a": ', b"[1, 2", b" {nope}", b'\xef\xbb\xbf{"a"'])
def test_plain_text_that_set_out_to_be_json_is_refused_as_broken_json(body: bytes) -> None:
    assert refusal(body, "text/plain").startswith("The body is not JSON: ")


@pytest.mark.parametrize("content_type", ["text/html", "application/xml", "image/png", "application/octet-stream", "x"])
def test_a_type_that_no_kind_reads_is_refused(content_type: str) -> None:
    with pytest.raises(WrongType) as refused:
        read(b"{}", content_type)
    assert str(refused.value) == f"This source doesn't take bodies of type '{content_type}'; it takes form, json, text."


def test_a_kind_is_given_no_body_that_it_does_not_read() -> None:
    with pytest.raises(WrongType, match=r"it takes json\.$"):
        read(b"a=1", FORM, KINDS["alertmanager"].reads)
    with pytest.raises(WrongType, match=r"it takes form, json\.$"):
        read(b"hello", "text/plain", KINDS["form"].reads)


def test_a_forms_fields_keep_their_order_and_repeats_become_a_list() -> None:
    fields = read(b"b=1&a=%C3%BC+x&b=2&empty=&b=3&flag", FORM)
    assert list(fields.items()) == [("b", ["1", "2", "3"]), ("a", "ü x"), ("empty", ""), ("flag", "")]


@pytest.mark.parametrize("body", [b"a=%FF", b"a=%ED%A0%80", b"%C3=1", "a=ü".encode()])
def test_a_form_that_is_no_utf_8_is_refused(body: bytes) -> None:
    assert refusal(body, FORM) == "The form is not urlencoded UTF-8."


def test_a_form_without_fields_is_refused() -> None:
    assert refusal(b"&&&", FORM) == "The form has no fields."


def test_a_form_has_a_highest_number_of_fields() -> None:
    pairs = [(f"f{n}", "x") for n in range(MAX_FIELDS)]
    assert len(read(urlencode(pairs).encode(), FORM)) == MAX_FIELDS
    assert (
        refusal(urlencode([*pairs, ("one", "more")]).encode(), FORM) == f"The form has more than {MAX_FIELDS} fields."
    )


def test_a_multipart_form_gives_fields_and_what_is_known_of_files() -> None:
    body = multipart(
        part('name="who"', "Ann Ü"),
        part('name="cv"; filename="cv ü.pdf"\r\nContent-Type: application/pdf', "%PDF-1.7 " + "x" * 2000),
        part('name="to"', "a"),
        part('name="to"', "b"),
    )
    assert read(body, MULTIPART) == {
        "who": "Ann Ü",
        "cv": {"filename": "cv ü.pdf", "content_type": "application/pdf", "size": 2009},
        "to": ["a", "b"],
    }


def test_a_file_input_that_was_left_empty_says_nothing() -> None:
    empty = part('name="cv"; filename=""\r\nContent-Type: application/octet-stream', "")
    assert read(multipart(part('name="who"', "Ann"), empty), MULTIPART) == {"who": "Ann"}
    assert refusal(multipart(empty), MULTIPART) == "The form has no fields."


@pytest.mark.parametrize("cut", [1, 8, 12, 40, 75])
def test_a_multipart_form_that_breaks_off_is_refused(cut: int) -> None:
    whole = multipart(part('name="who"', "Ann"), part('name="message"', "Call me"), end="--XX--")
    assert read(whole, MULTIPART)
    assert "multipart form" in refusal(whole[:-cut], MULTIPART)


@pytest.mark.parametrize(
    "content_type",
    ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=YY",
     "multipart/form-data; boundary=\u20ac", "multipart/form-data; boundary", 'multipart/form-data; boundary="XX'],
)  # fmt: skip
def test_a_multipart_form_whose_boundary_is_missing_or_wrong_is_refused(content_type: str) -> None:
    body = multipart(part('name="who"', "Ann"))
    if content_type.endswith('"XX'):
        content_type += "X"
    assert "multipart form" in refusal(body, content_type)


@pytest.mark.parametrize(
    "body",
    [b"who=Ann", b"--XX--\r\n\r\n", b"--XX\r\n\r\nno header\r\n--XX--\r\n",
     b'--XX\r\nContent-Disposition: form-data; name="\xff"\r\n\r\nx\r\n--XX--\r\n',
     b'--XX\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff\r\n--XX--\r\n',
     b"--XX\r\nContent-Disposition: form-data\r\n\r\nno name\r\n--XX--\r\n"],
)  # fmt: skip
def test_a_multipart_form_that_makes_no_sense_is_refused(body: bytes) -> None:
    assert refusal(body, MULTIPART) in {
        "The multipart form can't be read.",
        "The multipart form ends before its closing boundary.",
        "The form has no fields.",
    }


def test_a_multipart_form_has_a_highest_number_of_fields() -> None:
    parts = [part(f'name="f{n}"', "x") for n in range(MAX_FIELDS)]
    assert len(read(multipart(*parts), MULTIPART)) == MAX_FIELDS
    assert (
        refusal(multipart(*parts, part('name="more"', "x")), MULTIPART)
        == f"The form has more than {MAX_FIELDS} fields."
    )


def check(body: bytes, content_type: str | None) -> None:
    try:
        payload = read(body, content_type)
    except Refused as error:
        refused = str(error)
        assert refused.isprintable()
    else:
        assert json.loads(json.dumps(payload, allow_nan=False, ensure_ascii=False).encode()) == payload


types = st.none() | st.sampled_from(["application/json", "text/plain", FORM, MULTIPART, "text/html", "a/b+json"])
json_bytes: st.SearchStrategy[bytes] = st.text(
    st.sampled_from('[]{}:,"\\udNaIfinty0123456789eE+-. \n😀'), max_size=40
).map(lambda text: text.encode())


@settings(deadline=None, max_examples=300)
@given(
    body=st.binary(max_size=60) | json_bytes,
    content_type=types | st.text(max_size=20) | st.text(max_size=9).map("multipart/form-data; boundary=".__add__),
)
def test_any_bytes_of_any_type_are_read_as_clean_json_or_refused(body: bytes, content_type: str | None) -> None:
    check(body, content_type)


leaves: st.SearchStrategy[Any] = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
values = st.recursive(
    leaves | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=9,
)


@settings(deadline=None)
@given(values, st.sampled_from(["application/json", "text/plain", None]))
def test_any_value_that_can_be_written_as_json_is_read_as_clean_json_or_refused(value: Any, kind: str | None) -> None:
    check(json.dumps(value).encode(), kind)


pieces = st.lists(
    st.sampled_from(["--XX", "--XX--", "\r\n", "\r\n\r\n", "\n", "Content-Disposition: form-data; ", 'name="a"', "; ",
                     'filename="f"', "filename*=utf-8''x", "Content-Type: text/plain", "Content-Transfer-Encoding: ",
                     "base64", "quoted-printable", "nosuch", "=zz", "aGk=", "--", "\r", ":", "text", "\x00", "\xff"]),
    max_size=25,
).map("".join)  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(pieces, st.sampled_from(["utf-8", "latin-1"]))
def test_any_heap_of_multipart_pieces_is_read_or_refused(text: str, encoding: str) -> None:
    check(text.encode(encoding), MULTIPART)
    check(("--XX\r\n" + text + "\r\n--XX--\r\n").encode(encoding), MULTIPART)
    check((part('name="a"', "x") + text + "\r\n--XX--\r\n").encode(encoding), MULTIPART)


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(max_size=9), st.text(max_size=9)), min_size=1).filter(any))
def test_a_forms_fields_arrive_as_they_were_filled_in(pairs: list[tuple[str, str]]) -> None:
    fields = read(b"first=1&" + urlencode([pair for pair in pairs if pair[0] != "first"]).encode(), FORM)
    for name, value in pairs:
        if name != "first":
            assert value in (fields[name] if isinstance(fields[name], list) else [fields[name]])


def test_the_letters_of_any_text_survive() -> None:
    text = string.printable.strip()
    assert read(json.dumps(text).encode()) == text
