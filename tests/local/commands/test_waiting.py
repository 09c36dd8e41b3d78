"""What is said of the queue, and how people write moments."""

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from local.commands import moments
from local.commands.waiting import AGE, Waiting, count, oldest_by_metric

NOW = datetime(2026, 11, 2, 14, 14, tzinfo=UTC)
QUEUE_URL = "https://sqs.eu-central-1.amazonaws.com/1/deliveries.fifo"


pytestmark = pytest.mark.usefixtures("in_utc")


def ms(moment: datetime) -> int:
    return moments.to_ms(moment)


@pytest.mark.parametrize(
    ("waiting", "sentence"),
    [
        (Waiting(0, 0, 0), "Nothing waits in the queue."),
        (Waiting(1, 0, 0), "1 waits in the queue."),
        (Waiting(1, 2, 0), "3 wait in the queue."),
        (Waiting(0, 1, 0, ms(NOW) - 720_000), "1 waits in the queue, since 14:02 (12 min)."),
        (Waiting(3, 0, 0, ms(NOW) - 720_000), "3 wait in the queue, the oldest since 14:02 (12 min)."),
        (
            Waiting(2, 0, 0, ms(NOW - timedelta(days=1))),
            "2 wait in the queue, the oldest since 2026-11-01 14:14 (1 d).",
        ),
        (
            Waiting(0, 0, 1),
            "Nothing waits in the queue. 1 lies in the dead letter queue: not even closing it worked.",
        ),
        (
            Waiting(0, 0, 2),
            "Nothing waits in the queue. 2 lie in the dead letter queue: not even closing them worked.",
        ),
    ],
)
def test_what_waits_is_said_as_one_says_it(waiting: Waiting, sentence: str) -> None:
    assert waiting.sentence(NOW) == sentence


def test_what_a_worker_holds_waits_too(cloud: Any) -> None:
    sqs = cloud.clients("sqs")
    for n in range(3):
        group = {"MessageGroupId": f"chat_{n}", "MessageDeduplicationId": str(n)}
        sqs.send_message(QueueUrl=cloud.queue_url, MessageBody="x", **group)
    sqs.receive_message(QueueUrl=cloud.queue_url, MaxNumberOfMessages=1)
    waiting = count(sqs, cloud.queue_url, cloud.template.outputs["DeadLetterQueueUrl"])
    assert waiting == Waiting(2, 1, 0)
    assert waiting.shown() == {"waiting": 3, "in_flight": 1, "dead_letters": 0, "since": None}


@pytest.fixture
def metrics() -> Any:
    client = boto3.client("cloudwatch", region_name="eu-central-1")
    with Stubber(client) as stub:
        yield client, stub


def test_the_metric_says_since_when_the_oldest_waits(metrics: Any) -> None:
    client, stub = metrics
    points = [{"Timestamp": NOW - timedelta(minutes=m), "Maximum": 60.0 * (10 - m)} for m in (3, 1, 2)]
    asked = {
        "Namespace": "AWS/SQS", "MetricName": AGE, "Dimensions": [{"Name": "QueueName", "Value": "deliveries.fifo"}],
        "StartTime": ANY, "EndTime": NOW, "Period": 60, "Statistics": ["Maximum"],
    }  # fmt: skip
    stub.add_response("get_metric_statistics", {"Datapoints": points}, asked)
    assert oldest_by_metric(client, QUEUE_URL, NOW) == ms(NOW - timedelta(minutes=10))


def test_who_may_not_read_the_metric_is_told_the_rest(metrics: Any) -> None:
    client, stub = metrics
    stub.add_client_error("get_metric_statistics", "AccessDenied")
    assert oldest_by_metric(client, QUEUE_URL, NOW) is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("30m", NOW - timedelta(minutes=30)),
        ("2h", NOW - timedelta(hours=2)),
        (" 1d ", NOW - timedelta(days=1)),
        ("2026-11-02", datetime(2026, 11, 2, tzinfo=UTC)),
        ("2026-11-02T14:00", datetime(2026, 11, 2, 14, tzinfo=UTC)),
        ("2026-11-02T14:00+02:00", datetime(2026, 11, 2, 12, tzinfo=UTC)),
    ],
)
def test_a_moment_is_so_long_ago_or_a_date(text: str, moment: datetime) -> None:
    assert moments.since(text, NOW) == ms(moment)


@pytest.mark.parametrize("text", ["", "yesterday", "0h", "2w", "-1d", "0001-01-01", "999999d"])
def test_what_is_no_moment_is_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="write 30m, 2h or 1d"):
        moments.since(text, NOW)
