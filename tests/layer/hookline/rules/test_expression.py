"""The rules' expressions: what is missing, what is null, what never ends, and what nobody may reach."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hookline.rules.expression import Expressions, TemplateError


@pytest.fixture
def expressions() -> Expressions:
    return Expressions()


def scope(**payload: Any) -> dict[str, Any]:
    return {"payload": payload}


@pytest.mark.parametrize(
    "source", ["payload.a.b.c", "payload['a']['b']", "nothing.at.all", "payload.list[7].x", "payload.number.x"]
)
def test_an_undefined_chain_is_false_and_prints_as_nothing(expressions: Expressions, source: str) -> None:
    data = scope(list=[1], number=7)
    assert not expressions.value(source, data)
    assert expressions.value(f"{source} == 1", data) is False
    assert expressions.text(f"<{{{{ {source} }}}}>", data) == "<>"


@pytest.mark.parametrize("name", ["values", "items", "keys", "get", "pop", "update", "copy", "clear"])
def test_a_missing_name_that_is_a_method_of_pythons_dict_is_missing_all_the_same(
    expressions: Expressions, name: str
) -> None:
    assert expressions.value(f"payload.{name}", scope()) is None
    assert expressions.text(f"<{{{{ payload.{name} }}}}>", scope()) == "<>"
    assert expressions.text(f"<{{{{ payload.{name}.B }}}}>", scope()) == "<>"
    assert expressions.value(f"payload.{name}", scope(**{name: 7})) == 7


def test_null_prints_as_nothing_and_a_condition_on_it_is_false(expressions: Expressions) -> None:
    assert expressions.text("<{{ payload.x }}>", scope(x=None)) == "<>"
    assert not expressions.value("payload.x", scope(x=None))


def test_values_are_said_as_json_has_them(expressions: Expressions) -> None:
    data = scope(text="ü", whole=7, half=0.5, yes=True, many=["a", "b"], big=2**70)
    assert expressions.text("{{ payload.text }} {{ payload.whole }} {{ payload.half }}", data) == "ü 7 0.5"
    assert expressions.value("payload.many", data) == ["a", "b"]
    assert expressions.value("payload.big", data) == 2**70
    assert expressions.value("payload.yes and payload.whole > 3 and 'a' in payload.many", data) is True


def test_blocks_leave_no_empty_lines(expressions: Expressions) -> None:
    template = "a\n  {% if payload.x %}\nb\n  {% endif %}\nc"
    assert expressions.text(template, scope(x=1)) == "a\nb\nc"
    assert expressions.text(template, scope()) == "a\nc"


@pytest.mark.parametrize(
    "template",
    [
        "{% for i in range(9999) %}{% for j in range(9999) %}{{ i }}{% endfor %}{% endfor %}",
        "{% for i in range(99999) %}{% set x = i %}{% endfor %}",
        "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
        "{% for i in range(999999999) %}.{% endfor %}",
    ],
)
def test_a_template_that_would_never_end_is_stopped(expressions: Expressions, template: str) -> None:
    with pytest.raises(TemplateError, match=r"out of fuel|recursion limit|too many elements"):
        expressions.text(template, scope())


def test_what_one_template_sets_or_uses_up_the_next_one_does_not_see(expressions: Expressions) -> None:
    assert expressions.text("{% set x = 1 %}{% macro m() %}m{% endmacro %}{{ x }}", scope()) == "1"
    with pytest.raises(TemplateError):
        expressions.text("{% for i in range(9999) %}{% for j in range(9999) %}.{% endfor %}{% endfor %}", scope())
    assert expressions.text("<{{ x }}>", scope()) == "<>"
    assert not expressions.value("x or m", scope())


@pytest.mark.parametrize(
    "source",
    ["payload.__class__", "payload['__class__']", "payload | attr('__class__')",
     "payload.__class__.__mro__[1].__subclasses__()", "payload.get.__self__", "payload.get.__class__",
     "payload.get.__globals__", "payload.text.__class__", "payload.list.__class__.__base__", "().__class__",
     "self", "self.__init__",
     "request", "config",
     "__import__", "__builtins__", "cycler.__init__.__globals__", "lipsum.__globals__"],
)  # fmt: skip
def test_nothing_of_python_can_be_reached(expressions: Expressions, source: str) -> None:
    try:
        assert not expressions.value(source, scope(text="x", list=[1]))
    except TemplateError as error:
        assert error.kind in {"UnknownMethod", "UnknownFunction", "UndefinedError"}  # noqa: PT017 - either is right
    assert expressions.check_text("{% include '/etc/passwd' %}") is None
    with pytest.raises(TemplateError, match="template not found"):
        expressions.text("{% include '/etc/passwd' %}", scope())


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("payload.pop('x')", "KeyError: 'x'"),
        ("payload.nosuch()", "AttributeError: 'dict' object has no attribute 'nosuch'"),
        ("payload.update(7)", "TypeError: 'int' object is not iterable"),
        ("payload.list.index(9)", "ValueError: 9 is not in list"),
    ],
)
def test_what_a_method_of_the_data_raises_is_an_error_of_the_template(
    expressions: Expressions, source: str, message: str
) -> None:
    for run, written in ((expressions.value, source), (expressions.text, "{{ " + source + " }}")):
        with pytest.raises(TemplateError) as failed:
            run(written, scope(list=[1]))
        assert failed.value.message == message


@pytest.mark.parametrize(
    ("source", "detail"),
    [
        ("payload.x ==", "unexpected end of input, expected expression"),
        ("", "unexpected end of input, expected expression"),
        ("a b", "unexpected input after expression"),
        ("payload | nosuch", "filter nosuch is unknown"),
        ("payload is nosuch", "test nosuch is unknown"),
        ("nosuch()", "nosuch is unknown"),
    ],
)
def test_what_is_wrong_with_an_expression_whatever_the_event_is_found_without_one(
    expressions: Expressions, source: str, detail: str
) -> None:
    error = expressions.check_expression(source)
    assert error is not None
    assert error.detail == detail


@pytest.mark.parametrize(
    "source", ["1 / payload.x", "payload.x.y()", "payload.x | int", "payload.a < 3", "payload.x[0][1]"]
)
def test_what_depends_on_the_event_is_no_error_before_there_is_one(expressions: Expressions, source: str) -> None:
    assert expressions.check_expression(source) is None
    assert expressions.check_text("{{ " + source + " }}") is None


def test_a_text_is_checked_for_its_syntax_and_for_filters_that_do_not_exist(expressions: Expressions) -> None:
    for template, line in (("a\nb {{ payload", 2), ("{% if %}", 1), ("a\n\n{{ payload.x | nosuch }}", 3)):
        error = expressions.check_text(template)
        assert error is not None
        assert error.line == line
    assert expressions.check_text("{{ payload.x }} {% for a in payload.b %}{{ a.c | upper }}{% endfor %}") is None


anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**90), 2**90) | st.text(st.characters(codec="utf-8"), max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcx"), inner, max_size=3),
    max_leaves=9,
)
tokens = st.lists(
    st.sampled_from(["payload", ".a", ".x", "[0]", "['b']", " == ", " and ", " not ", " in ", "(", ")", "()", "1", "-",
                     " / ", "'t'", " | length", " | first", " | join(',')", " | int", ".items()", ".pop('a')",
                     ".update(x=1)", " if ", " else ", "[1, 2]", "{'a': 1}", "~", "*", "**", "range(9)"]),
    max_size=7,
).map("".join)  # fmt: skip


@settings(deadline=None, max_examples=250)
@given(tokens, anything)
def test_any_expression_on_any_payload_has_a_value_or_a_template_error(source: str, payload: Any) -> None:
    expressions = Expressions()
    copy = json.loads(json.dumps(payload))
    expressions.check_expression(source)
    expressions.check_text("{{ " + source + " }}")
    for run, written in ((expressions.value, source), (expressions.text, "{{ " + source + " }}")):
        try:
            run(written, {"payload": copy})
        except TemplateError as error:
            message = error.message
            assert message
