"""Everything on this machine: gateway, simulated provider and phone page here; engine, worker, scheduler beside it."""

import os
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from hookline.receipts import WEBHOOK_SECRET
from hookline.wiring import API_KEY, now_ms
from local.acquainted import Acquainted
from local.cloud.engine import Clients, Engine, clients_for
from local.cloud.gateway import Integration, gateway
from local.cloud.supervise import Supervised
from local.cloud.template import Function, Template, load_handler
from local.commands.history import History
from local.commands.runs import Run, published
from local.commands.stack import FROM_TABLE, RULES_SOURCE, SECRETS, TABLE
from local.commands.versions import Versions
from local.keys import KeyRing
from local.page import Desk, Where, page
from local.page.door import Door
from local.page.guarded import Guarded
from local.place import CannotServe, Place
from local.project import TEMPLATE
from local.provider.phone import Phone
from local.provider.receipts import Receipts
from local.provider.simulator import simulator
from local.running import Running
from local.terminal import banner, teller, told

DELIVERIES = "DeliveryQueue"
PROFILES = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")
LAST_ANSWERS_SECONDS = 2  # that a server which is stopped waits for them
_SERVING: dict[str, Any] = {
    "log_level": "warning",
    "access_log": False,
    "lifespan": "off",
    "timeout_graceful_shutdown": LAST_ANSWERS_SECONDS,
}


def serve(place: Place) -> None:
    """Serve until stopped by Ctrl-C or SIGTERM, which ends in KeyboardInterrupt. Raises CannotServe."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    for name in PROFILES:  # of Amazon's nothing is asked, so it matters to no part whether this machine has the profile
        os.environ.pop(name, None)
    with _bound(place) as listener, ExitStack() as stack, ThreadPoolExecutor(1) as side:
        place = replace(place, port=listener.getsockname()[1])
        engine_port = _free_port(place.engine_host, place.port + 1)
        engine_url = f"http://{place.engine_host}:{engine_port}"
        template = Template.load(TEMPLATE, engine_url, {RULES_SOURCE: FROM_TABLE})
        journal = stack.enter_context(tempfile.TemporaryDirectory(prefix="hookline-"))
        # Each has a second or two of imports; they go on side by side, and the others wait for the engine.
        starting = side.submit(Engine, TEMPLATE, engine_port, place.engine_host)
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
            stack.enter_context(starting.result())  # the functions ask its table for the rules as they are loaded
            phone = Phone(chats=[], key=place.secrets[API_KEY][0])
            running = _running(place, template, clients_for(engine_url), phone)
            desk = _desk(place, template, clients_for(engine_url), running)
            phone.observe(desk.phone_changed)
            app = _app(place, template, engine_url, simulator(phone, receipts), desk)
        except RuntimeError as error:
            raise CannotServe(str(error)) from error
        finally:
            # Stopped before the engine that they work on, the scheduler first: what it wakes is for the worker.
            stack.callback(worker.stop)
            stack.callback(scheduler.stop)
        stack.enter_context(_published(place, template, engine_url))
        stack.enter_context(_watched(running))
        _Server(uvicorn.Config(app, **_SERVING), place, desk).run([listener])


def _running(place: Place, template: Template, clients: Clients, phone: Phone) -> Running:
    store, name = clients("secretsmanager"), template.outputs[SECRETS]
    keys = KeyRing(place.secrets, os.environ, lambda text: store.put_secret_value(SecretId=name, SecretString=text))
    versions = Versions(clients("dynamodb"), template.outputs[TABLE])
    running = Running(place.rules_file, versions, keys, phone.know, now_ms=now_ms)
    running.observe(teller(running, place.url))
    return running


@contextmanager
def _watched(running: Running) -> Iterator[None]:
    stopping = threading.Event()
    thread = threading.Thread(target=running.watch, args=(stopping,), daemon=True, name="watch over the rules")
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


class _Server(uvicorn.Server):
    """Says what is served once it is, and doesn't wait for the pages that are open when it stops."""

    def __init__(self, config: uvicorn.Config, place: Place, desk: Desk) -> None:
        super().__init__(config)
        self._place = place
        self._desk = desk

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(banner(self._place), flush=True)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._desk.close()
        await super().shutdown(sockets)


def _desk(place: Place, template: Template, clients: Clients, running: Running) -> Desk:
    history = History(clients("dynamodb"), template.outputs[TABLE])
    return Desk(Where(place.host, place.url, place.live), running, history, now_ms)


def _app(place: Place, template: Template, engine_url: str, provider: ASGIApp, desk: Desk) -> Starlette:
    provider = Guarded(desk.watching(Acquainted(provider, desk.running.look)), Door(place.host, place.url))
    app = Starlette(routes=[*page(desk), Mount("/blooio", provider)])
    integrations = {}
    for route in template.routes:
        function = template.functions[route.function]
        os.environ.update(place.environment(function, engine_url))
        handler = load_handler(function)
        integrations[f"{route.method} {route.path}"] = Integration(
            desk.hearing(told(handler)) if route.path.startswith("/hooks/") else handler,
            function.name,
            function.timeout_seconds,
            function.memory_mb,
        )
    app.router.default = gateway(integrations)
    return app


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


@contextmanager
def _bound(place: Place) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    # asyncio sends at once (TCP_NODELAY) only where the protocol is said: without, every answer after the first on a
    # connection waits 40 ms for the receipt of its own headers.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((place.host, place.port))
        except OSError as error:
            sentence = f"Nothing can listen on {place.host}:{place.port} ({error.strerror}); choose another PORT."
            raise CannotServe(sentence) from error
        yield listener


def _free_port(host: str, wanted: int) -> int:
    """Return the port beside the gateway's, which `sam local` expects the engine on, or any other if it is taken."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, wanted))
        except OSError:
            print(
                f"Port {wanted} is taken; the local engine uses another, which `sam local` won't find.", file=sys.stderr
            )
            trial.bind((host, 0))
        port: int = trial.getsockname()[1]
        return port
