"""The messages that a test expects beside those that came."""

from collections.abc import Sequence

from hookline.models import Message
from hookline.rules.model import Expected
from local.commands.diff import Line, difference, fits
from local.commands.outcome import indented
from local.commands.rehearse import Rehearsal

NOTHING = "no message"


def compared(wanted: Sequence[Expected], rehearsal: Rehearsal) -> list[Line]:
    """Return where the messages, in their order, differ from the expected ones; nothing when they don't."""
    came = rehearsal.messages
    if len(wanted) == len(came) and all(map(_is_expected, wanted, came)):
        return []
    texts = [_text(one, message) for one, message in zip(wanted, [*came, *[None] * len(wanted)], strict=False)]
    expected = [_said(one.rule, one.chat, text) for one, text in zip(wanted, texts, strict=True)]
    return difference("\n".join(expected) or NOTHING, _came(wanted, rehearsal))


def _is_expected(wanted: Expected, came: Message) -> bool:
    is_there = (wanted.rule, wanted.chat) == (came.rule, came.chat_name)
    return is_there and (wanted.text is None or fits(wanted.text, came.text))


def _text(wanted: Expected, came: Message | None) -> str | None:
    """Return the expected text; where what came fits it, that itself, which is no difference then."""
    return came.text if came and wanted.text is not None and fits(wanted.text, came.text) else wanted.text


def _came(wanted: Sequence[Expected], rehearsal: Rehearsal) -> str:
    """Return the messages; the text of one whose text doesn't matter is left out."""
    matters = [one.text is not None for one in wanted]
    matters += [True] * (len(rehearsal.messages) - len(wanted))
    said = [
        _said(message.rule, message.chat_name, message.text if text_matters else None)
        for message, text_matters in zip(rehearsal.messages, matters, strict=False)
    ]
    reason = f": {rehearsal.routed.reason}" if rehearsal.routed.reason else ""
    return "\n".join(said) or NOTHING + reason


def _said(rule: str, chat: str, text: str | None) -> str:
    head = f"{rule} -> {chat}"
    return head if text is None else f"{head}\n{indented(text.rstrip())}"
