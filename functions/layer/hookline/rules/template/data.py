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

    __repr__ = __str__


class _Nothing:
    """An attribute that isn't there."""

    def __get__(self, _: object, __: object = None) -> Any:
        raise AttributeError


_NOTHING = _Nothing()


class Object(dict[str, Any]):
    """A JSON object. A name that isn't in it leads nowhere, least of all to a method such as ``values``."""

    __slots__ = ()

    items = property(_Pairs)


class Array(list[Any]):
    """A JSON list, without methods like ``Object``."""

    __slots__ = ()


def _without_methods(of: type) -> None:
    """Hide them. A `__getattribute__` would do, too, but the engine asks so often that it is most of an evaluation."""
    for name in dir(of):
        if not name.startswith("_") and name not in vars(of):
            setattr(of, name, _NOTHING)


_without_methods(Object)
_without_methods(Array)


def frozen(value: Any, depth: int = MAX_DEPTH) -> Any:
    """Return JSON data as an immutable copy, with texts cut at MAX_STRING characters."""
    if isinstance(value, str):
        # Nearly all are short and plain; that they aren't handed on is a fifth of a payload.
        return value if value.isascii() and len(value) <= MAX_STRING else _text(value)
    if isinstance(value, dict):
        if not depth:
            return Object()
        return Object({_text(str(name)): frozen(inner, depth - 1) for name, inner in value.items()})
    if isinstance(value, list | tuple):
        return Array([frozen(inner, depth - 1) for inner in value]) if depth else Array()
    if isinstance(value, int) and not -_MAX_INTEGER < value < _MAX_INTEGER:
        return float(value) if abs(value) < 2**1000 else math.inf
    return value


def _text(value: str) -> str:
    """Cut a text; half of a surrogate pair, which JSON can name, is no character."""
    value = value[:MAX_STRING]
    return value if value.isascii() else value.encode("utf-8", "replace").decode()
