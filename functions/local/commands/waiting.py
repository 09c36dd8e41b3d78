"""What still waits in the queue, and since when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from hookline.clock import MINUTE, SECOND_MS, say
from local.commands.moments import short

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

VISIBLE: Final = "ApproximateNumberOfMessages"
IN_FLIGHT: Final = "ApproximateNumberOfMessagesNotVisible"
AGE = "ApproximateAgeOfOldestMessage"
AGE_LOOKED_AT = timedelta(minutes=15)  # the metric comes each minute, and a few minutes late


@dataclass(frozen=True)
class Waiting:
    """Counts as SQS gives them, approximate. ``oldest`` is in ms; None when nobody can say."""

    now: int  # ready for a worker
    later: int  # with a worker, or given back until it is tried again
    dead_letters: int
    oldest: int | None = None

    @property
    def count(self) -> int:
        return self.now + self.later

    def shown(self) -> dict[str, int | None]:
        """Return it for machines; ``since`` is in ms since 1970."""
        return {"waiting": self.count, "in_flight": self.later, "dead_letters": self.dead_letters, "since": self.oldest}

    def sentence(self, now: datetime) -> str:
        """Return it as one says it."""
        return " ".join(filter(None, [self._waits(now), self._lies()]))

    def _waits(self, now: datetime) -> str:
        if not self.count:
            return "Nothing waits in the queue."
        subject = "1 waits" if self.count == 1 else f"{self.count} wait"
        if self.oldest is None:
            return f"{subject} in the queue."
        since = f"since {short(self.oldest, now)} ({say(now.timestamp() - self.oldest / SECOND_MS)})"
        return f"{subject} in the queue, {since if self.count == 1 else f'the oldest {since}'}."

    def _lies(self) -> str:
        if not self.dead_letters:
            return ""
        subject, closed = ("1 lies", "it") if self.dead_letters == 1 else (f"{self.dead_letters} lie", "them")
        return f"{subject} in the dead letter queue: not even closing {closed} worked."


def count(client: "SQSClient", queue_url: str, dead_letter_queue_url: str) -> Waiting:
    """Count what is on the queues. Raises ClientError or BotoCoreError."""
    asked = client.get_queue_attributes(QueueUrl=queue_url, AttributeNames=[VISIBLE, IN_FLIGHT])["Attributes"]
    dead = client.get_queue_attributes(QueueUrl=dead_letter_queue_url, AttributeNames=[VISIBLE])["Attributes"]
    return Waiting(int(asked[VISIBLE]), int(asked[IN_FLIGHT]), int(dead[VISIBLE]))


def oldest_by_metric(cloudwatch: Any, queue_url: str, now: datetime) -> int | None:
    """Return since when (ms) the queue's oldest message waits, or None: not everybody may read metrics."""
    try:
        points = cloudwatch.get_metric_statistics(
            Namespace="AWS/SQS",
            MetricName=AGE,
            Dimensions=[{"Name": "QueueName", "Value": urlsplit(queue_url).path.rpartition("/")[2]}],
            StartTime=now - AGE_LOOKED_AT,
            EndTime=now,
            Period=MINUTE,
            Statistics=["Maximum"],
        )["Datapoints"]
    except (ClientError, BotoCoreError):
        return None
    if not points:
        return None
    last = max(points, key=lambda point: point["Timestamp"])
    return int((last["Timestamp"].timestamp() - last["Maximum"]) * SECOND_MS)
