"""What somebody probably meant by a name that doesn't exist."""

from collections.abc import Sequence
from difflib import get_close_matches

MOST_NAMED = 20  # of the names in a file; a longer list is no help


def closest(name: str, names: Sequence[str]) -> str | None:
    """Return the name that is written most alike, if any is."""
    return next(iter(get_close_matches(name, names, 1)), None)


def meant(name: str, names: Sequence[str]) -> str:
    """Return ``did you mean 'x'?``, or else which names there are."""
    if close := closest(name, names):
        return f"did you mean '{close}'?"
    more = len(names) - MOST_NAMED
    return "there are " + (", ".join(names[:MOST_NAMED]) or "none") + (f" and {more} more" if more > 0 else "")


def option_meant(name: str, options: Sequence[str]) -> str:
    """Return the same about an option of a block."""
    if close := closest(name, options):
        return f"did you mean `{close}`?"
    return "there are " + ", ".join(f"`{option}`" for option in options)
