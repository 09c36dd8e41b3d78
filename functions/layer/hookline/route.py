"""Stage 3 of a webhook. Decide which rules take an event, and which chats they name."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from hookline.models import Failure, Match, Routed, Scope
from hookline.rules.expression import Expressions, TemplateError
from hookline.rules.model import Rule, Rules
from hookline.sources.kind import words

_AT_ONCE = 100  # conditions that are worked out together; they share one evaluation's budget
_LONG = 120  # characters of a condition, or of what it failed by, that a row of the log keeps


def route(source: str, scope: Scope, rules: Rules, expressions: Expressions) -> Routed:
    """Return the rules that claim the event, in file order.

    The first match ends the search unless its rule says ``continue``. A ``when`` that can't be worked out doesn't
    match; but if nothing else takes the event, the first such rule does, so that a broken condition swallows nothing.
    A rule that drops all the rest takes nothing in this sense; one whose own condition holds knows what it drops.
    """
    failures: list[Failure] = []
    takers: list[Match] = []
    broken: list[Match] = []
    reason = "no rule matched"
    for rule, error in _claimants(_runs(rules, source), scope, expressions):
        if error:
            failures.append(Failure(rule.name, "when", error.message))
            if not rule.drop:
                broken.append(Match(rule, (), error.message, f"its condition failed: {words(error.message, _LONG)}"))
            continue
        if rule.drop:
            reason = f"dropped by the rule '{rule.name}'"
            broken = broken if rule.when is None else []
            break
        takers.append(Match(rule, (), because=_held(rule)))
        if not rule.continues:
            break
    matches = [_with_chats(match, scope, rules, expressions, failures) for match in takers or broken[:1]]
    return Routed(matches, "" if matches else reason, failures)


def claims(rule: Rule, scope: Scope, expressions: Expressions) -> bool:
    """Return whether the rule's condition holds. Raises TemplateError when it can't be worked out."""
    return rule.when is None or bool(expressions.value(rule.when, scope))


def _runs(rules: Rules, source: str) -> Sequence[tuple[Sequence[Rule], tuple[str, ...]]]:
    """Return the source's rules in runs, with their conditions; to pick 200 anew would be a tenth of an event."""
    if source not in rules.runs:
        together = _together(rules.for_source(source))
        rules.runs[source] = [(run, tuple(map(_condition, run))) for run in together]
    return rules.runs[source]


def _claimants(
    runs: Sequence[tuple[Sequence[Rule], tuple[str, ...]]], scope: Scope, expressions: Expressions
) -> Iterator[tuple[Rule, TemplateError | None]]:
    """Give each rule that claims the event as far as somebody asks, and each whose condition fails with its error."""
    for together, conditions in runs:
        try:
            place = expressions.first(conditions, scope)
            claiming = [] if place is None else [together[place]]
        except TemplateError:  # one by one they tell which it was, and each has a budget of its own
            yield from _one_by_one(together, scope, expressions)
        else:
            yield from ((rule, None) for rule in claiming)


def _together(rules: Sequence[Rule]) -> Iterator[Sequence[Rule]]:
    """Give the rules in runs of which one at most will claim an event: only the last may let others have it, too."""
    begin = 0
    for end, rule in enumerate(rules, 1):
        if end == len(rules) or end - begin == _AT_ONCE or (rule.continues and not rule.drop):
            yield rules[begin:end]
            begin = end


def _one_by_one(
    rules: Sequence[Rule], scope: Scope, expressions: Expressions
) -> Iterator[tuple[Rule, TemplateError | None]]:
    for rule in rules:
        try:
            if claims(rule, scope, expressions):
                yield rule, None
        except TemplateError as error:
            yield rule, error


def _condition(rule: Rule) -> str:
    return "true" if rule.when is None else rule.when


def _with_chats(match: Match, scope: Scope, rules: Rules, expressions: Expressions, failures: list[Failure]) -> Match:
    """An expression that fails or names none means ``otherwise``."""
    rule = match.rule
    if not rule.chat_is_expression:
        return replace(match, chats=rule.chat)
    why = "names none"
    try:
        named = expressions.text(rule.chat[0], scope).strip()
        if named in rules.chats:
            return replace(match, chats=(named,))
    except TemplateError as error:
        failures.append(Failure(rule.name, "chat", error.message))
        why = "failed"
    because = f"{match.because}; its `chat` {why}, hence `otherwise`"
    return replace(match, chats=(rule.otherwise or "",), because=because)


def _held(rule: Rule) -> str:
    return "it has no condition" if rule.when is None else f"`when` holds: {words(rule.when, _LONG)}"
