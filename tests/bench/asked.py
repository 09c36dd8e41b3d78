"""What one event asks of AWS and of the provider, counted."""

import json
from collections import Counter
from typing import Any

from tests.bench import events
from tests.bench.cloud import POST
from tests.bench.deployed import CHATS, Bench
from tests.bench.figures import Figure
from tests.bench.targets import (
    ALERT,
    BATCHES,
    DELIVERED,
    READS,
    RECEIPT,
    RECEIVED,
    TEN_DELIVERED,
    TEN_RECEIVED,
    TEXTS,
    WRITES,
)

from local.project import EVENTS

# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithItems.html
_WRITES = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems", "ExecuteStatement")
_READS = ("GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems")
_BATCHES = ("SendMessageBatch", "SendMessage")
_DEPLOY = json.loads((EVENTS / "json_deploy.json").read_text(encoding="utf-8"))


def figures(bench: Bench) -> list[Figure]:
    """Count what each half and a receipt ask for; of ten messages what one of them does on average."""
    one, ten = bench.requests("deliver", events.of_ours(1)), bench.requests("deliver", events.of_ours(CHATS))
    webhook, many = bench.requests("receive", events.webhook()), bench.requests("receive", webhook_of(CHATS))
    receipt = bench.requests("receipts", events.receipt())
    return [
        *delivered(DELIVERED, one, 1),
        *delivered(TEN_DELIVERED, ten, CHATS),
        *delivered(ALERT, bench.requests("deliver", events.an_alert()), 1),
        *received(RECEIVED, webhook),
        *received(TEN_RECEIVED, many),
        *received(RECEIPT, receipt),
    ]


def delivered(what: str, counts: Counter[str], messages: int) -> list[Figure]:
    """Return what each message took, on average."""
    asked = {WRITES: _WRITES, READS: _READS, TEXTS: (POST,)}
    return [_sum(f"{what}: {name}", counts, names, messages) for name, names in asked.items()]


def received(what: str, counts: Counter[str]) -> list[Figure]:
    """Return what went to the queue, and all that was asked."""
    return [_sum(f"{what}: {BATCHES}", counts, _BATCHES), _sum(f"{what}: requests", counts, tuple(counts))]


def _sum(what: str, counts: Counter[str], names: tuple[str, ...], messages: int = 0) -> Figure:
    found = {name: float(counts[name]) for name in names if counts[name]}
    unit = "a message" if messages else "in all"
    return Figure(what, sum(found.values()) / (messages or 1), unit, raw=found, raw_unit="")


def webhook_of(messages: int) -> dict[str, Any]:
    """Return one that the bench's rules make so many messages of."""
    headers = {**_DEPLOY["headers"], "authorization": f"Bearer {events.SECRETS['JSON_TOKEN']}"}
    deploy = json.loads(_DEPLOY["body"])
    items = [{**deploy, "commit": f"{events.now_ms():x}-{number}"} for number in range(messages)]
    context = {**_DEPLOY["requestContext"], "timeEpoch": events.now_ms()}
    return {**_DEPLOY, "headers": headers, "requestContext": context, "body": json.dumps({"deploys": items})}
