"""A record's turn: how long it may take, and what became of it."""

from collections.abc import Callable
from dataclasses import dataclass

HasTime = Callable[[], bool]  # bounds what else is done in a chat's turn


def always() -> bool:
    """Say that there is time, where nobody counts it."""
    return True


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a record now.

    ``wait`` is the seconds until it has to be tried again, 0 for at once, None when it is done with. ``is_definite``
    means the provider just gave a final answer; ``is_stuck`` that it has given none for too long; ``is_suspect``
    that it must be delivered while nothing else is.
    """

    status: str
    wait: float | None = None
    is_definite: bool = False
    is_stuck: bool = False
    is_suspect: bool = False
