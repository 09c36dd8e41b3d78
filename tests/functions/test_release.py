"""ReleaseFunction: each minute, a wake-up into the group of each chat of which something is due."""

import json
import time
from typing import Any

import pytest

from hookline import wiring
from hookline.errors import QueueRefused

EVENT = {"version": "0", "detail-type": "Scheduled Event", "source": "aws.events", "detail": {}}
LONG_AGO = 1


def wait_for(cloud: Any, chat: str, due_at: int) -> None:
    item = {"id": {"S": f"chat {chat}"}, "generation": {"N": "0"}, "waits": {"S": "chat"}, "due_at": {"N": str(due_at)}}
    cloud.clients("dynamodb").put_item(TableName="DeliveryLog", Item=item)


def in_an_hour() -> int:
    return (int(time.time()) + 3600) * 1000


def woken(printed: str) -> list[list[int]]:
    """Return what was counted, run by run."""
    lines = [json.loads(line) for line in printed.splitlines() if "_aws" in line]
    assert {line["service"] for line in lines} <= {"release"}
    return [line["Woken"] for line in lines]


def test_a_chat_that_is_due_is_woken_in_its_own_group_and_the_others_sleep_on(
    functions: Any, cloud: Any, poller: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    wait_for(cloud, "chat_a1b2c3d4", LONG_AGO)
    wait_for(cloud, "chat_e5f6a7b8", in_an_hour())
    assert functions.load("ReleaseFunction")(EVENT) is None
    [record] = poller.receive()
    assert record["attributes"]["MessageGroupId"] == "chat_a1b2c3d4"
    assert json.loads(record["body"]) == {"type": "wake", "chat": "chat_a1b2c3d4", "due_at": LONG_AGO}
    assert woken(capsys.readouterr().out) == [[1]]


def test_a_chat_that_nobody_looked_after_yet_is_not_woken_twice_for_the_same_moment(functions: Any, cloud: Any) -> None:
    release = functions.load("ReleaseFunction")
    wait_for(cloud, "chat_a1b2c3d4", LONG_AGO)
    release(EVENT)
    release(EVENT)
    assert cloud.waiting() == 1
    wait_for(cloud, "chat_a1b2c3d4", LONG_AGO + 1)
    release(EVENT)
    assert cloud.waiting() == 2


def test_nobody_is_due_and_nothing_is_counted(functions: Any, cloud: Any, capsys: pytest.CaptureFixture[str]) -> None:
    functions.load("ReleaseFunction")(EVENT)
    assert (cloud.waiting(), woken(capsys.readouterr().out)) == (0, [])


def test_a_queue_that_is_gone_is_an_error_and_the_next_minute_tries_again(
    functions: Any, cloud: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    release = functions.load("ReleaseFunction")
    wait_for(cloud, "chat_a1b2c3d4", LONG_AGO)
    queue = next(queue for queue in cloud.template.queues if queue.id == "DeliveryQueue")
    cloud.clients("sqs").delete_queue(QueueUrl=cloud.queue_url)
    with pytest.raises(QueueRefused, match=r"chats that could not be woken: 1\. First, the queue refused a batch"):
        release(EVENT)
    assert woken(capsys.readouterr().out) == []
    cloud.clients("sqs").create_queue(QueueName=queue.name, Attributes=queue.attributes)
    release(EVENT)
    assert cloud.waiting() == 1


def test_what_a_chats_pace_held_back_is_told_in_one_text_once_the_chat_was_woken(
    functions: Any, events: Any, provider: Any, poller: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive, deliver = functions.load("ReceiveFunction"), functions.load("DeliverFunction")
    event = events("json_deploy")
    for n in range(5):
        event["headers"]["idempotency-key"] = str(n)
        assert receive(event)["statusCode"] == 202
    poller.work_off(deliver)
    assert len(provider.texts) == 3
    monkeypatch.setattr(wiring, "now_ms", in_an_hour)
    functions.load("ReleaseFunction")(EVENT)
    poller.work_off(functions.load("DeliverFunction"))
    assert provider.texts[3:] == [text for text in provider.texts if text.startswith("2 more in ")]
    assert len(provider.texts) == 4
