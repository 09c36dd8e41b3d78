"""Any JSON, form or text at all."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from hookline.models import JSON, Event
from hookline.sources.kind import Kind, first, lines, link, mapping, words

_TITLES = ("title", "subject", "summary", "name", "event", "alert", "type", "action")
_BODIES = ("message", "text", "description", "body", "msg", "details", "reason", "error")
_LINKS = ("url", "link", "html_url", "href")
_SEVERITIES = ("severity", "level", "priority")
_CRITICAL = {"critical", "fatal", "emergency", "page", "high", "error", "p1"}
_WARNING = {"warning", "warn", "medium", "p2"}
_FIRING = {"firing", "alerting", "triggered", "down", "open", "failing", "failed", "error"}
_RESOLVED = {"resolved", "ok", "up", "closed", "recovered", "success"}
_ICONS = {"critical": "🔥", "warning": "⚠️", "info": "🔔"}
_LONG_TITLE = 80
_MOST_FIELDS = 8  # a text lists no more than these


def describe(payload: JSON, now: datetime) -> Event:  # noqa: ARG001 - every kind is asked the same way
    """Take the names that senders commonly use for title, text and link; list what else there is, shortly."""
    fields = mapping(payload)
    rest = dict(fields)
    title, body, url = words(_take(rest, _TITLES), 150), words(_take(rest, _BODIES)), link(_take(rest, _LINKS))
    status, severity = _status(fields), _severity(fields)
    icon = "✅" if status == "resolved" else _ICONS[severity]
    headline = title or body or "Webhook"
    title = title or words(body, _LONG_TITLE) or "Webhook"
    listed = islice(_listed(rest if fields else payload), _MOST_FIELDS)
    return Event(
        title=title,
        text=lines(f"{icon} {headline}", "" if body == headline else body, *listed, url),
        status=status,
        severity=severity,
        icon=icon,
        body="" if body == title else body,
        url=url,
        fields=fields,
    )


def _take(rest: dict[str, JSON], names: tuple[str, ...]) -> str:
    """Return the text under the first of the names that has one, and take it out of the rest."""
    found = next((name for name in names if isinstance(rest.get(name), str) and rest[name].strip()), None)
    return "" if found is None else rest.pop(found)


def _listed(value: JSON, path: str = "") -> Iterator[str]:
    """Give ``a.b: value`` for each leaf that says something, in the payload's order."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _listed(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list) and any(isinstance(inner, dict | list) for inner in value):
        for n, inner in enumerate(value):
            yield from _listed(inner, f"{path}[{n}]")
    elif line := words(", ".join(filter(None, map(words, value))) if isinstance(value, list) else value, 120):
        yield f"{words(path, 80)}: {line}" if path else line


def _status(fields: dict[str, JSON]) -> str:
    said = words(fields.get("status") or fields.get("state")).lower()
    return "firing" if said in _FIRING else "resolved" if said in _RESOLVED else "info"


def _severity(fields: dict[str, JSON]) -> str:
    said = first(words(fields.get(name)) for name in _SEVERITIES).lower()
    return "critical" if said in _CRITICAL else "warning" if said in _WARNING else "info"


KIND = Kind(
    name="json",
    reads=frozenset({"json", "form", "text"}),
    describe=describe,
    describe_item=describe,
)
