"""The schema that editors are given: made from the models, and of one mind with them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hookline.errors import RulesError
from hookline.rules.load import load_text
from hookline.rules.yaml_tree import read
from hookline.sources import KINDS
from local import schema
from local.project import ROOT, RULES

SCHEMA = json.loads(schema.SCHEMA.read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)
WHOLE = """\
chats:
  oncall: chat_a1b2c3d4
  office: &office
    id: chat_e5f6a7b8
    quiet: [22:00-07:00 Europe/Berlin, "Sat,Sun 00:00-24:00 Europe/Berlin"]
    pace: 3 per 1m
    budget: auto
    expires: 24h
    limit: 300
    fallback: oncall
  shop: {<<: *office, id: chat_3, pace: off, budget: 5, quiet: 22:00-7:00 UTC, fallback: [oncall, office]}
sources:
  alertmanager: {kind: alertmanager, auth: {bearer: ALERTMANAGER_TOKEN}}
  status: {kind: json, auth: {basic: S}}
  json: {kind: json, auth: {token: S, header: X-Key}}
  ci: {kind: json, auth: {hmac: S, algorithm: sha512, encoding: base64, signed: "{timestamp}.{body}", tolerance: 60}}
  contact: {kind: form, auth: none}
rules:
  - name: page
    source: [alertmanager, ci]
    when: event.severity == "critical"
    each: payload.alerts
    chat: [oncall, office]
    fallback: shop
    repeat: 4h
    thread: "{{ item.fingerprint }}"
    urgent: true
    split: true
    effect: slam
    reply_to: "{{ payload.id }}"
    link_preview: {image: "{{ payload.image }}"}
    continue: true
    text: |
      {{ event.title }}
  - {name: mail, source: contact, chat: "{{ payload.topic }}", otherwise: office, text: , repeat: , effect: }
  - {name: rest, drop: true}
templates: {where.txt: "on {{ event.title }}"}
tests:
  - {name: nothing, event: e.json, expect: []}
  - {name: one, event: e.json, source: json, expect: [{rule: page, chat: oncall, text: "…"}]}
"""


def mistakes(content: str) -> list[str]:
    return [error.json_path for error in VALIDATOR.iter_errors(read(content, "r.yaml").data)]


def loads(content: str) -> bool:
    try:
        load_text(content.encode(), "r.yaml")
    except RulesError:
        return False
    return True


def examples(path: Path) -> Iterator[str]:
    """Give the rules files that documentation shows, which begin with their chats."""
    for block in path.read_text(encoding="utf-8").split("```yaml\n")[1:]:
        if (content := block.partition("```")[0]).startswith("chats:"):
            yield content


def test_the_schema_is_the_one_that_the_models_make() -> None:
    assert schema.SCHEMA.read_text(encoding="utf-8") == schema.text(), "Run `make schema` after a change of the models."


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)


def test_the_rules_that_ship_name_it_and_follow_it() -> None:
    content = RULES.read_text(encoding="utf-8")
    assert content.startswith(f"# yaml-language-server: $schema=./{schema.SCHEMA.name}\n")
    assert mistakes(content) == []


@pytest.mark.parametrize("content", [WHOLE, *examples(ROOT / "README.md")])
def test_what_loads_is_right_for_editors_too(content: str) -> None:
    assert loads(content)
    assert mistakes(content) == []


OPTIONS = [pair for block in (SCHEMA, *SCHEMA["definitions"].values()) for pair in block["properties"].items()]


@pytest.mark.parametrize(("name", "option"), OPTIONS, ids=lambda given: given if isinstance(given, str) else "")
def test_every_option_is_described_and_shown(name: str, option: dict[str, Any]) -> None:
    assert option["description"].endswith("."), name
    is_shown = option.get("examples") or option.get("enum") or option["type"] == "boolean"
    assert is_shown, f"{name} has no example"


@pytest.mark.parametrize("block", SCHEMA["definitions"])
def test_what_an_example_shows_is_right(block: str) -> None:
    for name, option in SCHEMA["definitions"][block]["properties"].items():
        for example in option.get("examples", []):
            part = {"definitions": SCHEMA["definitions"], **option}
            assert not list(jsonschema.Draft7Validator(part).iter_errors(example)), (name, example)


def test_no_block_may_have_options_that_there_are_not() -> None:
    assert SCHEMA["additionalProperties"] is False
    assert all(block["additionalProperties"] is False for block in SCHEMA["definitions"].values())


def test_the_kinds_are_those_that_there_are() -> None:
    assert SCHEMA["definitions"]["Source"]["properties"]["kind"]["enum"] == list(KINDS)


@pytest.mark.parametrize(
    ("old", "new", "at"),
    [
        ("rules:\n", "rulez:\n", "$"),
        ("    when:", "    whn:", "$.rules[0]"),
        ("chat_a1b2c3d4", "+15550100", "$.chats.oncall"),
        ("    id: chat_e5f6a7b8\n", "", "$.chats.office"),
        ("    limit: 300", "    limit: 30", "$.chats.office"),
        ("    limit: 300", "    limit: '300'", "$.chats.office"),
        ("pace: 3 per 1m", "pace: 3", "$.chats.office"),
        ("pace: 3 per 1m", "pace: on", "$.chats.office"),
        ("budget: 5", "budget: 500", "$.chats.shop"),
        ("expires: 24h", "expires: 24", "$.chats.office"),
        ("22:00-7:00 UTC", "22:00-7:00", "$.chats.shop"),
        ("kind: form", "kind: from", "$.sources.contact.kind"),
        ("auth: none", "auth: None", "$.sources.contact.auth"),
        (", auth: none", "", "$.sources.contact"),
        ("auth: {basic: S}", "auth: {basic: S, bearer: S}", "$.sources.status.auth"),
        ("auth: {basic: S}", "auth: {basic: a b}", "$.sources.status.auth"),
        ("sha512", "md5", "$.sources.ci.auth"),
        ("  contact:", "  Contact Us:", "$.sources"),
        ("    chat: [oncall, office]\n", "", "$.rules[0]"),
        ("drop: true", "drop: false", "$.rules[2]"),
        ('when: event.severity == "critical"', "when: yes", "$.rules[0].when"),
        ("repeat: 4h", "repeat: 4", "$.rules[0].repeat"),
        ("urgent: true", "urgent: 'yes'", "$.rules[0].urgent"),
        ("continue: true", "continue: y", "$.rules[0].continue"),
        ("split: true", "split: 1", "$.rules[0].split"),
        ("drop: true", "drop: 'true'", "$.rules[2].drop"),
        ("kind: form,", "kind: form, private: 'on',", "$.sources.contact.private"),
        ("tolerance: 60", "tolerance: '60'", "$.sources.ci.auth"),
        ("effect: slam", "effect: slm", "$.rules[0].effect"),
        ('{image: "{{ payload.image }}"}', "{}", "$.rules[0].link_preview"),
        ("where.txt", "where txt", "$.templates"),
        ("expect: []", "expects: []", "$.tests[0]"),
        ("chat: oncall, text", "chta: oncall, text", "$.tests[1].expect[0]"),
    ],
)  # fmt: skip
def test_a_typical_mistake_is_underlined_by_editors_and_refused_by_us(old: str, new: str, at: str) -> None:
    assert old in WHOLE
    content = WHOLE.replace(old, new, 1)
    assert not loads(content)
    assert at in mistakes(content)


signs = st.text("0123456789:-,. smhdperoff/MonTueSatSunUTC", max_size=24)
written = st.one_of(
    st.tuples(st.sampled_from(["repeat", "expires"]), st.from_regex(r"\A[0-9]{1,7} ?[smhdw]\Z") | signs),
    st.tuples(st.sampled_from(["pace"]), st.from_regex(r"\A[0-9]{1,5} +per [0-9]{1,2} ?[smhd]\Z") | signs),
    st.tuples(
        st.sampled_from(["quiet"]),
        st.from_regex(r"\A((Mon|Sun)([,-](Sat|Tue))? )?[0-2]?[0-9]:[0-6][0-9]-[0-2][0-9]:[0-6]0 UTC\Z") | signs,
    ),
)


@given(written)
def test_values_with_a_way_of_writing_of_their_own_are_read_alike(value: tuple[str, str]) -> None:
    option, text = value
    assume("\n" not in text)
    file: dict[str, Any] = {"chats": {"a": {"id": "chat_a"}}, "sources": {}, "rules": [{"name": "a", "chat": "a"}]}
    (file["rules"][0] if option == "repeat" else file["chats"]["a"])[option] = text
    is_right_here = VALIDATOR.is_valid(file)
    # Editors don't know the calendar: that 24:10 is no time, and that nothing is quiet for no time at all.
    if loads(json.dumps(file)):
        assert is_right_here
    elif option != "quiet":
        assert not is_right_here
