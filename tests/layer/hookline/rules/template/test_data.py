"""Payloads as templates see them."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from minijinja import Environment

from hookline.rules.template.data import MAX_DEPTH, MAX_STRING, frozen

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_it_is_the_same_data(value: Any) -> None:
    assert json.dumps(frozen(value)) == json.dumps(json.loads(json.dumps(value), parse_int=_fitting))


def _fitting(digits: str) -> float:
    number = int(digits)
    return number if abs(number) < 2**127 else float(number)


def test_the_original_stays_apart() -> None:
    payload = {"a": [1]}
    copy = frozen(payload)
    payload["a"].append(2)
    assert copy == {"a": [1]}


@pytest.mark.parametrize("name", ["update", "values", "pop", "get", "clear", "setdefault", "append", "sort", "keys"])
def test_there_are_no_methods(name: str) -> None:
    for value in ({"x": 1}, [1]):
        with pytest.raises(AttributeError):
            getattr(frozen(value), name)


def test_a_missing_name_is_missing_in_every_way_and_a_present_one_is_found() -> None:
    environment = Environment(undefined_behavior="chainable")
    template = "{% if p.items %}yes{% endif %}{% for x in p.items %}{{ x }}{% endfor %}{{ p.items }}{{ p.values.x }}"
    assert environment.render_str(template, p=frozen({"a": 1})) == ""
    assert environment.render_str("{{ p.items[0] }}", p=frozen({"items": [7]})) == "7"
    assert environment.render_str("{% for k, v in p|items %}{{ k }}{{ v }}{% endfor %}", p=frozen({"a": 1})) == "a1"
    assert environment.render_str("{{ p|tojson }}", p=frozen({"a": [{"b": None}]})) == '{"a": [{"b": null}]}'


def test_long_texts_are_cut_and_half_a_surrogate_pair_is_replaced() -> None:
    assert frozen({"a": ["x" * 20_000]}) == {"a": ["x" * MAX_STRING]}
    assert frozen({"\ud800": "\udfff ü"}) == {"?": "? ü"}


def test_what_lies_too_deep_is_left_out() -> None:
    deep: Any = "x"
    for _ in range(900):
        deep = [deep]
    kept, levels = frozen(deep), 0
    while kept:
        kept, levels = kept[0], levels + 1
    assert levels == MAX_DEPTH


def test_a_number_that_the_engine_has_no_room_for_is_a_float() -> None:
    assert frozen([2**100, 2**130, -(10**4000)]) == [2**100, 2.0**130, float("inf")]
