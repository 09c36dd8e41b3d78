"""The local engine plays what the template says, on this machine only, for as long as its parent lives."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from local.cloud import engine
from local.cloud.engine import Engine, clients_for
from local.project import TEMPLATE

DEADLINE_SECONDS = 10


def eventually(claim: Callable[[], bool]) -> bool:
    give_up = time.monotonic() + DEADLINE_SECONDS
    while not claim():
        if time.monotonic() > give_up:
            return False
        time.sleep(0.02)
    return True


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture(scope="module")
def process() -> Iterator[Engine]:
    with Engine(TEMPLATE) as process:
        yield process


def test_the_engine_follows_the_template(tmp_path: Path) -> None:
    text = TEMPLATE.read_text(encoding="utf-8")
    changed = text.replace("maxReceiveCount: 1000", "maxReceiveCount: 7")
    changed = changed.replace("AttributeName: id,", "AttributeName: delivery,")
    assert changed.count("delivery,") > 1
    path = tmp_path / "template.yaml"
    path.write_text(changed, encoding="utf-8")
    with engine.in_thread(path) as template:
        (dead, source), (table,) = template.queues, template.tables
        clients = clients_for(urlsplit(source.url)._replace(path="").geturl())
        attributes = clients("sqs").get_queue_attributes(QueueUrl=source.url, AttributeNames=["All"])["Attributes"]
        policy = json.loads(attributes["RedrivePolicy"])
        assert policy == {"deadLetterTargetArn": dead.arn, "maxReceiveCount": 7}
        described = clients("dynamodb").describe_table(TableName=table.name)["Table"]
        assert described["KeySchema"][0] == {"AttributeName": "delivery", "KeyType": "HASH"}
        expiry = clients("dynamodb").describe_time_to_live(TableName=table.name)["TimeToLiveDescription"]
        assert expiry == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}


def test_an_engine_in_this_process_starts_empty() -> None:
    for _ in range(2):
        with engine.in_thread(TEMPLATE) as template:
            url = template.event_source("DeliveryQueue").queue.url
            sqs = clients_for(urlsplit(url)._replace(path="").geturl())("sqs")
            assert "Messages" not in sqs.receive_message(QueueUrl=url)
            sqs.send_message(QueueUrl=url, MessageBody="a", MessageGroupId="g", MessageDeduplicationId="1")


def test_the_engine_listens_on_this_machine_only() -> None:
    server = engine.serve()
    try:
        assert server.socket.getsockname()[0] == "127.0.0.1"
    finally:
        server.server_close()


@pytest.mark.slow
def test_a_ready_engine_has_its_queues_and_says_no_word(process: Engine, capfd: pytest.CaptureFixture[str]) -> None:
    assert urlsplit(process.endpoint_url).hostname == "127.0.0.1"
    queues = clients_for(process.endpoint_url)("sqs").list_queues()["QueueUrls"]
    assert f"{process.endpoint_url}/123456789012/DeliveryQueue.fifo" in queues
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
def test_no_web_page_may_read_the_engine(process: Engine) -> None:
    request = urllib.request.Request(f"{process.endpoint_url}/moto-api/data.json", headers={"Origin": "https://a.test"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=DEADLINE_SECONDS) as answer:  # noqa: S310
        assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.slow
def test_a_poll_whose_client_has_died_takes_no_message(process: Engine) -> None:
    sqs = clients_for(process.endpoint_url)("sqs")
    url = sqs.get_queue_url(QueueName="DeliveryQueue.fifo")["QueueUrl"]
    poll = (
        "import sys; from http.client import HTTPConnection; from local.cloud.engine import clients_for\n"
        "sqs = clients_for(sys.argv[1])('sqs')\n"
        "answer = HTTPConnection.getresponse\n"
        "HTTPConnection.getresponse = lambda connection: (print('polling', flush=True), answer(connection))[1]\n"
        "sqs.receive_message(QueueUrl=sys.argv[2], WaitTimeSeconds=20)\n"
    )
    command = [sys.executable, "-c", poll, process.endpoint_url, url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as poller:
        assert poller.stdout is not None
        assert poller.stdout.readline() == "polling\n"
        poller.kill()
    sqs.send_message(QueueUrl=url, MessageBody="a", MessageGroupId="g", MessageDeduplicationId="1")
    assert [message["Body"] for message in sqs.receive_message(QueueUrl=url)["Messages"]] == ["a"]


@pytest.mark.slow
def test_a_taken_port_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(RuntimeError, match=f"didn't start; .* Is port {port} taken"):
            Engine(TEMPLATE, port)


@pytest.mark.slow
def test_the_engine_leaves_when_its_parent_is_killed() -> None:
    start = (
        "import sys; from pathlib import Path; from local.cloud.engine import Engine\n"
        "engine = Engine(Path(sys.argv[1])); print(engine.pid, flush=True); sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", start, str(TEMPLATE)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert is_alive(pid)
        parent.send_signal(signal.SIGKILL)
    assert eventually(lambda: not is_alive(pid))
