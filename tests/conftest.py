"""What the tests share: a clock that is set by hand, and the engine with the template's own queues and tables."""

import gc
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, settings
from moto.moto_api._internal.models import moto_api_backend

from local.cloud.engine import CREDENTIALS, Clients, clients_for, create, running, serve
from local.cloud.intrinsics import REGION
from local.cloud.template import Template
from local.project import TEMPLATE

# On a shared machine an example may take any time; in CI, Hypothesis repeats the same examples by itself.
settings.register_profile("shared machine", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared machine")


def pytest_collection_finish() -> None:
    """Let the collector leave alone what was imported: one pass over it takes as long as an evaluation may."""
    gc.collect()
    gc.freeze()


NOON = 1_793_620_800_000  # 2 November 2026, 12:00 UTC, in ms


@dataclass
class Clock:
    """Time as the test says; in ms since 1970."""

    ms: int = NOON

    def __call__(self) -> int:
        return self.ms

    def advance(self, seconds: float) -> None:
        self.ms += int(seconds * 1000)


@dataclass(frozen=True)
class Cloud:
    """The engine: what template.yaml describes, and clients for it."""

    template: Template
    url: str
    clients: Clients

    @property
    def queue_url(self) -> str:
        return self.template.event_source("DeliveryQueue").queue.url

    def waiting(self) -> int:
        """Count what is on the queue, in flight or not."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        attributes = self.clients("sqs").get_queue_attributes(QueueUrl=self.queue_url, AttributeNames=names)
        return sum(int(count) for count in attributes["Attributes"].values())


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(autouse=True)
def _no_account_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever AWS profile there is here, no test uses it."""
    for name, value in {**CREDENTIALS, "AWS_DEFAULT_REGION": REGION, "AWS_CONFIG_FILE": "/dev/null"}.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "HOOKLINE_SECRETS", "RULES", "HOST", "PORT", "LIVE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def _engine() -> Iterator[Cloud]:
    with running(serve()) as url:
        clients = clients_for(url)
        yield Cloud(Template.load(TEMPLATE, url), url, clients)
        for service in ("dynamodb", "sqs"):
            clients(service).close()


@pytest.fixture
def cloud(_engine: Cloud) -> Cloud:
    """Give a fresh engine: nothing in its table, nothing on its queues."""
    moto_api_backend.reset()
    create(_engine.template, _engine.clients)
    return _engine
