"""What an expression or a template can look up."""

from hookline.models import JSON
from hookline.rules.lookups import NAMES, OF_EVENTS
from local.commands.samples import Posted, telling
from local.rules_reference.table import code, in_yaml, table

SHOWN = "alertmanager"  # the kind whose event is the example
_LONGEST_SHOWN = 60  # characters of an example
_NAMES = {
    "payload": "the parsed body",
    "item": "with `each`, the item that the message is about",
    "event": "[the same few fields](#what-an-event-says) for every kind; with `each`, those of the item",
    "source": "the source's name",
    "headers": "the request's headers, with their names in lower case and without credentials",
    "query": "what stands in the address behind `?`",
    "now": "the time of the event, in ISO 8601",
}
_EVENT = {
    "title": "what it is about, in a few words",
    "status": "`firing`, `resolved` or `info`",
    "severity": "`critical`, `warning` or `info`",
    "icon": "a sign for the two before",
    "body": "what the sender says of it",
    "url": "where there is more to see",
    "fields": "what else there is by name, such as labels, or what was filled into a form",
    "thread": "what it belongs to: an alert and its end have the same",
    "items": "what it consists of, where it consists of several",
    "id": "[by which it is known](how-it-works.md#what-counts-as-the-same-event)",
    "received_at": "when it came, in ISO 8601",
}


def in_scope() -> str:
    """Return the names with what they are. Raises KeyError for one that nobody described."""
    return table(("name", "what it is"), ((code(name), _NAMES[name]) for name in NAMES))


def of_event() -> str:
    """Return the fields of an event, with those of one that ships."""
    shown = _shown()
    beside: dict[str, JSON] = {"id": dict.get(shown.scope["event"], "id"), "received_at": shown.scope["now"]}
    rows = ((code(name), _EVENT[name], _short(beside.get(name) or getattr(shown.event, name))) for name in OF_EVENTS)
    return table(("`event.`", "what it is", f"of `{shown.name}`"), rows)


def _short(value: JSON) -> str:
    """Return a value in code; of a long one its beginning."""
    if not value:
        return ""
    written = value if isinstance(value, str) else in_yaml(value)
    return code(written if len(written) <= _LONGEST_SHOWN else f"{written[:_LONGEST_SHOWN]}…")


def _shown() -> Posted:
    posted = telling(SHOWN)
    if posted is None:
        raise LookupError(f"there is no event of the kind {SHOWN}")
    return posted
