"""Starts the built functions as Lambda would, with its variables, and a provider to send to."""

import json
import os
import platform
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from tests.built.conftest import Build, missing
from tests.built.runtime.api import RuntimeApi, serving
from tests.conftest import Cloud

from local.cloud.engine import CREDENTIALS
from local.cloud.intrinsics import REGION
from local.project import SAM_LOCAL
from local.provider.phone import Phone
from local.provider.simulator import simulator

CHATS = ["chat_a1b2c3d4", "chat_e5f6a7b8"]  # of the rules that ship
OVERRIDES: dict[str, str] = json.loads(SAM_LOCAL.read_text(encoding="utf-8"))["Parameters"]


@pytest.fixture
def phone() -> Phone:
    return Phone(CHATS, json.loads(OVERRIDES["HOOKLINE_SECRETS"])["BLOOIO_API_KEY"])


@pytest.fixture
def provider_url(phone: Phone) -> Iterator[str]:
    app = Starlette(routes=[Mount("/blooio", simulator(phone))])
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    # It listens before the server runs, so nobody has to wait for that.
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/blooio/v4"
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="session")
def native(build: Callable[[str], Build]) -> Build:
    """Return the build that this machine's processor can run."""
    if sys.platform != "linux":
        missing(f"Lambda's libraries run on Linux, and this is {sys.platform}.")
    return build("arm64" if platform.machine() == "aarch64" else "x86_64")


@pytest.fixture(scope="session")
def opt(native: Build) -> Path:
    """Return what Lambda mounts at /opt."""
    return native.mount(native.folder / "opt")


@pytest.fixture
def start(
    opt: Path, native: Build, runtime_python: Path, cloud: Cloud, provider_url: str
) -> Iterator[Callable[..., RuntimeApi]]:
    """Return a function that starts a built function's runtime, with variables as `sam local` would set them."""
    places = {"AWS_ENDPOINT_URL": cloud.url, "BLOOIO_BASE_URL": provider_url}
    with ExitStack() as stack:

        def start(name: str, **variables: str) -> RuntimeApi:
            function = native.template.functions[name]
            api = stack.enter_context(serving(RuntimeApi(function)))
            given = {**function.environment, **OVERRIDES, **places, **variables}
            # `sam local` sets no variable that the template doesn't name.
            env = lambdas_own(api, opt) | {variable: given[variable] for variable in function.environment}
            env["RULES_FILE"] = variables.get("RULES_FILE") or str(opt / Path(env["RULES_FILE"]).name)
            command = [runtime_python, "-m", "awslambdaric", function.handler]
            process = subprocess.Popen(command, cwd=function.code, env=env, stdin=subprocess.DEVNULL)
            stack.callback(process.wait)
            stack.callback(process.kill)
            return api

        yield start


def lambdas_own(api: RuntimeApi, opt: Path) -> dict[str, str]:
    """Return the variables that Lambda sets by itself. The path has the function first, then the layers."""
    function = api.function
    return {
        **CREDENTIALS,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api.server_port}",
        "LAMBDA_TASK_ROOT": str(function.code),
        "PYTHONPATH": os.pathsep.join([str(function.code), str(opt / "python")]),
        "PYTHONDONTWRITEBYTECODE": "1",  # the rules and the build stay as they are
    }
