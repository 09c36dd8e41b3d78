"""SNS's side of a message where a topic invokes the function itself: its event in.

https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
"""

import json
from collections.abc import Callable
from typing import Any

from hookline import clock
from hookline.models import Inbound
from hookline.sources.kind import at


def invokes(event: dict[str, Any]) -> bool:
    """Return whether the event is a topic's, and not API Gateway's."""
    records = event.get("Records") or []
    return bool(records) and all(at(record, "EventSource") == "aws:sns" for record in records)


def read(event: dict[str, Any], source_of: Callable[[str], str], now_ms: int) -> list[Inbound]:
    """Return the messages as their topic would post them; ``source_of`` names the source that lists a topic."""
    return [_read(record["Sns"], source_of, now_ms) for record in event["Records"]]


def _read(message: dict[str, Any], source_of: Callable[[str], str], now_ms: int) -> Inbound:
    sent = clock.read(message.get("Timestamp"))
    topic = message["TopicArn"]
    return Inbound(
        source=source_of(topic),
        method="POST",
        headers={"content-type": "application/json"},
        query={},
        body=json.dumps(message).encode(),
        request_id=message["MessageId"],
        received_at=int(sent.timestamp() * clock.SECOND_MS) if sent else now_ms,
        topic=topic,
    )
