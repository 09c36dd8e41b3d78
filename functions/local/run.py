"""Everything on this machine: gateway, simulated provider and phone page here; engine, worker, scheduler beside it."""

import json
import os
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from hookline.receipts import WEBHOOK_SECRET
from hookline.rules.load import load
from hookline.rules.model import Rules
from hookline.wiring import API_KEY
from local import curl
from local.acquainted import Acquainted
from local.cloud.engine import CREDENTIALS, Engine, clients_for
from local.cloud.gateway import Integration, gateway
from local.cloud.intrinsics import REGION
from local.cloud.supervise import Supervised
from local.cloud.template import Function, Handler, Template, load_handler
from local.commands.printable import printable
from local.commands.runs import Run, published
from local.commands.stack import FROM_PACKAGE, FROM_TABLE, RULES_SOURCE, TABLE
from local.commands.versions import Versions
from local.keys import secrets_for
from local.page import page
from local.project import TEMPLATE
from local.provider.phone import Phone
from local.provider.receipts import Receipts
from local.provider.simulator import simulator

LOOPBACK = "127.0.0.1"
LIVE_BASE_URL = "https://api.blooio.com/v4"
# Here a killed worker is replaced within a second or two, so its lease may end sooner than in Lambda.
LOCAL_LEASE_SECONDS = "6"
# Deployed it is a minute, the shortest that there is; here somebody sits before it.
LOCAL_RELEASE_SECONDS = 10.0
DELIVERIES = "DeliveryQueue"
PERIOD = "RELEASE_SECONDS"


class CannotServe(Exception):
    """The run can't start; the sentence says why."""


@dataclass(frozen=True)
class Place:
    """Where and with what to run."""

    host: str
    port: int
    rules_file: Path
    rules: Rules
    secrets: dict[str, tuple[str, ...]]
    live: bool
    rules_source: str
    release_seconds: float  # between two looks for who is due

    @classmethod
    def of(cls, host: str, port: int, rules_file: Path, environ: Mapping[str, str]) -> "Place":
        """Raises RulesError, ValueError for unreadable secrets, CannotServe."""
        rules = load(rules_file)
        live = environ.get("LIVE") == "1"
        if live and not environ.get(API_KEY):
            raise CannotServe(f"LIVE=1 sends real messages and needs your key in {API_KEY}.")
        source = environ.get("RULES_SOURCE") or FROM_PACKAGE
        if source not in {FROM_PACKAGE, FROM_TABLE}:
            raise CannotServe(f"RULES_SOURCE has to be {FROM_PACKAGE} or {FROM_TABLE}, not {source}.")
        period = _period(environ.get(PERIOD))
        return cls(host, port, rules_file.resolve(), rules, secrets_for(rules, environ), live, source, period)

    @property
    def url(self) -> str:
        """The address under which this machine reaches it."""
        host = LOOPBACK if self.host in {"0.0.0.0", "::", "localhost"} else self.host  # noqa: S104 - compared, not bound
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def blooio_base_url(self) -> str:
        """Where messages are sent."""
        return LIVE_BASE_URL if self.live else f"{self.url}/blooio/v4"

    def environment(self, function: Function, engine_url: str) -> dict[str, str]:
        """Return what the function finds in its environment: the template's variables, pointed at this machine."""
        return {
            **function.environment,
            **CREDENTIALS,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL": engine_url,
            "BLOOIO_BASE_URL": self.blooio_base_url,
            "HOOKLINE_SECRETS": json.dumps({name: list(values) for name, values in self.secrets.items()}),
            "SECRETS_ID": "",
            "RULES_FILE": str(self.rules_file),
            "LEASE_SECONDS": LOCAL_LEASE_SECONDS,
            "POWERTOOLS_METRICS_DISABLED": "true",
            "LOG_LEVEL": os.environ.get("LOG_LEVEL", "ERROR"),
        }


def serve(place: Place) -> None:
    """Serve until stopped by Ctrl-C or SIGTERM, which ends in KeyboardInterrupt. Raises CannotServe."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with _bound(place) as listener, ExitStack() as stack, ThreadPoolExecutor(1) as side:
        place = replace(place, port=listener.getsockname()[1])
        engine_port = _free_port(place.port + 1)
        engine_url = f"http://{LOOPBACK}:{engine_port}"
        template = Template.load(TEMPLATE, engine_url, {RULES_SOURCE: place.rules_source})
        journal = stack.enter_context(tempfile.TemporaryDirectory(prefix="hookline-"))
        # Each has a second or two of imports; they go on side by side, and the others wait for the engine.
        starting = side.submit(Engine, TEMPLATE, engine_port)
        worker = Supervised(
            ["local.cloud.worker", "--template", str(TEMPLATE), "--queue", DELIVERIES, "--journal", journal],
            {**os.environ, **place.environment(_worker(template), engine_url)},
        )
        period = ["--seconds", str(place.release_seconds)]
        scheduler = Supervised(
            ["local.cloud.scheduler", "--template", str(TEMPLATE), *period],
            {**os.environ, **_scheduled(place, template, engine_url)},
        )
        try:
            receipts = stack.enter_context(Receipts(f"{place.url}/receipts", place.secrets[WEBHOOK_SECRET][0]))
            if place.rules_source == FROM_TABLE:
                starting.result()  # the functions ask its table for the rules as they are loaded
            app = _app(place, template, engine_url, receipts)
            stack.enter_context(starting.result())
        except RuntimeError as error:
            raise CannotServe(str(error)) from error
        finally:
            # Stopped before the engine that they work on, the scheduler first: what it wakes is for the worker.
            stack.callback(worker.stop)
            stack.callback(scheduler.stop)
        stack.enter_context(_published(place, template, engine_url))
        _Server(uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off"), place).run([listener])


class _Server(uvicorn.Server):
    """Says what is served once it is."""

    def __init__(self, config: uvicorn.Config, place: Place) -> None:
        super().__init__(config)
        self._place = place

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(banner(self._place), flush=True)


def banner(place: Place) -> str:
    """Return what the terminal shows."""
    posts = "\n\n".join(f"  {line}" for line in curl.lines(place.rules, place.secrets, place.url))
    until = ", until others are pushed: hookline push RULES" if place.rules_source == FROM_TABLE else ""
    where = "LIVE: messages really go out through Blooio." if place.live else f"The phone is at {place.url}/"
    return f"""
Hookline is listening on {place.url}/hooks/{{source}} for {", ".join(place.rules.sources)}.
Rules: {place.rules_file}{until}
{where}

Send something (each paste is a new event):

{posts}

See what arrived:  curl {place.url}/blooio/messages
Stop with Ctrl-C.
"""


def _app(place: Place, template: Template, engine_url: str, receipts: Receipts) -> Starlette:
    phone = Phone(chats=[chat.id for chat in place.rules.chats.values()], key=place.secrets[API_KEY][0])
    provider: ASGIApp = simulator(phone, receipts)
    if place.rules_source == FROM_TABLE:
        versions = Versions(clients_for(engine_url)("dynamodb"), template.outputs[TABLE])
        provider = Acquainted(provider, phone, versions)
    app = Starlette(routes=[*page(), Mount("/blooio", provider)])
    integrations = {}
    for route in template.routes:
        function = template.functions[route.function]
        os.environ.update(place.environment(function, engine_url))
        handler = load_handler(function)
        integrations[f"{route.method} {route.path}"] = Integration(
            _told(handler) if route.path.startswith("/hooks/") else handler,
            function.name,
            function.timeout_seconds,
            function.memory_mb,
        )
    app.router.default = gateway(integrations)
    return app


def _told(handler: Handler) -> Handler:
    """Print a line for each webhook, so that the terminal shows what came and what became of it."""

    def handle(event: dict[str, Any], context: Any) -> Any:
        answer = handler(event, context)
        print(
            f"{time.strftime('%T')}  {answer['statusCode']}  {printable(event['rawPath'])}  {_outcome(answer)}",
            flush=True,
        )
        return answer

    return handle


def _outcome(answer: Any) -> str:
    headers = answer.get("headers") or {}
    if "json" not in headers.get("Content-Type", ""):
        return f"goes on to {headers['Location']}" if "Location" in headers else "sees a page" if answer["body"] else ""
    content = json.loads(answer.get("body") or "{}")
    chats = [delivery["chat"] for delivery in content.get("deliveries", [])]
    return content.get("reason") or content.get("detail") or (f"to {', '.join(chats)}" if chats else "")


def _published(place: Place, template: Template, engine_url: str) -> AbstractContextManager[None]:
    run = Run(
        pid=os.getpid(),
        port=place.port,
        url=place.url,
        engine_url=engine_url,
        blooio_base_url=place.blooio_base_url,
        rules_file=str(place.rules_file),
        outputs=template.outputs,
        secrets=place.secrets,
    )
    return published(run)


def _worker(template: Template) -> Function:
    return template.functions[template.event_source(DELIVERIES).function]


def _scheduled(place: Place, template: Template, engine_url: str) -> dict[str, str]:
    """Return the environment of the functions that have a schedule; they run in one process."""
    variables: dict[str, str] = {}
    for schedule in template.schedules:
        variables |= place.environment(template.functions[schedule.function], engine_url)
    return variables


def _period(given: str | None) -> float:
    if not given:
        return LOCAL_RELEASE_SECONDS
    try:
        seconds = float(given)
    except ValueError:
        seconds = 0
    if not 0 < seconds <= threading.TIMEOUT_MAX:
        raise CannotServe(f"{PERIOD} has to be a number of seconds above 0, not {given}.")
    return seconds


@contextmanager
def _bound(place: Place) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((place.host, place.port))
        except OSError as error:
            sentence = f"Nothing can listen on {place.host}:{place.port} ({error.strerror}); choose another PORT."
            raise CannotServe(sentence) from error
        yield listener


def _free_port(wanted: int) -> int:
    """Return the port beside the gateway's, which `sam local` expects the engine on, or any other if it is taken."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((LOOPBACK, wanted))
        except OSError:
            print(
                f"Port {wanted} is taken; the local engine uses another, which `sam local` won't find.", file=sys.stderr
            )
            trial.bind((LOOPBACK, 0))
        port: int = trial.getsockname()[1]
        return port
