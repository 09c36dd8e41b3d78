"""Builds the parts from the environment; each app calls it once per container."""

import logging
import random
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache, partial
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import boto3
import httpx
from botocore.config import Config

from blooio import Blooio
from hookline.chats import Chats
from hookline.clock import SECOND_MS
from hookline.errors import RulesUnavailable
from hookline.fetch import TIMEOUT_SECONDS, fetched
from hookline.heap import Room
from hookline.log import DeliveryLog
from hookline.models import Message, Wake
from hookline.outbox import Outbox, deliver_all
from hookline.pace import Pace, Paced, Unpaced
from hookline.rulebook import Rulebook
from hookline.rules.load import load_deployed
from hookline.rules.model import Chat, Rules
from hookline.secrets import Secrets
from hookline.settings import Settings

if TYPE_CHECKING:
    from aws_lambda_powertools import Metrics
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sqs import SQSClient

logger = logging.getLogger(__name__)

API_KEY = "BLOOIO_API_KEY"  # its name among the secrets
CHATS_AT_ONCE = 10  # a batch has no more
# Short enough that a function can still answer, and tell why, when AWS doesn't.
_AWS = Config(connect_timeout=2, read_timeout=4, retries={"mode": "standard", "total_max_attempts": 2},
              max_pool_connections=CHATS_AT_ONCE)  # fmt: skip


def now_ms() -> int:
    """Return the time of this machine in ms since 1970."""
    return time.time_ns() // 1_000_000


def secrets(settings: Settings) -> Secrets:
    """Read Secrets Manager where ``SECRETS_ID`` is set, else the variable ``HOOKLINE_SECRETS``."""
    if not settings.secrets_id:
        return Secrets(lambda: settings.hookline_secrets, now_ms)
    client = boto3.client("secretsmanager", config=_AWS)
    fetch = lambda: client.get_secret_value(SecretId=settings.secrets_id)["SecretString"]  # noqa: E731
    return Secrets(fetch, now_ms, int(settings.secrets_look_seconds * SECOND_MS))


def sqs() -> "SQSClient":
    """Return the client of the queues."""
    return boto3.client("sqs", config=_AWS)


def dynamodb() -> "DynamoDBClient":
    """Return the client of the log."""
    return boto3.client("dynamodb", config=_AWS)


def impatient_dynamodb() -> "DynamoDBClient":
    """Return a client for what is written at best: a sender is waiting for its answer."""
    once = Config(connect_timeout=1, read_timeout=1, retries={"mode": "standard", "total_max_attempts": 1})
    return boto3.client("dynamodb", config=once)


def rules(settings: Settings, count: Callable[[str], None]) -> Callable[[], Rules]:
    """Return what gives the rules that run now; ask it for each event. It may raise RulesUnavailable.

    Raises RulesError for a file that is no use.
    """
    deployed = partial(load_deployed, Path(settings.rules_file))
    if settings.rules_source == "package":
        loaded = deployed()
        return lambda: loaded
    # A sender is waiting. Of a container that slept the connection is dead, hence a second attempt, 50 ms later in this
    # mode; where nobody answers, both take a second.
    soon = Config(connect_timeout=0.5, read_timeout=0.5, retries={"mode": "legacy", "total_max_attempts": 2})
    client = boto3.client("dynamodb", config=soon)
    look_ms = int(settings.rules_look_seconds * SECOND_MS)
    book = Rulebook(client, settings.delivery_log_table, deployed, now_ms, count, look_ms=look_ms)
    with suppress(RulesUnavailable):  # whoever asks for an event is told
        book.current()
    return book.current


def fetch() -> Callable[[str], bytes]:
    """Return what fetches an address that a sender names; hardly a webhook needs it, so its client is made late."""
    client = cache(lambda: httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False))
    return lambda url: fetched(client(), url)


def log(settings: Settings, client: "DynamoDBClient") -> DeliveryLog:
    """Return the delivery log."""
    return DeliveryLog(client, settings.delivery_log_table, now_ms, settings.lease_seconds, settings.log_days)


def paced(  # noqa: PLR0913 - the parts, each made by its app
    *,
    settings: Settings,
    client: "DynamoDBClient",
    delivery_log: DeliveryLog,
    rules: Callable[[], Rules],
    forward: Callable[[Message | Wake], object],
    count: Callable[[str], None],
) -> Paced:
    """Return what keeps chats to their pace."""
    return Paced(
        chats=Chats(client, settings.delivery_log_table, now_ms, settings.log_days),
        log=delivery_log,
        room_of=lambda chat: room(rules(), chat),
        forward=forward,
        count=count,
        now_ms=now_ms,
    )


def room(rules: Rules, chat_id: str) -> Room:
    """Return the chat as the rules have it; one that they no longer name gets what was meant for it as it comes."""
    for name, chat in rules.chats.items():
        if chat.id == chat_id:
            return Room(chat_id, name, chat, rules.fallbacks_of(chat_id))
    return Room(chat_id, chat_id, Chat.model_validate({"id": chat_id, "pace": "off", "budget": "off"}), ())


def outbox(  # noqa: PLR0913 - the parts, each made by its app
    *,
    settings: Settings,
    delivery_log: DeliveryLog,
    pace: Pace,
    held: Secrets,
    rules: Callable[[], Rules],
    forward: Callable[[Message], object],
    count: Callable[[str], None],
) -> Outbox:
    """Return the outbox with its one pooled connection to the provider."""
    http = httpx.Client(limits=httpx.Limits(max_connections=CHATS_AT_ONCE, keepalive_expiry=60), trust_env=False)
    api_key: Callable[[], str] = lambda: held.get(API_KEY)[0]  # noqa: E731
    provider = Blooio(settings.blooio_base_url, http, api_key, lambda: datetime.now(UTC), settings.attempt_seconds)
    return Outbox(
        log=delivery_log,
        pace=pace,
        blooio=provider,
        refresh_key=held.refreshed,
        forward=forward,
        fallbacks_of=lambda chat: rules().fallbacks_of(chat),
        count=count,
        now_ms=now_ms,
        random=random.random,
    )


def in_process(settings: Settings, delivery_log: DeliveryLog, held: Secrets, rules: Callable[[], Rules]) -> Outbox:
    """Return the outbox for where there is no queue: what would be queued is delivered at once."""
    made = outbox(
        settings=settings,
        delivery_log=delivery_log,
        pace=Unpaced(),
        held=held,
        rules=rules,
        forward=lambda message: deliver_all(made, [message]),
        count=lambda name: logger.warning("counted", extra={"metric": name}),
    )
    return made


class Counts:
    """Counts from any thread, and writes the sums as metrics when the handler ends."""

    def __init__(self, metrics: "Metrics") -> None:
        self._metrics = metrics
        self._counts: Counter[tuple[str, str]] = Counter()
        self._lock = Lock()

    def add(self, name: str, source: str = "") -> None:
        """Count one more of it; with a source, which has to be one of the rules', also among what came from there."""
        with self._lock:
            self._counts[source, name] += 1

    def flush(self) -> None:
        """Write what was counted since the last time, if anything was."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
            for source, counted in groupby(sorted(counts), key=itemgetter(0)):
                for key in counted:
                    self._metrics.add_metric(name=key[1], unit="Count", value=counts[key])
                if source:
                    self._metrics.add_dimensions(service=self._metrics.service or "", source=source)
                self._metrics.flush_metrics()
                self._metrics.clear_metrics()  # where metrics are switched off, Powertools would keep them for ever
