"""What is compared: the functions as they are built, the floor below them, and the plain artifact beside them."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.bench.cloud import Call, Cloud
from tests.bench.container import Artifact
from tests.built import tools

from local.cloud.engine import CREDENTIALS
from local.cloud.intrinsics import REGION
from local.cloud.template import Function
from local.project import ROOT

HERE = Path(__file__).parent
ARCHITECTURE = "x86_64"
OURS = ("blooio", "hookline", "app")
# What the functions' third-party modules are, in the order in which they were loaded.
_LOADED = "import app, sys; print(*sys.modules)"
_CLIENTS = {
    "ReceiveFunction": "secretsmanager sqs",
    "DeliverFunction": "dynamodb secretsmanager sqs",
    "ReceiptsFunction": "secretsmanager sqs",
    "ReleaseFunction": "dynamodb sqs",
}
_SERVICES = {"AmazonSQS": "sqs", "DynamoDB_20120810": "dynamodb", "secretsmanager": "secretsmanager"}
_WORD = re.compile(r"(?<!^)(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Three:
    """A function in three ways."""

    ours: Artifact
    floor: Artifact
    plain: Artifact

    def by_name(self) -> dict[str, Artifact]:
        return {"ours": self.ours, "floor": self.floor, "plain": self.plain}


class Artifacts:
    """Builds them in a folder, for a cloud. Raises what the tools raise."""

    def __init__(self, folder: Path, cloud: Cloud) -> None:
        self._folder = folder
        self._cloud = cloud
        self.python = tools.runtime_python()
        self._build = tools.build(ARCHITECTURE, folder / "built")
        self._opt = self._build.mount(folder / "opt")
        self._plain = self._plain_build()

    def rules(self, text: str) -> str:
        """Write a rules file and return where it is."""
        file = self._folder / "rules.yaml"
        file.write_text(text, encoding="utf-8")
        return str(file)

    def three(self, name: str, calls: Callable[[Artifact], Sequence[Call]]) -> Three:
        """Return the function in three ways; ``calls`` gives what it asks for one event."""
        function = self._build.template.functions[name]
        ours = Artifact(function, self._opt, self._variables(function))
        return Three(ours, self._floor(ours, calls(ours)), self._plain_of(function))

    def _variables(self, function: Function) -> dict[str, str]:
        url = self._cloud.url
        own = {
            "AWS_ENDPOINT_URL": url,
            "BLOOIO_BASE_URL": f"{url}/v4",
            "DELIVERY_QUEUE_URL": f"{url}/queue/deliveries.fifo",
            "DELIVERY_LOG_TABLE": "DeliveryLog",
            "SECRETS_ID": "bench",
            "RULES_FILE": str(self._opt / "rules.yaml"),
        }
        lambdas = {**CREDENTIALS, "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION}
        return {**function.environment, **lambdas, **own}

    def _floor(self, ours: Artifact, calls: Sequence[Call]) -> Artifact:
        folder = self._folder / "floor" / ours.function.name
        shutil.copytree(HERE / "floor", folder)
        replayed = [(_SERVICES.get(call.service, ""), _method(call), _content(call)) for call in calls]
        (folder / "calls.json").write_text(json.dumps(replayed), encoding="utf-8")
        variables = {
            **ours.variables,
            "FLOOR_MODULES": " ".join(self._third_party(ours)),
            "FLOOR_CLIENTS": _CLIENTS[ours.function.name],
            "FLOOR_CALLS": str(folder / "calls.json"),
        }
        return Artifact(replace(ours.function, code=folder), self._opt, variables)

    def _third_party(self, ours: Artifact) -> list[str]:
        found = subprocess.run([self.python, "-c", _LOADED], env=ours.environment, cwd=ours.function.code,
                               capture_output=True, text=True, check=True).stdout.split()  # fmt: skip
        site = self._opt / "python"
        tops = {path.name.partition(".")[0] for path in site.iterdir()} - set(OURS)
        return [module for module in found if module.partition(".")[0] in tops and "__mypyc" not in module]

    def _plain_build(self) -> Path:
        """Install what the plain artifact needs, each library as old as the layer's."""
        pins = (ROOT / "functions" / "layer" / "requirements.txt").read_text(encoding="utf-8")
        wanted = self._folder / "constraints.txt"
        wanted.write_text("\n".join(re.findall(r"^[\w.-]+==[^\s\\]+", pins, re.MULTILINE)), encoding="utf-8")
        opt = self._folder / "plain"
        pip = (tools.lambda_python(), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-compile")
        tools.run(*pip, "--target", opt / "python", "-c", wanted, "-r", HERE / "plain" / "requirements.txt")
        return opt

    def _plain_of(self, function: Function) -> Artifact:
        module = function.name.removesuffix("Function").lower()
        plain = replace(function, code=HERE / "plain", handler=f"{module}.handler")
        return Artifact(plain, self._plain, self._variables(function))


def _method(call: Call) -> str:
    """Return the name that boto3 has for an operation; of the provider's, its path."""
    return _WORD.sub("_", call.operation).lower() if call.service else str(call.content["path"]).removeprefix("/v4")


def _content(call: Call) -> Any:
    return call.content if call.service else call.content["body"]
