"""What one evaluation may use up: time of the processor, and the sizes of what it builds."""

import json
import operator
import threading
import time
from collections.abc import Callable
from functools import reduce
from math import inf
from typing import Any

from hookline.rules.template.data import Array, Object

MAX_SECONDS = 0.05  # of processor time; a page of template takes a thousandth
MAX_EVENT_SECONDS = 1.0  # of processor time for all templates of one event; a sender may wait no longer
MAX_TEXT = 65_536  # characters of what an operator or a filter makes
MAX_OUTPUT = 131_072  # characters written by all tags together, also into variables
MAX_SIZE = 131_072  # characters and items of a value that is made, with all that is in it
MAX_GIVEN = 2**20  # the same of one that is only read: a body of the largest size, full of names
MAX_WORK = 2**21  # characters and items of all that operators and filters are given and make
MAX_RANGE = 1_000  # numbers
LARGEST = 2**126  # the engine's integers end soon after
_ORDERS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_JSON = json.JSONEncoder(ensure_ascii=False, skipkeys=True, default=lambda _: None)
_ITEM = 8  # what an item counts beside its characters


class Exhausted(ValueError):
    """The budget is used up."""


class Budget(threading.local):
    """The bounds of the evaluation that this thread is at; ``begin`` sets them anew.

    The reader puts these methods where MiniJinja has no bounds of its own: its fuel counts steps, whatever they cost.
    """

    def __init__(self) -> None:
        self.end_event()
        self.begin()

    def begin(self) -> None:
        """Start an evaluation."""
        self._until = min(time.thread_time() + MAX_SECONDS, self._event_until)
        self.again()

    def begin_event(self) -> None:
        """Start all evaluations of one event; together they have MAX_EVENT_SECONDS until ``end_event``."""
        self._event_until = time.thread_time() + MAX_EVENT_SECONDS

    def end_event(self) -> None:
        """Let the evaluations that follow be no event's."""
        self._event_until = inf

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
        return "" if value is None else self._counted(value, MAX_GIVEN)

    def measured(self, made: Callable[..., Any]) -> Callable[..., Any]:
        """Return a filter of our own that looks at what it is given and at what it makes."""

        def measured(value: Any, *arguments: Any, **options: Any) -> Any:
            self.tick()
            return self._counted(made(self._counted(value, MAX_GIVEN), *arguments, **options))

        return measured

    def output(self, value: Any) -> Any:
        """Return what a tag writes: nothing for null. Raises Exhausted."""
        if value is None or callable(value):
            return ""
        self._output -= len(value) if isinstance(value, str) else size(value)
        if self._output < 0:
            raise Exhausted("it writes too much")
        return _written(value) if isinstance(value, bool | dict | list | tuple) else value

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

    def ordered(self, sign: str, left: Any, right: Any) -> bool:
        """``left < right`` and the like: of numbers, or of texts. Nothing is neither less nor more."""
        self.tick()
        if left is None or right is None:
            return False
        if not (_is_number(left) and _is_number(right)) and not (isinstance(left, str) and isinstance(right, str)):
            hint = "; `| float` makes a number of a text" if isinstance(left, str) or isinstance(right, str) else ""
            raise ValueError(f"{_kind(left)} and {_kind(right)} can't be compared{hint}")
        return bool(_ORDERS[sign](left, right))

    def contained(self, value: Any, within: Any) -> bool:
        """``select('in', within)``: one of many items is looked for in a value, which may be large."""
        self.tick()
        return not _is_number(within) and within is not None and value in within

    def _counted(self, value: Any, most: int = MAX_SIZE) -> Any:
        """Return the value unless it or all of them together are too large. Raises Exhausted."""
        length = len(value) if isinstance(value, str) else size(value, most)
        if length > (MAX_TEXT if isinstance(value, str) else most):
            raise Exhausted("it works on something too large")
        self._work -= length
        if self._work < 0:
            raise Exhausted("it works on too much")
        return value


def size(value: Any, most: int = MAX_SIZE) -> int:
    """Return the characters and items of a value, counted no further than it takes to see that it is more."""
    total, rest = 0, [value]
    while rest and total <= most:
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
    """Return a value as a person reads it: as JSON has it."""
    if value is None or callable(value):
        return ""
    return _JSON.encode(checked(value)) if isinstance(value, bool | dict | list | tuple) else str(checked(value))


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
