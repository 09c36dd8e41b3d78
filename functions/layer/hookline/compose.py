"""Makes the messages of a routed event: for each match and item one text, fitted for each chat."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

from hookline import clock, identity
from hookline.fit import fit
from hookline.identity import EventId
from hookline.models import JSON, Failure, Match, Message, Routed
from hookline.render import Written, default, options, render
from hookline.rules.expression import Expressions, TemplateError
from hookline.rules.model import Rule, Rules
from hookline.see import Seen
from hookline.sources.kind import MAX_TEXT, fitting, words

REPEAT_WEBHOOK, REPEAT_ITEM = 5 * clock.MINUTE, 4 * clock.HOUR  # seconds, where a rule doesn't say
MAX_ITEMS = 20  # of one webhook that are told one by one
_MOST_LOOKED_AT, _MOST_NAMED = 200, 10  # of the others
_RANK = {"critical": 0, "warning": 1, "info": 2}
_NEW_LINE = "\n"
_LONGEST_BECAUSE, _LONGEST_REASON = 199, 200


@dataclass(frozen=True, slots=True)
class Composed:
    """The messages, in the order in which each chat hears them; ``failures`` are what their rules could not say."""

    messages: list[Message] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Topic:
    """What one text is about: an item of `each`, the rest of them, or the whole event."""

    id: EventId
    item: JSON = None
    n: int = 0
    written: Written | None = None  # what is said instead of the rule's own text
    because: str = ""


def compose(seen: Seen, routed: Routed, rules: Rules, expressions: Expressions, queued_at: int) -> Composed:
    """Return a message for each match, item and chat; what two items or names would tell twice alike is told once."""
    composer = _Composer(seen, rules, expressions, queued_at)
    for match in routed.matches:
        for topic in composer.topics(match):
            composer.add(match, topic)
    return Composed(composer.messages, list(dict.fromkeys(composer.failures)))


class _Composer:
    def __init__(self, seen: Seen, rules: Rules, expressions: Expressions, queued_at: int) -> None:
        self._seen = seen
        self._rules = rules
        self._expressions = expressions
        self._queued_at = queued_at
        self._given: set[str] = set()
        self.messages: list[Message] = []
        self.failures: list[Failure] = []

    def topics(self, match: Match) -> Iterator[_Topic]:
        """Give each item; the whole event once, in its kind's words, where there are none or the rule is in doubt."""
        seen, rule = self._seen, match.rule
        whole = self._whole(rule)
        if match.failed:
            mark = f"Sent because the condition of the rule “{rule.name}” failed."
            yield _Topic(whole, written=default(seen.event, mark))
            return
        if rule.each is None:
            yield _Topic(whole)
            return
        items, mark = self._items(rule)
        if not items:
            because = "; its `each` failed" if mark else "; its `each` gave no items"
            yield _Topic(whole, written=default(seen.event, mark), because=because)
            return
        for n, item in enumerate(items[:MAX_ITEMS]):
            own = identity.item_id(seen.kind, item) or (None if whole is seen.id else identity.item_content_id(item))
            yield _Topic(own, item) if own else _Topic(whole, item, n)
        if (more := len(items) - MAX_ITEMS) > 0:
            yield _Topic(whole, n=MAX_ITEMS, written=Written(self._rest(items[MAX_ITEMS:], more)))

    def _rest(self, items: Sequence[JSON], more: int) -> str:
        """Count the items that aren't told one by one, and name what is most urgent among them."""
        head = f"… and {more} more at the same time"
        if self._seen.kind.describe_item is None:
            return f"{head}."
        events = [self._seen.event_of(item) for item in items[:_MOST_LOOKED_AT]]
        events.sort(key=lambda event: (event.status == "resolved", _RANK.get(event.severity, len(_RANK))))
        named = dict.fromkeys(f"• {event.text.partition(_NEW_LINE)[0]}" for event in events)
        shown = fitting(list(named)[:_MOST_NAMED], MAX_TEXT)
        return "\n".join([f"{head}:", *shown, *(["• …"] if len(shown) < len(named) else [])])

    def _whole(self, rule: Rule) -> EventId:
        """Return the event's id: what it says, where the rule itself says how soon that may be told again."""
        seen = self._seen
        is_by_content = rule.repeat is not None and not seen.id.is_content
        return identity.content_id(seen.kind, seen.payload) if is_by_content else seen.id

    def _items(self, rule: Rule) -> tuple[Sequence[JSON], str]:
        """Return what `each` gives, and what to say of it if it fails. An empty list may be meant; nothing else is."""
        try:
            found = self._expressions.value(rule.each or "", self._seen.scope())
        except TemplateError as error:
            self.failures.append(Failure(rule.name, "each", error.message))
            return [], f"`each` of the rule “{rule.name}” failed: {words(error.message, _LONGEST_REASON)}."
        try:
            items = json.loads(json.dumps(found))  # kinds read plain data, and an expression can make more than that
        except (TypeError, ValueError):
            items = None
        if not isinstance(items, list):
            self.failures.append(Failure(rule.name, "each", "it gives no list"))
            return [], ""
        return items, ""

    def add(self, match: Match, topic: _Topic) -> None:
        """Add a topic's messages: for each chat one, or as many as its text has parts there."""
        chats: dict[str, str] = {}
        for name in match.chats:
            chats.setdefault(self._rules.chats[name].id, name)
        new = {chat: delivery for chat in chats if (delivery := self._delivery(match, topic, chat)) not in self._given}
        if not new:
            return
        self._given.update(new.values())
        written, about = self._told(match, topic)
        for chat, delivery in new.items():
            name, limit = chats[chat], self._rules.chats[chats[chat]].limit
            tried = tuple(other for other in chats if other != chat)  # they hear it anyway
            texts = fit(written.text, limit, mark=written.mark, is_split=match.rule.split)
            for n, text in enumerate(texts, 1):
                told = {"delivery_id": identity.part_id(delivery, n), "chat": chat, "chat_name": name, "text": text}
                told["text_id"] = self._text(match, topic, (n, len(texts)))
                part = about | _of_part(about, n, len(texts)) if len(texts) > 1 else about
                parts = len(texts) if match.rule.split else None
                first = delivery if n > 1 else None
                self.messages.append(Message(**part, **told, tried=tried, parts=parts, first_part=first))

    def _delivery(self, match: Match, topic: _Topic, chat: str) -> str:
        return identity.delivery_id(self._seen.inbound.source, topic.id, match.rule.name, chat, topic.n)

    def _text(self, match: Match, topic: _Topic, part: tuple[int, int]) -> str:
        return identity.text_id(self._seen.inbound.source, topic.id, match.rule.name, topic.n, part)

    def _told(self, match: Match, topic: _Topic) -> tuple[Written, dict[str, Any]]:
        """Return what is said, and what all messages that say it have in common."""
        seen, rule = self._seen, match.rule
        event = seen.event_of(topic.item)
        names = cache(partial(seen.scope, event, topic.item))
        written = topic.written or render(rule, event, names, self._expressions)
        carried = options(rule, event, names, self._expressions)
        self.failures += [*([written.failure] if written.failure else []), *carried.failures]
        repeat = rule.repeat or (REPEAT_WEBHOOK if topic.id is seen.id else REPEAT_ITEM)
        return written, {
            "source": seen.inbound.source,
            "rule": rule.name,
            "event_id": seen.id.value,
            "request_id": seen.inbound.request_id,
            "accepted_at": seen.inbound.received_at,
            "queued_at": self._queued_at,
            "because": words(match.because + topic.because, _LONGEST_BECAUSE) or None,
            "effect": rule.effect,
            "reply_to": carried.reply_to,
            "link_preview": carried.link_preview,
            "title": event.title,
            "where": event.where,
            "phase": event.status,
            "thread": carried.thread,
            "private": self._rules.sources[seen.inbound.source].private,
            "urgent": rule.urgent,
            "repeat": repeat if topic.id.is_content else None,
            "once": rule.repeat is not None and not seen.id.is_content,
            "fallbacks": self._rules.destinations(rule.fallback),
        }


def _of_part(about: dict[str, Any], n: int, count: int) -> dict[str, Any]:
    """Show the effect once, with the first part, and the card with the last, where the links of most texts are."""
    return {
        "effect": about["effect"] if n == 1 else None,
        "link_preview": about["link_preview"] if n == count else None,
    }
