"""Payloads as templates see them: JSON and nothing else, that no template can change."""

import math
from typing import Any

MAX_STRING = 16_384  # characters of one text in a payload
MAX_DEPTH = 64  # levels; what lies deeper is left out
_MAX_INTEGER = 2**127  # beyond, the engine has no integers


class _Pairs:
    """What the engine calls to walk over an object. To a template it is nothing: an object has no methods."""

    __slots__ = ("_of",)

    def __init__(self, of: "Object") -> None:
        self._of = of

    def __call__(self) -> Any:
        return dict.items(self._of)

    def __len__(self) -> int:
        return 0

    def __iter__(self) -> Any:
        return iter(())

    def __str__(self) -> str:
        return ""


class Object(dict[str, Any]):
    """A JSON object. A name that isn't in it leads nowhere, least of all to a method such as ``values``."""

    __slots__ = ()

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("__"):
            return super().__getattribute__(name)
        if name == "items":
            return _Pairs(self)
        raise AttributeError(name)


class Array(list[Any]):
    """A JSON list, without methods like ``Object``."""

    __slots__ = ()

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("__"):
            return super().__getattribute__(name)
        raise AttributeError(name)


def frozen(value: Any, depth: int = MAX_DEPTH) -> Any:
    """Return JSON data as an immutable copy, with texts cut at MAX_STRING characters."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        if not depth:
            return Object()
        return Object((_text(str(name)), frozen(inner, depth - 1)) for name, inner in value.items())
    if isinstance(value, list | tuple):
        return Array(frozen(inner, depth - 1) for inner in value) if depth else Array()
    if isinstance(value, int) and not -_MAX_INTEGER < value < _MAX_INTEGER:
        return float(value) if abs(value) < 2**1000 else math.inf
    return value


def _text(value: str) -> str:
    """Cut a text; half of a surrogate pair, which JSON can name, is no character."""
    value = value[:MAX_STRING]
    return value if value.isascii() else value.encode("utf-8", "replace").decode()
