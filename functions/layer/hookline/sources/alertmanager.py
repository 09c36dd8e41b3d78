"""Prometheus Alertmanager's webhook, payload version 4."""

import json
from datetime import datetime

from hookline import clock
from hookline.models import JSON, Event
from hookline.sources import generic
from hookline.sources.kind import MAX_TEXT, Kind, Shape, first, fitting, items, lines, link, mapping, words

_SEVERITIES = {
    "critical": "critical", "page": "critical", "emergency": "critical", "disaster": "critical", "high": "critical",
    "error": "critical", "warning": "warning", "warn": "warning", "average": "warning", "medium": "warning",
}  # fmt: skip
_RANK = ("critical", "warning", "info")
_FIRING_ICONS = {"critical": "🔥", "warning": "⚠️", "info": "ℹ️"}
_MOST_LISTED = 5  # alerts of a group that are named one by one
_LONG_NAME = 100  # characters of an alert's name, and of where it is
_ROOM_FOR_COUNTS = 60  # characters under the list: how many more there are, how many resolved
# What runs in Kubernetes, the most precise first: an alert about it has the instance of what watches it.
_WORKLOADS = ("exported_pod", "pod", "deployment", "statefulset", "daemonset", "job_name", "cronjob",
              "horizontalpodautoscaler", "persistentvolumeclaim")  # fmt: skip
_MACHINES = ("instance", "node", "host", "service", "job")
_PLACES = (*_WORKLOADS, *_MACHINES, "namespace", "exported_namespace")
_LINK_ANNOTATIONS = ("runbook_url", "dashboard_url", "dashboard")


def describe(payload: JSON, now: datetime) -> Event:
    """Say what a notification says: one alert in full, a group as a list."""
    payload = mapping(payload)
    alerts = [mapping(alert) for alert in items(payload.get("alerts"))]
    if not alerts:
        return generic.describe(payload, now)  # not what Alertmanager sends
    if len(alerts) == 1 and not _truncated(payload):
        return describe_item(alerts[0], now)
    return _describe_group(payload, alerts)


def describe_item(alert: JSON, now: datetime) -> Event:
    """Say what a single alert says."""
    alert = mapping(alert)
    labels, notes = mapping(alert.get("labels")), mapping(alert.get("annotations"))
    title = _name(labels) or "Alert"
    status, severity = _status(alert), _severity(alert)
    body, url = _body(notes), _url(alert, notes)
    trouble = "" if status == "resolved" else body  # "97 % full" reads as if it still were
    icon = _icon(status, severity)
    return Event(
        title=title,
        text=lines(f"{icon} {_named(title, labels)}", trouble, _since(alert, status, severity, now), url),
        status=status,
        severity=severity,
        icon=icon,
        body=body,
        url=url,
        fields=labels,
        thread=words(alert.get("fingerprint")),
        where=_where(labels),
    )


def content_key(payload: JSON) -> str:
    """Return what makes two notifications the same: the group, and which alerts are in which state since when."""
    payload = mapping(payload)
    alerts = sorted(item_key(alert) or "" for alert in items(payload.get("alerts")))
    return json.dumps([words(payload.get("groupKey"), 10_000), words(payload.get("status")), alerts])


def item_key(alert: JSON) -> str | None:
    """Return what makes two alerts the same: all of one that has no fingerprint, as every real one has."""
    if not isinstance(alert, dict):
        return None
    if not alert.get("fingerprint"):
        return json.dumps(alert, sort_keys=True)
    return json.dumps([alert.get(name) for name in ("fingerprint", "status", "startsAt")], sort_keys=True)


def _describe_group(payload: dict[str, JSON], alerts: list[dict[str, JSON]]) -> Event:
    labels = {**mapping(payload.get("groupLabels")), **mapping(payload.get("commonLabels"))}
    firing = [alert for alert in alerts if _status(alert) == "firing"]
    status = "firing" if firing else "resolved"
    shown = firing or alerts
    severity = min(map(_severity, shown), key=_RANK.index)
    title, body, url = _name(labels), _body(mapping(payload.get("commonAnnotations"))), link(payload.get("externalURL"))
    icon = _icon(status, severity)
    head = f"{icon} {title or 'Alerts'}: {len(shown)} {status}"
    bullets = (
        _one_line(alert, with_name=not title, with_summary=bool(firing and not body)) for alert in shown[:_MOST_LISTED]
    )
    listed = fitting(bullets, MAX_TEXT - len(head) - len(body) - _ROOM_FOR_COUNTS)
    more = len(shown) - len(listed) + _truncated(payload)
    resolved = len(alerts) - len(firing) if firing else 0
    return Event(
        title=title or "Alerts",
        text=lines(
            head,
            body if firing else "",
            *listed,
            f"… and {more} more" if more else "",
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
        items=list(alerts),
        where=_where(labels),
    )


def _one_line(alert: dict[str, JSON], *, with_name: bool, with_summary: bool) -> str:
    labels = mapping(alert.get("labels"))
    summary = _body(mapping(alert.get("annotations"))) if with_summary else ""
    name = _name(labels) or "Alert"
    said = _named(name, labels) if with_name else _where(labels) or name
    return f"• {said}" + (f": {words(summary, 80)}" if summary else "")


def _truncated(payload: dict[str, JSON]) -> int:
    """Return how many alerts Alertmanager left out (its `max_alerts`)."""
    count = payload.get("truncatedAlerts")
    return max(0, count) if isinstance(count, int) else 0


def _name(labels: dict[str, JSON]) -> str:
    return words(labels.get("alertname"), _LONG_NAME)


def _named(name: str, labels: dict[str, JSON]) -> str:
    where = _where(labels)
    return f"{name} on {where}" if where else name


def _status(of: dict[str, JSON]) -> str:
    return "resolved" if of.get("status") == "resolved" else "firing"


def _severity(alert: dict[str, JSON]) -> str:
    """Read the severity label; an alert that doesn't say is a warning, one that says something else is not urgent."""
    label = mapping(alert.get("labels")).get("severity")
    return "warning" if label is None else _SEVERITIES.get(words(label).lower(), "info")


def _icon(status: str, severity: str) -> str:
    return "✅" if status == "resolved" else _FIRING_ICONS[severity]


def _where(labels: dict[str, JSON]) -> str:
    said = {name: words(labels.get(name), _LONG_NAME) for name in _PLACES}
    # Where what Prometheus adds, the exporter's own place, is in the way, the names that the exporter gave are longer.
    space = said["exported_namespace"] or said["namespace"]
    if thing := first(said[name] for name in _WORKLOADS if "exporter" not in said[name]):
        return f"{space}/{thing}" if space else thing
    watched_from_afar = [said["node"], space] if said["job"] == "kube-state-metrics" else []
    return first([*watched_from_afar, *(said[name] for name in _MACHINES)])


def _body(notes: dict[str, JSON]) -> str:
    return first(words(notes.get(name)) for name in ("summary", "message", "description"))


def _url(alert: dict[str, JSON], notes: dict[str, JSON]) -> str:
    return first(link(url) for url in (*map(notes.get, _LINK_ANNOTATIONS), alert.get("generatorURL")))


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


# https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
_ALERT: Shape = dict.fromkeys(("status", "labels", "annotations", "startsAt", "endsAt", "generatorURL", "fingerprint"))
_SHAPE: Shape = {
    **dict.fromkeys(("version", "groupKey", "truncatedAlerts", "status", "receiver", "externalURL")),
    **dict.fromkeys(("groupLabels", "commonLabels", "commonAnnotations")),
    "alerts": [_ALERT],
}

KIND = Kind(
    name="alertmanager",
    sender="Prometheus Alertmanager",
    reads=frozenset({"json"}),
    describe=describe,
    content_key=content_key,
    describe_item=describe_item,
    item_key=item_key,
    shape=_SHAPE,
    proofs=("bearer", "basic"),
    setup=(
        "In alertmanager.yml, a receiver gets an entry under `webhook_configs` with {url} as its `url` and, for "
        "bearer, the token under `http_config`, `authorization`, `credentials`; a route names the receiver."
    ),
)
