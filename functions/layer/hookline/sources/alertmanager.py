"""Prometheus Alertmanager's webhook, payload version 4."""

import json
from datetime import datetime

from hookline import clock
from hookline.models import JSON, Event
from hookline.sources.kind import Kind, items, lines, mapping, words

_SEVERITIES = {
    "critical": "critical", "page": "critical", "emergency": "critical", "disaster": "critical", "high": "critical",
    "error": "critical", "warning": "warning", "warn": "warning", "average": "warning", "medium": "warning",
}  # fmt: skip
_RANK = ("critical", "warning", "info")
_FIRING_ICONS = {"critical": "🔥", "warning": "⚠️", "info": "ℹ️"}
_MOST_LISTED = 5  # alerts of a group that are named one by one
_LINK_ANNOTATIONS = ("runbook_url", "dashboard_url", "dashboard")


def describe(payload: JSON, now: datetime) -> Event:
    """Say what a notification says: one alert in full, a group as a list."""
    payload = mapping(payload)
    alerts = [mapping(alert) for alert in items(payload.get("alerts"))]
    if len(alerts) == 1:
        return describe_item(alerts[0], now)
    return _describe_group(payload, alerts)


def describe_item(alert: JSON, now: datetime) -> Event:
    """Say what a single alert says."""
    alert = mapping(alert)
    labels, notes = mapping(alert.get("labels")), mapping(alert.get("annotations"))
    title = words(labels.get("alertname")) or "Alert"
    status, severity = _status(alert), _severity(alert)
    body, url = _body(notes), _url(alert, notes)
    icon = _icon(status, severity)
    where = _where(labels)
    return Event(
        title=title,
        text=lines(
            f"{icon} {title}" + (f" on {where}" if where else ""), body, _since(alert, status, severity, now), url
        ),
        status=status,
        severity=severity,
        icon=icon,
        body=body,
        url=url,
        fields=labels,
        thread=words(alert.get("fingerprint")),
    )


def content_key(payload: JSON) -> str:
    """Return what makes two notifications the same: the group, and which alerts are in which state since when."""
    payload = mapping(payload)
    alerts = sorted(item_key(alert) or "" for alert in items(payload.get("alerts")))
    return json.dumps([words(payload.get("groupKey"), 10_000), words(payload.get("status")), alerts])


def item_key(alert: JSON) -> str | None:
    """Return what makes two alerts the same; None without a fingerprint, which Alertmanager always sends."""
    alert = mapping(alert)
    if not alert.get("fingerprint"):
        return json.dumps(alert, sort_keys=True)
    return json.dumps([alert.get(name) for name in ("fingerprint", "status", "startsAt")], sort_keys=True)


def _describe_group(payload: dict[str, JSON], alerts: list[dict[str, JSON]]) -> Event:
    labels = {**mapping(payload.get("groupLabels")), **mapping(payload.get("commonLabels"))}
    firing = [alert for alert in alerts if _status(alert) == "firing"]
    status = "resolved" if alerts and not firing else _status(payload)
    severity = min((_severity(alert) for alert in firing or alerts), key=_RANK.index, default="info")
    title = words(labels.get("alertname")) or "Alerts"
    icon = _icon(status, severity)
    shown = firing or alerts
    cut = payload.get("truncatedAlerts")
    more = len(shown) - _MOST_LISTED + (cut if isinstance(cut, int) else 0) if len(shown) > _MOST_LISTED or cut else 0
    resolved = len(alerts) - len(firing) if firing else 0
    body, url = _body(mapping(payload.get("commonAnnotations"))), words(payload.get("externalURL"))
    return Event(
        title=title,
        text=lines(
            f"{icon} {title}: {len(shown)} {status}",
            body,
            *(_one_line(alert, with_summary=not body) for alert in shown[:_MOST_LISTED]),
            f"… and {more} more" if more > 0 else "",
            f"✅ {resolved} resolved" if resolved else "",
            url,
        ),
        status=status,
        severity=severity,
        icon=icon,
        body=body,
        url=url,
        fields=labels,
        thread=words(payload.get("groupKey")),
    )


def _one_line(alert: dict[str, JSON], *, with_summary: bool) -> str:
    labels = mapping(alert.get("labels"))
    summary = _body(mapping(alert.get("annotations"))) if with_summary else ""
    name = _where(labels) or words(labels.get("alertname")) or "alert"
    return f"• {name}" + (f": {words(summary, 80)}" if summary else "")


def _status(of: dict[str, JSON]) -> str:
    return "resolved" if of.get("status") == "resolved" else "firing"


def _severity(alert: dict[str, JSON]) -> str:
    """Read the severity label; an alert that doesn't say is a warning, one that says something else is not urgent."""
    label = mapping(alert.get("labels")).get("severity")
    return "warning" if label is None else _SEVERITIES.get(words(label).lower(), "info")


def _icon(status: str, severity: str) -> str:
    return "✅" if status == "resolved" else _FIRING_ICONS[severity]


def _where(labels: dict[str, JSON]) -> str:
    return next((words(labels[name]) for name in ("instance", "pod", "host", "service", "job") if labels.get(name)), "")


def _body(notes: dict[str, JSON]) -> str:
    return next((words(notes[name]) for name in ("summary", "message", "description") if notes.get(name)), "")


def _url(alert: dict[str, JSON], notes: dict[str, JSON]) -> str:
    annotated = next((words(notes[name]) for name in _LINK_ANNOTATIONS if notes.get(name)), "")
    return annotated or words(alert.get("generatorURL"))


def _since(alert: dict[str, JSON], status: str, severity: str, now: datetime) -> str:
    start, end = clock.read(alert.get("startsAt")), clock.read(alert.get("endsAt"))
    if status == "resolved":
        return (
            f"resolved after {clock.say((end - start).total_seconds())}"
            if start and end and end > start
            else "resolved"
        )
    age = (now - start).total_seconds() if start else 0
    return f"{severity}, for {clock.say(age)}" if age >= clock.MINUTE else severity


KIND = Kind(
    name="alertmanager",
    reads=frozenset({"json"}),
    describe=describe,
    content_key=content_key,
    describe_item=describe_item,
    item_key=item_key,
)
