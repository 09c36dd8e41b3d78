"""Gives a function the rules that run: those of its package, or those that were pushed to the table."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from hookline import wiring
from hookline.clock import SECOND_MS
from hookline.errors import RulesUnavailable
from hookline.rulebook import Rulebook
from hookline.rules.load import load_deployed
from hookline.rules.model import Rules
from hookline.settings import Settings


def running(settings: Settings, count: Callable[[str], None]) -> Callable[[], Rules]:
    """Return what gives the rules that run now; ask it for each event. It may raise RulesUnavailable.

    Raises RulesError for a file that is no use.
    """
    deployed = partial(load_deployed, Path(settings.rules_file))
    if settings.rules_source == "package":
        loaded = deployed()
        return lambda: loaded
    look_ms = int(settings.rules_look_seconds * SECOND_MS)
    book = Rulebook(
        wiring.eager_dynamodb(), settings.delivery_log_table, deployed, wiring.now_ms, count, look_ms=look_ms
    )
    with suppress(RulesUnavailable):  # whoever asks for an event is told
        book.current()
    return book.current
