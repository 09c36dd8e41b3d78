"""Grafana Alerting's webhook contact point: Alertmanager's notification, and what Grafana adds to it.

https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/
"""

from dataclasses import replace
from datetime import datetime

from hookline.models import JSON, Event
from hookline.sources import alertmanager, generic
from hookline.sources.kind import Kind, Shape, first, items, link, mapping, words

# What Grafana's own templates begin with: a count, and a dump of all labels.
_DEFAULT_TITLES, _DEFAULT_MESSAGES = ("[FIRING:", "[RESOLVED"), ("**Firing**", "**Resolved**")
# Grafana raises these itself when a rule can't be evaluated; which rule is in a label.
_UNABLE = {"DatasourceNoData": "No data", "DatasourceError": "Error in the query"}
_MOST_VALUES = 3
_ENDLESS = 1e300


def describe(payload: JSON, now: datetime) -> Event:
    """Say it like Alertmanager's, or as the title and the message say that somebody wrote for the contact point."""
    payload = mapping(payload)
    alerts = [mapping(alert) for alert in items(payload.get("alerts"))]
    if not alerts:
        return generic.describe(payload, now)  # a payload that somebody made up
    title = _written(payload.get("title"), _DEFAULT_TITLES)
    message = _written(payload.get("message"), _DEFAULT_MESSAGES)
    named = title if len(alerts) == 1 else ""  # above a list, each is still called what it is
    same = {**payload, "alerts": [_as_alertmanagers(alert, named, message) for alert in alerts]}
    if title:
        same |= {"groupLabels": {"alertname": title}, "commonLabels": {"alertname": title}}
    if message:
        same["commonAnnotations"] = {"summary": message}
    event = alertmanager.describe(same, now)
    if len(alerts) == 1:
        return replace(event, fields=mapping(alerts[0].get("labels")))
    return replace(event, fields=mapping(payload.get("commonLabels")), items=list(alerts))


def describe_item(alert: JSON, now: datetime) -> Event:
    """Say what a single alert says."""
    alert = mapping(alert)
    event = alertmanager.describe_item(_as_alertmanagers(alert, "", ""), now)
    return replace(event, fields=mapping(alert.get("labels")))


def _as_alertmanagers(alert: dict[str, JSON], title: str, message: str) -> dict[str, JSON]:
    labels, notes = dict(mapping(alert.get("labels"))), dict(mapping(alert.get("annotations")))
    if what := _UNABLE.get(words(labels.get("alertname"))):
        labels["alertname"] = " for ".join(filter(None, [what, words(labels.get("rulename"))]))
        labels.pop("job", None)
    if title:
        labels = {"alertname": title, "severity": labels.get("severity")}  # who wrote it says where, or doesn't want to
    if message:
        notes["summary"] = message
    elif not any(words(notes.get(name)) for name in ("summary", "message", "description")):
        notes["summary"] = _values(alert)
    shown = first(link(alert.get(name)) for name in ("panelURL", "dashboardURL", "generatorURL"))
    return {**alert, "labels": labels, "annotations": notes, "generatorURL": shown}


def _written(value: JSON, defaults: tuple[str, ...]) -> str:
    said = words(value)
    return "" if said.startswith(defaults) else said


def _values(alert: dict[str, JSON]) -> str:
    """Return what was measured, by the letters of the rule's queries; a condition's 0 or 1 says nothing."""
    given = mapping(alert.get("values"))
    values = {name: value for name, value in given.items() if isinstance(value, int | float) and abs(value) < _ENDLESS}
    told = {name: value for name, value in values.items() if value not in {0, 1}} or values
    return ", ".join(f"{words(name, 20)} = {value:.4g}" for name, value in list(told.items())[:_MOST_VALUES])


_ALERT: Shape = dict.fromkeys(
    ("status", "labels", "annotations", "startsAt", "endsAt", "generatorURL", "fingerprint", "silenceURL",
     "dashboardURL", "panelURL", "imageURL", "values", "valueString", "orgId")
)  # fmt: skip
_SHAPE: Shape = {
    **dict.fromkeys(("receiver", "status", "state", "orgId", "externalURL", "version", "groupKey", "truncatedAlerts")),
    **dict.fromkeys(("title", "message", "groupLabels", "commonLabels", "commonAnnotations", "appVersion")),
    "alerts": [_ALERT],
}

KIND = Kind(
    name="grafana",
    sender="Grafana",
    reads=frozenset({"json"}),
    describe=describe,
    content_key=alertmanager.content_key,
    describe_item=describe_item,
    item_key=alertmanager.item_key,
    shape=_SHAPE,
    # The documentation names the first, some versions send the second.
    signature={"header": ["X-Grafana-Alerting-Signature", "X-Grafana-Alert-Signature"]},
    setup=(
        "In Alerting, Contact points, add one of the type Webhook with the URL {url}; enter the secret under "
        "`Authorization Header - Credentials` for bearer, as user and password for basic, or under `HMAC Signature` "
        "for hmac. With a `Timestamp Header` there, the rules say "
        '`{hmac: NAME, timestamp: X-Grafana-Alerting-Timestamp, signed: "{timestamp}:{body}"}`.'
    ),
)
