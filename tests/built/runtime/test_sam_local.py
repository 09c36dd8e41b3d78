"""The recipes of `sam local`, by the SAM CLI itself against a `make run`; only Docker is played."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests import warm
from tests.built.conftest import Build, missing
from tests.built.runtime import container
from tests.doc_blocks import reader, shell
from tests.doc_blocks.reader import Stale
from tests.doc_blocks.sam_command import python_of
from tests.test_run import TOKEN, eventually, free_port, running

from local.cloud.intrinsics import REGION
from local.cloud.template import Template
from local.commands import runs
from local.project import EVENTS, ROOT, SAM_LOCAL, TEMPLATE

pytestmark = pytest.mark.slow

WITHIN = 120  # seconds
DOCKER_HOST = "host.docker.internal"
LAUNCHER = Path(container.__file__).with_name("without_docker.py")
OVERRIDDEN: dict[str, dict[str, str]] = json.loads(SAM_LOCAL.read_text(encoding="utf-8"))
# Several pages may have the same.
RECIPES = {
    line.text.partition(" #")[0].strip(): f"{block.page.name}:{block.line + line.number}"
    for block in reader.blocks()
    if block.language == "sh"
    for line in shell.lines(block.text)
    if any(call.program == "sam" and call.arguments[:2] == ("local", "invoke") for call in shell.calls(line.text))
}


@dataclass(frozen=True)
class Checkout:
    """A folder with what the recipes need of a checkout, beside a run and a host for what SAM would start in Docker."""

    folder: Path
    run: runs.Run
    http: httpx.Client
    host: container.Host

    def start(self, line: str) -> "subprocess.Popen[str]":
        path = os.pathsep.join([str(self.folder / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]])
        # No credentials: with any, SAM asks Amazon whose they are. No region either: the recipe's own has to do.
        others = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        nobodys = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
        env = {**others, **nobodys, "PATH": path, "SAM_CLI_TELEMETRY": "0", "CONTAINERS": self.host.url}
        return subprocess.Popen(
            ["bash", "-euo", "pipefail", "-c", line], cwd=self.folder, env=env, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def answer(self, line: str) -> Any:
        """Return what a line prints, which is what the function answers."""
        with self.start(line) as process:
            out, err = process.communicate(timeout=WITHIN)
        assert process.returncode == 0, err
        return json.loads(out)


@pytest.fixture(scope="module")
def checkout(
    tmp_path_factory: pytest.TempPathFactory, sam: Callable[..., str], native: Build, runtime_python: Path
) -> Iterator[Checkout]:
    assert sam
    folder = tmp_path_factory.mktemp("checkout")
    # As the page says for Linux: where containers can reach it.
    with running(tmp_path_factory.mktemp("run"), HOST=container.GATEWAY) as begun, ExitStack() as stack:
        run = runs.find(int(begun.url.rpartition(":")[2]))
        http = stack.enter_context(httpx.Client(base_url=run.url, timeout=WITHIN))
        host = stack.enter_context(container.hosting(runtime_python))
        furnish(folder, native, run)
        program(folder / "bin" / "sam", stack.enter_context(warm.serving(LAUNCHER, folder / "socket", sams_python())))
        (folder / ".venv" / "bin").mkdir(parents=True)
        (folder / ".venv" / "bin" / "hookline").symlink_to(Path(sys.executable).with_name("hookline"))
        yield Checkout(folder, run, http, host)


def furnish(folder: Path, built: Build, run: runs.Run) -> None:
    """Copy what the recipes read; the ports are those of this run."""
    build = folder / ".aws-sam" / "build"
    build.mkdir(parents=True)
    for path in built.folder.iterdir():
        (build / path.name).symlink_to(path)
    (build / "template.yaml").unlink()
    # As `sam build` writes it where it usually does; what lies outside is named by its way there.
    text = built.template_file.read_text(encoding="utf-8")
    (build / "template.yaml").write_text(re.sub(r"(?:\.\./)+\S*(functions/\w+)", r"../../\1", text), encoding="utf-8")
    (folder / "functions").mkdir()
    (folder / "functions" / "rules").symlink_to(ROOT / "functions" / "rules")
    for path in (ROOT / "template.yaml", ROOT / "samconfig.toml"):
        shutil.copy(path, folder)
    shutil.copytree(EVENTS, folder / "events")
    text = SAM_LOCAL.read_text(encoding="utf-8").replace(str(runs.USUAL_PORT + 1), run.engine_url.rpartition(":")[2])
    copy = folder / SAM_LOCAL.relative_to(ROOT)
    copy.parent.mkdir(parents=True)
    copy.write_text(text.replace(str(runs.USUAL_PORT), str(run.port)), encoding="utf-8")


def program(path: Path, script: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(script, encoding="utf-8")
    path.chmod(0o755)


def sams_python() -> str:
    try:
        return python_of(shutil.which(os.environ.get("SAM") or "sam") or "")
    except Stale as error:
        missing(str(error))


def test_a_webhook_is_answered_as_the_page_shows_and_lies_on_the_phone_of_the_run(checkout: Checkout) -> None:
    shown = next(block for block in reader.blocks() if block.page.name == "sam-local.md" and block.language == "json")
    line = "sam local invoke ReceiveFunction -e events/alertmanager_critical.json"
    first, again = checkout.answer(line), checkout.answer(line)
    assert deliveries(first) == deliveries(json.loads(shown.text))
    assert [delivery["status"] for delivery in deliveries(first) + deliveries(again)] == ["sent", "duplicate"]
    [text] = [message["text"] for message in checkout.http.get("/blooio/messages").json()]
    assert text.startswith("🔥 DiskAlmostFull on db-1.example.net:9100\n")


def deliveries(answer: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(answer["body"])["deliveries"]
    return found


def test_the_function_is_given_what_the_template_names_and_this_project_sets(checkout: Checkout) -> None:
    checkout.answer("sam local invoke ReceiveFunction -e events/alertmanager_watchdog.json")
    asked = checkout.host.asked[-1]
    function = Template.load(TEMPLATE, "http://127.0.0.1").functions["ReceiveFunction"]
    of_lambda = {name for name in asked["environment"] if name.startswith("AWS_")} - {"AWS_ENDPOINT_URL"}
    assert asked["environment"].keys() - of_lambda == function.environment.keys()
    assert asked["environment"]["AWS_REGION"] == REGION
    assert asked["handler"] == function.handler


@pytest.mark.parametrize("line", RECIPES, ids=RECIPES.get)
def test_a_recipe_is_answered(checkout: Checkout, line: str) -> None:
    answer = checkout.answer(line)
    if answer is not None and "batchItemFailures" not in answer:
        assert answer["statusCode"] == HTTPStatus.OK, answer
    else:
        assert answer in (None, {"batchItemFailures": []})


def test_start_api_serves_the_routes_of_the_template(checkout: Checkout) -> None:
    port = free_port()
    with checkout.start(f'exec "{sams_python()}" "{LAUNCHER}" local start-api --port {port}') as process:
        try:
            url = f"http://127.0.0.1:{port}/hooks/alertmanager"
            body = json.loads((EVENTS / "alertmanager_critical.json").read_text(encoding="utf-8"))["body"]
            answered = eventually(lambda: posted(url, body), WITHIN)
            assert answered.json()["deliveries"][0]["status"] == "sent", answered.text
        finally:
            process.terminate()
        said = process.communicate(timeout=WITHIN)[1]
    mounted = re.findall(r"Mounting (\w+) at http://127\.0\.0\.1:\d+(\S+) \[([A-Z, ]+)\]", said)
    served = {(name, path, "ANY" if ", " in methods else methods) for name, path, methods in mounted}
    assert served == {(r.function, r.path, r.method) for r in Template.load(TEMPLATE, "http://127.0.0.1").routes}


def posted(url: str, body: str) -> httpx.Response | None:
    headers = {**TOKEN, "Content-Type": "application/json", "Idempotency-Key": "for start-api"}
    try:
        return httpx.post(url, content=body, headers=headers, timeout=WITHIN)
    except httpx.TransportError:
        return None


def test_the_run_is_where_and_as_the_variables_say(checkout: Checkout) -> None:
    run, common = checkout.run, OVERRIDDEN["Parameters"]
    assert common["AWS_ENDPOINT_URL"] == f"http://{DOCKER_HOST}:{runs.USUAL_PORT + 1}"
    there = run.blooio_base_url.replace(f"{container.GATEWAY}:{run.port}", f"{DOCKER_HOST}:{runs.USUAL_PORT}")
    assert common["BLOOIO_BASE_URL"] == there
    assert common["DELIVERY_LOG_TABLE"] == run.outputs["DeliveryLogTable"]
    queue = run.outputs["DeliveryQueueUrl"].removeprefix(run.engine_url)
    assert OVERRIDDEN["DeliverFunction"]["DELIVERY_QUEUE_URL"] == f"{common['AWS_ENDPOINT_URL']}{queue}"
    held = json.loads(common["HOOKLINE_SECRETS"])
    assert {name: run.secrets[name] for name in held if name in run.secrets and name != "BLOOIO_WEBHOOK_SECRET"} == {
        name: [value] for name, value in held.items() if name != "BLOOIO_WEBHOOK_SECRET"
    }
