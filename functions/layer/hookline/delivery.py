"""Builds the outbox from the environment, for where it has a queue and for where it has none."""

import random
from collections.abc import Callable
from datetime import UTC, datetime

import httpx

from blooio import Blooio
from hookline.log import DeliveryLog
from hookline.models import Message
from hookline.outbox import Outbox
from hookline.pace import Pace
from hookline.rules.model import Rules
from hookline.secrets import Secrets
from hookline.settings import Settings
from hookline.wiring import API_KEY, CHATS_AT_ONCE, now_ms


def outbox(  # noqa: PLR0913 - the parts, each made by its app
    *,
    settings: Settings,
    delivery_log: DeliveryLog,
    pace: Pace,
    held: Secrets,
    rules: Callable[[], Rules],
    forward: Callable[[Message], object],
    count: Callable[[str], None],
    measure: Callable[[str, float], None],
) -> Outbox:
    """Return the outbox with its one pooled connection to the provider."""
    http = httpx.Client(limits=httpx.Limits(max_connections=CHATS_AT_ONCE, keepalive_expiry=60), trust_env=False)

    def api_key() -> str:
        return held.get(API_KEY)[0]

    provider = Blooio(settings.blooio_base_url, http, api_key, lambda: datetime.now(UTC), settings.attempt_seconds)
    return Outbox(
        log=delivery_log,
        pace=pace,
        blooio=provider,
        refresh_key=held.refreshed,
        forward=forward,
        fallbacks_of=lambda chat: rules().fallbacks_of(chat),
        count=count,
        measure=measure,
        now_ms=now_ms,
        random=random.random,
    )
