"""Puts the tables of docs/rules.md between the page's own words."""

import re
from collections.abc import Callable

from local.project import ROOT
from local.rules_reference import bounds, names, options, proofs, words

PAGE = ROOT / "docs" / "rules.md"
# What stands in the page as `<!-- generated: NAME -->`.
PARTS: dict[str, Callable[[], str]] = {
    "the file": lambda: options.of("Rules"),
    "a chat": lambda: options.of("Chat"),
    "a source": lambda: options.of("Source"),
    "proofs": proofs.ways,
    "a token": lambda: options.of("Token"),
    "an hmac": lambda: options.of("Hmac"),
    "kinds": proofs.kinds,
    "a rule": lambda: options.of("Rule"),
    "a card": lambda: options.of("LinkPreview"),
    "a test": lambda: options.of("Test"),
    "an expected message": lambda: options.of("Expected"),
    "names": names.in_scope,
    "an event": names.of_event,
    "filters": words.filters,
    "other filters": words.other_filters,
    "tests": words.tests,
    "statements": words.rest,
    "bounds": bounds.bounds,
}
_PART = re.compile(r"(<!-- generated: (?P<name>[^>]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def written(page: str) -> str:
    """Return the page with every generated part as it has to be. Raises LookupError for one that nobody makes."""
    named = [match["name"] for match in _PART.finditer(page)]
    if sorted(named) != sorted(PARTS):
        raise LookupError(f"the page has to have each of these parts once: {', '.join(PARTS)}; it has {named}")
    return _PART.sub(lambda match: f"{match[1]}\n{PARTS[match['name']]()}\n\n{match[3]}", page)
