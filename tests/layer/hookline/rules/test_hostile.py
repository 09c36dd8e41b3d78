"""Templates and payloads that want too much, each in a process of its own bounds: 100 ms and 64 MiB."""

import json
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hookline.errors import RulesError
from hookline.models import Event
from hookline.render import render
from hookline.rules.expression import MARK, Expressions, TemplateError, is_limit
from hookline.rules.load import load, load_text
from hookline.rules.model import Rule, Rules
from hookline.rules.template.budget import Budget
from hookline.rules.template.data import frozen
from hookline.rules.templated import Templated, of_rule
from local.commands import cases
from local.commands.trials import KILLED, Trial, tried
from local.project import ROOT, RULES

PAYLOAD: dict[str, Any] = {
    "numbers": list(range(25_000)),
    "lists": [[] for _ in range(20_000)],
    "same": [[] for _ in range(20_000)],
    "texts": [""] * 14_000,
    "letters": ["a"] * 14_000,
    "objects": [{"a": {"b": n % 7}} for n in range(2_000)],
    "rows": [[1] * 20 for _ in range(700)],
    "long": "x" * 16_384,
    "wide": "\U0001f600" * 16_384,
    "least": 1 - 2**127,
    "most": 2**127 - 1,
    "values": "text",
    "__class__": "text",
}
SCOPE = {
    "payload": PAYLOAD,
    "item": None,
    "event": {"title": "Disk", "severity": "critical"},
    "source": "json",
    "headers": {},
    "query": {},
    "now": "2026-11-02T12:00:00.000+00:00",
}
SHARED = {
    "module": "{% macro write(x) %}{{ x }}{% endmacro %}{% set name = 'abc' %}",
    "self": "{% include 'self' %}",
    "ping": "{% include 'pong' %}",
    "pong": "{% include 'ping' %}",
    "large": "x" * 15_000,
}


def _sets(value: str, count: int = 300) -> str:
    return "".join(f"{{% set kept{n} = {value} %}}" for n in range(count))


_LOOP = "{% for a in range(999) %}{% for b in range(999) %}"
_ENDS = "{% endfor %}{% endfor %}"
_ALIAS = "{% if false %}{% import 'module' as payload %}{% endif %}"
_LONG = "{% set s = payload.wide ~ payload.wide ~ payload.wide %}"
_ENDS_BADLY = "{{ 1 // 0 }}"  # for what a fast machine may come to the end of
# Each of these has to fail.
HOSTILE = {
    "loops in loops": f"{_LOOP}x{_ENDS}",
    "a loop over all that asks for each": "{% for a in payload.numbers if payload.lists == payload.same %}{% endfor %}"
    + _ENDS_BADLY,
    "a range without an end": "{{ range(10000000000) }}",
    "a loop that calls itself": "{% for a in [1, 2] recursive %}{{ loop([1, 2]) }}{% endfor %}",
    "a macro that calls itself": "{% macro m(x) %}{{ m([x]) }}{% endmacro %}{{ m(1) }}",
    "macros that call each other by blocks": "{% macro q() %}{{ caller() }}{% endmacro %}"
    "{% macro m() %}{% call q() %}{{ m() }}{% endcall %}{% endmacro %}{{ m() }}",
    "a template that includes itself": "{% include 'self' %}",
    "templates that include each other": "{% include 'ping' %}",
    "a template that is included without an end": "{% include 'large' %}" * 300,
    "doubling in a namespace": "{% set n = namespace(x='x') %}"
    "{% for a in range(99) %}{% set n.x = n.x ~ n.x %}{% endfor %}",
    "doubling in a variable": "{% set s = 'x' %}" + "{% set s = s ~ s %}" * 60 + "{{ s }}",
    "doubling by addition": "{% set s = 'x' %}" + "{% set s = s + s %}" * 60 + "{{ s }}",
    "doubling of lists": "{% set s = [1] %}" + "{% set s = [s, s] %}" * 60 + "{{ s }}",
    "doubling of objects": "{% set s = {} %}" + "{% set s = {'a': s, 'b': s} %}" * 60 + "{{ s }}",
    "doubling in a macro": "{% macro m(s) %}{{ m(s ~ s) }}{% endmacro %}{{ m('x') }}",
    "doubling in blocks": "{% set s = 'xx' %}" + "{% set s %}{{ s }}{{ s }}{% endset %}" * 60 + "{{ s }}",
    "doubling in a loop's argument": "{% for a in ['x'] recursive %}{{ loop([a ~ a]) }}{% endfor %}",
    "multiplication": "{{ 'x' * 1000000000000 }}",
    "multiplication of what was multiplied": "{{ 'x' * 60000 * 60000 }}",
    "many large texts": _LONG + _sets("s ~ payload.long") + _ENDS_BADLY,
    "many large upper cases": _LONG + _sets("s|upper") + _ENDS_BADLY,
    "many large methods": _LONG + _sets("s.title()") + _ENDS_BADLY,
    "many lists of letters": _sets("payload.long|list") + _ENDS_BADLY,
    "many escapes": _LONG + _sets("s|urlencode") + _ENDS_BADLY,
    "escapes of escapes": "{{ payload.wide" + "|urlencode" * 30 + " }}",
    "many comparisons": _sets("payload.lists == payload.same", 250) + _ENDS_BADLY,
    "many orders": _sets("payload.lists < payload.same", 250) + _ENDS_BADLY,
    "many searches": _sets("'x' in payload.lists", 250) + _ENDS_BADLY,
    "many searches by a test": _sets("'x' is in payload.lists", 250) + _ENDS_BADLY,
    "many slices of a text": _LONG + _sets("s[1:]") * 2 + _ENDS_BADLY,
    "much sorting": _sets("payload.rows|sort|unique|groupby(0)", 150) + _ENDS_BADLY,
    "a search for each": "{{ payload.letters|select('in', payload.numbers)|list|length }}",
    "a search for each of what is no list": "{{ payload.letters|select('in', 5)|list|length }}" + _ENDS_BADLY,
    "something large for each": "{{ payload.texts|map('default', payload.long, true)|list|length }}",
    "something large for each that has none": "{{ payload.objects|map(attribute='c', default=payload.long)|list }}",
    "something larger for each": "{{ payload.letters|map('replace', 'a', payload.long)|list|length }}",
    "a filter that is named by a payload": "{{ payload.letters|map(payload.values)|list }}",
    "a filter for each of each": "{{ [payload.letters]|map('map', 'upper')|list }}",
    "a huge join": "{{ payload.letters|join(payload.long) }}",
    "a join by an endless name": "{{ payload.objects|join(',', 'a" + ".a" * 5_000 + "') }}",
    "a join of texts as a method": _ALIAS + "{{ payload.long.join(payload.letters) }}",
    "a replacement as a method": _ALIAS + "{{ payload.long.replace('', payload.long) }}",
    "a huge replacement": "{{ payload.long|replace('x', payload.long) }}",
    "a replacement of nothing": "{{ (payload.long * 3)|replace('', 'xxxx') }}",
    "format's widths": "{{ '%999999999d'|format(1) }}",
    "format's precision": "{{ '%.999999999f'|format(1.5) }}",
    "format's largest number": "{{ '%d'|format(payload.most * payload.most) }}",
    "format without an end": "{{ ('%%' * 32000)" + "|format" * 300 + " }}",
    "a wide indent": "{{ payload.long|indent(1000000000) }}",
    "many indents": "{{ ('a\\n' * 30000)|indent(20) }}",
    "huge JSON": "{{ payload|tojson }}",
    "much JSON": _sets("payload.lists[:9000]|tojson") + _ENDS_BADLY,
    "a huge text": "{{ payload }}",
    "a huge text as a name": "{{ {payload: 1} }}",
    "a regular expression in regular expressions": "{{ 'x'|matches('((x{1000}){1000}){1000}') }}",
    "a large regular expression": r"{{ 'x'|matches('\\pL{400}') }}",
    "a regular expression without an end": "{% for a in range(999) %}"
    "{% if payload.long|matches('(x+x+)+y' ~ a) %}{% endif %}{% endfor %}" + _ENDS_BADLY,
    "a search that ends at the last letter": "{% for a in range(999) %}"
    "{% if payload.wide|matches('[^a]{200}z' ~ a) %}{% endif %}{% endfor %}" + _ENDS_BADLY,
    "a time's huge width": "{{ 1e9|datetime('UTC', '%999999999d') }}",
    "a time zone that is a path": "{{ 1e9|datetime('../../../../etc/passwd') }}",
    "numbers without an end": "{{ 2 ** 999999999999 }}",
    "numbers that grow": "{% set n = 3 %}" + "{% set n = n * n %}" * 60,
    "the least number's opposite": "{{ -(payload.least - 1) }}",
    "nothing to divide by": "{{ 1 // 0 }}",
    "brackets without an end": "{{ " + "(" * 900 + ")" * 900 + " }}",
    "blocks without an end": "{% if 1 %}" * 900 + "{% endif %}" * 900,
    "update": "{{ payload.update({'a': 1}) }}",
    "update by an attribute": "{{ (payload|attr('update'))({'a': 1}) }}",
    "update by a name": "{{ payload['update']({'a': 1}) }}",
    "update by an alias": _ALIAS + "{{ payload.update({'a': 1}) }}",
    "a list's methods": "{{ payload.letters.append(1) }}{{ payload.letters.clear() }}",
    "setting a part": "{% set payload.a = 1 %}",
    "classes": "{{ payload.__class__.__mro__[1].__subclasses__() }}",
    "format's attributes": "{{ '{0.__class__}'.format(payload) }}",
    "globals": "{{ cycler.__init__.__globals__ }}{{ lipsum() }}",
    "the clock in other hands": "{% from 'module' import write as _tick %}" + f"{_LOOP}{_ENDS}",
    "the clock as an argument": f"{{% macro m(_tick) %}}{_LOOP}{_ENDS}{{% endmacro %}}{{{{ m(range) }}}}",
    "what measures as a value": "{{ _list }}",
    "arguments out of a list": "{{ [*payload.numbers] }}",
    "arguments out of an object": "{{ payload.letters|map(**{'attribute': 'a', 'default': payload.long}) }}",
    "an include that is worked out": "{% include 'x' ~ 'y' * 100000000 ignore missing %}",
    "an import that is worked out": "{% from 'x' * 1000000000 import a %}",
    "a block that ends elsewhere": "{% raw %}{%\u00a0endraw %}{# {% endraw %}"
    "{{ payload.long.join(payload.letters) }} #}",
}  # fmt: skip
# And these have to come to something, in time.
ODD = {
    "catastrophic elsewhere": "{{ payload.long|matches('(x+x+)+y') }}",
    "no methods": "{{ payload.values }}|{{ payload.items }}|{{ payload.keys }}|{{ payload.letters.append }}",
    "no attributes": "{{ payload.letters.__class__ }}{{ payload.objects[0]|attr('__init__') }}{{ [payload.items] }}",
    "many signs": "{{ " + "not " * 1_500 + "- " * 500 + "1 }}",
    "a chain of texts": "{{ " + "1 ~ " * 900 + "1 }}",
    "a chain of conditions": "{{ " + "0 if payload.none else " * 400 + "1 }}",
    "no remainder": "{{ 1 is divisibleby 0 }}{{ (payload.least - 1) is divisibleby -1 }}",
    "no number": "{{ ('nan'|float|int, 'inf'|float|int, '9' * 5000)|length }}",
}
NORMAL = "{{ event.title }} {% for a in payload.numbers[:3] %}{{ a ~ ' ' }}{% endfor %}{{ payload.long|truncate(9) }}"
NORMAL_TEXT = "Disk 0 1 2 xxxxxxxx…"
HOSTILE_PAYLOADS: list[Any] = [
    PAYLOAD,
    PAYLOAD["lists"],
    PAYLOAD["wide"],
    {"alerts": [PAYLOAD] * 3, "labels": PAYLOAD, "title": PAYLOAD, "status": PAYLOAD["numbers"]},
    {name: {"__class__": "x", "items": 1, "keys": [], "get": None} for name in ("alerts", "labels", "items", "title")},
    [None, True, 1e308, -0.0, 2**126, "\x00\x1b[31m\u202e", "{{ payload }}", "%s%n", {"": {"": ""}}],
    {str(n): n for n in range(20_000)},
]


@pytest.fixture(scope="module")
def scope() -> dict[str, Any]:
    return {name: frozen(value) for name, value in SCOPE.items()}


@pytest.mark.slow
def test_no_template_takes_more_than_its_time_and_memory_or_ends_the_process() -> None:
    templates = HOSTILE | ODD
    planned = [Trial(template, is_text=True, scope=0) for template in templates.values()]
    ended = dict(zip(templates, tried(SHARED, [SCOPE], planned), strict=True))
    assert [name for name, failed in ended.items() if failed == KILLED] == []
    assert [name for name in HOSTILE if not ended[name]["why"]] == []
    assert {name: ended[name]["why"] for name in ODD if ended[name]["why"]} == {}


@pytest.mark.parametrize("template", HOSTILE.values(), ids=HOSTILE)
def test_what_wants_too_much_is_told_in_the_words_of_its_kind_with_a_mark(template: str, scope: dict[str, Any]) -> None:
    rule = Rule(name="page", chat=("oncall",), text=template)
    written = render(rule, Event("Disk", "Disk is full"), lambda: scope, Expressions(SHARED))
    assert written.text == "Disk is full" or MARK in written.text
    assert written.mark.startswith(MARK)
    assert "text of the rule “page” failed: " in written.mark


def test_no_template_changes_what_the_next_one_sees(scope: dict[str, Any]) -> None:
    expressions, before = Expressions(SHARED), json.dumps(PAYLOAD)
    for template in [*HOSTILE.values(), *ODD.values()]:
        try:
            expressions.text(template, scope)
        except TemplateError as error:
            assert error.message  # noqa: PT017 - some fail, and some don't
        assert expressions.text(NORMAL, scope) == NORMAL_TEXT
    assert json.dumps(scope["payload"]) == before


def test_memory_that_is_not_to_be_had_is_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*_: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(Budget, "concatenate", nowhere)
    with pytest.raises(TemplateError) as failed:
        Expressions().text("{{ 'a' ~ 'b' }}", {})
    assert is_limit(failed.value)


def test_what_is_left_out_leaves_no_more_time_for_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text that fails again and again has the time of one text."""
    begun: list[Budget] = []
    begin = Budget.begin
    monkeypatch.setattr(Budget, "begin", lambda budget: (begun.append(budget), begin(budget)))
    expressions = Expressions()
    begun.clear()
    assert expressions.lenient("{{ 1 // 0 }}" * 9, {}) == "⚠" * 9
    assert len(begun) == 1


@pytest.mark.parametrize(
    "source",
    ["not " * 100_000 + "x", "-" * 100_000 + "1", "1 ~ " * 100_000 + "1", "x" + ".x" * 100_000, "(" * 100_000,
     "-" * 19_000 + "'", "1 if x else " * 100_000 + "1", "'\ud800'"],
)  # fmt: skip
@pytest.mark.parametrize("is_text", [True, False])
def test_what_no_parser_bears_is_refused_with_a_sentence(source: str, *, is_text: bool) -> None:
    written = f"{{{{ {source} }}}}" if is_text else source
    expressions = Expressions()
    assert expressions.faults(written, is_text=is_text)
    assert expressions.reads(written, is_text=is_text) is not None
    for evaluate in (expressions.text, expressions.lenient) if is_text else (expressions.value,):
        with pytest.raises(TemplateError):
            evaluate(written, {})


@cache
def _written() -> tuple[tuple[Rules, Templated], ...]:
    """Return each template of the rules that ship, of the manuals and of the golden cases."""
    rules = [load(RULES)]
    sources = [cases.load(path).rules for path in (ROOT / "tests" / "rules").glob("*.case")]
    for manual in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        sources += [block.partition("```")[0] for block in manual.read_text(encoding="utf-8").split("```yaml\n")[1:]]
    for source in sources:
        try:
            rules.append(load_text(source.encode(), "rules.yaml"))
        except RulesError:
            continue
    found = {
        template.source: (of, template)
        for of in rules
        for n, rule in enumerate(of.rules)
        for template in of_rule(rule, ("rules", n))
    }
    return tuple(found.values())


@pytest.mark.slow
@pytest.mark.parametrize(
    "payload", HOSTILE_PAYLOADS, ids=["all", "list", "text", "alerts", "names", "values", "object"]
)
def test_no_payload_makes_a_template_that_is_in_use_take_too_much(payload: Any) -> None:
    event = {"title": PAYLOAD["wide"], "fields": payload, "severity": "critical", "body": PAYLOAD["long"]}
    hostile = SCOPE | {"payload": payload, "item": payload, "event": event}
    shared = {name: text for rules, _ in _written() for name, text in rules.templates.items()}
    planned = [Trial(template.source, template.what == "text", 0) for _, template in _written()]
    assert len(planned) > 50
    ended = tried(shared, [hostile], planned)
    assert [trial.source for trial, failed in zip(planned, ended, strict=True) if failed == KILLED] == []


_names = st.sampled_from(["alerts", "labels", "items", "title", "a", "b", "severity"]) | st.text(max_size=3)
_scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters())
_json = st.recursive(
    _scalars | st.sampled_from(["\ud800", "2026-11-02", "1e9"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_names, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=60)
@given(_json)
def test_any_payload_gives_a_template_that_is_in_use_a_text_or_an_error_of_its_own(payload: Any) -> None:
    scope = {name: frozen(value) for name, value in (SCOPE | {"payload": payload, "item": payload}).items()}
    for rules, template in _written():
        expressions = _expressions(tuple(rules.templates.items()))
        try:
            if template.what == "text":
                expressions.text(template.source, scope)
                expressions.lenient(template.source, scope)
            else:
                expressions.value(template.source, scope)
        except TemplateError as error:
            assert error.message  # noqa: PT017 - either is right


@cache
def _expressions(templates: tuple[tuple[str, str], ...]) -> Expressions:
    return Expressions(dict(templates))
