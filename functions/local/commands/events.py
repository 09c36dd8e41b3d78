"""Events in files: reading one, and making it look as if it came now."""

import hashlib
import json
import sys
import time
import uuid
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from hookline import clock, gateway, topic
from hookline.models import Message


def read_webhook(path: Path, source: str | None = None) -> dict[str, Any]:
    """Return the API Gateway event in the file, or one around the file, which is a JSON body then, for that source.

    Raises ValueError or OSError.
    """
    if source is not None:
        return _around(_text(path), source)
    event = _read(path)
    if "requestContext" not in event:
        raise ValueError(
            f"{path} is not an event of API Gateway, of which there are some in events/. "
            "If it is what a sender posts, say for which source: --source NAME."
        )
    try:
        gateway.read(event, sys.maxsize)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path} is not a whole event of API Gateway: it lacks {error}.") from error
    return event


def read_fresh(path: Path) -> dict[str, Any]:
    """Return the event in the file, API Gateway's, SQS's or SNS's, with fresh ids and time.

    Raises ValueError or OSError.
    """
    event, now_ms = _read(path), time.time_ns() // 1_000_000
    try:
        if "requestContext" in event:
            event["requestContext"] |= {"requestId": str(uuid.uuid4()), "timeEpoch": now_ms}
        elif "Records" in event:
            freshen = _fresh_notice if topic.invokes(event) else _fresh_record
            event["Records"] = [freshen(record, now_ms) for record in event["Records"]]
        else:
            raise ValueError(f"{path} is no event of API Gateway, SQS or SNS; there are some in events/.")
    except (KeyError, TypeError, AttributeError, ValidationError) as error:
        raise ValueError(f"{path} is not a whole event of API Gateway, SQS or SNS, as those in events/.") from error
    return event


def _around(body: str, source: str) -> dict[str, Any]:
    context = {"http": {"method": "POST"}, "requestId": str(uuid.uuid4()), "timeEpoch": time.time_ns() // 1_000_000}
    headers = {"content-type": "application/json"}
    return {"requestContext": context, "pathParameters": {"source": source}, "headers": headers, "body": body}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ValueError(f"{path} has to be text in UTF-8, and isn't.") from None


def _read(path: Path) -> dict[str, Any]:
    try:
        event = json.loads(_text(path))
    except json.JSONDecodeError as error:
        raise ValueError(f"{path}:{error.lineno}:{error.colno}: this is not JSON: {error.msg}.") from None
    except RecursionError:
        raise ValueError(f"{path} is nested deeper than any event.") from None
    if not isinstance(event, dict):
        raise ValueError(f"{path} is not an event; there are some in events/.")  # noqa: TRY004 - the file's fault
    return event


def _fresh_notice(record: dict[str, Any], now_ms: int) -> dict[str, Any]:
    at = clock.to_datetime(now_ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {**record, "Sns": {**record["Sns"], "MessageId": str(uuid.uuid4()), "Timestamp": at}}


def _fresh_record(record: dict[str, Any], now_ms: int) -> dict[str, Any]:
    message = Message.model_validate_json(record["body"])
    ids = {"delivery_id": str(uuid.uuid4()), "request_id": str(uuid.uuid4())}
    body = message.model_copy(update={**ids, "accepted_at": now_ms, "queued_at": now_ms}).model_dump_json()
    md5 = hashlib.md5(body.encode(), usedforsecurity=False).hexdigest()
    attributes = {**record["attributes"], "SentTimestamp": str(now_ms)}
    return {**record, "messageId": str(uuid.uuid4()), "body": body, "md5OfBody": md5, "attributes": attributes}
