"""What one evaluation may use up: time of the processor, and the sizes of what it builds."""

import threading
import time
from collections.abc import Callable
from typing import Any

from hookline.rules.template.data import Array, Object

MAX_SECONDS = 0.06  # of processor time; a page of template takes a thousandth
MAX_TEXT = 65_536  # characters of what an operator or a filter makes
MAX_OUTPUT = 131_072  # characters written by all tags together, also into variables
MAX_SIZE = 131_072  # characters and items of a value with all that is in it
MAX_RANGE = 1_000  # numbers
LARGEST = 2**126  # the engine's integers end soon after
_ITEM = 8  # what an item counts beside its characters


class Exhausted(ValueError):
    """The budget is used up."""


class Budget(threading.local):
    """The bounds of the evaluation that this thread is at; ``begin`` sets them anew.

    The reader puts these methods where MiniJinja has no bounds of its own: its fuel counts steps, whatever they cost.
    """

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Start an evaluation."""
        self._until = time.thread_time() + MAX_SECONDS
        self._output = MAX_OUTPUT

    def tick(self, characters: int = 0) -> bool:
        """Raise Exhausted when the time is over; stands in each loop and macro, with the length of its plain text."""
        self._output -= characters
        if self._output < 0:
            raise Exhausted("it writes too much")
        if time.thread_time() > self._until:
            raise Exhausted("it takes too much time")
        return False

    def spend(self, value: Any) -> Any:
        """Return the value that a filter is about to work on, if it isn't too large; nothing is an empty text.

        Raises Exhausted.
        """
        self.tick()
        return "" if value is None else checked(value)

    def measured(self, made: Callable[..., Any]) -> Callable[..., Any]:
        """Return a filter of our own that looks at what it is given and at what it makes."""

        def measured(value: Any, *arguments: Any, **options: Any) -> Any:
            self.tick()
            return checked(made(checked(value), *arguments, **options))

        return measured

    def output(self, value: Any) -> Any:
        """Return what a tag writes: nothing for null. Raises Exhausted."""
        if value is None or callable(value):
            return ""
        self._output -= len(value) if isinstance(value, str) else size(value)
        if self._output < 0:
            raise Exhausted("it writes too much")
        return value

    def concatenate(self, left: Any, right: Any) -> str:
        """``left ~ right``."""
        self.tick()
        return short(_written(left) + _written(right))

    def add(self, left: Any, right: Any) -> Any:
        """``left + right``: numbers, texts or lists."""
        if isinstance(left, str) and isinstance(right, str):
            return self.concatenate(left, right)
        if _is_list(left) and _is_list(right):
            return self.listed(*left, *right)
        if not _is_number(left) or not _is_number(right):
            raise ValueError(f"{_kind(left)} and {_kind(right)} can't be added; `~` joins texts")
        return _small(left + right)

    def multiply(self, left: Any, right: Any) -> Any:
        """``left * right``: numbers, or a text and how often it is repeated."""
        for text, times in ((left, right), (right, left)):
            if isinstance(text, str) and isinstance(times, int) and not isinstance(times, bool):
                if len(text) * times > MAX_TEXT:
                    raise Exhausted(f"a text of more than {MAX_TEXT} characters")
                return text * times
        if not _is_number(left) or not _is_number(right):
            raise ValueError(f"{_kind(left)} can't be multiplied with {_kind(right)}")
        return _small(left * right)

    def listed(self, *items: Any) -> Any:
        """``[a, b]``."""
        self.tick()
        return checked(Array(items))

    def mapped(self, *names_and_values: Any) -> Any:
        """``{a: b}``, as a, b."""
        self.tick()
        return checked(Object(zip(map(str, names_and_values[::2]), names_and_values[1::2], strict=True)))

    def range(self, *bounds: int) -> Any:
        """``range(…)``."""
        numbers = range(*bounds)
        if len(numbers) > MAX_RANGE:
            raise Exhausted(f"a range of more than {MAX_RANGE} numbers")
        return Array(numbers)


def size(value: Any) -> int:
    """Return the characters and items of a value, counted no further than it takes to see that it is too large."""
    total, rest = 0, [value]
    while rest and total <= MAX_SIZE:
        inner = rest.pop()
        total += _ITEM
        if isinstance(inner, str):
            total += len(inner)
        elif isinstance(inner, dict):
            rest += dict.keys(inner)
            rest += dict.values(inner)
        elif isinstance(inner, list | tuple):
            rest += inner
    return total


def checked(value: Any) -> Any:
    """Return the value unless it is too large. Raises Exhausted."""
    if (len(value) > MAX_TEXT) if isinstance(value, str) else (size(value) > MAX_SIZE):
        raise Exhausted("it builds something too large")
    return value


def short(text: str) -> str:
    """Return the text unless it is too long. Raises Exhausted."""
    if len(text) > MAX_TEXT:
        raise Exhausted(f"a text of more than {MAX_TEXT} characters")
    return text


def _written(value: Any) -> str:
    return "" if value is None or callable(value) else str(checked(value))


def _small(number: Any) -> Any:
    if isinstance(number, int) and abs(number) > LARGEST:
        raise Exhausted("it counts too far")
    return number


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _kind(value: Any) -> str:
    if value is None:
        return "nothing"
    if _is_number(value):
        return "a number"
    return "a text" if isinstance(value, str) else "a list" if _is_list(value) else "an object"
