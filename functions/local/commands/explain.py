"""Why each rule did or didn't match an event."""

import sys
from dataclasses import dataclass
from typing import Any

from hookline import gateway
from hookline.errors import Refused
from hookline.intake import see, without_secrets
from hookline.models import Scope
from hookline.parse import read
from hookline.route import chats, claims
from hookline.rules import Rule, Rules
from hookline.rules.expression import Expressions, TemplateError
from hookline.sources import KINDS

TAKEN = frozenset({"matched", "dropped"})


@dataclass(frozen=True)
class Line:
    """What one rule makes of the event."""

    rule: str
    verdict: str  # matched | dropped | not matched | not reached | another source | failed
    because: str = ""
    chats: tuple[str, ...] = ()


def explain(rules: Rules, event: dict[str, Any]) -> list[Line]:
    """Return a line for every rule, in file order. The event's credentials aren't asked for.

    Raises Refused for what receive would refuse.
    """
    inbound = gateway.read(event, sys.maxsize)
    if inbound.source not in rules.sources:
        raise Refused(f"The event is for /hooks/{inbound.source}; the sources are {', '.join(rules.sources)}.")
    source = rules.sources[inbound.source]
    kind = KINDS[source.kind]
    seen = see(without_secrets(inbound, source), kind, read(inbound, kind.reads))
    scope, expressions = seen.scope(), Expressions()
    lines: list[Line] = []
    is_open = True
    for rule in rules.rules:
        if rule.source and inbound.source not in rule.source:
            lines.append(Line(rule.name, "another source", f"it is for {', '.join(rule.source)}"))
        elif not is_open:
            lines.append(Line(rule.name, "not reached", "a rule further up took the event"))
        else:
            lines.append(_tried(rule, scope, rules, expressions))
            is_open = lines[-1].verdict not in TAKEN or (rule.continues and not rule.drop)
    return lines


def _tried(rule: Rule, scope: Scope, rules: Rules, expressions: Expressions) -> Line:
    try:
        is_claimed = claims(rule, scope, expressions)
    except TemplateError as error:
        return Line(rule.name, "failed", error.message)
    if not is_claimed:
        return Line(rule.name, "not matched", f"{rule.when} is false")
    because = f"{rule.when} is true" if rule.when else "it has no condition"
    if rule.drop:
        return Line(rule.name, "dropped", because)
    return Line(rule.name, "matched", because, chats(rule, scope, rules, expressions))
