"""Any JSON, form or text at all."""

import re
from datetime import datetime
from itertools import islice

from hookline.models import JSON, Event
from hookline.sources import signs
from hookline.sources.gist import gist, lines_about, name_of, raw_lines, unwrapped
from hookline.sources.kind import Kind, at, first, items, lines, link, mapping, words
from hookline.sources.noise import is_address, snake

_TITLES = ("title", "subject", "summary", "headline", "alertname", "alert_name", "rule_name", "event_name", "alert")
_HAPPENED = ("event_type", "event", "type", "detail_type", "topic", "trigger", "action")
_SUBJECTS = ("name", "full_name", "display_name", "check", "monitor", "service", "application", "app", "workflow",
             "pipeline", "job", "project", "repository", "host", "hostname", "device", "entity_id")  # fmt: skip
_PLACES = ("host", "hostname", "instance", "node", "server", "pod", "device")
_BODIES = ("message", "text", "description", "body", "msg", "content", "details", "detail", "reason", "error")
_LINKS = ("html_url", "web_url", "permalink", "url", "link", "href", "dashboard_url", "details_url", "target_url")
_SAYS_NOTHING = signs.LEVELS | {"event", "notification", "webhook", "message", "object", "data", "update"}
_ICONS = {"critical": "🔥", "warning": "⚠️", "info": "🔔"}
_REVERSED_DOMAIN = re.compile(r"(?:com|org|net|io|dev|app)\.[a-z0-9-]+\.(?=\w+\.)")
_LONG_TITLE, _LONG_STATE = 80, 30
_MOST_FIELDS, _MOST_ITEMS = 8, 5  # a text lists no more than these


def describe(payload: JSON, now: datetime) -> Event:  # noqa: ARG001 - every kind is asked the same way
    """Take the names that senders commonly use for title, text and link; list what else tells something, shortly."""
    return say(payload)


def say(payload: JSON, headline: str = "") -> Event:
    """Like ``describe``, under a headline that is known otherwise."""
    if isinstance(payload, list) and len(payload) == 1:
        payload = payload[0]
    if not isinstance(payload, dict):
        return _without_names(payload, headline)
    told = _Told(payload)
    status = signs.status(told.fields, payload)
    severity = signs.severity(told.fields, status, told.happened(), has_error=bool(told.error))
    under = told.title() if headline else ""
    told.drop_happened(headline)
    headline = headline or told.title()
    body = told.body()
    headline = headline or told.subject(has_text=bool(body)) or body or "Webhook"
    listed = [*islice(lines_about(told.rest, [headline, under, body, *told.said]), _MOST_FIELDS)]
    if headline == "Webhook" and not listed:
        listed = [*islice(raw_lines(payload), _MOST_FIELDS)]
    icon = "✅" if status == "resolved" else _ICONS[severity]
    title, url = words(headline, _LONG_TITLE), told.link()
    return Event(
        title=title,
        text=lines(
            f"{icon} {headline}", "" if under == headline else under, "" if body == headline else body, *listed, url
        ),
        status=status,
        severity=severity,
        icon=icon,
        body="" if body == title else body,
        url=url,
        fields=payload,
        where=told.where(),
    )


def spoken(name: str) -> str:
    """Return the name of an event as a person would say it: ``invoice.payment_failed`` as Invoice payment failed."""
    if " " in name.strip():
        return words(name, 150)
    said = snake(_REVERSED_DOMAIN.sub("", name.strip())).replace("_", " ") or words(name, 150)
    return said[:1].upper() + said[1:]


class _Told:
    """Takes out of an object what is said elsewhere than in the list of its fields: ``rest`` is what remains."""

    def __init__(self, payload: dict[str, JSON]) -> None:
        self.fields: dict[str, JSON] = {}
        for name, value in unwrapped(payload).items():
            self.fields.setdefault(snake(name) or name, value)
        self.rest = {
            name: value for name, value in unwrapped(payload).items() if not signs.shows_in_the_icon(snake(name), value)
        }
        self.said: list[str] = []
        self.error = first(_line(at(value, "error", "message")) for value in (self.fields, *self.fields.values()))
        self.error = self.error or _line(self.fields.get("error"))
        self._about: dict[str, JSON] = {}  # the object that gave the title

    def happened(self) -> str:
        """Return what happened, in words, where the sender has a name for it."""
        what = first(_line(self.fields.get(name)) for name in _HAPPENED)
        return "" if what.lower() in _SAYS_NOTHING or is_address(what) else spoken(what)

    def title(self) -> str:
        """Return a title that somebody gave, at the top or in an object of it; else what happened, if that is told."""
        if given := self._take(_TITLES):
            return words(given, 150)
        for inner in self.fields.values():
            if given := first(_line(mapping(inner).get(name)) for name in _TITLES):
                self._about = mapping(inner)
                self.said.append(words(given, 150))
                return words(given, 150)
        what = self.happened()
        if len(what.split()) == 1:
            return ""  # "opened" and "created" say nothing by themselves
        self._drop(_HAPPENED, what)
        return what

    def drop_happened(self, said: str) -> None:
        """Take out the name of what happened where that is the headline."""
        self._drop(_HAPPENED, said)

    def subject(self, *, has_text: bool) -> str:
        """Return what it is about, with what became of it: ``backup: failed``."""
        subject = self._take(_SUBJECTS) or self._named(has_text=has_text)
        state = first(_line(self.fields.get(name)) for name in signs.STATUSES)
        became = state if 0 < len(state) <= _LONG_STATE else self.happened().lower()
        if not subject:
            self._drop(_HAPPENED, self.happened())
            return "" if has_text else self.happened()
        self._drop((*signs.STATUSES, *_HAPPENED), spoken(became))
        return f"{words(subject, 100)}: {became}" if became else words(subject, 150)

    def body(self) -> str:
        """Return the text: of the object that gave the title, or of an error, where there is none at the top."""
        found = self._take(_BODIES) or first(_line(self._about.get(name)) for name in _BODIES) or self.error
        self.said.append(words(found))
        return words(found)

    def where(self) -> str:
        """Return the machine where somebody names one."""
        return words(first(_line(self.fields.get(name)) for name in _PLACES), _LONG_TITLE)

    def link(self) -> str:
        """Return the best address there is."""
        places = [self.fields, self._about, *(mapping(inner) for inner in self.fields.values())]
        return first(link(place.get(name)) for place in places for name in _LINKS if is_address(place.get(name)))

    def _named(self, *, has_text: bool) -> str:
        about = (inner for name, inner in self.fields.items() if name in _SUBJECTS or not has_text)
        name = first(name_of(inner) for inner in about)
        self.said.append(name)
        return name

    def _take(self, names: tuple[str, ...]) -> str:
        found = next((name for name in names if (said := _line(self.fields.get(name))) and not is_address(said)), "")
        if not found:
            return ""
        self.rest = {name: value for name, value in self.rest.items() if snake(name) != found}
        return _line(self.fields[found])

    def _drop(self, names: tuple[str, ...], said: str) -> None:
        """Take out what is said now in other words."""
        self.rest = {
            name: value
            for name, value in self.rest.items()
            if not (said and snake(name) in names and _line(value) and spoken(_line(value)) == said)
        }


def _without_names(payload: JSON, headline: str) -> Event:
    """Tell of a list how many there are and what they are; of anything else what it is."""
    few = items(payload)[:_MOST_ITEMS]
    if any(isinstance(one, dict | list) for one in few):
        said = [f"• {words(told, 90)}" for one in few if (told := name_of(one) or gist(one))]
        more = len(payload) - len(said)
        headline = headline or f"{len(payload)} entries"
        listed = [*said, f"… and {more} more" if said and more else ""]
        return Event(title=headline, text=lines(f"🔔 {headline}", *listed), items=payload)
    said_at_once = words(", ".join(filter(None, map(words, payload))) if isinstance(payload, list) else payload)
    headline = headline or said_at_once or "Webhook"
    body = "" if said_at_once == headline else said_at_once
    return Event(
        title=words(headline, _LONG_TITLE), text=lines(f"🔔 {headline}", body), body=body, items=items(payload)
    )


def _line(value: JSON) -> str:
    return value if isinstance(value, str) and value.strip() else ""


KIND = Kind(
    name="json",
    sender="anything that posts JSON",
    setup="Let it post JSON, a form or plain text to {url}, with the token in the header Authorization: Bearer …",
    reads=frozenset({"json", "form", "text"}),
    describe=describe,
    describe_item=describe,
)
