"""Stage 3 of a webhook. Decide which rules take an event, and which chats they name."""

from dataclasses import replace

from hookline.models import Failure, Match, Routed, Scope
from hookline.rules.expression import Expressions, TemplateError
from hookline.rules.model import Rule, Rules
from hookline.sources.kind import words

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
    for rule in rules.for_source(source):
        try:
            is_claimed = claims(rule, scope, expressions)
        except TemplateError as error:
            failures.append(Failure(rule.name, "when", error.message))
            if not rule.drop:
                broken.append(Match(rule, (), error.message, f"its condition failed: {words(error.message, _LONG)}"))
            continue
        if not is_claimed:
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
