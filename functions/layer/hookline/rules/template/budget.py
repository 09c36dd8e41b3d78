"""What one evaluation may use up: time of the processor, and the sizes of what it builds."""

import threading
import time
from collections.abc import Callable
from functools import reduce
from typing import Any

from hookline.rules.template.data import Array, Object

MAX_SECONDS = 0.05  # of processor time; a page of template takes a thousandth
MAX_TEXT = 65_536  # characters of what an operator or a filter makes
MAX_OUTPUT = 131_072  # characters written by all tags together, also into variables
MAX_SIZE = 131_072  # characters and items of a value with all that is in it
MAX_WORK = 2**21  # characters and items of all that operators and filters are given and make
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
        self.again()

    def again(self) -> None:
        """Start anew in the time that is left."""
        self.reached = -1
        self._output = MAX_OUTPUT
        self._work = MAX_WORK

    def here(self, output: int) -> bool:
        """Note which output's turn it is."""
        self.reached = output
        return self.tick()

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
        return "" if value is None else self._counted(value)

    def measured(self, made: Callable[..., Any]) -> Callable[..., Any]:
        """Return a filter of our own that looks at what it is given and at what it makes."""

        def measured(value: Any, *arguments: Any, **options: Any) -> Any:
            self.tick()
            return self._counted(made(self._counted(value), *arguments, **options))

        return measured

    def output(self, value: Any) -> Any:
        """Return what a tag writes: nothing for null. Raises Exhausted."""
        if value is None or callable(value):
            return ""
        self._output -= len(value) if isinstance(value, str) else size(value)
        if self._output < 0:
            raise Exhausted("it writes too much")
        return value

    def concatenate(self, *values: Any) -> str:
        """``a ~ b ~ c``."""
        self.tick()
        written, length = [], 0
        for value in values:
            text = _written(value)
            length += len(text)
            if length > MAX_TEXT:
                raise Exhausted(f"a text of more than {MAX_TEXT} characters")
            written.append(text)
        return str(self._counted("".join(written)))

    def add(self, *values: Any) -> Any:
        """``a + b + c``: numbers, texts or lists."""
        return reduce(self._added, values)

    def _added(self, left: Any, right: Any) -> Any:
        if isinstance(left, str) and isinstance(right, str):
            return self.concatenate(left, right)
        if _is_list(left) and _is_list(right):
            return self.listed(*left, *right)
        if not _is_number(left) or not _is_number(right):
            raise ValueError(f"{_kind(left)} and {_kind(right)} can't be added; `~` joins texts")
        return _small(left + right)

    def multiply(self, *values: Any) -> Any:
        """``a * b * c``: numbers, or a text and how often it is repeated."""
        return reduce(self._multiplied, values)

    def _multiplied(self, left: Any, right: Any) -> Any:
        self.tick()
        for text, times in ((left, right), (right, left)):
            if isinstance(text, str) and isinstance(times, int) and not isinstance(times, bool):
                if len(text) * times > MAX_TEXT:
                    raise Exhausted(f"a text of more than {MAX_TEXT} characters")
                return self._counted(text * times)
        if not _is_number(left) or not _is_number(right):
            raise ValueError(f"{_kind(left)} can't be multiplied with {_kind(right)}")
        return _small(left * right)

    def listed(self, *items: Any) -> Any:
        """``[a, b]``."""
        self.tick()
        return self._counted(Array(items))

    def mapped(self, *names_and_values: Any) -> Any:
        """``{a: b}``, as a, b."""
        self.tick()
        names = map(_written, names_and_values[::2])
        return self._counted(Object(zip(names, names_and_values[1::2], strict=True)))

    def range(self, *bounds: int) -> Any:
        """``range(…)``."""
        numbers = range(*bounds)
        if len(numbers) > MAX_RANGE:
            raise Exhausted(f"a range of more than {MAX_RANGE} numbers")
        return self._counted(Array(numbers))

    def default(self, value: Any, other: Any = "", is_for_empty: Any = False) -> Any:  # noqa: FBT002 - as MiniJinja's
        """``map('default', other)``: each of many items becomes another value, which may be large."""
        self.tick()
        return self._counted(other if value is None or (is_for_empty and not value) else value)

    def contained(self, value: Any, within: Any) -> bool:
        """``select('in', within)``: one of many items is looked for in a value, which may be large."""
        self.tick()
        return not _is_number(within) and within is not None and value in within

    def _counted(self, value: Any) -> Any:
        """Return the value unless it or all of them together are too large. Raises Exhausted."""
        length = len(value) if isinstance(value, str) else size(value)
        if length > (MAX_TEXT if isinstance(value, str) else MAX_SIZE):
            raise Exhausted("it builds something too large")
        self._work -= length
        if self._work < 0:
            raise Exhausted("it works on too much")
        return value


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
