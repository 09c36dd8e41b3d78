"""Stage 4 of a webhook. Write what a rule says: its text, or the kind's default, and the options that are templates."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from hookline.identity import short
from hookline.models import Event, Failure, Scope
from hookline.rules.expression import MARK, Expressions, TemplateError
from hookline.rules.model import Rule
from hookline.sources.kind import words

_LONGEST_THREAD = 200  # characters
_LONGEST_TITLE = 200
_LONGEST_ADDRESS = 2000
_LONGEST_REASON = 200
_MESSAGE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}")
# Control characters, the marks that change the direction of what follows, and what has no width: a payload could make
# a text read wrong, or empty. The joiners (U+200C, U+200D) stay: emoji and scripts need them.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff]"
)

Names = Callable[[], Scope]  # is asked only when there is a template


@dataclass(frozen=True, slots=True)
class Written:
    """A text of any length, never empty. ``mark`` is the last line of one that isn't what its rule wanted."""

    text: str
    mark: str = ""
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """What a message carries besides its text."""

    thread: str | None = None
    reply_to: str | None = None
    link_preview: dict[str, str] | None = None
    failures: tuple[Failure, ...] = ()


def render(rule: Rule, event: Event, names: Names, expressions: Expressions) -> Written:
    """Return the rule's text; where there is none, or it comes out empty, the kind's own. Never raises.

    A text that fails is written without the parts that do, or else is the kind's own; both say so in their mark.
    """
    if rule.text is None:
        return default(event)
    try:
        return Written(clean(expressions.text(rule.text, names())) or clean(event.text))
    except TemplateError as error:
        failure = Failure(rule.name, "text", error.message)
    why = words(failure.why, _LONGEST_REASON)
    try:
        text = clean(expressions.lenient(rule.text, names()))
    except TemplateError:
        text = ""
    if text.replace(MARK, "").strip():
        return Written(text, f"{MARK} Part of the text of the rule “{rule.name}” failed: {why}.", failure)
    return Written(clean(event.text), f"{MARK} The text of the rule “{rule.name}” failed: {why}.", failure)


def default(event: Event, mark: str = "") -> Written:
    """Return the kind's own text."""
    return Written(clean(event.text), f"{MARK} {mark}" if mark else "")


def options(rule: Rule, event: Event, names: Names, expressions: Expressions) -> Options:
    """Return what the rule's other templates give. What fails, or gives nothing of use, is left out. Never raises."""
    failures: list[Failure] = []

    def given(option: str, template: str | None) -> str:
        if template is None:
            return ""
        try:
            return clean(expressions.text(template, names()))
        except TemplateError as error:
            failures.append(Failure(rule.name, option, error.message))
            return ""

    thread = event.thread if rule.thread is None else given("thread", rule.thread)
    reply_to = given("reply_to", rule.reply_to)
    card = {}
    if rule.link_preview is not None:
        image = given("link_preview", rule.link_preview.image)
        title = words(given("link_preview", rule.link_preview.title), _LONGEST_TITLE)
        card = ({"image": image} if _is_address(image) else {}) | ({"title": title} if title else {})
    return Options(
        thread=short(thread, _LONGEST_THREAD) or None,
        reply_to=reply_to if _MESSAGE_ID.fullmatch(reply_to) else None,
        link_preview=card or None,
        failures=tuple(failures),
    )


def clean(text: str) -> str:
    """Return the text as it may be sent: printable and trimmed, of any length."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def _is_address(text: str) -> bool:
    if len(text) > _LONGEST_ADDRESS or text.split() != [text]:
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False
