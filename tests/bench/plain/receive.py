"""A webhook to the queue, as most would write it."""

import hmac
import json
import os
from pathlib import Path
from typing import Any

import boto3
import yaml
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError, UnauthorizedError
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities import parameters
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig, idempotent
from aws_lambda_powertools.utilities.typing import LambdaContext
from jinja2 import Environment

logger = Logger(service="plain")
metrics = Metrics(namespace="Plain", service="receive")
app = APIGatewayHttpResolver()
sqs = boto3.client("sqs")
persistence = DynamoDBPersistenceLayer(table_name=os.environ["DELIVERY_LOG_TABLE"])
config = IdempotencyConfig(event_key_jmespath="requestContext.requestId", expires_after_seconds=3600)

environment = Environment(autoescape=False)  # noqa: S701 - texts are not HTML
document = yaml.safe_load((Path(__file__).parent / "rules.yaml").read_text(encoding="utf-8"))
rules = [
    {
        **rule,
        "when": environment.compile_expression(rule["when"]),
        "text": environment.from_string(rule.get("text", "")),
    }
    for rule in document["rules"]
]


def check(source: str) -> None:
    if source not in document["sources"]:
        raise NotFoundError("no such source")
    secrets = parameters.get_secret(os.environ["SECRETS_ID"], transform="json", max_age=300)
    given = app.current_event.headers.get("authorization", "")
    if not hmac.compare_digest(given, f"Bearer {secrets[document['sources'][source]]}"):
        raise UnauthorizedError("wrong token")


@app.post("/hooks/<source>")
def hook(source: str) -> Response[str]:
    check(source)
    payload: dict[str, Any] = app.current_event.json_body
    rule = next((r for r in rules if r["source"] == source and r["when"](**payload)), None)
    if rule is None or "chat" not in rule:
        return Response(status_code=200, content_type="application/json", body=json.dumps({"deliveries": []}))
    request_id = app.current_event.request_context.request_id
    message = {
        "id": request_id,
        "chat": document["chats"][rule["chat"]],
        "text": rule["text"].render(**payload),
        "source": source,
        "rule": rule["name"],
    }
    sqs.send_message(
        QueueUrl=os.environ["DELIVERY_QUEUE_URL"],
        MessageBody=json.dumps(message),
        MessageGroupId=message["chat"],
        MessageDeduplicationId=request_id.rstrip("="),
    )
    logger.info("queued", extra={"source": source, "rule": rule["name"]})
    metrics.add_metric(name="Accepted", unit=MetricUnit.Count, value=1)
    return Response(status_code=202, content_type="application/json", body=json.dumps({"id": request_id}))


@logger.inject_lambda_context
@metrics.log_metrics
@idempotent(persistence_store=persistence, config=config)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return app.resolve(event, context)
