"""Alerts as Alertmanager would post them on a bad night; invented, but each could be true."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random

_NEVER = "0001-01-01T00:00:00Z"  # how Alertmanager writes an end that hasn't come

Places = tuple[Mapping[str, str], ...]  # the labels by which alerts of one name differ


@dataclass(frozen=True, slots=True)
class _Trouble:
    name: str
    severity: str
    summary: str  # with the place in it, and a figure
    job: str
    places: Places


def _machines(port: int, names: Iterable[str]) -> Places:
    return tuple({"instance": f"{name}.example.net:{port}"} for name in names)


def _sites(names: Iterable[str]) -> Places:
    return tuple({"instance": f"https://{name}.example.com"} for name in names)


def _pods(names: Iterable[str]) -> Places:
    return tuple({"namespace": "shop", "pod": name} for name in names)


_MACHINES = ["db-1", "db-2", "db-3", "metrics-1", "metrics-2", "mail-1", "mail-2", "files-1", "files-2", "backup-1"]
_WEB = [f"web-{n}" for n in range(1, 11)]
_SITES = ["www", "shop", "api", "auth", "img", "pay", "docs", "blog", "status", "mail"]
_PODS = ["cart-7d9f8-2xk4q", "cart-7d9f8-9vlmz", "checkout-5c6d7-kq8rt", "checkout-5c6d7-w2hnp",
         "search-66b5f-4jzsd", "search-66b5f-x8c7v", "mailer-84d4c-pl2mk", "invoices-59f7b-tt6qw", "images-7c8f9-z5n2b",
         "login-6f5d4-r9k3x"]  # fmt: skip

TROUBLES = (
    _Trouble("DiskAlmostFull", "critical", "Less than {n} % left on /var", "node", _machines(9100, _MACHINES)),
    _Trouble("HighLoad", "warning", "The load is {n} times the number of cores", "node", _machines(9100, _WEB)),
    _Trouble("InstanceDown", "critical", "No answer for {n} minutes", "web", _machines(8080, _WEB)),
    _Trouble("PodCrashLooping", "warning", "Restarted {n} times in ten minutes", "kube-state-metrics", _pods(_PODS)),
    _Trouble("SlowAnswers", "warning", "One request in ten takes more than {n} s", "blackbox", _sites(_SITES)),
)


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert and since when it fires; ``n`` is the figure in its summary."""

    trouble: _Trouble
    place: Mapping[str, str]
    n: int
    began: datetime

    @property
    def labels(self) -> dict[str, str]:
        trouble = self.trouble
        return {"alertname": trouble.name, "severity": trouble.severity, "job": trouble.job, **self.place}

    @property
    def where(self) -> str:
        return self.place.get("pod") or self.place.get("instance", "")

    def body(self, ended: datetime | None = None) -> str:
        """Return the notification that it fires, or that it has resolved."""
        status, labels = "resolved" if ended else "firing", self.labels
        summary, runbook = self.trouble.summary.format(n=self.n), f"https://runbooks.example.net/{self.trouble.name}"
        notes = {"runbook_url": runbook, "summary": summary}
        key = ",".join(f'{name}="{value}"' for name, value in sorted(labels.items()))
        alert = {
            "status": status,
            "labels": labels,
            "annotations": notes,
            "startsAt": _said(self.began),
            "endsAt": _said(ended) if ended else _NEVER,
            "generatorURL": f"http://prometheus.example.net:9090/graph?g0.expr={self.trouble.name}&g0.tab=1",
            "fingerprint": hashlib.sha256(key.encode()).hexdigest()[:16],
        }
        return json.dumps(
            {
                "receiver": "hookline",
                "status": status,
                "alerts": [alert],
                "groupLabels": labels,
                "commonLabels": labels,
                "commonAnnotations": notes,
                "externalURL": "http://alertmanager.example.net:9093",
                "version": "4",
                "groupKey": f"{{}}:{{{key}}}",
                "truncatedAlerts": 0,
            },
            indent=2,
        )


def different(count: int, random: Random, now: datetime) -> list[Alert]:
    """Return so many of which no two are the same, and which begin now."""
    troubles = [(trouble, place) for trouble in TROUBLES for place in trouble.places]
    return [Alert(*one, random.randint(2, 9), now) for one in random.sample(troubles, count)]


def _said(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
