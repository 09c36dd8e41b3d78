"""Any JSON, form or text at all."""

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from hookline.models import JSON, Event
from hookline.sources.gist import gist, is_address, lines_about, name_of, raw_lines, snake, unwrapped
from hookline.sources.kind import Kind, first, lines, link, mapping, words

_TITLES = ("title", "subject", "summary", "headline", "alertname", "alert_name", "rule_name", "event_name", "alert")
_HAPPENED = ("event_type", "event", "type", "detail_type", "topic", "trigger", "action")
_SUBJECTS = ("name", "full_name", "display_name", "check", "monitor", "service", "application", "app", "workflow",
             "pipeline", "job", "project", "repository", "host", "hostname", "device", "entity_id")  # fmt: skip
_BODIES = ("message", "text", "description", "body", "msg", "content", "details", "detail", "reason", "error")
_LINKS = ("html_url", "web_url", "permalink", "url", "link", "href", "dashboard_url", "details_url", "target_url")
_STATUSES = ("status", "state", "conclusion", "phase")
_SEVERITIES = ("severity", "level", "priority", "urgency", "type")
_CRITICAL = {"critical", "fatal", "emergency", "page", "high", "error", "p1", "crit", "alert", "sev1"}
_WARNING = {"warning", "warn", "medium", "p2", "sev2"}
_CALM = {"info", "information", "notice", "low", "normal", "debug", "none"}
_FIRING = {"firing", "alerting", "triggered", "down", "open", "failing", "failed", "failure", "error", "problem",
           "unhealthy", "degraded", "offline", "alarm", "crashed", "timeout", "timed_out"}  # fmt: skip
_RESOLVED = {"resolved", "ok", "up", "closed", "recovered", "success", "succeeded", "successful", "healthy", "online",
             "passed", "completed"}  # fmt: skip
_SAYS_NOTHING = {"event", "notification", "webhook", "message", "object", "data", "update", "test"}
_ICONS = {"critical": "🔥", "warning": "⚠️", "info": "🔔"}
_REVERSED_DOMAIN = re.compile(r"(?:com|org|net|io|dev|app)\.[a-z0-9-]+\.(?=\w+\.)")
_LONG_TITLE, _LONG_STATE = 80, 30
_MOST_FIELDS, _MOST_ITEMS = 8, 5  # a text lists no more than these


def describe(payload: JSON, now: datetime) -> Event:  # noqa: ARG001 - every kind is asked the same way
    """Take the names that senders commonly use for title, text and link; list what else tells something, shortly."""
    return say(payload)


def say(payload: JSON, title: str = "") -> Event:
    """Like ``describe``, under a title that is known otherwise."""
    if isinstance(payload, list) and len(payload) == 1:
        payload = payload[0]
    if not isinstance(payload, dict):
        return _several(payload, title) if isinstance(payload, list) else _bare(payload, title)
    fields = unwrapped(payload)
    by_name: dict[str, str] = {}
    for name in fields:
        by_name.setdefault(snake(name), name)
    rest = dict(fields)
    status, severity = _status(fields, by_name), _severity(fields, by_name)
    if severity == "info" and status == "firing" and not _says_severity(fields, by_name):
        severity = "warning"
    told = _Told(fields, by_name, rest)
    headline = title or told.title()
    body, url = told.body(), told.link()
    headline = headline or told.subject(has_text=bool(body)) or body or "Webhook"
    shown = [*islice(lines_about(rest, [headline, body, *told.said]), _MOST_FIELDS)]
    if headline == "Webhook" and not shown:
        shown = [*islice(raw_lines(payload), _MOST_FIELDS)]
    icon = "✅" if status == "resolved" else _ICONS[severity]
    title = words(headline, _LONG_TITLE)
    return Event(
        title=title,
        text=lines(f"{icon} {headline}", "" if body == headline else body, *shown, url),
        status=status,
        severity=severity,
        icon=icon,
        body="" if body == title else body,
        url=url,
        fields=payload,
    )


def spoken(name: str) -> str:
    """Return the name of an event as a person would say it: ``invoice.payment_failed`` as Invoice payment failed."""
    if " " in name.strip():
        return words(name, 150)
    said = snake(_REVERSED_DOMAIN.sub("", name.strip())).replace("_", " ") or words(name, 150)
    return said[:1].upper() + said[1:]


class _Told:
    """Takes out of the rest what is said elsewhere than in the list."""

    def __init__(self, fields: dict[str, JSON], by_name: dict[str, str], rest: dict[str, JSON]) -> None:
        self._fields, self._by_name, self._rest = fields, by_name, rest
        self._about: dict[str, JSON] = {}  # the object that gave the title
        self.said: list[str] = []

    def title(self) -> str:
        """Return a title that somebody gave, at the top or in an object of it, or what happened."""
        if given := self._take(_TITLES):
            return words(given, 150)
        for name, inner in self._fields.items():
            if isinstance(inner, dict) and (given := first(_line(inner.get(one)) for one in _TITLES)):
                self._about, self.said = inner, [given]
                return words(given, 150)
        happened = first(self._text(name) for name in _HAPPENED[:-1])
        if len(snake(happened).split("_")) > 1 and not is_address(happened):
            self._take_value(happened)
            return spoken(happened)
        return ""

    def subject(self, *, has_text: bool) -> str:
        """Return what it is about and what became of it: ``backup: failed``."""
        subject = self._take(_SUBJECTS) or self._named(has_text=has_text)
        what = first(self._text(name) for name in _HAPPENED)
        what = "" if what.lower() in _SAYS_NOTHING | _CRITICAL | _WARNING | _CALM else what
        state = first(self._text(name) for name in _STATUSES)
        if not subject:
            self._take_value(what)
            return spoken(what) if what and not has_text else ""
        become = state or what
        if not become or len(become) > _LONG_STATE:
            return words(subject, 150)
        self._take_value(become)
        return f"{words(subject, 100)}: {become}"

    def body(self) -> str:
        """Return the text, of the object that gave the title or of an error where there is none at the top."""
        if given := self._take(_BODIES):
            return words(given)
        of_errors = (_error(inner) for inner in self._fields.values())
        found = first([*(_line(self._about.get(name)) for name in _BODIES), *of_errors])
        self.said.append(words(found))
        return words(found)

    def link(self) -> str:
        """Return the best address there is."""
        places = [{snake(name): value for name, value in self._fields.items()}, self._about]
        places += [inner for inner in self._fields.values() if isinstance(inner, dict)]
        found = (link(place.get(name)) for place in places for name in _LINKS if is_address(place.get(name)))
        return first(found)

    def _named(self, *, has_text: bool) -> str:
        for name, inner in self._fields.items():
            if isinstance(inner, dict) and (snake(name) in _SUBJECTS or not has_text) and (given := name_of(inner)):
                self.said.append(given)
                return given
        return ""

    def _text(self, name: str) -> str:
        return _line(self._rest.get(self._by_name[name], "")) if name in self._by_name else ""

    def _take(self, names: tuple[str, ...]) -> str:
        found = next((name for name in names if self._text(name) and not is_address(self._text(name))), None)
        return "" if found is None else str(self._rest.pop(self._by_name[found]))

    def _take_value(self, value: str) -> None:
        for name in [name for name, inner in self._rest.items() if value and _line(inner) == value]:
            del self._rest[name]


def _several(payload: list[JSON], title: str) -> Event:
    said = [*filter(None, (first([name_of(one), gist(one, depth=1)]) for one in payload[:_MOST_ITEMS]))]
    more = len(payload) - len(said)
    headline = title or (f"{len(payload)} entries" if payload else "Webhook")
    listed = [f"• {words(one, 90)}" for one in said] + ([f"… and {more} more"] if said and more else [])
    return Event(title=headline, text=lines(f"🔔 {headline}", *listed), items=payload)


def _bare(payload: JSON, title: str) -> Event:
    said = words(payload)
    headline = title or said or "Webhook"
    body = "" if said == headline else said
    return Event(title=words(headline, _LONG_TITLE), text=lines(f"🔔 {headline}", body), body=body)


def _line(value: JSON) -> str:
    return value if isinstance(value, str) and value.strip() else ""


def _error(value: JSON, depth: int = 0) -> str:
    """Return the message of an error that is told as an object."""
    error = mapping(mapping(value).get("error"))
    return first([_line(error.get("message")), _line(mapping(value).get("message") if depth else "")])


def _values(fields: dict[str, JSON], by_name: dict[str, str], names: tuple[str, ...]) -> Iterator[str]:
    yield from (words(fields.get(by_name.get(name, ""))).lower() for name in names)


def _status(fields: dict[str, JSON], by_name: dict[str, str]) -> str:
    said = first(_values(fields, by_name, _STATUSES))
    return "firing" if said in _FIRING else "resolved" if said in _RESOLVED else "info"


def _severity(fields: dict[str, JSON], by_name: dict[str, str]) -> str:
    said = next((word for word in _values(fields, by_name, _SEVERITIES) if word in _CRITICAL | _WARNING | _CALM), "")
    return "critical" if said in _CRITICAL else "warning" if said in _WARNING else "info"


def _says_severity(fields: dict[str, JSON], by_name: dict[str, str]) -> bool:
    return any(_values(fields, by_name, _SEVERITIES[:-1]))


KIND = Kind(
    name="json",
    sender="anything that posts JSON",
    setup="Let it post JSON, a form or plain text to {url}, with the token in the header Authorization: Bearer …",
    reads=frozenset({"json", "form", "text"}),
    describe=describe,
    describe_item=describe,
)
