"""What is due to the queue, each minute, as most would write it."""

import json
import os
import time
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from boto3.dynamodb.conditions import Key

logger = Logger(service="plain")
metrics = Metrics(namespace="Plain", service="release")
table = boto3.resource("dynamodb").Table(os.environ["DELIVERY_LOG_TABLE"])
sqs = boto3.client("sqs")


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> None:  # noqa: ARG001 - Lambda passes them
    due = Key("waits").eq("chat") & Key("due_at").lte(int(time.time() * 1000))
    for row in table.query(IndexName="by_due", KeyConditionExpression=due)["Items"]:
        sqs.send_message(
            QueueUrl=os.environ["DELIVERY_QUEUE_URL"],
            MessageBody=json.dumps({"type": "wake", "chat": row["id"]}),
            MessageGroupId=row["id"],
            MessageDeduplicationId=f"{row['id']}-{row['due_at']}",
        )
    metrics.add_metric(name="Runs", unit=MetricUnit.Count, value=1)
