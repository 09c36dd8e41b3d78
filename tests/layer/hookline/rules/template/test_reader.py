"""What a template is turned into before MiniJinja sees it, and what is said of one that can't be used."""

import re
from math import inf
from unittest.mock import patch

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from minijinja import Environment, TemplateError

from hookline.rules.expression import Expressions
from hookline.rules.template.budget import Budget
from hookline.rules.template.reader import MAX_SOURCE, MAX_TOKENS, read_expression, read_text

OURS = ("truncate",)


@pytest.mark.parametrize(
    ("written", "bounded"),
    [
        ("a ~ 'b' ~ c", "_concatenate(a, 'b', c)"),
        ("a + b * 2 - c", "_add(a, _multiply(b, 2)) - c"),
        ("a - b + c", "_add(a - b, c)"),
        ("a + (b + c) + d", "_add(a, (_add(b, c)), d)"),
        ("a + b - c + d", "_add(_add(a, b) - c, d)"),
        ("1 + 2 ~ 3", "_add(1, _concatenate(2, 3))"),
        ("-a ** 2 * 3", "_multiply(- a ** 2, 3)"),
        ("(a + b) * c", "_multiply((_add(a, b)), c)"),
        ("x.y|upper|truncate(20) ~ z", "_concatenate(x.y|_spend|upper|truncate(20), z)"),
        ("x|default('a' ~ b)|length", "x|default(_concatenate('a', b))|default('', true)|length"),
        ("[a, [1]]", "_list(a , [1])"),
        ("(a, b)", "_list(a , b)"),
        ("{'a': x, 'b' ~ c: 1}", "_map('a' , x , _concatenate('b', c) , 1)"),
        ("[] == {}", "(_tick() or []) == {}"),
        ("a[1:-1] + b['x'].c", "_add((_tick() or a)[1 : - 1], b['x'].c)"),
        ("'a' if b else 'c' ~ d", "'a' if b else _concatenate('c', d)"),
        ("a ~ b is string", "_concatenate(a, b is string)"),
        ("not x is divisibleby 3 and y is not in [1]", "not x is divisibleby 3 and (_tick() or y) is not in [1]"),
        ("range(3)", "_range(3)"),
        ("x.items()", "(x|items())"),
        ("x.a.replace('a', 'b')", "(x.a|replace('a' , 'b'))"),
        ("x.startswith('a')", "_spend(x).startswith('a')"),
        ("-x.items()[0]", "- (x|items())[0]"),
        ("a in b or c not in d", "a in (_tick() or b)|default('', true) or c not in (_tick() or d)|default('', true)"),
        ("a in ['b', 1, none]", "a in ['b' , 1 , none]"),
        ("a in [b] or c in 'd'", "a in _list(b) or c in 'd'"),
        ("a.b == c and d < e|length", "(_tick() or a.b) == c and _ordered('<', d, e|default('', true)|length)"),
        ("a == 'b' and 1 < c and d != none", "a == 'b' and _ordered('<', 1, c) and d != none"),
        ("a is in b and a is not lt b", "(_tick() or a) is in b and (_tick() or a) is not lt b"),
        ("a|map('default', b)|select('in', c)", "a|_spend|map('_default' , b)|_spend|select('_in' , c)"),
        ("a|selectattr('b', \"in\", c)", "a|_spend|selectattr('b' , '_in' , c)"),
        ("a|selectattr('in')", "a|_spend|selectattr('in')"),
        ("a|map(attribute='default')", "a|_spend|map(attribute = 'default')"),
    ],
)
def test_what_can_grow_is_measured_and_all_else_stays(written: str, bounded: str) -> None:
    page = read_expression(written, [*OURS, "replace", "items"])
    assert (page.bounded, page.complaints) == (bounded, [])
    assert read_text(f"{{{{ {written} }}}}", [*OURS, "replace", "items"]).bounded == f"{{{{ {bounded} }}}}"


@pytest.mark.parametrize(
    ("written", "bounded"),
    [
        ("{% for a, b in x if a + b %}ab{% endfor %}",
         "{% for a , b in x if _add(a, b) %}{% if _tick(2) %}{% endif %}ab{% endfor  %}"),
        ("{%- for a in x recursive -%} {{ loop(a) }}{% endfor %}",
         "{%- for a in x recursive %}{% if _tick(1) %}{% endif -%} {{ loop(a) }}{% endfor  %}"),
        ("{% macro m(a, b=1 + 2) %}x{% endmacro %}{{ m(1) }}",
         "{% macro m(a , b = _add(1, 2)) %}{% if _tick(1) %}{% endif %}x{% endmacro  %}{{ m(1) }}"),
        ("{% call(x) m(a ~ b) %}{% endcall %}", "{% call (x) m(_concatenate(a, b)) %}{% endcall  %}"),
        ("{% set a = 1, b %}", "{% set a = _list(1 , b) %}"),
        ("{% set a, b = c %}", "{% set a , b = c %}"),
        ("{% set a | upper %}x{% endset %}", "{% set a|_spend|upper %}x{% endset  %}"),
        ("{% filter upper|lower %}x{% endfilter %}", "{% filter _spend|upper|_spend|lower %}x{% endfilter  %}"),
        ("{% with a = b ~ c, d = 1 %}{% endwith %}", "{% with a = _concatenate(b, c) , d = 1 %}{% endwith  %}"),
        ("{% if a ~ b %}{% elif c %}{% else %}{% endif %}",
         "{% if _concatenate(a, b) %}{% elif c %}{% else  %}{% endif  %}"),
        ('{% include "x" ignore missing %}', '{% include "x" ignore missing %}'),
        ("{% raw %}{{ a ~ b }}{% endraw %}{# {{ #}{{ '}}' }}", "{% raw %}{{ a ~ b }}{% endraw %}{# {{ #}{{ '}}' }}"),
        ("a {{- b -}} c", "a {{- b -}} c"),
    ],
)  # fmt: skip
def test_statements_are_measured_too(written: str, bounded: str) -> None:
    page = read_text(written, OURS)
    assert (page.bounded, page.complaints) == (bounded, [])


def test_lines_stay_where_they_are() -> None:
    template = "a\n{{ x\n  ~ y }}\n{% if a\n   and b %}\n{# c\n #}\n{% for\n i in x %}\n{% endfor %}\n{{ 'd\n' }}"
    bounded = read_text(template, OURS).bounded
    assert [line for line, text in enumerate(bounded.split("\n")) if "endfor" in text] == [9]
    assert bounded.count("\n") == template.count("\n")


@pytest.mark.parametrize(
    ("written", "at", "sentence"),
    [
        ("{{ x|uper }}", 5, "there is no filter `uper`; did you mean `upper`?"),
        ("{{ x is strin }}", 8, "there is no test `strin`; did you mean `string`?"),
        ("{% fro a in b %}{% endfor %}", 3, "there is no statement `fro`; did you mean `from`?"),
        ("{{ rang(3) }}", 3, "there is no function `rang`; did you mean `range`?"),
        ("{{ payload.update({}) }}", 11, "there is no `update()` here; the filters do what methods do elsewhere"),
        ("{{ payload.get('x') }}", 11, "there is no `get()` here; write `x.name` or `x['name']`"),
        ("{{ payload['update']({}) }}", 20, "only functions and macros can be called, by their names"),
        ("{{ (payload.update)({}) }}", 19, "only functions and macros can be called, by their names"),
        ("{{ '%d'|batch(3) }}", 8, "there is no filter `batch`; docs/rules.md lists those there are"),
        ("{% set x.y = 1 %}", 0, "a part of something can't be set; `set` gives a name to a value"),
        ("{% from 'x' import m as _tick %}", 24, "there is no `_tick` for templates; the name is taken"),
        ("{% set _list = 1 %}", 7, "there is no `_list` for templates; the name is taken"),
        ("{{ _concatenate }}", 3, "there is no `_concatenate` for templates; the name is taken"),
        ("{{ x|_spend }}", 5, "there is no filter `_spend`; docs/rules.md lists those there are"),
        ("{{ x|map(y) }}", 9, "`map` takes the name of a filter, in quotes"),
        ("{{ x|map('uper') }}", 9, "there is no filter `uper`; did you mean `upper`?"),
        ("{{ x|map('map', 'upper') }}", 9, "there is no filter `map`; did you mean `max`?"),
        ("{{ x|map(attribute='a', default=y) }}", 24, "`map` has no `default`; write `|map('default', …)` behind it"),
        ("{{ x|selectattr('a', 'eqal', 1) }}", 21, "there is no test `eqal`; did you mean `equalto`?"),
        ("{{ x|truncate(*y) }}", 14, "the parts of a value can't be made arguments; write them one by one"),
        ("{{ x|map(**y) }}", 9, "`map` takes the name of a filter, in quotes"),
        (
            "{% import 'x' as payload %}{{ payload.join([1]) }}",
            38,
            "there is no `join()` here; the filters do what methods do elsewhere",
        ),
        ("{% import 'x' as a %}{{ a.b.m() }}", 28, "there is no `m()` here; the filters do what methods do elsewhere"),
        ("{% include 'x' ~ 'a' * 9 %}", 0, "`include` takes the name of one of `templates`, in quotes"),
        ("{% include 'x' if y %}", 0, "`include` takes the name of one of `templates`, in quotes"),
        ("{{ '\ud800' }}", 4, "half of a surrogate pair is no character"),
        ("{% include x %}", 0, "`include` takes the name of one of `templates`, in quotes"),
        ("{% do x %}", 3, "there is no statement `do`; docs/rules.md lists those there are"),
        ("{{ (a }}", 0, "a tag begins here and has no end; write `}}` behind it"),
        ("{{ a", 0, "a tag begins here and has no end; write `}}` behind it"),
        ("{{ ) }}", 3, "`)` closes nothing here"),
        ("{# a", 0, "a comment begins here and has no end; write `#}` behind it"),
        ("{% raw %}a", 0, "`{% raw %}` needs an `{% endraw %}`"),
        ("{{ " + "(" * 50 + ")" * 50 + " }}", 42, "brackets in brackets, more than 40 deep"),
        ("x" * (MAX_SOURCE + 1), 0, "this template has more than 20000 characters; divide it"),
        ("{{ " + "not " * MAX_TOKENS + "x }}", 0, "this has 4001 words and signs, which is too much; 4000 is the most"),
    ],
)
def test_what_can_not_be_used_is_said_with_its_place(written: str, at: int, sentence: str) -> None:
    complaint = read_text(written, OURS).complaints[0]
    assert (complaint.sentence, complaint.at) == (sentence, at)


def test_names_are_told_with_what_is_looked_up_in_them() -> None:
    page = read_text(
        "{{ event.title }} {{ headers['x-id'].a }} {% for y in payload.alerts %}{{ y.b }}{{ loop.index }}{% endfor %}"
        "{% set z = q|upper %}{% macro m(p) %}{{ p }}{% endmacro %}{{ z }}",
        OURS,
    )
    outside = [read.path for read in page.reads if read.path[0] not in page.bound]
    assert outside == [("event", "title"), ("headers", "x-id", "a"), ("payload", "alerts"), ("q",)]
    assert page.bound == {"y", "loop", "z", "m", "p", "caller"}


# The same expression on MiniJinja as it is, and as it is given: what both can work out is the same.
_names = st.sampled_from(
    ["a", "b.c", "b['c']", "l[0]", "l[1:]", "s", "s[0]", "none", "true", "2", "-3", "0.5", "'t'", "''"]
)
_operators = st.sampled_from(
    [
        " + ",
        " - ",
        " * ",
        " / ",
        " // ",
        " % ",
        " ** ",
        " ~ ",
        " == ",
        " != ",
        " and ",
        " or ",
        " in ",
        " not in ",
    ]
)
_filters = st.sampled_from(["", "|upper", "|length", "|default('d')", "|string", " is string", " is not divisibleby 2",
                            " is eq 3", "|first", "|list|length", "|float|round"])  # fmt: skip


def _joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("{}{}{}".format, inner, _operators, inner),
        st.builds("({}){}".format, inner, _filters),
        st.builds("{}{}".format, _names, _filters),
        st.builds("[{}, {}]".format, inner, inner),
        st.builds("{{'k': {}}}".format, inner),
        st.builds("not {}".format, inner),
        st.builds("-{}".format, inner),
        st.builds("{} if {} else {}".format, inner, inner, inner),
    )


_expressions = st.recursive(_names, _joined, max_leaves=6)
_SCOPE = {"a": 7, "b": {"c": "x"}, "l": [1, "two", 3], "s": "text"}


# What is compared is what they say; how long a busy machine takes for it is no matter.
unlimited = patch("hookline.rules.template.budget.MAX_SECONDS", inf)


def _value(source: str, *, bounded: bool) -> object:
    with unlimited:
        budget = Budget()
    made = {
        f"_{name}": getattr(budget, method)
        for name, method in {
            "add": "add", "concatenate": "concatenate", "multiply": "multiply", "list": "listed", "map": "mapped",
        }.items()
    }  # fmt: skip
    made |= {"_spend": budget.spend, "_tick": budget.tick}
    environment = Environment(globals=made, filters={"_spend": budget.spend}, undefined_behavior="chainable")
    page = read_expression(source, ())
    assert page.complaints == []
    try:
        return environment.eval_expr(page.bounded if bounded else source, **_SCOPE)
    except (TemplateError, ValueError):
        return TemplateError


@given(_expressions)
@example("-a * -3 ~ 2 - 0.5")
@example("a - 2 ~ b.c")
@example("2 ** 3 ** 2 * 2")
@example("a if s ~ 'x' in l else l + l")
def test_an_expression_means_the_same_as_before(source: str) -> None:
    before, after = _value(source, bounded=False), _value(source, bounded=True)
    if before is TemplateError or "none" in source:  # what was an error, or was written as `None`, may be kinder now
        return
    if after is TemplateError:
        # A list is not repeated: nobody wants that in a text.
        assert "*" in source
        return
    assert _alike(str(after)) == _alike(str(before))


def _alike(text: str) -> str:
    """A whole float comes out of a call as an integer, and what isn't text or number is written as JSON has it."""
    return text.replace(".0", "").replace("'", '"').replace("True", "true").replace("False", "false")


# Whole programs, of what needs no luck to be right.
_words = st.sampled_from(["a", "b.c", "l[1]", "s", "x", "y", "'t'", "3", "l|length", "s|upper", "s.title()", "l[0] + 1",
                          "s ~ x", "a * 2", "a is defined", "s == x", "a in l", "[a, s]|join('-')", "l|first", "s[1:]",
                          "loop.index", "'%s!'|format(s)", "{'k': a}['k']", "a if x else s", "not a > 3"])  # fmt: skip
_blanks = st.sampled_from(["", " ", "\n", " - ", "\n  \n", "{# {{ 1 }} #}", "{% raw %}{{ 1 }}{% endraw %}", "}}", "%}"])


def _statements(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("{}{}{}".format, inner, _blanks, inner),
        st.builds("{{%- if {} %}}{}{{% elif {} -%}}{}{{% else %}}{}{{% endif +%}}".format,
                  _words, inner, _words, inner, inner),
        st.builds("{{% for x in l if {} %}}{}\n{{% else %}}{}{{% endfor %}}".format, _words, inner, inner),
        st.builds("{{%+ for x, y in d|dictsort -%}}{}{{% if {} %}}{{% break %}}{{% endif %}}{{%- endfor %}}".format,
                  inner, _words),
        st.builds("{{% for x in t recursive %}}{}{{{{ loop(x) if x }}}}{{% endfor %}}".format, inner),
        st.builds("{{% set x = {} %}}{}".format, _words, inner),
        st.builds("{{% set x, y = {}, {} %}}{}".format, _words, _words, inner),
        st.builds("{{% set x | upper %}}{}{{% endset %}}{{{{ x }}}}{}".format, inner, inner),
        st.builds("{{% macro m(x, y={}) %}}\n{}{{% endmacro %}}{{{{ m({}) }}}}{{{{ m(1, y={}) }}}}".format,
                  _words, inner, _words, _words),
        st.builds("{{% macro m(y) %}}{{{{ caller(y) }}}}{{% endmacro %}}{{% call(x) m({}) %}}{}{{% endcall %}}".format,
                  _words, inner),
        st.builds("{{% with x = {}, y = {} %}}{}{{% endwith %}}".format, _words, _words, inner),
        st.builds("{{% filter upper %}}{}{{% endfilter %}}".format, inner),
    )  # fmt: skip


_programs = st.recursive(st.builds("{{{{ {} }}}}".format, _words) | st.builds("{{{{- {} -}}}}\n".format, _words),
                         _statements, max_leaves=8)  # fmt: skip
_DATA = _SCOPE | {"d": {"p": 1, "q": 2}, "t": [[[]], []]}


@given(_programs)
def test_a_program_writes_the_same_as_before(source: str) -> None:
    def finalizer(value: object) -> object:
        return "" if value is None else value

    plain = Environment(undefined_behavior="chainable", trim_blocks=True, lstrip_blocks=True, finalizer=finalizer)
    plain.add_filter("format", lambda text, *values: text % values)
    try:
        expected = plain.render_str("\n".join(map(_with_its_end, source.split("\n"))), **_DATA)
    except TemplateError:
        return
    with unlimited:
        assert _alike(Expressions().text(source, _DATA)) == _alike(expected)


def _with_its_end(line: str) -> str:
    """Return a line of a template so that MiniJinja keeps its end where something is written in it."""
    is_written = re.sub(r"\{%.*?%\}|\{#.*?#\}", "", line).strip() or "raw" in line
    return re.sub(r"(?<![-+])%\}$", "+%}", line) if is_written else line


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("a{% if x %} b{% endif %}\nc", "a b\nc"),
        ("a{% if y %} b{% endif %}\nc", "a\nc"),
        ("{% if x %}\nb\n{% endif %}\nc", "b\nc"),
        ("{% for n in [1, 2] %}\n- {{ n }}{% if n > 1 %}!{% endif %}\n{% endfor %}\nc", "- 1\n- 2!\nc"),
        ("{# what #}{% if x %}\nb{% endif -%}\n c", "bc"),
    ],
)
def test_a_line_in_which_something_is_written_keeps_its_end(template: str, text: str) -> None:
    assert Expressions().text(template, {"x": 1}) == text


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("n < 5", True), ("n > 5 or n >= 5", False), ("s < 'z'", True), ("missing < 5", False), ("nothing > 5", False),
        ("not missing > 5", True), ("n < 5 and s <= 'a'", True), ("l|length >= 2", True),
        ("missing|length > 0", False), ("missing|first == 'x'", False), ("'x' in nothing", False), ("n in l", True),
    ],
)  # fmt: skip
def test_what_is_not_there_is_neither_less_nor_more_nor_in_anything(written: str, value: object) -> None:
    scope = {"n": 3, "s": "a", "nothing": None, "l": [3, 4]}
    assert Expressions().value(written, scope) is value


def test_a_text_and_a_number_are_not_compared_in_silence() -> None:
    with pytest.raises(TemplateError, match="a text and a number can't be compared"):
        Expressions().value("amount > 100", {"amount": "5"})
    assert Expressions().value("amount | float > 100", {"amount": "500"}) is True
