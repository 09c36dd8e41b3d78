"""Which rules take an event, and which chats they name."""

from typing import Any

import pytest

from hookline.models import Routed
from hookline.route import route
from hookline.rules.expression import Expressions, TemplateError
from hookline.rules.model import Rules

CHATS = {"oncall": "chat_a1", "office": "chat_b2"}
SOURCES = {name: {"kind": "json", "auth": "none"} for name in ("alerts", "shop")}
FAILS = "payload.amount / 0"


def routed(*rules: dict[str, Any], source: str = "alerts", **payload: Any) -> Routed:
    named = [{"name": f"rule {n}", "chat": "oncall"} | rule for n, rule in enumerate(rules)]
    whole = Rules.model_validate({"chats": CHATS, "sources": SOURCES, "rules": named})
    return route(source, {"payload": payload, "source": source}, whole, Expressions())


def told(result: Routed) -> list[tuple[str, tuple[str, ...]]]:
    return [(match.rule.name, match.chats) for match in result.matches]


def test_the_first_rule_that_matches_wins() -> None:
    result = routed({"when": "payload.level == 'low'"}, {}, {"chat": "office"}, level="high")
    assert told(result) == [("rule 1", ("oncall",))]
    assert (result.reason, result.failures) == ("", [])


def test_a_rule_that_says_continue_does_not_end_the_search() -> None:
    result = routed({"continue": True}, {"when": "false", "continue": True}, {"chat": ["office", "oncall"]}, {})
    assert told(result) == [("rule 0", ("oncall",)), ("rule 2", ("office", "oncall"))]


def test_a_rule_that_drops_ends_the_search_with_a_reason() -> None:
    result = routed({"when": "payload.title == 'Watchdog'", "drop": True, "chat": []}, {}, title="Watchdog")
    assert result == Routed([], "dropped by the rule 'rule 0'")


def test_what_was_matched_before_a_drop_stays_matched() -> None:
    assert told(routed({"continue": True}, {"drop": True}, {})) == [("rule 0", ("oncall",))]


def test_a_rule_speaks_of_its_own_sources_only() -> None:
    rules: list[dict[str, Any]] = [{"source": "shop"}, {"source": ["alerts", "shop"]}, {}]
    assert told(routed(*rules, source="shop"))[0][0] == "rule 0"
    assert told(routed(*rules, source="alerts"))[0][0] == "rule 1"


def test_when_no_rule_matches_that_is_the_reason() -> None:
    assert routed({"source": "shop"}, {"when": "false"}) == Routed([], "no rule matched")
    assert routed() == Routed([], "no rule matched")


@pytest.mark.parametrize(
    "when", ["payload.a.b.c == 1", "payload.a.b.c", "payload.missing > 3", "payload.values", "none", "''"]
)
def test_what_the_payload_does_not_have_is_false(when: str) -> None:
    assert routed({"when": when}).reason == "no rule matched"


@pytest.mark.parametrize(("topic", "chat"), [("outage", "oncall"), ("offer", "office")])
def test_a_chat_may_be_worked_out(topic: str, chat: str) -> None:
    rule = {"chat": " {{ 'oncall' if payload.topic == 'outage' else 'office' }}\n", "otherwise": "oncall"}
    assert told(routed(rule, topic=topic)) == [("rule 0", (chat,))]


@pytest.mark.parametrize(
    "chat", ["{{ payload.chat }}", "{{ payload.missing }}", "{{ payload.chat | nosuch }}", "{{ 1 / 0 }}"]
)
def test_a_chat_that_cannot_be_worked_out_or_that_nobody_has_means_otherwise(chat: str) -> None:
    assert told(routed({"chat": chat, "otherwise": "office"}, chat="chat_a1")) == [("rule 0", ("office",))]


def test_a_chat_that_cannot_be_worked_out_is_told_of_and_one_that_names_none_is_not() -> None:
    result = routed({"chat": "{{ 1 / payload.zero }}", "otherwise": "office"}, zero=0)
    [failure] = result.failures
    assert (failure.rule, failure.option) == ("rule 0", "chat")
    assert routed({"chat": "{{ payload.missing }}", "otherwise": "office"}).failures == []


def test_a_condition_that_fails_does_not_match_and_is_told() -> None:
    result = routed({"when": FAILS}, {"chat": "office"}, amount=1)
    assert told(result) == [("rule 1", ("office",))]
    [failure] = result.failures
    assert (failure.rule, failure.option) == ("rule 0", "when")
    assert str(failure).startswith("`when` of the rule 'rule 0' failed: ")
    assert result.matches[0].failed == ""


def test_an_event_that_only_a_failing_condition_could_take_is_taken_by_the_first_of_these() -> None:
    result = routed({"when": FAILS, "drop": True}, {"when": FAILS}, {"when": FAILS, "chat": "office"}, amount=1)
    assert told(result) == [("rule 1", ("oncall",))]
    assert "unable to calculate" in result.matches[0].failed
    assert [failure.rule for failure in result.failures] == ["rule 0", "rule 1", "rule 2"]
    assert result.reason == ""


def test_a_failing_condition_of_a_rule_that_drops_drops_nothing() -> None:
    result = routed({"when": FAILS, "drop": True}, amount=1)
    assert (result.matches, result.reason) == ([], "no rule matched")
    assert len(result.failures) == 1


def test_what_a_failing_condition_might_have_told_is_not_swallowed_by_a_drop_further_down() -> None:
    result = routed({"when": FAILS}, {"when": FAILS, "drop": True}, {"drop": True}, {"chat": "office"}, amount=1)
    assert told(result) == [("rule 0", ("oncall",))]
    assert result.matches[0].failed
    assert result.reason == ""


def test_a_drop_whose_own_condition_holds_takes_the_event_although_one_above_failed() -> None:
    dropped = {"when": "payload.amount == 1", "drop": True}
    assert routed({"when": FAILS}, dropped, amount=1).reason == "dropped by the rule 'rule 1'"
    assert routed({"when": FAILS}, dropped, amount=1).matches == []


def test_a_drop_further_up_stands_and_so_does_one_below_a_rule_that_told_it() -> None:
    assert routed({"drop": True}, {"when": FAILS}, amount=1) == Routed([], "dropped by the rule 'rule 0'")
    assert told(routed({"when": FAILS}, {"chat": "office", "continue": True}, {"drop": True}, amount=1)) == [
        ("rule 1", ("office",))
    ]


@pytest.mark.parametrize(
    ("rule", "because"),
    [
        ({}, "it has no condition"),
        ({"when": 'event.severity ==\n  "critical"  or true'}, '`when` holds: event.severity == "critical" or true'),
        ({"chat": "{{ x }}", "otherwise": "oncall"}, "it has no condition; its `chat` names none, hence `otherwise`"),
        ({"chat": "{{ 1/0 }}", "otherwise": "oncall"}, "it has no condition; its `chat` failed, hence `otherwise`"),
        ({"chat": "{{ 'office' }}", "otherwise": "oncall"}, "it has no condition"),
    ],
)  # fmt: skip
def test_a_match_says_why(rule: dict[str, Any], because: str) -> None:
    [match] = routed(rule).matches
    assert match.because == because


def test_a_match_in_doubt_says_what_failed() -> None:
    [match] = routed({"when": FAILS}, amount=1).matches
    assert match.because.startswith("its condition failed: ")


def test_a_long_condition_is_told_shortly() -> None:
    [match] = routed({"when": " or ".join(["payload.some_long_name == 'x'"] * 50) + " or true"}).matches
    assert len(match.because) < 150


@pytest.mark.parametrize(
    "when", ["payload.pop('nosuch')", "payload.nosuch()", "payload.update(1)", "payload.tags.index('z')"]
)
def test_a_condition_whose_method_raises_fails_like_any_other(when: str) -> None:
    result = routed({"when": when}, {"chat": "office"}, tags=["a"])
    assert told(result) == [("rule 1", ("office",))]
    assert len(result.failures) == 1


ODD = (
    "loop", "range", "payload", "payload.items", "payload.items()", "payload.nope | items", "payload.tags | reverse",
    "payload.nope | reverse", "payload.tags | selectattr('x')", "(1,)", "()", "[]", "{}", "[0]", "0.0", "''", "' '",
    "none", "true if false", "x.y.z", "not x", "'%}' in payload.tags", "'{{ 1 }}'", "payload.tags | first", "1 / 0",
    "'a'.upper", "0 | string", "payload.amount", "payload.tags == ['a']", "'a' ~ 1 == 'a1'", "1 } 2", "1) or (2",
    "nosuch()",
)  # fmt: skip


@pytest.mark.parametrize("when", ODD)
def test_conditions_mean_the_same_together_as_by_themselves(when: str) -> None:
    scope = {"payload": {"tags": ["a"], "amount": 0}}
    try:
        alone = bool(Expressions().value(when, scope))
    except TemplateError:
        with pytest.raises(TemplateError):
            Expressions().first(("false", when, "true"), scope)
    else:
        assert Expressions().first(("false", when, "true"), scope) == (1 if alone else 2)


@pytest.mark.parametrize("place", [0, 99, 100, 101, 249])
def test_of_many_rules_the_first_wins_wherever_it_stands(place: int) -> None:
    rules: list[dict[str, Any]] = [{"when": f"payload.n == {n} or {n} > {place}"} for n in range(250)]
    assert told(routed(*rules, n=place)) == [(f"rule {place}", ("oncall",))]
    assert routed(*rules[:place], n=place).reason == "no rule matched"


def test_conditions_that_fail_among_many_are_all_told_up_to_the_rule_that_wins() -> None:
    rules: list[dict[str, Any]] = [{"when": FAILS if n % 50 == 7 else f"payload.amount == {n}"} for n in range(250)]
    result = routed(*rules, amount=160)
    assert told(result) == [("rule 160", ("oncall",))]
    assert [failure.rule for failure in result.failures] == ["rule 7", "rule 57", "rule 107", "rule 157"]


def test_one_budget_is_not_shared_by_what_has_its_own() -> None:
    long = "(" + " and ".join(["payload.tags | sort | length == 3"] * 300) + ")"
    rules: list[dict[str, Any]] = [{"when": f"{long} and payload.n == {n}"} for n in range(60)]
    result = routed(*rules, tags=["a", "b", "c"], n=59)
    assert (told(result), result.failures) == ([("rule 59", ("oncall",))], [])


def test_rules_that_continue_stand_between_others() -> None:
    rules: list[dict[str, Any]] = [{"when": "payload.n == 1", "continue": n % 3 == 0, "drop": n == 3} for n in range(9)]
    rules[3]["when"] = "false"
    assert [rule for rule, _ in told(routed(*rules, n=1))] == ["rule 0", "rule 1"]
    assert routed(*rules, n=2).matches == []
