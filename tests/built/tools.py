"""The SAM CLI, and a Python of Lambda's version with Lambda's runtime client in it."""

import os
import shutil
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.cloud.intrinsics import parse
from local.cloud.template import Template
from local.project import ROOT

RUNTIME_CLIENT = "awslambdaric"
LAMBDA_PYTHON = "python3.13"
BUILD_SECONDS = 300
NOWHERE = "http://127.0.0.1:9"  # the discard port: nobody asks these templates for a queue


class Missing(Exception):
    """What has to be installed first."""


class Failed(Exception):
    """What one of the tools said."""


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

    def mount(self, opt: Path) -> Path:
        """Fill the folder as Lambda fills /opt: every layer in its order, the later over the earlier."""
        document: dict[str, Any] = parse(self.template_file.read_text(encoding="utf-8"))
        for layer in document["Globals"]["Function"]["Layers"]:
            shutil.copytree(self.layer(layer["Ref"]), opt, dirs_exist_ok=True, copy_function=os.link)
        return opt


def run(*command: str | Path) -> str:
    """Run one of the tools in the project's folder and return what it printed. Raises Failed."""
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
    if done.returncode:
        raise Failed(f"{' '.join(map(str, command))} failed:\n{done.stdout}\n{done.stderr}")
    return done.stdout + done.stderr


def sam() -> str:
    """Return the SAM CLI. Raises Missing."""
    program = os.environ.get("SAM") or shutil.which("sam")
    if not program:
        raise Missing("there is no sam: install aws-sam-cli, or name it in the variable SAM.")
    return program


def lambda_python() -> str:
    """Return the interpreter of Lambda's version; `sam build` looks for it in the same place. Raises Missing."""
    found = shutil.which(LAMBDA_PYTHON)
    # A version manager leaves the name behind for versions that it has but doesn't offer here.
    if not found or subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode:
        raise Missing(f"there is no {LAMBDA_PYTHON} on the PATH.")
    return found


def build(architecture: str, folder: Path) -> Build:
    """Build into the folder. Raises Missing and Failed."""
    lambda_python()
    # Not cached: what an earlier build left behind must not decide what this one has.
    run(sam(), "build", "--no-cached", "--build-dir", folder, "--parameter-overrides", f"Architecture={architecture}")
    return Build(folder)


def runtime_python() -> Path:
    """Return an interpreter that has Lambda's runtime client and nothing else of ours: boto3 comes from the layer.

    Raises Missing and Failed.
    """
    python = lambda_python()
    pins = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    (pin,) = (pin for pin in pins["dev"] if pin.startswith(f"{RUNTIME_CLIENT}=="))
    made = ROOT / ".aws-sam" / "runtimes" / pin / "bin" / "python"
    if not (made.parent / RUNTIME_CLIENT).exists():
        run(python, "-m", "venv", "--clear", made.parents[1])
        run(made, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", pin)
        (made.parent / RUNTIME_CLIENT).touch()  # pip was not interrupted
    return made
