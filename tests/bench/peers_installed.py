"""How each of the tools that are compared is set up and started, as its users do it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from local.cloud.engine import CREDENTIALS, Engine
from local.cloud.intrinsics import REGION
from local.cloud.template import Template
from local.project import RULES, TEMPLATE

SERVED = Path(__file__).with_name("served")
APPRISE = "apprise==2.2.0"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hookline-tests"


class Absent(Exception):
    """A tool isn't here; the sentence says what would bring it."""


@dataclass(frozen=True)
class Place:
    """Where a tool listens, and whom it texts; ``folder`` is its own."""

    folder: Path
    port: int
    provider_url: str
    chat: str
    key: str
    token: str

    @property
    def hook_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks/alertmanager"

    @property
    def environment(self) -> dict[str, str]:
        """Return what a script needs to know to text the chat."""
        send_url = f"{self.provider_url}/v4/chats/{self.chat}/messages"
        return {"PATH": os.environ["PATH"], "SEND_URL": send_url, "KEY": self.key, "TOKEN": self.token}


@dataclass(frozen=True)
class Tool:
    version: str
    command: Sequence[str]
    environment: Mapping[str, str]
    note: str


@contextmanager
def hookline(place: Place) -> Iterator[Tool]:
    """The rules that ship. The table is moto in a process of its own, which isn't counted, as DynamoDB isn't."""
    with Engine(TEMPLATE) as engine:
        function = Template.load(TEMPLATE, engine.endpoint_url).functions["ReceiveFunction"]
        environment = dict(function.environment) | CREDENTIALS | {
            "PATH": os.environ["PATH"], "AWS_ENDPOINT_URL": engine.endpoint_url, "AWS_DEFAULT_REGION": REGION,
            "BLOOIO_BASE_URL": f"{place.provider_url}/v4", "DELIVERY_QUEUE_URL": "", "SECRETS_ID": "",
            "HOOKLINE_SECRETS": json.dumps({"BLOOIO_API_KEY": place.key, "ALERTMANAGER_TOKEN": place.token}),
            "RULES_FILE": str(RULES),
        }  # fmt: skip
        command = [sys.executable, str(SERVED / "hookline_server.py"), str(place.port)]
        yield Tool(version("hookline"), command, environment, "both halves in one process, each text in the log")


@contextmanager
def webhook(place: Place) -> Iterator[Tool]:
    """Debian's package of adnanh's webhook, which runs a script with jq and curl."""
    missing = [program for program in ("webhook", "jq", "curl") if not shutil.which(program)]
    if missing:
        raise Absent(f"Left out: there is no {' and no '.join(missing)} here; apt-get install {' '.join(missing)}.")
    hooks = place.folder / "hooks.json"
    hooks.write_text(json.dumps([_hook(place)]), encoding="utf-8")
    command = ["webhook", "-hooks", str(hooks), "-ip", "127.0.0.1", "-port", str(place.port)]
    said = subprocess.run(["webhook", "-version"], capture_output=True, text=True, check=True)
    yield Tool(said.stdout.split()[-1], command, place.environment, "a script with jq and curl for each alert")


def _hook(place: Place) -> dict[str, object]:
    arguments = ("status", "commonLabels.alertname", "commonAnnotations.summary")
    authorization = {"source": "header", "name": "Authorization"}
    return {
        "id": "alertmanager",
        "execute-command": str(SERVED / "notify.sh"),
        "pass-arguments-to-command": [{"source": "payload", "name": name} for name in arguments],
        "trigger-rule": {"match": {"type": "value", "value": f"Bearer {place.token}", "parameter": authorization}},
    }


@contextmanager
def apprise(place: Place) -> Iterator[Tool]:
    """The library with a plugin of one's own, behind the standard library's server."""
    python = _python_with_apprise()
    command = [python, str(SERVED / "apprise_server.py"), str(place.port)]
    asked = [python, "-c", "import apprise; print(apprise.__version__)"]
    said = subprocess.run(asked, capture_output=True, text=True, check=True)
    yield Tool(said.stdout.strip(), command, place.environment, "the library behind Python's http.server")


def _python_with_apprise() -> str:
    """Return an interpreter that has it: this one, or else that of a venv which is made once and kept."""
    with suppress(PackageNotFoundError):
        version("apprise")
        return sys.executable
    made = CACHE / APPRISE
    python = made / "bin" / "python"
    if not (made / "is-whole").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", made], check=True)
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", APPRISE]
        done = subprocess.run(install, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Absent(f"Left out: {APPRISE} could not be installed into {made}.")
        (made / "is-whole").touch()
    return str(python)
