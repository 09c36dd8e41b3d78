"""Why each rule did or didn't match an event, and what would be sent where."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from hookline.clock import say, to_datetime
from hookline.route import claims
from hookline.rules.expression import Expressions, TemplateError
from hookline.rules.model import Rule, Rules
from local.commands import chat_options
from local.commands.rehearse import Rehearsal, rehearse
from local.commands.values import in_one_line, values

TAKEN = frozenset({"matched", "dropped"})
_LONGEST_LINE = 200  # characters of a condition, an error, a text's first line


@dataclass(frozen=True)
class ChatNow:
    """What a chat's options mean for a message of this event."""

    chat: str
    pace: str
    budget: str
    expires: str  # how long it waits for an answer that it needs
    quiet: tuple[str, ...]
    is_quiet: bool  # at the time of the event
    holds: bool  # that matters, because the rule isn't urgent
    is_urgent: bool  # neither pace nor budget apply then, either
    fallback: tuple[str, ...]
    limit: int


@dataclass(frozen=True)
class Line:
    """What one rule makes of the event."""

    rule: str
    verdict: str  # matched | dropped | not matched | not reached | another source | failed
    because: str = ""
    chats: tuple[str, ...] = ()
    reads: dict[str, str] = field(default_factory=dict)  # the names in its expressions, with their values
    options: tuple[ChatNow, ...] = ()
    messages: int = 0
    text: str = ""  # the first line of its first message


def explain(rules: Rules, event: dict[str, Any]) -> list[Line]:
    """Return a line for every rule, in file order. The event's credentials aren't asked for.

    Raises Refused for what receive would refuse.
    """
    expressions = Expressions(rules.templates)
    return list(lines(rules, rehearse(rules, event, expressions), expressions))


def lines(rules: Rules, rehearsal: Rehearsal, expressions: Expressions) -> Iterator[Line]:
    """Give a line for every rule, in file order, of an event that was rehearsed by them."""
    taken_by = ""
    for rule in rules.rules:
        if rule.source and rehearsal.inbound.source not in rule.source:
            yield Line(rule.name, "another source", f"it is for {', '.join(rule.source)}")
        elif taken_by:
            yield Line(rule.name, "not reached", f"the rule '{taken_by}' further up took the event")
        else:
            line = _tried(rule, rules, rehearsal, expressions)
            yield line
            if line.verdict in TAKEN and (rule.drop or not rule.continues):
                taken_by = rule.name


def _tried(rule: Rule, rules: Rules, rehearsal: Rehearsal, expressions: Expressions) -> Line:
    verdict, because = _verdict(rule, rehearsal, expressions)
    # A rule whose condition failed is among the matches when nothing else took the event.
    chats = tuple(chat for match in rehearsal.routed.matches if match.rule.name == rule.name for chat in match.chats)
    if verdict == "failed" and chats:
        because += "; nothing else takes the event, so it goes out with a mark"
    messages = [message for message in rehearsal.messages if message.rule == rule.name]
    return Line(
        rule.name,
        verdict,
        because,
        chats,
        _read(rule, rehearsal, expressions, is_taken=bool(chats)),
        tuple(_now(name, rule, rules, rehearsal) for name in chats),
        len(messages),
        in_one_line(messages[0].text.partition("\n")[0], _LONGEST_LINE) if messages else "",
    )


def _verdict(rule: Rule, rehearsal: Rehearsal, expressions: Expressions) -> tuple[str, str]:
    said = in_one_line(rule.when or "", _LONGEST_LINE)
    try:
        is_claimed = claims(rule, rehearsal.scope, expressions)
    except TemplateError as error:
        return "failed", in_one_line(error.message, _LONGEST_LINE)
    if not is_claimed:
        return "not matched", f"{said} is false"
    return "dropped" if rule.drop else "matched", f"{said} is true" if rule.when else "it has no condition"


def _read(rule: Rule, rehearsal: Rehearsal, expressions: Expressions, *, is_taken: bool) -> dict[str, str]:
    asked = [(rule.when, False)]
    if is_taken:
        asked += [(rule.each, False), (rule.chat[0] if rule.chat_is_expression else None, True)]
    found: dict[str, str] = {}
    for template, is_text in asked:
        if template is not None:
            found |= values(template, rehearsal.scope, expressions, is_text=is_text)
    return found


def _now(name: str, rule: Rule, rules: Rules, rehearsal: Rehearsal) -> ChatNow:
    chat = rules.chats[name]
    is_quiet = chat_options.is_quiet(chat, to_datetime(rehearsal.inbound.received_at))
    return ChatNow(
        chat=name,
        pace=chat_options.pace(chat.pace),
        budget="off" if chat.budget is None else str(chat.budget),
        expires=say(chat.expires),
        quiet=tuple(map(chat_options.quiet, chat.quiet)),
        is_quiet=is_quiet,
        holds=is_quiet and not rule.urgent,
        is_urgent=rule.urgent,
        fallback=tuple(dict.fromkeys((*rule.fallback, *chat.fallback))),
        limit=chat.limit,
    )
