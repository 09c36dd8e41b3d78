"""Sentry's webhooks of an internal integration: issue alerts, metric alerts, issues.

https://docs.sentry.io/integrations/integration-platform/webhooks/ names the headers, how they are signed, and on its
pages below what each resource carries. The resource's name is in a header that isn't signed: the payload tells it.
"""

from datetime import datetime

from hookline.models import JSON, Event
from hookline.sources import generic
from hookline.sources.kind import Greeting, Kind, at, first, items, link, mapping, words
from hookline.sources.tell import tell

_Object = dict[str, JSON]
_SEVERITIES = {"fatal": "critical", "critical": "critical", "error": "critical", "warning": "warning"}
_FIRING_ACTIONS = {"created", "triggered", "unresolved"}


def describe(payload: JSON, now: datetime) -> Event:
    """Say what went wrong, or that it is over."""
    payload = mapping(payload)
    data = mapping(payload.get("data"))
    for name, say in (("metric_alert", _metric), ("event", _error), ("error", _error), ("issue", _issue)):
        if isinstance(data.get(name), dict):
            return say(payload, data[name])
    if isinstance(data.get("comment"), str):
        return _comment(payload, data)
    if isinstance(data.get("installation"), dict):
        done = words(payload.get("action"), 40) or "changed"
        return tell(f"The Sentry integration was {done}", _by(payload), severity="warning", fields=_fields(payload))
    return generic.describe(payload, now)  # not what Sentry sends


def greet(payload: JSON) -> Greeting | None:
    """Answer the news that the integration is installed, which comes when it is set up."""
    is_new = at(payload, "action") == "created" and isinstance(at(payload, "data", "installation"), dict)
    return Greeting("installation") if is_new else None


def _error(payload: _Object, event: _Object) -> Event:
    """Tell of an issue alert, which names its rule, or of a single error."""
    data = mapping(payload["data"])
    rule = words(data.get("triggered_rule") or at(data, "issue_alert", "title"), 80)
    level, issue = words(event.get("level"), 20).lower(), words(event.get("issue_id"), 40)
    environment, release = _tag(event, "environment"), _tag(event, "release")
    return tell(
        _title(event),
        words(event.get("culprit"), 120),
        ", ".join(filter(None, [level, f"in {environment}" if environment else "", release])),
        f"alert: {rule}" if rule else "",
        url=link(event.get("web_url")),
        status="firing",
        severity=_SEVERITIES.get(level, "info"),
        icon="" if level in _SEVERITIES else "ℹ️",
        body=words(event.get("message") or at(event, "metadata", "value")),
        thread=f"issue {issue}" if issue else "",
        fields=_fields(payload, level=level, environment=environment, release=release, rule=rule),
        where=environment,
    )


def _issue(payload: _Object, issue: _Object) -> Event:
    action, level = words(payload.get("action"), 40), words(issue.get("level"), 20).lower()
    status = "resolved" if action == "resolved" else "firing" if action in _FIRING_ACTIONS else "info"
    project = words(at(issue, "project", "slug") or at(issue, "project", "name"), 60)
    key, number = words(issue.get("shortId"), 40), words(issue.get("id"), 40)
    done = {"created": "new issue", "unresolved": "open again", "triggered": "alert"}.get(action, action)
    assignee = words(at(issue, "assignedTo", "name"), 60) if action == "assigned" else ""
    return tell(
        _title(issue) + (f" ({key})" if key else ""),
        " ".join(
            filter(None, [done, f"in {project}" if project else "", _by(payload), f"to {assignee}" if assignee else ""])
        ),
        words(issue.get("culprit"), 120) if status == "firing" else "",
        url=first(link(issue.get(name)) for name in ("web_url", "permalink")),
        status=status,
        severity=_SEVERITIES.get(level, "info") if status == "firing" else "info",
        icon="ℹ️" if status == "info" or (status == "firing" and level not in _SEVERITIES) else "",
        body=words(at(issue, "metadata", "value")),
        thread=f"issue {number}" if number else "",
        fields=_fields(payload, level=level, project=project, issue=key),
        where=project,
    )


def _metric(payload: _Object, alert: _Object) -> Event:
    data, action = mapping(payload["data"]), words(payload.get("action"), 40)
    is_over = action == "resolved"
    title = first(
        words(said, 120)
        for said in (alert.get("title"), at(alert, "alert_rule", "name"), data.get("description_title"))
    )
    text = data.get("description_text")
    measured = words(text.replace("\\n", "\n").partition("\n")[0] if isinstance(text, str) else "", 200)
    number, projects = words(alert.get("id"), 40), ", ".join(filter(None, map(words, items(alert.get("projects"))[:5])))
    return tell(
        title or "Metric alert",
        (action or "alert") + (f" in {projects}" if projects else ""),
        "" if is_over else measured,  # it reads as if it still were
        url=link(data.get("web_url")),
        status="resolved" if is_over else "firing",
        severity="info" if is_over else _SEVERITIES.get(action, "warning"),
        body=measured,
        thread=f"metric alert {number}" if number else "",
        fields=_fields(payload, project=projects),
        where=projects,
    )


def _comment(payload: _Object, data: _Object) -> Event:
    issue = words(data.get("issue_id"), 40)
    return tell(
        f"“{words(data['comment'], 200)}”",
        " ".join(filter(None, [f"comment {words(payload.get('action'), 20)}", _by(payload)])),
        icon="💬",
        body=words(data["comment"]),
        thread=f"issue {issue}" if issue else "",
        fields=_fields(payload, project=words(data.get("project_slug"), 60)),
    )


def _title(of: _Object) -> str:
    kind, value = words(at(of, "metadata", "type"), 60), words(at(of, "metadata", "value"), 120)
    return words(of.get("title"), 140) or ": ".join(filter(None, [kind, value])) or "Error"


def _tag(event: _Object, name: str) -> str:
    """Return a tag's value; tags are pairs in a list."""
    pairs = [tag for tag in items(event.get("tags")) if isinstance(tag, list) and len(tag) > 1]
    return words(event.get(name), 60) or first(words(tag[1], 60) for tag in pairs if tag[0] == name)


def _by(payload: _Object) -> str:
    """Name who did it; what Sentry does by itself needs no name."""
    actor = mapping(payload.get("actor"))
    name = words(actor.get("name"), 60)
    return f"by {name}" if name and actor.get("type") == "user" else ""


def _fields(payload: _Object, **more: str) -> _Object:
    resource = next((name for name in _RESOURCES if name in mapping(payload.get("data"))), "")
    said = {"event": _RESOURCES.get(resource, ""), "action": words(payload.get("action"), 40), **more}
    return {name: value for name, value in said.items() if value}


# What a payload has, and what the unsigned header calls it.
_RESOURCES = {"metric_alert": "metric_alert", "event": "event_alert", "error": "error", "comment": "comment",
              "issue": "issue", "installation": "installation"}  # fmt: skip

KIND = Kind(
    name="sentry",
    sender="Sentry",
    reads=frozenset({"json"}),
    describe=describe,
    proofs=("hmac",),
    signature={"header": "Sentry-Hook-Signature"},
    id_headers=("request-id",),
    greet=greet,
    setup=(
        "Under Settings, Custom Integrations, create an internal integration with {url} as its webhook URL, switch on "
        "Alert Rule Action and the issue webhooks; the secret is its client secret. Alerts name it as their action."
    ),
)
