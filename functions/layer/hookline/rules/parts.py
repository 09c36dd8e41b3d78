"""What can be used of a rules file that is not valid as a whole, so that the rest of it is checked, too."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import ValidationError

from hookline.rules.model import Block, Chat, Rule, Rules, Source, Test, as_block
from hookline.rules.tree import Path
from hookline.sources import KINDS

UNNAMED = "\0"  # no name that anybody writes
_B = TypeVar("_B", bound=Block)
_K = TypeVar("_K", str, int)
# What takes the place of an option that is missing or wrong, so that the block's other options can be checked.
_STAND_INS: dict[type[Block], dict[str, Any]] = {
    Chat: {"id": "chat_unknown"},
    Source: {"kind": next(iter(KINDS)), "auth": "none"},
    Rule: {"name": UNNAMED},
    Test: {"name": UNNAMED, "event": "?", "expect": []},
}


@dataclass(slots=True)
class Parts:
    """The blocks of a file, each by its place in it. Of those in ``broken`` only some options are what was written."""

    chats: dict[str, Chat] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    rules: dict[int, Rule] = field(default_factory=dict)
    templates: dict[str, str] = field(default_factory=dict)
    tests: dict[int, Test] = field(default_factory=dict)
    broken: set[Path] = field(default_factory=set)
    # The names that stand in the file, also of broken blocks; None where even those can't be known.
    known: dict[str, list[str] | None] = field(default_factory=dict)

    def is_whole(self, *path: int | str) -> bool:
        """True when the block is all that was written there."""
        return path not in self.broken


def whole(rules: Rules) -> Parts:
    """Return the parts of a valid file."""
    parts = Parts(
        rules.chats, rules.sources, dict(enumerate(rules.rules)), rules.templates, dict(enumerate(rules.tests))
    )
    names = [rule.name for rule in rules.rules]
    parts.known = {"chat": list(rules.chats), "source": list(rules.sources), "rule": names}
    return parts


def usable(data: dict[str, Any]) -> Parts:
    """Return what is usable of a file that isn't valid."""
    chats, sources, templates = (_named(data.get(name)) for name in ("chats", "sources", "templates"))
    rules, tests = (_listed(data.get(name)) for name in ("rules", "tests"))
    parts = Parts()
    parts.chats = _kept("chats", Chat, {name: as_block(chat) for name, chat in (chats or {}).items()}, parts.broken)
    parts.sources = _kept("sources", Source, sources or {}, parts.broken)
    parts.rules = _kept("rules", Rule, dict(enumerate(rules or [])), parts.broken)
    parts.tests = _kept("tests", Test, dict(enumerate(tests or [])), parts.broken)
    parts.templates = {name: text for name, text in (templates or {}).items() if isinstance(text, str)}
    named = None if rules is None else [rule.get("name") for rule in rules if isinstance(rule, dict)]
    parts.known = {"chat": _names(chats), "source": _names(sources), "rule": _names(named)}
    return parts


def _kept(at: str, block: type[_B], written: dict[_K, Any], broken: set[Path]) -> dict[_K, _B]:
    kept = {}
    for key, data in written.items():
        try:
            kept[key] = block.model_validate(data)
        except ValidationError as error:
            broken.add((at, key))
            if isinstance(data, dict) and (left := _left(block, data, error)):
                kept[key] = left
    return kept


def _left(block: type[_B], data: dict[str, Any], error: ValidationError) -> _B | None:
    """Return the block without what is wrong in it, or None if that makes none."""
    wrong = {mistake["loc"][0] if mistake["loc"] else "chat" for mistake in error.errors(include_url=False)}
    left = {name: value for name, value in data.items() if name not in wrong}
    needs_no_chat = {"drop": True} if block is Rule else {}
    try:
        return block.model_validate({**_STAND_INS[block], **left, **needs_no_chat})
    except ValidationError:
        return None


def _named(value: Any) -> dict[str, Any] | None:
    return value if isinstance(value, dict) else None


def _listed(value: Any) -> list[Any] | None:
    return value if isinstance(value, list) else None


def _names(given: Iterable[Any] | None) -> list[str] | None:
    return None if given is None else [name for name in given if isinstance(name, str)]
