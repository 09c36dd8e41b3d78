"""What the provider tells later to the row, as most would write it."""

import hmac
import os
import time
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import UnauthorizedError
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities import parameters
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig, idempotent
from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger(service="plain")
metrics = Metrics(namespace="Plain", service="receipts")
app = APIGatewayHttpResolver()
table = boto3.resource("dynamodb").Table(os.environ["DELIVERY_LOG_TABLE"])
persistence = DynamoDBPersistenceLayer(table_name=os.environ["DELIVERY_LOG_TABLE"])
config = IdempotencyConfig(event_key_jmespath="powertools_json(body).event_id", expires_after_seconds=3600)
TOLERANCE = 300  # seconds


def check() -> None:
    secret = parameters.get_secret(os.environ["SECRETS_ID"], transform="json", max_age=300)["BLOOIO_WEBHOOK_SECRET"]
    given = dict(part.split("=", 1) for part in app.current_event.headers["x-blooio-signature"].split(","))
    signed = f"{given['t']}.{app.current_event.decoded_body}".encode()
    wanted = hmac.new(secret.encode(), signed, "sha256").hexdigest()
    if abs(time.time() - int(given["t"])) > TOLERANCE or not hmac.compare_digest(wanted, given["v1"]):
        raise UnauthorizedError("wrong signature")


@app.post("/receipts")
def receipt() -> Response[str]:
    check()
    told: dict[str, Any] = app.current_event.json_body
    table.update_item(
        Key={"id": told["message_id"], "generation": 1},
        UpdateExpression="SET #status = :status",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":status": told["event"].removeprefix("message.")},
    )
    metrics.add_metric(name="Receipts", unit=MetricUnit.Count, value=1)
    return Response(status_code=200, content_type="application/json", body='{"status": "kept"}')


@logger.inject_lambda_context
@metrics.log_metrics
@idempotent(persistence_store=persistence, config=config)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return app.resolve(event, context)
