"""The filter for regular expressions, on an engine whose time is linear in the text whatever the expression is."""

from functools import lru_cache
from typing import Any

from hookline.rules.filters.values import beginning

MOST_READ = 4096  # bytes of the value
LONGEST_PATTERN = 500  # characters
MOST_STEPS = 2000  # of a compiled expression; per step and byte a search can take 6 ns
MOST_KEPT = 64  # compiled expressions
MOST_MEMORY = 512 * 1024  # bytes for each of them


def matches(value: Any, regex: Any) -> bool:
    """Tell whether a regular expression of RE2's syntax is found anywhere in the first 4 KiB of a text.

    ``{% if event.title | matches("(?i)^(disk|inode)") %}``; ``^`` and ``$`` tie it to the text's begin and end.
    """
    if not isinstance(regex, str) or len(regex) > LONGEST_PATTERN:
        raise ValueError(f"a regular expression is a text of at most {LONGEST_PATTERN} characters")
    search = _compiled(str(regex)).search
    if not isinstance(value, str | int | float):
        return False
    read = beginning(value, MOST_READ).encode(errors="replace")[:MOST_READ]
    return search(read.decode(errors="ignore").encode()) is not None  # a character that was cut in two is gone


@lru_cache(MOST_KEPT)
def _compiled(regex: str) -> Any:
    import re2  # noqa: PLC0415 - 10 ms that a rules file without `matches` needn't pay

    options = re2.Options()
    options.max_mem = MOST_MEMORY
    options.log_errors = False  # on standard error, past every logger
    options.never_capture = True
    try:
        compiled = re2.compile(regex.encode(errors="replace"), options)
    except re2.error as error:
        why = error.args[0].decode(errors="replace") if isinstance(error.args[0], bytes) else error
        raise ValueError(
            f"'{regex[:50]}' is not a regular expression: {why} (RE2 has no look-around and no back references)"
        ) from None
    finally:
        re2.purge()  # it would keep 128 more
    if max(compiled.programsize, compiled.reverseprogramsize) > MOST_STEPS:
        raise ValueError(f"'{regex[:50]}' is too large a regular expression; smaller counts in braces help")
    return compiled
