"""The kinds of sources: how each says what happened, and how it tells one event from another."""

from hookline.sources import (
    alertmanager,
    form,
    generic,
    github,
    gitlab,
    grafana,
    jotform,
    pagerduty,
    sentry,
    shopify,
    slack,
    sns,
    stripe,
    tally,
    typeform,
)
from hookline.sources.kind import Kind

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        alertmanager.KIND,
        grafana.KIND,
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
        form.KIND,
        generic.KIND,
    )
}

__all__ = ["KINDS", "Kind"]
