"""The kinds of sources: how each says what happened, and how it tells one event from another."""

from hookline.sources import (
    alertmanager,
    datadog,
    form,
    generic,
    github,
    gitlab,
    grafana,
    healthchecks,
    jotform,
    pagerduty,
    sentry,
    shopify,
    slack,
    sns,
    standard_webhooks,
    stripe,
    tally,
    typeform,
    uptime_kuma,
)
from hookline.sources.kind import Kind

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        alertmanager.KIND,
        grafana.KIND,
        datadog.KIND,
        uptime_kuma.KIND,
        healthchecks.KIND,
        github.KIND,
        stripe.KIND,
        sns.KIND,
        slack.KIND,
        pagerduty.KIND,
        typeform.KIND,
        tally.KIND,
        jotform.KIND,
        sentry.KIND,
        shopify.KIND,
        gitlab.KIND,
        standard_webhooks.KIND,
        form.KIND,
        generic.KIND,
    )
}

__all__ = ["KINDS", "Kind"]
