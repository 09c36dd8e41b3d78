"""The kinds of sources: how each says what happened, and how it tells one event from another."""

from collections.abc import Iterator, Mapping
from importlib import import_module

from hookline.sources.kind import Kind

_MODULES = {
    "alertmanager": "alertmanager",
    "grafana": "grafana",
    "datadog": "datadog",
    "uptime-kuma": "uptime_kuma",
    "healthchecks": "healthchecks",
    "github": "github",
    "stripe": "stripe",
    "sns": "sns",
    "slack": "slack",
    "pagerduty": "pagerduty",
    "typeform": "typeform",
    "tally": "tally",
    "jotform": "jotform",
    "sentry": "sentry",
    "shopify": "shopify",
    "gitlab": "gitlab",
    "standard-webhooks": "standard_webhooks",
    "form": "form",
    "json": "generic",
}


class _Kinds(Mapping[str, Kind]):
    """Imports each when it is first asked for: rules name two or three, and the others are 13 ms of a start."""

    def __getitem__(self, name: str) -> Kind:
        kind: Kind = import_module(f"hookline.sources.{_MODULES[name]}").KIND
        return kind

    def __iter__(self) -> Iterator[str]:
        return iter(_MODULES)

    def __len__(self) -> int:
        return len(_MODULES)

    def __contains__(self, name: object) -> bool:
        return name in _MODULES


KINDS: Mapping[str, Kind] = _Kinds()

__all__ = ["KINDS", "Kind"]
