"""The functions as template.yaml names them, loaded against the engine, with a phone at the other end."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import boto3
import httpx
import pytest
import uvicorn
from botocore.client import BaseClient
from starlette.applications import Starlette
from starlette.routing import Mount
from tests.functions.rights import Iam

from local.cloud.invocation import Context
from local.cloud.template import Template, load_handler
from local.project import ROOT, RULES
from local.provider.phone import Phone
from local.provider.simulator import simulator

CHATS = ("chat_a1b2c3d4", "chat_e5f6a7b8")
SECRETS = {
    "BLOOIO_API_KEY": "blooio-key",
    "ALERTMANAGER_TOKEN": "local-alertmanager-token",
    "JSON_TOKEN": ["json-now", "local-json-token"],
}
Invoke = Callable[[dict[str, Any]], dict[str, Any]]


class Provider:
    """The simulated provider behind a real socket; each test gets an empty phone."""

    def __init__(self) -> None:
        self.app = Starlette()
        config = uvicorn.Config(self.app, host="127.0.0.1", port=0, log_level="error", lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = Thread(target=self._server.run, daemon=True)
        self.phone = Phone(CHATS, key="blooio-key")

    def start(self) -> None:
        self._thread.start()
        while not self._server.started:
            self._thread.join(0.01)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()

    def reset(self) -> None:
        self.phone = Phone(CHATS, key="blooio-key")
        self.app.router.routes[:] = [Mount("/blooio", simulator(self.phone))]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}/blooio/v4"

    @property
    def texts(self) -> list[str]:
        return [text.text for text in self.phone.texts()]


@pytest.fixture(scope="session")
def _provider() -> Iterator[Provider]:
    provider = Provider()
    provider.start()
    yield provider
    provider.stop()


@pytest.fixture
def provider(_provider: Provider) -> Provider:
    _provider.reset()
    return _provider


class Functions:
    """Loads a function as Lambda would, with the template's environment and what the test changes of it."""

    def __init__(self, template: Template, base: dict[str, str], monkeypatch: pytest.MonkeyPatch, iam: Iam) -> None:
        self._template = template
        self._base = base
        self._monkeypatch = monkeypatch
        self._iam = iam

    def load(self, name: str, **changed: str) -> Invoke:
        function = self._template.functions[name]
        for variable, value in {**function.environment, **self._base, **changed}.items():
            self._monkeypatch.setenv(variable, value)
        # Without a queue it delivers in process, as only `sam local` does: there is no policy for that.
        watched = name if os.environ["DELIVERY_QUEUE_URL"] else ""
        rules_source = os.environ["RULES_SOURCE"].strip()
        with self._iam.running(watched, rules_source):
            handler = load_handler(function)

        def invoke(event: dict[str, Any]) -> dict[str, Any]:
            with self._iam.running(watched, rules_source):
                answer: dict[str, Any] = handler(event, Context.of(function))
            return answer

        return invoke


@pytest.fixture
def iam() -> Iterator[Iam]:
    """Let no function do what its policy in the template doesn't allow."""
    iam = Iam()
    yield iam
    assert iam.denied == []


@pytest.fixture
def _closed_clients(monkeypatch: pytest.MonkeyPatch, iam: Iam) -> Iterator[None]:
    """A container keeps its clients for life; a test that loads many containers closes them."""
    made: list[Any] = []

    def recorded(create: Callable[..., Any]) -> Callable[..., Any]:
        def client(*arguments: Any, **options: Any) -> Any:
            made.append(create(*arguments, **options))
            if isinstance(made[-1], BaseClient):
                iam.made(made[-1])
            return made[-1]

        return client

    monkeypatch.setattr(boto3, "client", recorded(boto3.client))
    monkeypatch.setattr(httpx, "Client", recorded(httpx.Client))
    yield
    for each in made:
        each.close()


@pytest.fixture
def functions(
    cloud: Any, provider: Provider, monkeypatch: pytest.MonkeyPatch, iam: Iam, _closed_clients: None
) -> Functions:
    base = {
        "AWS_ENDPOINT_URL": cloud.url,
        "BLOOIO_BASE_URL": provider.url,
        "SECRETS_ID": "",
        "HOOKLINE_SECRETS": json.dumps(SECRETS),
        "RULES_FILE": str(RULES),
    }
    return Functions(cloud.template, base, monkeypatch, iam)


@pytest.fixture
def events() -> Callable[[str], dict[str, Any]]:
    def read(name: str) -> dict[str, Any]:
        event: dict[str, Any] = json.loads((ROOT / "events" / f"{name}.json").read_text())
        return event

    return read


@pytest.fixture
def rules_file(tmp_path: Path) -> Callable[[str], str]:
    def write(text: str) -> str:
        path = tmp_path / "rules.yaml"
        path.write_text(text)
        return str(path)

    return write


@pytest.fixture
def deliveries(cloud: Any) -> Callable[[], list[dict[str, Any]]]:
    """Read the rows of deliveries, as the table notes them; what is kept of chats and threads has no status."""

    def read() -> list[dict[str, Any]]:
        return [row for row in cloud.clients("dynamodb").scan(TableName="DeliveryLog")["Items"] if "status" in row]

    return read


class Poller:
    """Lambda's poller, one step at a time."""

    def __init__(self, cloud: Any) -> None:
        self._sqs, self._url = cloud.clients("sqs"), cloud.queue_url

    def receive(self) -> list[dict[str, Any]]:
        """Return the records of a batch; they are in flight from now on."""
        messages = self._sqs.receive_message(
            QueueUrl=self._url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"]
        ).get("Messages", [])
        names = {"messageId": "MessageId", "receiptHandle": "ReceiptHandle", "body": "Body", "attributes": "Attributes"}
        return [{ours: message[theirs] for ours, theirs in names.items()} for message in messages]

    def give_back(self, records: list[dict[str, Any]]) -> None:
        for record in records:
            self._sqs.change_message_visibility(
                QueueUrl=self._url, ReceiptHandle=record["receiptHandle"], VisibilityTimeout=0
            )

    def work_off(self, deliver: Invoke) -> None:
        """Hand batches to the function until the queue is empty; nothing may stay."""
        while records := self.receive():
            assert deliver({"Records": records}) == {"batchItemFailures": []}
            for record in records:
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=record["receiptHandle"])


@pytest.fixture
def poller(cloud: Any) -> Poller:
    return Poller(cloud)
