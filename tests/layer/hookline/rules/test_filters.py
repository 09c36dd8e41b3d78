"""What all filters keep to, whatever a payload brings, and how they look in a template."""

import re
import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from minijinja import Environment

from hookline.rules.filters import FILTERS, at
from hookline.rules.filters.values import MOST_TEXT

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(0, 10**14)
    | st.floats()
    | st.text()
    | st.text(st.characters())
    | st.sampled_from(["x" * 60_000, "a b\n" * 9000, 10**4000, "\ud800", "2026-11-02T12:00:00Z", "+4915112345678"])
)
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4))
ARGUMENTS = {
    "ago": (),
    "datetime": (
        st.none()
        | st.sampled_from(["Europe/Berlin", "Pacific/Kiritimati", "America/Adak", "Asia/Kathmandu", "berlin"]),
        st.text(st.sampled_from("%aBdeHYZz-_09E: "), max_size=12),
    ),
    "dictsort": (),
    "duration": (),
    "format": (JSON, JSON, JSON),
    "indent": (st.integers(-5, 50), st.booleans(), st.booleans()),
    "items": (),
    "join": (SCALARS, st.none() | st.sampled_from(["a", "a.b", "0", "", "x..y"])),
    "matches": (st.text(st.sampled_from("ab(|)*+?[]{}19,.^$\\pLd"), max_size=30),),
    "money": (
        st.none() | st.sampled_from(["EUR", "jpy", "€", "BHD", "", "x" * 30]),
        st.none() | st.integers(-2, 9),
        st.booleans(),
    ),
    "phone": (),
    "replace": (SCALARS, SCALARS, st.none() | st.integers(-3, 10**6)),
    "split": (SCALARS, st.none() | st.integers(-3, 10**6)),
    "tojson": (),
    "truncate": (st.integers(-1, 300), st.text(max_size=5)),
}
FIELDS = st.lists(st.from_regex(r"%(\(a\))?[-+ 0#]?[0-9]{0,3}(\.[0-9]{0,3})?[a-zA-Z%]|[^%]", fullmatch=True)).map(
    "".join
)


def filtered(name: str, value: Any, *arguments: Any) -> Any:
    """Return what the filter makes of a value at noon; a refusal in a sentence is as good."""
    try:
        with at(NOON):
            return FILTERS[name](value, *arguments)
    except UnicodeError:
        raise
    except ValueError as error:
        return str(error)


def size(made: Any) -> int:
    return sum(map(size, made)) if isinstance(made, list) else len(str(made))


@pytest.mark.parametrize("name", FILTERS)
@settings(max_examples=200)
@given(data=st.data())
def test_a_filter_returns_a_text_that_isnt_too_long_or_raises_a_value_error(name: str, data: st.DataObject) -> None:
    value = data.draw(JSON | FIELDS if name == "format" else JSON)
    arguments = [data.draw(argument) for argument in ARGUMENTS[name]]
    made = filtered(name, value, *arguments)
    assert made is value or size(made) <= MOST_TEXT


@pytest.mark.parametrize("name", FILTERS)
@given(value=JSON, data=st.data())
def test_any_value_as_an_argument_raises_nothing_but_a_value_error(name: str, value: Any, data: st.DataObject) -> None:
    arguments = [data.draw(JSON) for _ in ARGUMENTS[name]]
    filtered(name, value, *arguments)


@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.parametrize("value", [{}.values, [[[[[]]]]] * 3000, object(), {(1, 2): 3}, {1, 2}], ids=repr)
def test_what_is_no_json_raises_nothing_else_either(name: str, value: Any) -> None:
    given_arguments = {"replace": ("a", "b"), "matches": ("a",)}.get(name, ())
    filtered(name, value, *given_arguments)


def test_a_value_that_is_nested_without_end_is_an_error_with_a_sentence() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(ValueError, match="too deep"):
        FILTERS["replace"](deep, "a", "b")


@pytest.mark.parametrize("name", sorted({*FILTERS} - {"dictsort", "items", "matches", "split", "tojson"}))
def test_null_and_undefined_are_an_empty_text(name: str) -> None:
    arguments = {"replace": ("a", "b")}.get(name, ())
    with at(NOON):
        assert FILTERS[name](None, *arguments) == ""
    assert FILTERS["split"](None) == []
    assert FILTERS["matches"](None, ".*") is False


@pytest.fixture
def environment() -> Environment:
    return Environment(filters=FILTERS, undefined_behavior="chainable")


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{{ payload.at | ago }}", "2 h 10 min ago"),
        ("{{ payload.nothing.here | ago }}", ""),
        ('{{ payload.at | datetime("Europe/Berlin") }}', "02 Nov 10:50"),
        ('{{ payload.at | datetime(format="%-d %B", zone="Asia/Tokyo") }}', "2 November"),
        ("{{ payload.seconds | duration }}", "2 h 10 min"),
        ("{{ payload.summary | truncate(20) }}", "The disk of web-1…"),
        ('{{ payload.summary | truncate(end="", length=9) }}', "The disk"),
        ('{{ "disk" if payload.summary | matches("(?i)^the disk") else "other" }}', "disk"),
        ('{{ payload.amount | money("eur", minor=true) }}', "1,234.50 EUR"),
        ("{{ payload.phone | phone }}", "+49 151 1234 5678"),
        ('{{ payload.alerts | join(", ", attribute="labels.host") }}', "web-1, web-2"),
        ('{{ payload.alerts | map(attribute="labels.host") | join(" and ") }}', "web-1 and web-2"),
        ('{{ payload.summary | replace(" ", "_", count=2) }}', "The_disk_of web-1 is full"),
        ('{{ "%s: %.1f %%" | format(payload.summary | split | last, 97.456) }}', "full: 97.5 %"),
        ('{{ "%(host)5s" | format(host="a") }}', "    a"),
        ('{{ "a\nb" | indent(2, first=true) }}', "  a\n  b"),
    ],
)
def test_a_template_uses_them_with_arguments_by_place_or_by_name(
    environment: Environment, template: str, said: str
) -> None:
    payload = {
        "at": "2026-11-02T09:50:00Z",
        "seconds": 7800,
        "summary": "The disk of web-1 is full",
        "amount": 123_450,
        "phone": "+4915112345678",
        "alerts": [{"labels": {"host": "web-1"}}, {"labels": {"host": "web-2"}}],
    }
    with at(NOON):
        assert environment.render_str(template, payload=payload) == said


def test_every_filter_has_an_example_in_its_docstring() -> None:
    pattern = r"``[^`]*\b{}\b[^`]*``"
    undocumented = [name for name, made in FILTERS.items() if not re.search(pattern.format(name), made.__doc__ or "")]
    assert undocumented in ([], ["dictsort"])  # which is `items` once more


def test_each_thread_counts_from_the_time_of_its_own_event() -> None:
    said = []

    def say() -> None:
        with pytest.raises(ValueError, match="needs the time of an event"):
            FILTERS["ago"]("2026-11-02T12:00:00Z")
        with at(datetime(2026, 11, 2, 13, 0, tzinfo=UTC)):
            said.append(FILTERS["ago"]("2026-11-02T12:00:00Z"))

    with at(NOON):
        thread = threading.Thread(target=say)
        thread.start()
        thread.join()
        said.append(FILTERS["ago"]("2026-11-02T12:00:00Z"))
    assert said == ["1 h ago", "just now"]
