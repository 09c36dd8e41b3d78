"""MiniJinja's own filters that could make much of little, once more with an end: it counts no fuel inside of them."""

import re
from collections.abc import Iterable
from typing import Any

from hookline.rules.filters.values import MOST_TEXT, check_length, fitting, text, whole

MOST_PARTS = 1000
WIDEST_INDENT = 20
_DEEPEST = 20  # names in an attribute of `join`
WIDEST_FIELD = 100  # of `format`
_LARGEST = 10**50  # for `format`
_FIELD = re.compile(
    r"%(?:\((?P<name>[^()]{1,100})\))?(?P<how>[-+ 0#]{0,5}([0-9]*)(?:\.([0-9]*))?)(?P<kind>.?)", re.DOTALL
)
_NUMBERS = "diouxXeEfFgG"
_NEWLINE = "\n"


def join(value: Any, separator: Any = "", attribute: Any = None) -> str:
    """Put the items of a list together.

    ``{{ payload.alerts | join(", ", attribute="labels.instance") }}`` is ``web-1, web-2``. Null is an empty text.
    """
    if value is None:
        return ""
    if not isinstance(value, str | list | tuple | dict):
        raise ValueError("only the items of a list can be joined")  # noqa: TRY004 - filters raise no other
    between, written, length = text(separator), [], 0
    path = [] if attribute is None else text(attribute).split(".", _DEEPEST)
    if len(path) > _DEEPEST:
        raise ValueError(f"an attribute of `join` has at most {_DEEPEST} parts")
    for item in value:
        part = text(_attribute(item, path))
        written.append(part)
        length += len(part) + len(between)
        check_length(length - len(between))
    return between.join(written)


def _attribute(item: Any, path: Iterable[str]) -> Any:
    for name in path:
        if isinstance(item, dict):
            item = dict.get(item, name)  # a payload's objects have no methods
        elif isinstance(item, list | tuple) and re.fullmatch("[0-9]{1,6}", name):
            item = item[int(name)] if int(name) < len(item) else None
        else:
            return None
    return item


def replace(value: Any, old: Any, new: Any, count: Any = None) -> str:
    """Replace a part of a text wherever it is, or its first ``count`` times.

    ``{{ item.labels.instance | replace(".example.com", "") }}`` is ``web-1``.
    """
    written, old, new = text(value), text(old), text(new)
    times = written.count(old) if count is None else min(whole("the count", count, 0, MOST_TEXT), written.count(old))
    check_length(len(written) + times * (len(new) - len(old)))
    return written.replace(old, new, times)


def split(value: Any, separator: Any = None, maxsplit: Any = None) -> list[str]:
    """Take a text apart, at white space or at a separator.

    ``{{ "web-1.example.com" | split(".") | first }}`` is ``web-1``. The thousandth part has all the rest.
    """
    between = None if separator is None else text(separator)
    if between == "":
        raise ValueError("a text can't be split at nothing")
    most = MOST_PARTS - 1
    return text(value).split(
        between, most if maxsplit is None else min(most, whole("maxsplit", maxsplit, 0, MOST_TEXT))
    )


def indent(value: Any, width: Any = 4, first: Any = False, blank: Any = False) -> str:  # noqa: FBT002 - as Jinja's
    """Begin each line but the first with so many spaces.

    ``{{ item.annotations.description | indent(2) }}``; ``first=true`` and ``blank=true`` are for the first line and for
    empty ones. A line break at the end is dropped.
    """
    space = " " * whole("the width of `indent`", width, 0, WIDEST_INDENT)
    lines = text(value).removesuffix(_NEWLINE).removesuffix("\r").split(_NEWLINE)
    check_length(sum(map(len, lines)) + len(lines) * (len(space) + 1) - 1)
    begun = (space + line if blank or line not in {"", "\r"} else line for line in (lines if first else lines[1:]))
    return _NEWLINE.join(begun if first else [lines[0], *begun]).removesuffix("\r")


def format_(value: Any, *args: Any, **kwargs: Any) -> str:
    """Fill values into a text in printf's way.

    ``{{ "%s is at %.1f %%" | format(event.title, item.value) }}`` is ``DiskFull is at 97.5 %``; a field may have a
    name, as in ``"%(host)s" | format(host="web-1")``. Null fills a field with nothing.
    """
    pattern, written, length, end = text(value), [], 0, 0
    unused = iter(args)
    for field in _FIELD.finditer(pattern):
        filled = "%" if field[0] == "%%" else _filled(field, _argument(field["name"], unused, kwargs))
        written += [pattern[end : field.start()], filled]
        length, end = length + len(written[-2]) + len(filled), field.end()
        check_length(length)
    return fitting("".join([*written, pattern[end:]]))


def _argument(name: str | None, unused: Iterable[Any], named: dict[str, Any]) -> Any:
    if name is not None and name in named:
        return named[name]
    for argument in unused if name is None else ():
        return argument
    raise ValueError(f"`format` has no value for {f'%({name})' if name else 'one of its fields'}")


def _filled(field: re.Match[str], argument: Any) -> str:
    how, kind = field["how"], field["kind"]
    if kind not in [*_NUMBERS, "c", "s"]:
        raise ValueError(f"'{field[0][:20]}' is no field of `format`; write %s for a text, %d for a number, %% for %")
    if any(int(figure[:9]) > WIDEST_FIELD for figure in field.groups()[2:4] if figure):
        raise ValueError(f"a field of `format` is at most {WIDEST_FIELD} wide")
    if isinstance(argument, int) and abs(argument) >= _LARGEST:
        raise ValueError("this number is too large for `format`")
    if argument is None or kind == "s":
        return f"%{how}s" % text(argument)
    try:
        filled = f"%{how}{kind}" % (argument,)
        filled.encode()  # half of a surrogate pair is a %c that no message can have
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"`format` can't write this value as %{kind}") from None
    return filled
