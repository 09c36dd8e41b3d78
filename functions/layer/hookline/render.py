"""Stage 4 of a webhook. Write the text: the rule's own, or the kind's default."""

import re

from hookline.models import Event, Match, Scope
from hookline.rules.expression import Expressions, TemplateError

MAX_TEXT = 2000  # characters of one message; more is cut with a note
_ROOM_FOR_NOTE = 40
# Control characters, the marks that change the direction of what follows, and what has no width: a payload could make
# a text read wrong, or empty. The joiners (U+200C, U+200D) stay: emoji and scripts need them.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff]"
)


def render(match: Match, event: Event, scope: Scope, expressions: Expressions) -> str:
    """Return the text to send; never empty, never raises: what is broken is said under the default text."""
    if match.failed:
        return clean(f"{event.text}\n⚠ Sent because the condition of the rule “{match.rule.name}” failed.")
    if match.rule.text is None:
        return clean(event.text)
    try:
        text = clean(expressions.text(match.rule.text, scope))
    except TemplateError as error:
        return clean(f"{event.text}\n⚠ The text of the rule “{match.rule.name}” failed: {error.message}.")
    return text or clean(event.text)


def clean(text: str) -> str:
    """Return the text as it may be sent: printable, trimmed, cut at a word with a note of how much is missing."""
    text = _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if len(text) <= MAX_TEXT:
        return text
    kept = text[: MAX_TEXT - _ROOM_FOR_NOTE]
    kept = kept.rsplit(None, 1)[0] if " " in kept[-200:] else kept
    return f"{kept}… ({len(text) - len(kept)} more characters)"
