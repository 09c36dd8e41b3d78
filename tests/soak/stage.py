"""What a soak plays on: engine, faulty provider and a worker that can be ordered to die."""

import json
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from local.cloud.engine import CREDENTIALS, Engine, clients_for
from local.cloud.intrinsics import REGION
from local.cloud.supervise import Supervised
from local.cloud.template import Template
from local.cloud.worker import POLLERS
from local.project import TEMPLATE
from local.provider.phone import Phone
from local.provider.simulator import simulator

KEY = "soak-key"
LEASE_SECONDS = "3"


@dataclass(frozen=True)
class Stage:
    """All parts, running."""

    provider: "Provider"
    worker: Supervised
    orders: Path  # a file put here kills the worker in the gap of that name
    template: Template
    clients: Callable[[str], Any]

    @property
    def queue_url(self) -> str:
        return self.template.event_source("DeliveryQueue").queue.url

    def is_empty(self) -> bool:
        """True when nothing waits any more."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self.clients("sqs").get_queue_attributes(QueueUrl=self.queue_url, AttributeNames=names)
        return not any(int(count) for count in answer["Attributes"].values())

    def rows(self) -> dict[str, dict[str, Any]]:
        """Return the row of each text."""
        pages = self.clients("dynamodb").get_paginator("scan").paginate(TableName="DeliveryLog")
        return {item["text"]["S"]: item for page in pages for item in page["Items"] if "text" in item}


class Provider(threading.Thread):
    """The simulated provider on a port of its own."""

    def __init__(self, chats: list[str]) -> None:
        super().__init__(daemon=True)
        self.phone = Phone(chats, key=KEY)
        app = Starlette(routes=[Mount("/blooio", simulator(self.phone))])
        self._server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", lifespan="off"))

    def run(self) -> None:
        self._server.run()

    def stop(self) -> None:
        """End it, once it has begun."""
        self._server.should_exit = True
        self.join()

    @property
    def url(self) -> str:
        while not self._server.started:
            self.join(0.01)
        return f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}/blooio"


def rules_for(chats: list[str]) -> str:
    # Each text is to arrive by itself, however many there are.
    named = "\n".join(f"  {chat}: {{id: {chat}, pace: off, budget: off}}" for chat in chats)
    return f"""
chats:
{named}
sources:
  soak: {{kind: json, auth: none}}
rules:
  - name: bursts
    when: payload.texts
    each: payload.texts
    chat: "{{{{ payload.chat }}}}"
    otherwise: {chats[0]}
    text: "{{{{ item }}}}"
  - name: singles
    chat: "{{{{ payload.chat }}}}"
    otherwise: {chats[0]}
    text: "{{{{ payload.text }}}}"
"""


@contextmanager
def stage(chats: list[str], pollers: int = POLLERS) -> Iterator[Stage]:
    """Set everything up; this process has the environment of the functions meanwhile, too.

    ``pollers`` share the one worker, where Lambda gives each batch a process of its own.
    """
    provider = Provider(chats)
    provider.start()
    with tempfile.TemporaryDirectory() as folder, Engine(TEMPLATE) as engine, ExitStack() as stack:
        place = Path(folder)
        (place / "rules.yaml").write_text(rules_for(chats))
        (place / "orders").mkdir()
        template = Template.load(TEMPLATE, engine.endpoint_url)
        environment = _environment(place, template, engine.endpoint_url, provider.url)
        stack.enter_context(patch.dict(os.environ, environment))
        argv = ["crashing", "--template", str(TEMPLATE), "--queue", "DeliveryQueue"]
        argv += ["--journal", str(place / "journal"), "--pollers", str(pollers)]
        worker = Supervised(
            argv,
            {**os.environ, "PYTHONPATH": str(Path(__file__).parent), "SOAK_ORDERS": str(place / "orders")},
        )
        try:
            yield Stage(provider, worker, place / "orders", template, clients_for(engine.endpoint_url))
        finally:
            worker.stop()


def _environment(place: Path, template: Template, engine_url: str, provider_url: str) -> dict[str, str]:
    return {
        **template.functions["DeliverFunction"].environment,
        **CREDENTIALS,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": engine_url,
        "BLOOIO_BASE_URL": f"{provider_url}/v4",
        "HOOKLINE_SECRETS": json.dumps({"BLOOIO_API_KEY": KEY}),
        "SECRETS_ID": "",
        "RULES_FILE": str(place / "rules.yaml"),
        "LEASE_SECONDS": LEASE_SECONDS,
        "LOG_LEVEL": "CRITICAL",
        "POWERTOOLS_METRICS_DISABLED": "true",
    }


def until(is_true: Callable[[], bool], within: float) -> None:
    """Wait; raises TimeoutError when it doesn't become true in so many seconds."""
    deadline = time.monotonic() + within
    while not is_true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"It did not happen within {within:.0f} s.")
        time.sleep(0.05)
