"""What all of GitLab's events have in common: where it was, who did it."""

from hookline.models import JSON
from hookline.sources.kind import at, first, link, words

Payload = dict[str, JSON]


def where(payload: Payload) -> str:
    """Return the project as `group/name`."""
    names = (("project", "path_with_namespace"), ("project_name",), ("group", "full_path"), ("group_path",))
    return first(words(at(payload, *path), 100) for path in names) or "GitLab"


def page(payload: Payload, rest: str = "") -> str:
    """Return the address of the project, or of a page of it."""
    project = link(at(payload, "project", "web_url")) or link(at(payload, "repository", "homepage"))
    return link(f"{project}/-/{rest}" if rest else project) if project else ""


def who(payload: Payload) -> str:
    """Return the name of whoever did it."""
    names = (at(payload, "user", "name"), payload.get("user_name"), at(payload, "user", "username"))
    return first(words(name, 60) for name in names) or "somebody"


def first_line(message: JSON) -> str:
    """Return the first line of a commit's message."""
    return words(message.strip().split("\n", 1)[0], 80) if isinstance(message, str) else ""


def quote(text: JSON) -> str:
    """Return how a text begins that somebody wrote."""
    said = words(text, 200)
    return f"“{said}”" if said else ""


def said_of(payload: Payload, **more: str) -> Payload:
    """Return what rules may ask for by name."""
    kind = words(payload.get("object_kind"), 40)
    said = {"event": kind, "project": where(payload), "user": who(payload), **more}
    return {key: value for key, value in said.items() if value}
