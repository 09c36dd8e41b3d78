"""Filters for objects: MiniJinja's own fail on null, and write as far as they are told to."""

import json
from typing import Any

from hookline.rules.filters.values import fitting, text

_JSON = json.JSONEncoder(ensure_ascii=False, skipkeys=True, default=text)


def items(value: Any) -> list[list[Any]]:
    """Return the names and values of an object, to walk over; what is none has none.

    ``{% for name, value in payload.labels | items %}{{ name }}={{ value }} {% endfor %}``
    """
    return [[name, inner] for name, inner in dict.items(value)] if isinstance(value, dict) else []


def dictsort(value: Any) -> list[list[Any]]:
    """Return the names and values of an object in the order of the names, large and small letters alike.

    ``{% for name, value in payload.labels | dictsort %}{{ name }}={{ value }} {% endfor %}``
    """
    return sorted(items(value), key=lambda item: str(item[0]).casefold())


def tojson(value: Any) -> str:
    """Write a value as JSON in one line: ``{{ payload.labels | tojson }}``."""
    return fitting(_JSON.encode(value))
