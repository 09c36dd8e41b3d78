"""What Lambda hands to a function for a batch of SQS messages, and what it makes of the answer.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any
from uuid import uuid4

from local.cloud.intrinsics import ACCOUNT, REGION
from local.cloud.template import Function

MILLISECONDS = 1000


@dataclass(frozen=True)
class Context:
    """Lambda's context object, as far as handlers and Powertools ask it."""

    function_name: str
    memory_limit_in_mb: int
    timeout_seconds: int
    function_version: str = "$LATEST"
    aws_request_id: str = field(default_factory=lambda: str(uuid4()))
    started: float = field(default_factory=monotonic)

    @classmethod
    def of(cls, function: Function) -> "Context":
        return cls(function.name, function.memory_mb, function.timeout_seconds)

    @property
    def invoked_function_arn(self) -> str:
        return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.function_name}"

    @property
    def log_group_name(self) -> str:
        return f"/aws/lambda/{self.function_name}"

    @property
    def log_stream_name(self) -> str:
        return "local"

    def get_remaining_time_in_millis(self) -> int:
        left = self.started + self.timeout_seconds - monotonic()
        return max(0, int(left * MILLISECONDS))


def event_of(messages: Iterable[Mapping[str, Any]], queue_arn: str) -> dict[str, Any]:
    """Return the event for messages as boto3's receive_message gives them, with all their attributes."""
    return {"Records": [_record(message, queue_arn) for message in messages]}


def _record(message: Mapping[str, Any], queue_arn: str) -> dict[str, Any]:
    attributes = message.get("MessageAttributes", {})
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": dict(message.get("Attributes", {})),
        "messageAttributes": {name: _attribute(value) for name, value in attributes.items()},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": REGION,
    }


def _attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {"stringListValues": [], "binaryListValues": [], "dataType": value["DataType"]}
    if "StringValue" in value:
        shown["stringValue"] = value["StringValue"]
    if "BinaryValue" in value:
        shown["binaryValue"] = base64.b64encode(value["BinaryValue"]).decode()
    return shown


def failed_of(answer: Any, message_ids: list[str]) -> list[str]:
    """Return the ids that the answer to a batch leaves on the queue: all of them when it can't be understood."""
    if answer is None:
        return []
    if not isinstance(answer, dict):
        return message_ids
    failures = answer.get("batchItemFailures")
    if failures is None:
        return []
    if not isinstance(failures, list):
        return message_ids
    named: list[Any] = [failure.get("itemIdentifier") if isinstance(failure, dict) else None for failure in failures]
    return named if all(name in message_ids for name in named) else message_ids
