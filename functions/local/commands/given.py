"""The rules file and the event that a command is given."""

from pathlib import Path
from typing import Any

from hookline.rules.closest import meant
from hookline.rules.load import load
from hookline.rules.model import Rules
from local.commands.errors import Wrong, ended
from local.commands.events import read_webhook


def given(rules: Path, event: Path, source: str | None) -> tuple[Rules, dict[str, Any]]:
    """Return the rules and the event. Raises OSError for a file that isn't there, RulesError, ValueError and Wrong."""
    rules.open("rb").close()
    loaded = load(rules)
    if source is not None and source not in loaded.sources:
        raise Wrong(f"{rules} has no source {source}; {ended(meant(source, list(loaded.sources)))}")
    return loaded, read_webhook(event, source)
