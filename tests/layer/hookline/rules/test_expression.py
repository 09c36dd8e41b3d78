"""The rules' expressions: what is missing, what is null, what never ends, and what nobody may reach."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hookline.rules.expression import Expressions, Fault, TemplateError, is_limit


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
        "{% for i in range(999) %}{% for j in range(999) %}{{ i }}{% endfor %}{% endfor %}",
        "{% for i in range(999) %}{% for j in range(999) %}{% set x = i %}{% endfor %}{% endfor %}",
        "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
        "{% for i in range(999999999) %}.{% endfor %}",
    ],
)
def test_a_template_that_would_never_end_is_stopped(expressions: Expressions, template: str) -> None:
    with pytest.raises(TemplateError, match=r"too many steps|recursion limit|a range of more than|too much"):
        expressions.text(template, scope())


def test_what_one_template_sets_or_uses_up_the_next_one_does_not_see(expressions: Expressions) -> None:
    assert expressions.text("{% set x = 1 %}{% macro m() %}m{% endmacro %}{{ x }}", scope()) == "1"
    with pytest.raises(TemplateError):
        expressions.text("{% for i in range(999) %}{% for j in range(999) %}{% endfor %}{% endfor %}", scope())
    assert expressions.text("<{{ x }}>", scope()) == "<>"
    assert not expressions.value("x or m", scope())


@pytest.mark.parametrize(
    "source",
    ["payload.__class__", "payload['__class__']", "payload | attr('__class__')",
     "payload.__class__.__mro__[1].__subclasses__()", "payload.get.__self__", "payload.get.__class__",
     "payload.get.__globals__", "payload.text.__class__", "payload.list.__class__.__base__", "().__class__",
     "self", "self.__init__", "payload.items.__class__", "payload.items.__call__", "payload.items._of",
     "request", "config",
     "__import__", "__builtins__", "cycler.__init__.__globals__", "lipsum.__globals__",
     "_list.__self__", "_tick._until"],
)  # fmt: skip
def test_nothing_of_python_can_be_reached(expressions: Expressions, source: str) -> None:
    try:
        assert not expressions.value(source, scope(text="x", list=[1]))
    except TemplateError as error:
        assert "can't be called" in error.message or "there is no `" in error.message  # noqa: PT017 - or it is refused


def test_no_file_can_be_included(expressions: Expressions) -> None:
    assert expressions.faults("{% include '/etc/passwd' %}", is_text=True) == [
        Fault(11, "unknown template '/etc/passwd'; `templates` has none")
    ]
    with pytest.raises(TemplateError, match="non-existing template"):
        expressions.text("{% include '/etc/passwd' %}", scope())


@pytest.mark.parametrize(
    ("source", "at", "sentence"),
    [
        ("payload.x ==", 12, "unexpected end of input"),
        ("", 0, "unexpected end of input"),
        ("a b", 2, "unexpected identifier, expected end of input"),
        ("payload | nosuch", 10, "there is no filter `nosuch`; docs/rules.md lists those there are"),
        ("payload is nosuch", 11, "there is no test `nosuch`; docs/rules.md lists those there are"),
        ("nosuch()", 0, "there is no function `nosuch`; docs/rules.md lists those there are"),
        ("payload.pop('x')", 8, "there is no `pop()` here; the filters do what methods do elsewhere"),
        ("true and (payload | nosuch)", 20, "there is no filter `nosuch`; docs/rules.md lists those there are"),
    ],
)
def test_what_is_wrong_with_an_expression_whatever_the_event_is_found_without_one(
    expressions: Expressions, source: str, at: int, sentence: str
) -> None:
    assert expressions.faults(source, is_text=False) == [Fault(at, sentence)]
    with pytest.raises(TemplateError):
        expressions.value(source, scope())


@pytest.mark.parametrize(
    "source", ["1 / payload.x", "payload.x.upper()", "payload.x | int", "payload.a < 3", "payload.x[0][1]"]
)
def test_what_depends_on_the_event_is_no_error_before_there_is_one(expressions: Expressions, source: str) -> None:
    assert expressions.faults(source, is_text=False) == []
    assert expressions.faults("{{ " + source + " }}", is_text=True) == []


def test_the_place_of_a_mistake_in_a_text_counts_from_its_beginning(expressions: Expressions) -> None:
    for template, at in (("ä\nb {{ payload", 7), ("a {% if b | %}", 12), ("ä\n\n{{ payload.x | nosuch }}", 18)):
        assert [fault.at for fault in expressions.faults(template, is_text=True)] == [at]


def test_shared_templates_are_included_and_their_macros_used() -> None:
    shared = {"head": "{{ event.title }}!", "lib": "{% macro line(x) %}• {{ x }}{% endmacro %}"}
    template = "{% include 'head' %} {% from 'lib' import line %}{{ line(1) }} {% import 'lib' as l %}{{ l.line(2) }}"
    assert Expressions(shared).text(template, {"event": {"title": "t"}}) == "t! • 1 • 2"
    assert Expressions(shared).faults(template, is_text=True) == []


def test_a_filter_knows_the_time_of_the_event(expressions: Expressions) -> None:
    now = {"now": "2026-11-02T12:00:00.000+00:00"}
    assert expressions.text("{{ '2026-11-02T11:00:00Z' | ago }}", now) == "1 h ago"


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("a {{ payload.a }} {{ payload.a + 'x' }} end", "a 1 ⚠ end"),
        ("{% for x in [1, 'a'] %}{{ x + 1 }};{% endfor %}", "⚠;⚠;"),
        ("{% macro m(x) %}[{{ x + 1 }}]{% endmacro %}{{ m('a') }}{{ m(1) }}{{ payload.a }}", "[⚠][⚠]1"),
        ("{{ payload.a | format(1) | indent(99) }} {{- ' b' }}", "⚠ b"),
    ],
)
def test_an_output_that_fails_leaves_a_mark_and_the_rest_as_it_is(
    expressions: Expressions, template: str, text: str
) -> None:
    with pytest.raises(TemplateError):
        expressions.text(template, scope(a=1))
    assert expressions.lenient(template, scope(a=1)) == text


@pytest.mark.parametrize("template", ["{% if payload.a + 'x' %}a{% endif %}", "{{ nosuch() }}", "{{ 'a' * 99999999 }}"])
def test_what_fails_as_a_whole_stays_an_error(expressions: Expressions, template: str) -> None:
    with pytest.raises(TemplateError):
        expressions.lenient(template, scope(a=1))


anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**90), 2**90) | st.text(st.characters(codec="utf-8"), max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcx"), inner, max_size=3),
    max_leaves=9,
)
tokens = st.lists(
    st.sampled_from(["payload", ".a", ".x", "[0]", "['b']", " == ", " and ", " not ", " in ", "(", ")", "()", "1", "-",
                     " / ", "'t'", " | length", " | first", " | join(',')", " | int", ".items()", ".pop('a')",
                     ".update(x=1)", " | sort", " | tojson", " | ago", " | list", " is string", "+", " if ",
                     " else ", "[1, 2]", "{'a': 1}", "~", "*", "**", "range(9)"]),
    max_size=7,
).map("".join)  # fmt: skip


@settings(deadline=None, max_examples=250)
@given(tokens, anything)
def test_any_expression_on_any_payload_has_a_value_or_a_template_error(source: str, payload: Any) -> None:
    expressions = Expressions()
    copy = json.loads(json.dumps(payload))
    expressions.faults(source, is_text=False)
    expressions.faults("{{ " + source + " }}", is_text=True)
    for run, written in ((expressions.value, source), (expressions.text, "{{ " + source + " }}")):
        try:
            run(written, {"payload": copy})
        except TemplateError as error:
            message = error.message
            assert message


def test_all_evaluations_of_one_event_have_a_budget_together(
    expressions: Expressions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hookline.rules.template.budget.MAX_EVENT_SECONDS", -1)
    with expressions.of_event(), pytest.raises(TemplateError, match="it takes too much time") as failed:
        expressions.text("{% for i in range(9) %}.{% endfor %}", scope())
    assert is_limit(failed.value)
    assert expressions.text("{% for i in range(3) %}.{% endfor %}", scope()) == "..."
