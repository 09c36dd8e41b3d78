"""Whatever rules file passes the check, and whatever is posted: nothing fails, and each message can be sent."""

import json
from itertools import chain
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from hookline.compose import compose
from hookline.errors import Refused, RulesError
from hookline.models import Inbound
from hookline.parse import read
from hookline.route import route
from hookline.rules.examine import examine
from hookline.rules.expression import Expressions
from hookline.rules.filters import FILTERS, IN_PLACE_OF_OTHERS
from hookline.rules.load import load_text
from hookline.rules.model import EFFECTS, Chat, Rule, Rules
from hookline.rules.template import words
from hookline.see import see, without_secrets
from hookline.sources import KINDS

NOON = 1_793_620_800_000
CHATS = ["oncall", "office", "night"]
SHARED = ["where", "macros"]
SOURCES = {kind.replace("_", "-"): kind for kind in KINDS}
_ARGUMENTS = [
    *["", "()", "(1)", "(0, 'a')", "('a')", "('a', x)", "(attribute='a')", "('UTC', '%H:%M')", "(-1)", "('upper')"],
    *["('%s')", "('eq', 1)", "('in', payload)", "('a', 'b', 'c', 'd')", "(payload)", "(**payload)", "('(')"],
]
_UNIQUE = st.integers(0, 2**32).map("rule {}".format)


def _one_of(spoken: str) -> SearchStrategy[str]:
    return st.sampled_from(spoken.split("\n"))


_names = _one_of(
    "payload\nitem\nevent\nevent.title\nevent.fields\npayload.a\npayload.a.b\npayload.alerts\npayload['b']\npayload[0]\n"
    "payload[-1]\npayload[1:]\nitem.labels\nheaders['x-id']\nquery.a\nsource\nnow\nx\nnone\ntrue\n0\n-1\n1.5\n1e308\n"
    "99999999999999999999\n'a'\n''\n'🔥'\nloop.index\npayload.items\npayload.items()\npayload.__class__\n[]\n{}\nrange(3)"
)
_operators = _one_of("+\n-\n*\n/\n//\n%\n**\n~\n==\n!=\n<\n>=\nand\nor\nin\nnot in\n|\n.\nis")
_filters = st.builds(
    "{}{}".format,
    st.sampled_from(sorted({*words.QUICK_FILTERS, *words.SLOW_FILTERS, *FILTERS, *IN_PLACE_OF_OTHERS, "nothing"})),
    st.sampled_from(_ARGUMENTS),
)
_tests = st.builds(
    "{}{}".format, st.sampled_from(sorted(words.TESTS)), st.sampled_from(["", "(1)", " 'a'", "(payload)"])
)
_methods = st.builds(
    "{}{}".format, st.sampled_from(sorted(words.METHODS | {"get", "split"})), st.sampled_from(_ARGUMENTS)
)


def _joined(inner: SearchStrategy[str]) -> SearchStrategy[str]:
    return st.one_of(
        st.builds("{} {} {}".format, inner, _operators, inner),
        st.builds("({})|{}".format, inner, _filters),
        st.builds("({}).{}".format, inner, _methods),
        st.builds("({}) is {}".format, inner, _tests),
        st.builds("{} if {} else {}".format, inner, inner, inner),
        st.builds("[{}, {}]".format, inner, inner),
        st.builds("{{'a': {}, {}: 1}}".format, inner, inner),
        st.builds("({})[{}]".format, inner, inner),
        st.builds("not ({})".format, inner),
    )


_expressions = st.recursive(_names, _joined, max_leaves=6)


def _nested(inner: SearchStrategy[str]) -> SearchStrategy[str]:
    return st.one_of(
        st.builds("{}{}".format, inner, inner),
        st.builds("{{% if {} %}}{}{{% else %}}{}{{% endif %}}".format, _expressions, inner, inner),
        st.builds("{{% for x in {} %}}{}{{% endfor %}}".format, _expressions, inner),
        st.builds("{{% for a, b in {} if {} %}}{}{{% endfor %}}".format, _expressions, _expressions, inner),
        st.builds("{{% for x in {} recursive %}}{}{{{{ loop({}) }}}}{{% endfor %}}".format, _names, inner, _names),
        st.builds("{{% set x = {} %}}{}".format, _expressions, inner),
        st.builds("{{% set x %}}{}{{% endset %}}{}".format, inner, inner),
        st.builds("{{% macro m(x, y={}) %}}{}{{% endmacro %}}{{{{ m({}) }}}}".format, _names, inner, _expressions),
        st.builds("{{% with x = {} %}}{}{{% endwith %}}".format, _expressions, inner),
        st.builds("{{% filter {} %}}{}{{% endfilter %}}".format, _filters, inner),
        st.builds("{{% raw %}}{}{{% endraw %}}".format, inner),
        st.builds("{{# {} #}}".format, inner),
        st.builds("{{% include '{}' %}}".format, st.sampled_from([*SHARED, "nowhere"])),
        st.just("{% import 'macros' as m %}{{ m.told(payload) }}"),
        st.just("{% from 'macros' import told %}{{ told(payload) }}"),
    )


_plain = st.text(st.characters(codec="utf-8"), max_size=20) | st.sampled_from(
    ["a long text. " * 200, "\n\n", "{{", "%}"]
)
_outputs = st.builds("{{{{ {} }}}}".format, _expressions)
_texts = st.recursive(_outputs | _outputs | _plain, _nested, max_leaves=5)
_KNOWN = Expressions(dict.fromkeys(SHARED, ""))


def _mostly_right(templates: SearchStrategy[str], *, is_text: bool) -> SearchStrategy[str]:
    """Give of three at least two that pass: a file with many that don't never comes to anything."""
    instead = "{{ event.title }} {{ payload.a }}" if is_text else "payload.a != 1"
    right = templates.map(lambda source: instead if _KNOWN.faults(source, is_text=is_text) else source)
    return right | right | templates


_conditions = _mostly_right(_expressions, is_text=False)
_written = _mostly_right(_texts, is_text=True)
_chats = st.sampled_from(CHATS)
_RULE: dict[str, SearchStrategy[Any]] = {
    "source": st.sampled_from(sorted(SOURCES)) | st.lists(st.sampled_from(sorted(SOURCES)), min_size=1, max_size=3),
    "when": _conditions,
    "drop": st.booleans(),
    "each": _one_of("payload.alerts\npayload\npayload.a\n[1, [], {}]\n'a'") | _conditions,
    "chat": _chats | st.lists(_chats, min_size=1, max_size=3) | _mostly_right(_outputs, is_text=True),
    "otherwise": _chats,
    "fallback": _chats | st.lists(_chats, max_size=2),
    "text": _written,
    "split": st.booleans(),
    "repeat": st.sampled_from(["30s", "5m", "4h", "1d"]),
    "thread": _written,
    "urgent": st.booleans(),
    "effect": st.sampled_from(EFFECTS),
    "reply_to": _written,
    "link_preview": st.fixed_dictionaries({"title": _written}, optional={"image": _written}),
    "continue": st.booleans(),
}
_CHAT: dict[str, SearchStrategy[Any]] = {
    "fallback": _chats,
    "limit": st.integers(100, 2000),
    "pace": st.sampled_from(["3 per 1m", "off", False]),
    "quiet": st.just("22:00-07:00 Europe/Berlin"),
    "budget": st.sampled_from(["auto", 5, "off"]),
    "expires": st.sampled_from(["30m", "24h", "2d"]),
}


@st.composite
def _files(draw: DrawFn) -> dict[str, Any]:
    needed = {"name": _UNIQUE, "chat": _RULE["chat"], "otherwise": _chats, "text": _RULE["text"] | st.none()}
    optional = {name: value for name, value in _RULE.items() if name not in needed}
    return {
        "chats": {
            name: {"id": f"chat_{name}", **draw(st.fixed_dictionaries({}, optional=_CHAT))} for name in CHATS
        },
        "sources": {name: {"kind": kind, "auth": {"token": "TOKEN"}} for name, kind in SOURCES.items()},
        "rules": draw(st.lists(st.fixed_dictionaries(needed, optional=optional), min_size=1, max_size=4)),
        "templates": {"where": draw(_written), "macros": "{% macro told(x) %}told {{ x }}{% endmacro %}"},
    }  # fmt: skip


_scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
_keys = (
    st.sampled_from(["a", "b", "alerts", "labels", "annotations", "status", "title", "items", "startsAt"]) | st.text()
)
_json = st.recursive(
    _scalars | st.sampled_from(["office", "2026-11-02T11:00:00Z", "{{ 1 }}", "\u202e", "x" * 5000]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_keys, inner, max_size=5),
    max_leaves=15,
)
_payloads = _json | st.fixed_dictionaries(
    {"alerts": st.lists(_json, max_size=25)}, optional={"a": _json, "status": _json}
)


def test_the_files_below_have_every_option() -> None:
    assert {"name", *_RULE} == {field.alias or name for name, field in Rule.model_fields.items()}
    assert {"id", *_CHAT} == set(Chat.model_fields)


@settings(max_examples=180, suppress_health_check=list(HealthCheck))
@given(_files(), st.lists(_payloads, min_size=1, max_size=3))
def test_rules_that_pass_never_fail_and_make_messages_that_can_be_sent(
    file: dict[str, Any], payloads: list[Any]
) -> None:
    rules = _passing(file)
    if rules is None:
        return
    expressions = Expressions(rules.templates)
    for payload in payloads:
        for source in SOURCES:
            _check(rules, expressions, source, payload)


def _passing(file: dict[str, Any]) -> Rules | None:
    """Return the file without the rules that are refused: what is left has to pass, or the whole of it doesn't."""
    for _ in range(len(file["rules"]) + 1):
        content = yaml.safe_dump(file, allow_unicode=True, sort_keys=False).encode()
        rules, problems, tree = examine(content, "rules.yaml")
        if rules is not None:
            assert load_text(content, "rules.yaml") == rules
            return rules
        assert all(problem.sentence and problem.line >= 1 and problem.column >= 1 for problem in problems)
        refused = {path for path in (_rule_of(tree.text, problem.line) for problem in problems) if path is not None}
        file["rules"] = [rule for rule in file["rules"] if rule["name"] not in refused]
        if any(problem.severity == "error" for problem in problems if _rule_of(tree.text, problem.line) is None):
            file["templates"]["where"] = "nowhere"
    return None


def _rule_of(text: str, line: int) -> str | None:
    """Return the name of the rule that stands in the line, each of which begins with it."""
    before = text.split("\n")[:line]
    found = [line.removeprefix("- name: ") for line in before if line.startswith("- name: ")]
    return found[-1] if found and not any(line.startswith("templates:") for line in before) else None


def _check(rules: Rules, expressions: Expressions, source: str, payload: Any) -> None:
    kind = KINDS[SOURCES[source]]
    body = json.dumps(payload).encode()
    inbound = Inbound(source, "POST", {"x-id": "1", "content-type": "application/json"}, {"a": "b"}, body, "gw", NOON)
    try:
        seen = see(without_secrets(inbound, rules.sources[source]), kind, read(inbound, kind.reads))
    except Refused:
        return
    routed = route(source, seen.scope(), rules, expressions)
    composed = compose(seen, routed, rules, expressions, NOON)
    assert all(match.rule.name and set(match.chats) <= set(CHATS) for match in routed.matches)
    assert bool(composed.messages) == bool(routed.matches)
    ids = [message.delivery_id for message in composed.messages]
    assert len(ids) == len(set(ids))
    for message in composed.messages:
        chat = rules.chats[message.chat_name]
        assert message.chat == chat.id
        assert message.text.strip()
        assert len(message.text) <= chat.limit
        message.text.encode()
        message.model_dump_json()
    assert all(failure.why for failure in chain(routed.failures, composed.failures))


@settings(max_examples=150)
@given(st.binary(max_size=300) | st.text(alphabet="{}[]:-#&*!|>'\"%@`, \n\ta1?~", max_size=60).map(str.encode))
def test_any_bytes_give_rules_or_sentences(content: bytes) -> None:
    _said(content)


@settings(max_examples=100, suppress_health_check=list(HealthCheck))
@given(_files(), st.data())
def test_a_file_with_anything_in_the_place_of_anything_gives_rules_or_sentences(
    file: dict[str, Any], data: Any
) -> None:
    inner: Any = file
    while isinstance(inner, dict | list) and inner:
        place = data.draw(st.sampled_from(sorted(inner) if isinstance(inner, dict) else range(len(inner))))
        if data.draw(st.booleans()):
            inner[place] = data.draw(_json)
            break
        inner = inner[place]
    _said(yaml.safe_dump(file, allow_unicode=True).encode(errors="replace"))


def _said(content: bytes) -> None:
    rules, problems, _ = examine(content, "rules.yaml")
    assert all(problem.sentence and problem.line >= 1 and problem.column >= 1 for problem in problems)
    assert rules is not None or any(problem.severity == "error" for problem in problems)
    if rules is None:
        with pytest.raises(RulesError):
            load_text(content, "rules.yaml")
    else:
        assert load_text(content, "rules.yaml") == rules
