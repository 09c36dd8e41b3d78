"""Watches the log: what is new or has changed, again and again."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from local.commands.history import History
from local.commands.wanted import Row, Wanted

POLL_SECONDS = 1.0
# Looking means reading the whole table. A small log is read in no time; a large one is left alone this much longer.
REST_PER_LOOK = 10
OVERLAP_MS = 10_000  # those who write the log have clocks of their own


def updated_at(row: Row) -> int:
    return int(row["updated_at"])


def changes(  # noqa: PLR0913 - two are for who reads another log, or in another way
    history: History,
    wanted: Wanted,
    shown: Sequence[Row],
    now_ms: int,
    *,
    pause: Callable[[float], None] = time.sleep,
    overlap_ms: int = OVERLAP_MS,
) -> Iterator[list[Row]]:
    """Give the rows that were added or changed since ``now_ms``, the latest change last, without end.

    ``shown`` were read at that time. ``overlap_ms`` is how far the clocks of those who write may be apart.
    """
    seen = {_key(row): updated_at(row) for row in shown}
    since = now_ms
    while True:
        started = time.monotonic()
        recent = replace(wanted, least={**wanted.least, "updated_at": since - overlap_ms})
        rows = sorted(history.scan(recent), key=updated_at)
        yield [row for row in rows if updated_at(row) >= now_ms and seen.get(_key(row)) != updated_at(row)]
        seen = {_key(row): updated_at(row) for row in rows}
        since = max([since, *seen.values()])
        pause(max(POLL_SECONDS, REST_PER_LOOK * (time.monotonic() - started)))


def _key(row: Row) -> tuple[str, int]:
    return row["id"], row["generation"]
