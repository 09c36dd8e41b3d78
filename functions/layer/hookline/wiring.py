"""Builds from the environment what most functions need; each app calls it once per container."""

import gc
import time
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from hookline.clock import SECOND_MS
from hookline.secrets import Secrets
from hookline.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sqs import SQSClient

    from hookline.log import DeliveryLog

_YOUNG = 20_000  # objects more than there were before, until the newest are looked through for garbage
API_KEY = "BLOOIO_API_KEY"  # its name among the secrets
CHATS_AT_ONCE = 10  # a batch has no more
# What a call costs the processor besides what it asks; measured on puts of a row, a hundred at a time, in turns.
_LEAN = Config(
    parameter_validation=False,  # 15 % of a call; the types are checked, and the tests call with it
    user_agent="Hookline",  # 15 % more: botocore else puts its own together anew for each call, twice
)
# Short enough that a function can still answer, and tell why, when AWS doesn't.
_AWS = _LEAN.merge(
    Config(
        connect_timeout=2,
        read_timeout=4,
        retries={"mode": "standard", "total_max_attempts": 2},
        max_pool_connections=CHATS_AT_ONCE,
    )
)


def loaded() -> None:
    """Tell the garbage collector, of the whole process, that what is there by now stays, garbage included.

    Looking through all of it takes 45 ms, in the middle of somebody's text. An event leaves little behind, so that what
    is new is looked through seldom: that was about a tenth of a message.
    """
    gc.enable()
    gc.freeze()
    gc.set_threshold(_YOUNG)


def now_ms() -> int:
    """Return the time of this machine in ms since 1970."""
    return time.time_ns() // 1_000_000


def secrets(settings: Settings) -> Secrets:
    """Read Secrets Manager where ``SECRETS_ID`` is set, else the variable ``HOOKLINE_SECRETS``."""
    if not settings.secrets_id:
        return Secrets(lambda: settings.hookline_secrets, now_ms)
    client = boto3.client("secretsmanager", config=_AWS)

    def stored() -> str:
        return client.get_secret_value(SecretId=settings.secrets_id)["SecretString"]

    return Secrets(stored, now_ms, int(settings.secrets_look_seconds * SECOND_MS))


def sqs() -> "SQSClient":
    """Return the client of the queues."""
    return boto3.client("sqs", config=_AWS)


def dynamodb() -> "DynamoDBClient":
    """Return the client of the log."""
    return boto3.client("dynamodb", config=_AWS)


def eager_dynamodb() -> "DynamoDBClient":
    """Return a client for what is read while a sender waits.

    Of a container that slept the connection is dead, hence a second attempt, 50 ms later in this mode; where nobody
    answers, both take a second.
    """
    soon = Config(connect_timeout=0.5, read_timeout=0.5, retries={"mode": "legacy", "total_max_attempts": 2})
    return boto3.client("dynamodb", config=_LEAN.merge(soon))


def impatient_dynamodb() -> "DynamoDBClient":
    """Return a client for what is written at best: a sender is waiting for its answer."""
    once = Config(connect_timeout=1, read_timeout=1, retries={"mode": "standard", "total_max_attempts": 1})
    return boto3.client("dynamodb", config=_LEAN.merge(once))


def fetch() -> Callable[[str], bytes]:
    """Return what fetches an address that a sender names; hardly a webhook needs it, so that it is imported late."""

    @cache
    def made() -> Callable[[str], bytes]:
        from hookline.fetch import fetcher  # noqa: PLC0415 - it takes longer than the rest of many a function

        return fetcher()

    def fetched(url: str) -> bytes:
        return made()(url)

    return fetched


def log(settings: Settings, client: "DynamoDBClient") -> "DeliveryLog":
    """Return the delivery log."""
    from hookline.log import DeliveryLog  # noqa: PLC0415 - most webhooks don't need it

    return DeliveryLog(client, settings.delivery_log_table, now_ms, settings.lease_seconds, settings.log_days)
