"""Any JSON, form or text at all."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from hookline.models import JSON, Event
from hookline.sources.kind import Kind, lines, mapping, words

_TITLES = ("title", "subject", "summary", "name", "event", "alert", "type", "action")
_BODIES = ("message", "text", "description", "body", "msg", "details", "reason")
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
    known = {name: _first(fields, names) for name, names in _COMMON.items()}
    title = words(fields.get(known["title"], "")) or words(fields.get(known["body"], ""), _LONG_TITLE) or "Webhook"
    body = words(fields.get(known["body"], ""))
    body = "" if body == title else body
    url = words(fields.get(known["url"], ""))
    status, severity = _status(fields), _severity(fields)
    icon = "✅" if status == "resolved" else _ICONS[severity]
    rest = {name: value for name, value in fields.items() if name not in known.values()} if fields else payload
    listed = islice(_listed(rest), _MOST_FIELDS)
    return Event(
        title=title,
        text=lines(f"{icon} {title}", body, *listed, url),
        status=status,
        severity=severity,
        icon=icon,
        body=body,
        url=url,
        fields=fields,
    )


_COMMON = {"title": _TITLES, "body": _BODIES, "url": _LINKS}


def _first(fields: dict[str, JSON], names: tuple[str, ...]) -> str:
    return next((name for name in names if isinstance(fields.get(name), str) and fields[name].strip()), "")


def _listed(value: JSON, path: str = "") -> Iterator[str]:
    """Give ``a.b: value`` for each leaf that says something, in the payload's order."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _listed(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            yield from _listed(inner, f"{path}[{n}]")
    elif line := words(value, 120):
        yield f"{words(path, 80)}: {line}" if path else line


def _status(fields: dict[str, JSON]) -> str:
    said = words(fields.get("status") or fields.get("state")).lower()
    return "firing" if said in _FIRING else "resolved" if said in _RESOLVED else "info"


def _severity(fields: dict[str, JSON]) -> str:
    said = words(fields.get(_first(fields, _SEVERITIES), "")).lower()
    return "critical" if said in _CRITICAL else "warning" if said in _WARNING else "info"


KIND = Kind(
    name="json",
    reads=frozenset({"json", "form", "text"}),
    describe=describe,
    describe_item=describe,
)
