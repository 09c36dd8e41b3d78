"""The options of a block: from the JSON Schema that editors read, and so from the models."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from hookline.compose import MAX_ITEMS, REPEAT_ITEM, REPEAT_WEBHOOK
from hookline.fit import MAX_PARTS
from hookline.rules.model import Rule
from hookline.rules.names import PATTERNS
from hookline.rules.templated import of_rule
from local.rules_reference.table import code, codes, either, in_yaml, table
from local.schema import PACE, QUIET, SPAN, schema

_HEADS = ("option", "what to write", "for example", "without it", "what it does")
_REQUIRED = "has to be there"
_BESIDE = re.compile(r"(?:; without it|\. \w+ without it)[^.]*(?=\.)")  # what a column of its own says here
_WAYS = {
    **{pattern: said.partition(", as in")[0] for pattern, said in PATTERNS.items()},
    SPAN: "a length of time: a number and `s`, `m`, `h` or `d`",
    PACE: "texts per length of time",
    QUIET: "from when to when, and an IANA zone; days before it if they matter",
}
_BLOCKS = {"LinkPreview": "[a block](#the-card-of-a-link)"}
_CHATS, _SOURCES = "a name of `chats`", "a name of `sources`"
# What a schema can't say of a text.
_SAID = {
    ("Rules", "chats"): "[a block](#chats) for each name, or the bare id",
    ("Rules", "sources"): "[a block](#sources) for each name",
    ("Rules", "rules"): "a list of [rules](#rules)",
    ("Rules", "templates"): "a text for each name",
    ("Rules", "tests"): "a list of [tests](#tests)",
    ("Chat", "fallback"): f"{_CHATS}, or a list of them",
    ("Source", "kind"): "[a kind](#kinds)",
    ("Source", "auth"): "[a proof](#proofs)",
    ("Rule", "source"): f"{_SOURCES}, or a list of them",
    ("Rule", "chat"): f"{_CHATS}, a list of them, or a template",
    ("Rule", "otherwise"): _CHATS,
    ("Rule", "fallback"): f"{_CHATS}, or a list of them",
    ("LinkPreview", "image"): "a template",
    ("LinkPreview", "title"): "a template",
    ("Test", "event"): "the path of a file",
    ("Test", "source"): _SOURCES,
    ("Test", "expect"): "a list of [messages](#a-message-that-is-expected)",
    ("Expected", "rule"): "a name of `rules`",
    ("Expected", "chat"): _CHATS,
}
# What there is without an option, where that isn't a value that one could write.
_WITHOUT = {
    ("Chat", "fallback"): "nobody",
    ("Chat", "quiet"): "never",
    ("Source", "origins"): "nobody is asked",
    ("Source", "redirect"): "a page says thank you",
    ("Rule", "source"): "of any source",
    ("Rule", "when"): "all",
    ("Rule", "each"): "one message",
    ("Rule", "chat"): "only with `drop`",
    ("Rule", "fallback"): "the chat's own",
    ("Rule", "text"): "the kind's own",
    ("Rule", "repeat"): f"`{REPEAT_WEBHOOK // 60}m`; `{REPEAT_ITEM // 3600}h` with `each`",
    ("Rule", "thread"): "the kind's own",
    ("Test", "source"): "as the event says",
    ("Expected", "text"): "any text",
}
# What is worth a few more words here than in an editor.
_MORE = {
    ("Chat", "id"): "`hookline chats` lists yours.",
    ("Chat", "fallback"): "`check` names a chat that has none. [More](#when-somebody-has-to-answer-first)",
    ("Chat", "pace"): "[More](#when-it-storms)",
    ("Chat", "budget"): "[More](#when-somebody-has-to-answer-first)",
    ("Source", "origins"): "[More](#forms)",
    ("Source", "honeypot"): "[More](#forms)",
    ("Source", "private"): "[More](#what-the-log-forgets)",
    ("Rule", "each"): f"{MAX_ITEMS} at most; the rest is counted.",
    ("Rule", "fallback"): "They hear before the chat's own fallback.",
    ("Rule", "split"): f"{MAX_PARTS} parts at most.",
    ("Rule", "repeat"): "[More](how-it-works.md#what-counts-as-the-same-event)",
    ("Rule", "thread"): "[More](#threads-and-acknowledgements)",
    ("Rule", "urgent"): "[More](#when-it-is-urgent)",
}


def of(block: str) -> str:
    """Return the table of a block's options, in the models' order."""
    whole = _schema()
    part = whole if block == "Rules" else whole["definitions"][block]
    required = part.get("required", ())
    rows = [_row(block, name, option, is_required=name in required) for name, option in part["properties"].items()]
    return table(_HEADS, rows)


def _row(block: str, name: str, option: Mapping[str, Any], *, is_required: bool) -> tuple[str, ...]:
    at = (block, name)
    default = code(in_yaml(_single(option["default"]))) if option.get("default") not in (None, "") else ""
    return (
        code(name),
        _SAID.get(at) or _templates().get(name if block == "Rule" else "") or in_words(option),
        codes(map(in_yaml, option.get("examples", ()))),
        _REQUIRED if is_required else _WITHOUT.get(at, default),
        " ".join(filter(None, (_BESIDE.sub("", option["description"]), _MORE.get(at)))),
    )


def in_words(option: Mapping[str, Any]) -> str:
    """Say what a part of the schema takes. Raises LookupError for what it has no words for."""
    match option:
        case {"$ref": reference}:
            return _BLOCKS[reference.rpartition("/")[2]]
        case {"enum": values}:
            return either(value for value in values if isinstance(value, str))
        case {"anyOf": [one, {"type": "array"}]}:
            return f"{in_words(one)}, or a list"
        case {"anyOf": several}:
            return ", or ".join(in_words(part) for part in several if part != {"type": "null"})
        case {"pattern": pattern}:
            return _WAYS[pattern]
    return _plain(option)


def _plain(option: Mapping[str, Any]) -> str:
    match option["type"]:
        case "boolean":
            return "`true` or `false`"
        case "integer":
            return _whole(option)
        case "string" | ["string", "null"]:
            return "a text"
    raise LookupError(f"there are no words for {option}")


def _whole(option: Mapping[str, Any]) -> str:
    to = f" to {option['maximum']}" if "maximum" in option else " or more"
    return f"a whole number, {option['minimum']}{to}"


def _single(value: Any) -> Any:
    """A list of one is written without its brackets."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


@cache
def _schema() -> dict[str, Any]:
    return schema()


@cache
def _templates() -> dict[str, str]:
    """Return which options of a rule are templates or expressions, as those see it who work them out."""
    filled = dict.fromkeys(("when", "each", "text", "thread", "reply_to"), "x")
    written = of_rule(Rule(name="any", drop=True, **filled), ())
    words = {
        "expression": "[an expression](#expressions-and-templates)",
        "text": "[a template](#expressions-and-templates)",
    }
    return {str(template.path[-1]): words[template.what] for template in written}
