"""What `sam build` makes of the project, once per session, and a Python 3.13 with Lambda's runtime client in it."""

import os
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import pytest

from local.cloud.intrinsics import parse
from local.cloud.template import Template
from local.project import ROOT

RUNTIME_CLIENT = "awslambdaric"
BUILD_SECONDS = 300
NOWHERE = "http://127.0.0.1:9"  # the discard port: nobody asks these templates for a queue


@dataclass(frozen=True)
class Build:
    """The folder that `sam build` filled, and the template that it wrote there for `sam deploy`."""

    folder: Path

    @property
    def template_file(self) -> Path:
        return self.folder / "template.yaml"

    @property
    def template(self) -> Template:
        return Template.load(self.template_file, NOWHERE)

    def layer(self, name: str) -> Path:
        """Return the folder that is deployed as the layer, whose content Lambda mounts at /opt."""
        resources: dict[str, Any] = parse(self.template_file.read_text(encoding="utf-8"))["Resources"]
        return self.folder / resources[name]["Properties"]["ContentUri"]


def missing(what: str) -> NoReturn:
    """End the test: with a reason on a developer's machine, as a failure where everything has to run."""
    if os.environ.get("HOOKLINE_REQUIRE_ALL") == "1":
        pytest.fail(f"HOOKLINE_REQUIRE_ALL is set, but {what}")
    pytest.skip(f"What gets deployed was NOT tested: {what}")


def run(*command: str | Path) -> str:
    """Run one of the tools in the project's folder and return what it printed; its failure fails the test."""
    env = {**os.environ, "SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": "us-east-1"}
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=BUILD_SECONDS,
        check=False,  # what it said is worth more than its number
    )
    assert done.returncode == 0, f"{' '.join(map(str, command))} failed:\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


@pytest.fixture(scope="session")
def sam() -> Callable[..., str]:
    program = os.environ.get("SAM") or shutil.which("sam")
    if not program:
        missing("there is no sam: install aws-sam-cli, or name it in the variable SAM.")
    return lambda *arguments: run(program, *arguments)


@pytest.fixture(scope="session")
def python() -> str:
    """Return the interpreter of Lambda's version; `sam build` looks for it in the same place."""
    found = shutil.which("python3.13")
    # A version manager leaves the name behind for versions that it has but doesn't offer here.
    if not found or subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode:
        missing("there is no python3.13 on the PATH.")
    return found


@pytest.fixture(scope="session")
def build(sam: Callable[..., str], python: str) -> Iterator[Callable[[str], Build]]:
    """Return a function that builds for an architecture, each only once."""
    assert python
    with tempfile.TemporaryDirectory() as folder:

        @cache
        def build(architecture: str) -> Build:
            target = Path(folder, architecture)
            # Not cached: what an earlier build left behind must not decide what this one has.
            sam("build", "--no-cached", "--build-dir", target, "--parameter-overrides", f"Architecture={architecture}")
            return Build(target)

        yield build


@pytest.fixture(scope="session")
def runtime_python(python: str) -> Path:
    """Return an interpreter that has Lambda's runtime client and nothing else of ours: boto3 comes from the layer."""
    pins = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    (pin,) = (pin for pin in pins["dev"] if pin.startswith(f"{RUNTIME_CLIENT}=="))
    made = ROOT / ".aws-sam" / "runtimes" / pin / "bin" / "python"
    if not (made.parent / RUNTIME_CLIENT).exists():
        run(python, "-m", "venv", "--clear", made.parents[1])
        run(made, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", pin)
        (made.parent / RUNTIME_CLIENT).touch()  # pip was not interrupted
    return made
