"""Which webhook a line of the log is about: all lines that one leaves behind, in any function, say the same id."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# A thread has its own: chats are delivered side by side.
_current: ContextVar[str] = ContextVar("correlation_id", default="")


@contextmanager
def about(event_id: str) -> Iterator[None]:
    """Let the lines of this thread say that id meanwhile; none, if it is empty."""
    before = _current.set(event_id)
    try:
        yield
    finally:
        _current.reset(before)


def found(event_id: str) -> None:
    """Let them say that one from now on, for as long as the ``about`` around it lasts."""
    _current.set(event_id)


def mark(record: logging.LogRecord) -> bool:
    """Write the id into a line: a filter for the handler that every line goes through."""
    if event_id := _current.get():
        record.correlation_id = event_id
    return True
