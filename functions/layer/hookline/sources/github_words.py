"""What all of GitHub's events have in common: where it was, who did it, what was done."""

from hookline.models import JSON
from hookline.sources.kind import at, first, words

Payload = dict[str, JSON]
_VERBS = {"synchronize": "updated", "ready_for_review": "marked ready for review", "created": "added"}


def where(payload: Payload) -> str:
    """Return the repository as `owner/name`."""
    return words(at(payload, "repository", "full_name"), 100)


def who(payload: Payload) -> str:
    """Return the login of whoever did it."""
    names = (at(payload, "sender", "login"), at(payload, "pusher", "name"))
    return first(words(name, 60) for name in names) or "somebody"


def verb(payload: Payload) -> str:
    """Return what was done, as it stands before `by`."""
    action = words(payload.get("action"), 60)
    return _VERBS.get(action, action.replace("_", " ")) or "changed"


def first_line(message: JSON) -> str:
    """Return the first line of a commit's message."""
    return words(message.strip().split("\n", 1)[0], 80) if isinstance(message, str) else ""


def quote(of: Payload) -> str:
    """Return how a text begins that somebody wrote."""
    said = words(of.get("body"), 200)
    return f"“{said}”" if said else ""


def said_of(name: str, payload: Payload, **more: str) -> Payload:
    """Return what rules may ask for by name, with the event's name as it stands in the unsigned header."""
    action = words(payload.get("action"), 60)
    said = {"event": name, "action": action, "repository": where(payload), "sender": who(payload), **more}
    return {key: value for key, value in said.items() if value}
