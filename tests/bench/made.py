"""Two hundred rules as a grown file has them, written twice: for Hookline, and for Jinja2 with jmespath."""

import json
from dataclasses import dataclass
from typing import Any

import yaml

COUNT = 200
TAKER = "the one that takes it"
PLACES = {"first": 0, "middle": COUNT // 2, "last": COUNT - 1, "none": None}
_HEAD = """\
chats: {oncall: chat_a1b2c3d4, office: {id: chat_e5f6a7b8, fallback: oncall}, shop: chat_i9j0k1l2}
sources:
  alertmanager: {kind: alertmanager, auth: {bearer: ALERTMANAGER_TOKEN}}
  contact: {kind: form, auth: none}
  json: {kind: json, auth: {bearer: JSON_TOKEN}}
rules:
"""
# Each false for the events that are used: MiniJinja, jmespath.
_CONDITIONS = (
    ('event.title == "Alert{n}"', "event.title == 'Alert{n}'"),
    (
        'event.severity == "critical" and payload.commonLabels.team == "team-{n}"',
        "event.severity == 'critical' && payload.commonLabels.team == 'team-{n}'",
    ),
    (
        'payload.commonLabels.namespace in ["a{n}", "b{n}"]',
        "contains(['a{n}', 'b{n}'], payload.commonLabels.namespace || '')",
    ),
    (
        'event.status == "resolved" and event.fields.job == "job-{n}"',
        "event.status == 'resolved' && event.fields.job == 'job-{n}'",
    ),
    (
        'payload.commonLabels.cluster == "eu-{n}" or payload.groupLabels.alertname == "Slow{n}"',
        "payload.commonLabels.cluster == 'eu-{n}' || payload.groupLabels.alertname == 'Slow{n}'",
    ),
    ('payload.alerts[0].labels.instance == "web-{n}"', "payload.alerts[0].labels.instance == 'web-{n}'"),
    ('event.severity in ["critical", "warning"] and event.title == "Queue{n}"',
     "contains(['critical', 'warning'], event.severity) && event.title == 'Queue{n}'"),
    ('event.title | matches("^Disk{n}(Full|Slow)$")', "matches(event.title, '^Disk{n}(Full|Slow)$')"),
)  # fmt: skip
_TEXTS = (
    "{{ event.icon }} {{ event.title | upper }} ({{ event.severity }})\n{{ event.body | truncate(200) }}",
    "{{ event.icon }} {{ event.title }} on {{ payload.commonLabels.cluster | default('?') }}\n{{ event.url }}",
    "{{ event.title }}: {{ payload.alerts | length }} {{ event.status }}",
)
TEXT = (
    "{{ event.icon }} {{ event.title | upper }}: {{ payload.alerts | length }} {{ event.status }}\n"
    "{% for alert in payload.alerts %}"
    "• {{ alert.labels.pod | default('?') }} since {{ alert.startsAt | datetime('Europe/Berlin', '%H:%M') }}, "
    "{{ alert.annotations.summary | truncate(60) }}\n"
    "{% endfor %}"
    "{% if payload.externalURL %}{{ payload.externalURL }}{% endif %}"
)


@dataclass(frozen=True, slots=True)
class Made:
    """A rule in both languages; ``sources`` is empty for all."""

    name: str
    sources: tuple[str, ...]
    when: str
    search: str
    text: str

    def block(self) -> dict[str, Any]:
        """Return it as it stands in the file."""
        of = {"source": list(self.sources)} if self.sources else {}
        return {"name": self.name, **of, "when": self.when, "chat": "oncall", "text": self.text}


def made(place: int | None, count: int = COUNT) -> list[Made]:
    """Return the rules, of which the one at that place takes the event and no other does."""
    found = [_made(n) for n in range(count)]
    if place is not None:
        when, search = 'event.severity == "critical"', "event.severity == 'critical'"
        found[place] = Made(TAKER, ("alertmanager",), when, search, TEXT)
    return found


def written(rules: list[Made], tests: int = 0) -> bytes:
    """Return the rules file, with as many tests in it."""
    blocks = yaml.safe_dump([rule.block() for rule in rules], sort_keys=False, allow_unicode=True, width=10_000)
    expected = [{"rule": TAKER, "chat": "oncall"}]
    about = {"event": "events/alertmanager_group.json", "expect": expected}
    listed = [{"name": f"test {n}", **about} for n in range(tests)]
    return f"{_HEAD}{blocks}{'tests: ' + json.dumps(listed) if tests else ''}\n".encode()


def _made(n: int) -> Made:
    """Of ten rules seven are for Alertmanager, one is for the form, and two are for all."""
    sources: tuple[str, ...] = ("contact",) if n % 10 == 3 else () if n % 5 == 1 else ("alertmanager",)
    when, search = (one.replace("{n}", str(n)) for one in _CONDITIONS[n % len(_CONDITIONS)])
    return Made(f"rule {n}", sources, when, search, _TEXTS[n % len(_TEXTS)])
