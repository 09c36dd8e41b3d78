"""The filter for regular expressions, on an engine whose time is linear in the text whatever the expression is."""

from functools import lru_cache
from typing import Any

from hookline.rules.filters.values import beginning

MOST_READ, LARGE_READS = 4096, 1024  # bytes of the value
LONGEST_PATTERN = 500  # characters
# Of a compiled expression. A search can take 6 ns per step and byte: 25 ms at worst.
LARGE, MOST_STEPS = 500, 4000
MOST_KEPT = 64  # compiled expressions
MOST_MEMORY = 512 * 1024  # bytes for each of them


def matches(value: Any, regex: Any) -> bool:
    r"""Tell whether a regular expression of RE2's syntax is found anywhere in the first 4 KiB of a text.

    ``event.title | matches("(?i)^(disk|inode)")``; ``^`` and ``$`` tie it to the text's begin and end.
    An expression with large counts in braces or Unicode's classes (``\pL``) reads the first 1 KiB alone.
    """
    if not isinstance(regex, str) or len(regex) > LONGEST_PATTERN:
        raise ValueError(f"a regular expression is a text of at most {LONGEST_PATTERN} characters")
    compiled, most = _compiled(str(regex))
    if not isinstance(value, str | int | float):
        return False
    return compiled.search(_read(value, most)) is not None


def _read(value: str | float, most: int) -> bytes:
    if isinstance(value, str) and len(value) <= most and value.isascii():
        return value.encode()
    read = beginning(value, most).encode(errors="replace")[:most]
    return read.decode(errors="ignore").encode()  # a character that was cut in two is gone


@lru_cache(MOST_KEPT)
def _compiled(regex: str) -> tuple[Any, int]:
    """Return the expression, and how much of a text it may read."""
    import re2  # noqa: PLC0415 - 10 ms that a rules file without `matches` needn't pay

    options = re2.Options()
    options.max_mem = MOST_MEMORY
    options.log_errors = False  # on standard error, past every logger
    options.never_capture = True
    try:
        compiled = re2.compile(regex.encode(errors="surrogatepass"), options)
    except re2.error as error:
        why = error.args[0].decode(errors="replace") if isinstance(error.args[0], bytes) else error
        raise ValueError(
            f"'{regex[:50]}' is not a regular expression: {why} (RE2 has no look-around and no back references)"
        ) from None
    finally:
        re2.purge()  # it would keep 128 more
    steps = max(compiled.programsize, compiled.reverseprogramsize)
    if steps > MOST_STEPS:
        raise ValueError(f"'{regex[:50]}' is too large a regular expression; smaller counts in braces help")
    return compiled, MOST_READ if steps <= LARGE else LARGE_READS
