"""How much one evaluation may take: from the numbers that hold it to that."""

from hookline.clock import SECOND_MS
from hookline.rules.filters import pattern
from hookline.rules.filters.values import MOST_TEXT
from hookline.rules.template import budget, data
from local.rules_reference.table import table


def bounds() -> str:
    """Return the bounds of a template."""
    rows = (
        ("processor time of one expression or template", f"{budget.MAX_SECONDS * SECOND_MS:.0f} ms"),
        ("the same of all that are worked out for one event", f"{budget.MAX_EVENT_SECONDS * SECOND_MS:,.0f} ms"),
        ("a text in a payload, of which the rest is cut", f"{data.MAX_STRING:,} characters"),
        ("objects and lists within each other, of which the rest is left out", f"{data.MAX_DEPTH} levels"),
        ("a text that an operator makes", f"{budget.MAX_TEXT:,} characters"),
        ("a text that a filter makes", f"{MOST_TEXT:,} characters"),
        ("all that one template writes", f"{budget.MAX_OUTPUT:,} characters"),
        ("numbers of `range`", f"{budget.MAX_RANGE:,}"),
        ("a regular expression", f"{pattern.LONGEST_PATTERN:,} characters"),
        (
            "what it reads of a text",
            f"{pattern.MOST_READ:,} bytes; {pattern.LARGE_READS:,} with large counts or `\\pL`",
        ),
    )
    return table(("what", "at most"), rows)
