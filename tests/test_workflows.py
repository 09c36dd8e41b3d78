"""The pipeline calls what there is, may do no more than it needs, and goes by the versions of the rest."""

import os
import re
import shutil
import stat
import string
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.doc_blocks import programs, shell

from local.cloud.intrinsics import parse
from local.pins import PROJECT, TOOLS
from local.project import ROOT, TEMPLATE

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
# What the runners have.
THEIRS = {"git", "gh", "python"}
SAM = os.environ.get("SAM") or shutil.which("sam")
FILE = re.compile(r"[\w./-]+\.(?:txt|in|toml)$")
PINNED = re.compile(r"[\w-]+/[\w-]+@[0-9a-f]{40}")
NAMED = re.compile(r"(?:^LAMBDA_PYTHON=|^ +)(python3\.\d+) ", re.MULTILINE)
VERSION = re.compile(r"# v\d+\.\d+\.\d+$")


def read(path: Path) -> dict[Any, Any]:
    content: dict[Any, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


def jobs() -> list[tuple[str, dict[str, Any]]]:
    return [(f"{path.stem}/{name}", job) for path in WORKFLOWS for name, job in read(path)["jobs"].items()]


def steps() -> list[tuple[str, dict[str, Any]]]:
    return [(name, step) for name, job in jobs() for step in job.get("steps", [])]


def calls(job: dict[str, Any], step: dict[str, Any]) -> Iterator[shell.Call]:
    """Give what a step calls, with the job's own variables put in."""
    script = string.Template(step.get("run", "")).safe_substitute(job.get("env", {}))
    for line in shell.lines(script):
        yield from shell.calls(line.text)


def check(call: shell.Call) -> None:
    script = ROOT / ".ci" / call.program
    if script.exists():
        assert script.stat().st_mode & stat.S_IXUSR, f"{script} can't be run."
    elif call.program not in THEIRS:
        programs.check(call, SAM)


@pytest.mark.parametrize(("name", "job"), jobs(), ids=[name for name, _ in jobs()])
def test_what_a_job_runs_is_there(name: str, job: dict[str, Any]) -> None:
    for step in job.get("steps", []):
        for call in calls(job, step):
            check(call)
            files = [found[0] for word in call.arguments if (found := FILE.search(word))]
            assert [file for file in files if not (ROOT / file).exists()] == [], name


def test_every_action_is_pinned_to_a_commit_and_says_which_version_that_is() -> None:
    lines = [line for path in WORKFLOWS for line in path.read_text(encoding="utf-8").splitlines() if "uses: " in line]
    others = [line for line in lines if "uses: ./.github/workflows/" not in line]
    assert len(others) > 10
    assert [line for line in others if not (PINNED.search(line) and VERSION.search(line))] == []


def test_an_action_has_one_commit_everywhere() -> None:
    used = {step["uses"] for _, step in steps() if "uses" in step}
    assert len(used) == len({use.partition("@")[0] for use in used})


def test_the_workflows_may_read_and_each_job_may_do_only_what_it_is_for() -> None:
    assert {path.stem: read(path)["permissions"] for path in WORKFLOWS} == {
        "test": {"contents": "read"}, "deploy": {"contents": "read"}, "update": {},
    }  # fmt: skip
    deploys = {"contents": "read", "id-token": "write"}
    assert {name: job["permissions"] for name, job in jobs() if "permissions" in job} == {
        "deploy/default": deploys, "deploy/prod": deploys, "update/raise": {"contents": "read"},
        "update/propose": {"contents": "write", "pull-requests": "write"},
    }  # fmt: skip


def test_no_secret_is_used_and_only_who_opens_the_pull_request_has_a_token() -> None:
    assert [path.name for path in WORKFLOWS if "secrets." in path.read_text(encoding="utf-8")] == []
    has_token = [name for name, job in jobs() if "token" in str(job.get("env")) + str(job.get("steps"))]
    assert has_token == ["update/propose"]
    keeps = [name for name, step in steps() if step.get("uses", "").startswith("actions/checkout@")
             and step.get("with", {}).get("persist-credentials") is not False]  # fmt: skip
    assert keeps == ["update/propose"]


def test_what_may_write_runs_nothing_that_was_fetched() -> None:
    (propose,) = [job for name, job in jobs() if name == "update/propose"]
    called = {call.program for step in propose["steps"] for call in calls(propose, step)}
    assert called == {"git", "gh"}


def test_the_pull_request_has_what_raising_writes_and_nothing_else() -> None:
    (propose,) = [job for name, job in jobs() if name == "update/propose"]
    words = [word for step in propose["steps"] for call in calls(propose, step) for word in call.arguments]
    let_through = {word.removeprefix("--include=") for word in words if word.startswith("--include=")}
    written = {PROJECT, TOOLS, TOOLS.with_suffix(".txt"), ROOT / "functions" / "layer" / "requirements.txt"}
    assert let_through == {str(path.relative_to(ROOT)) for path in written}


def test_dependabot_raises_what_pins_do_not() -> None:
    (update,) = read(ROOT / ".github" / "dependabot.yml")["updates"]
    assert update["package-ecosystem"] == "github-actions"


def test_credentials_are_asked_for_after_everything_is_installed_and_only_for_a_proof() -> None:
    for name, job in jobs():
        asked = [
            n for n, step in enumerate(job.get("steps", [])) if "configure-aws-credentials" in step.get("uses", "")
        ]
        assert len(asked) == (job.get("permissions", {}).get("id-token") == "write"), name
        for n in asked:
            assert set(job["steps"][n]["with"]) == {"role-to-assume", "aws-region"}
            assert [step["run"].split()[:2] for step in job["steps"][n + 1 :]] == [["sam", "deploy"]]


def test_each_stack_is_deployed_alone_by_its_own_environment_and_configuration() -> None:
    configured = tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))
    deploying = {name: job for name, job in jobs() if "environment" in job}
    assert sorted(job["environment"] for job in deploying.values()) == ["default", "prod"]
    for job in deploying.values():
        assert job["env"]["STACK"] == job["environment"]
        assert "deploy" in configured[job["environment"]]
        assert job["concurrency"] == {"group": f"deploy-{job['environment']}", "cancel-in-progress": False}


def test_the_python_is_that_of_the_functions() -> None:
    runtime = parse(TEMPLATE.read_text(encoding="utf-8"))["Globals"]["Function"]["Runtime"]
    used = {step["with"]["python-version"] for _, step in steps() if "setup-python@" in step.get("uses", "")}
    assert used == {runtime.removeprefix("python")}
    for script in (ROOT / ".ci" / "run", ROOT / ".ci" / "build"):
        assert set(NAMED.findall(script.read_text(encoding="utf-8"))) == {runtime}
