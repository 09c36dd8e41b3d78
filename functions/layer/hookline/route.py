"""Stage 3 of a webhook. Decide which rules take an event, and which chats they name."""

from hookline.models import Match, Routed, Scope
from hookline.rules.expression import Expressions, TemplateError
from hookline.rules.model import Rule, Rules


def route(source: str, scope: Scope, rules: Rules, expressions: Expressions) -> Routed:
    """Return the rules that claim the event, in file order.

    The first match ends the search unless its rule says ``continue``. A ``when`` that can't be worked out doesn't
    match; but if nothing else takes the event, the first such rule does, so that a broken condition swallows nothing.
    """
    matches: list[Match] = []
    broken: list[tuple[Rule, str]] = []
    for rule in rules.for_source(source):
        try:
            is_claimed = claims(rule, scope, expressions)
        except TemplateError as error:
            broken.append((rule, error.message))
            continue
        if not is_claimed:
            continue
        if rule.drop:
            return Routed(matches, f"dropped by the rule '{rule.name}'", _told(broken))
        matches.append(Match(rule, chats(rule, scope, rules, expressions)))
        if not rule.continues:
            break
    if not matches:
        matches = [Match(r, chats(r, scope, rules, expressions), error) for r, error in broken if not r.drop][:1]
    return Routed(matches, "" if matches else "no rule matched", _told(broken))


def claims(rule: Rule, scope: Scope, expressions: Expressions) -> bool:
    """Return whether the rule's condition holds. Raises TemplateError when it can't be worked out."""
    return rule.when is None or bool(expressions.value(rule.when, scope))


def chats(rule: Rule, scope: Scope, rules: Rules, expressions: Expressions) -> tuple[str, ...]:
    """Return the names of the chats; an expression that fails or names none means ``otherwise``."""
    if not rule.chat_is_expression:
        return rule.chat
    try:
        named = expressions.text(rule.chat[0], scope).strip()
    except TemplateError:
        named = ""
    return (named if named in rules.chats else rule.otherwise or "",)


def _told(broken: list[tuple[Rule, str]]) -> list[str]:
    return [f"the condition of the rule '{rule.name}' failed: {error}" for rule, error in broken]
