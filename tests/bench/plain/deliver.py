"""The queue to the provider, as most would write it."""

import json
import os
import time
from typing import Any

import boto3
import httpx
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities import parameters
from aws_lambda_powertools.utilities.batch import SqsFifoPartialProcessor, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig, idempotent_function
from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger(service="plain")
metrics = Metrics(namespace="Plain", service="deliver")
table = boto3.resource("dynamodb").Table(os.environ["DELIVERY_LOG_TABLE"])
persistence = DynamoDBPersistenceLayer(table_name=os.environ["DELIVERY_LOG_TABLE"])
config = IdempotencyConfig(event_key_jmespath="id", expires_after_seconds=86400)
processor = SqsFifoPartialProcessor()
processor.raise_on_entire_batch_failure = False
http = httpx.Client(timeout=8)


@idempotent_function(data_keyword_argument="message", persistence_store=persistence, config=config)
def deliver(message: dict[str, Any]) -> dict[str, Any]:
    key = parameters.get_secret(os.environ["SECRETS_ID"], transform="json", max_age=300)["BLOOIO_API_KEY"]
    answer = http.post(
        f"{os.environ['BLOOIO_BASE_URL']}/chats/{message['chat']}/messages",
        json={"content": {"type": "text", "text": message["text"]}},
        headers={"Authorization": f"Bearer {key}", "Idempotency-Key": message["id"]},
    )
    answer.raise_for_status()
    sent = answer.json()
    table.put_item(
        Item={
            **message,
            "status": "sent",
            "message_id": sent["id"],
            "protocol": sent["protocol"],
            "sent_at": int(time.time() * 1000),
            "expires_at": int(time.time()) + 30 * 86400,
        }
    )
    logger.info("sent", extra={"id": message["id"], "chat": message["chat"], "http_status": answer.status_code})
    metrics.add_metric(name="Sent", unit=MetricUnit.Count, value=1)
    return {"message_id": sent["id"]}


def record_handler(record: SQSRecord) -> None:
    deliver(message=json.loads(record.body))


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    config.register_lambda_context(context)
    return process_partial_response(event=event, record_handler=record_handler, processor=processor, context=context)
