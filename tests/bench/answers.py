"""How soon each kind's sender is answered, beside how long it waits.

The function's own handler, with its rules, its checks and its queue, which is moto in a process beside it. In a new
container the handler has to be loaded first. Nothing is asserted.
"""

import argparse
import base64
import json
import os
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

from tests.bench.measure import machine

from hookline import gateway
from hookline.errors import BadCredentials, SecretsUnavailable
from hookline.rules.load import load_text
from hookline.rules.model import Source
from hookline.secrets import Secrets
from hookline.sources import KINDS
from hookline.verify import verify
from local.cloud.engine import CREDENTIALS, Engine, clients_for
from local.cloud.intrinsics import REGION
from local.cloud.invocation import Context
from local.cloud.template import Template, load_handler
from local.commands.samples import telling
from local.project import EVENTS, TEMPLATE

PACKAGES = ("boto3", "aws-lambda-powertools", "pydantic", "minijinja")
MILLI = 1e-3
# Seconds, by the senders' documentation; the others tell none, or wait as long as they are told to.
WAITS = {
    "sentry": 1, "slack": 3, "pagerduty": 5, "shopify": 5, "github": 10, "gitlab": 10, "tally": 10, "sns": 15,
    "datadog": 15, "standard-webhooks": 15, "typeform": 30,
}  # fmt: skip


def sources() -> dict[str, dict[str, Any]]:
    """Return a source for each kind that has an event, with the proof that the event carries."""
    return {kind: {"kind": kind, "auth": _auth(kind)} for kind in KINDS if telling(kind)}


def secrets(kind: str) -> list[str]:
    """Return what the events are signed with, or carry."""
    secret = f"local-{kind}-secret"
    return [secret, f"local-{kind}-token", "whsec_" + base64.b64encode(secret.encode()).decode()]


def _auth(kind: str) -> Any:
    inbound, name = gateway.read(_event(kind), sys.maxsize), f"S{list(KINDS).index(kind)}"
    held = Secrets(lambda: json.dumps({name: secrets(kind)}), lambda: inbound.received_at)
    for way in ("hmac", "bearer", "token"):
        try:
            verify(inbound, Source.model_validate({"kind": kind, "auth": {way: name}}), held)
        except (BadCredentials, SecretsUnavailable):
            continue
        return {way: name}
    return "none"


def _event(kind: str) -> dict[str, Any]:
    sample = telling(kind)
    event: dict[str, Any] = json.loads((EVENTS.parent / sample.name).read_text(encoding="utf-8")) if sample else {}
    return event


def answered(handler: Callable[[dict[str, Any], Any], Any], kind: str, context: Context) -> float:
    """Return the seconds until an event of the kind is answered; it is a new one each time."""
    event = _event(kind)
    event["pathParameters"]["source"] = kind
    event["rawPath"] = event["requestContext"]["http"]["path"] = f"/hooks/{kind}"
    event["requestContext"]["requestId"] = str(uuid.uuid4())
    begun = time.perf_counter()
    answer = handler(event, context)
    took = time.perf_counter() - begun
    if answer["statusCode"] != HTTPStatus.ACCEPTED:
        raise SystemExit(f"{kind}: {answer['statusCode']} {answer['body']}")
    return took


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.answers", description=__doc__)
    parser.add_argument("--rounds", type=int, default=50, help="events of each kind")
    rounds = max(4, parser.parse_args().rounds)
    print(machine(PACKAGES))
    with Engine(TEMPLATE) as engine, tempfile.TemporaryDirectory() as folder:
        template = Template.load(TEMPLATE, engine.endpoint_url)
        function = template.functions["ReceiveFunction"]
        of = sources()
        rules = Path(folder) / "rules.yaml"
        content = {"chats": {"oncall": "chat_1"}, "sources": of, "rules": [{"name": "all", "chat": "oncall"}]}
        rules.write_text(json.dumps(content), encoding="utf-8")  # which is YAML, too
        load_text(rules.read_bytes(), str(rules))
        held = {f"S{list(KINDS).index(kind)}": secrets(kind) for kind in of}
        os.environ |= function.environment | CREDENTIALS | {
            "AWS_ENDPOINT_URL": engine.endpoint_url, "AWS_DEFAULT_REGION": REGION, "SECRETS_ID": "",
            "HOOKLINE_SECRETS": json.dumps(held), "RULES_FILE": str(rules), "LOG_LEVEL": "ERROR",
        }  # fmt: skip
        begun = time.perf_counter()
        handler = load_handler(function)
        print(f"\nThe handler loads in {(time.perf_counter() - begun) / MILLI:.0f} ms, once for a container.")
        queue, sqs = template.event_source("DeliveryQueue").queue.url, clients_for(engine.endpoint_url)("sqs")
        took: dict[str, list[float]] = {kind: [] for kind in of}
        for _ in range(rounds):
            for kind, seconds in took.items():
                seconds.append(answered(handler, kind, Context.of(function)))
            drain(sqs, queue)
    print(f"\n{'Answered after, ms':<22}{'first':>8}{'median':>8}{'slowest':>9}   {'the sender waits':<18}proof")
    for kind, seconds in took.items():
        auth = of[kind]["auth"]
        way = next(iter(auth)) if isinstance(auth, dict) else "none" if auth in KINDS[kind].proofs else "not checked"
        figures = (seconds[0], statistics.median(seconds[1:]), max(seconds[1:]))
        first, median, slowest = (figure / MILLI for figure in figures)
        waits = f"{WAITS[kind]} s" if kind in WAITS else "no limit known"
        print(f"  {kind:<20}{first:>8.1f}{median:>8.1f}{slowest:>9.1f}   {waits:<18}{way}")


def drain(sqs: Any, queue: str) -> None:
    """Take what was queued, so that the last event finds as much there as the first."""
    while found := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        entries = [{"Id": str(n), "ReceiptHandle": message["ReceiptHandle"]} for n, message in enumerate(found)]
        sqs.delete_message_batch(QueueUrl=queue, Entries=entries)


if __name__ == "__main__":
    main()
