"""How the commands find a stack: the runs of this machine by their files, a deployed one by its outputs."""

import json
import os
import stat
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from hookline.errors import SecretsUnavailable
from local.cloud.template import Template
from local.commands import stack
from local.commands.errors import Wrong
from local.commands.push import Push
from local.commands.runs import NoRun, Run, find, published
from local.commands.stack import NoStack, deployed
from local.project import RULES, TEMPLATE

OUTPUTS = {
    "DeliveryLogTable": "hookline-DeliveryLog-1",
    "DeliveryQueueUrl": "https://sqs.eu-central-1.amazonaws.com/1/deliveries.fifo",
    "DeadLetterQueueUrl": "https://sqs.eu-central-1.amazonaws.com/1/dead.fifo",
    "SecretsId": "arn:secret",
}


def a_run(port: int, pid: int | None = None) -> Run:
    return Run(
        pid=pid or os.getpid(), port=port, url=f"http://127.0.0.1:{port}", engine_url="http://127.0.0.1:1",
        blooio_base_url="http://127.0.0.1:1/v4", rules_file=str(RULES), outputs=OUTPUTS, secrets={"A": ("1",)},
    )  # fmt: skip


def ended_process() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        return process.pid


def test_a_run_is_found_while_it_lasts_and_only_its_owner_can_read_its_secrets(tmp_path: Path) -> None:
    with published(a_run(9000), tmp_path / "runs"):
        [path] = (tmp_path / "runs").iterdir()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert find(None, tmp_path / "runs").port == 9000
    assert not path.exists()
    with pytest.raises(NoRun, match="start `hookline run`"):
        find(None, tmp_path / "runs")


def test_of_several_runs_the_one_asked_for_is_found_else_the_usual_one(tmp_path: Path) -> None:
    with ExitStack() as runs:
        for port in (9000, 8787):
            runs.enter_context(published(a_run(port), tmp_path))
        assert find(9000, tmp_path).port == 9000
        assert find(None, tmp_path).port == 8787
        with pytest.raises(NoRun, match="No run is on port 9001; say which with --port: 8787, 9000"):
            find(9001, tmp_path)


def test_several_runs_of_which_none_is_the_usual_one_have_to_be_told_apart(tmp_path: Path) -> None:
    with published(a_run(9000), tmp_path), published(a_run(9001), tmp_path), pytest.raises(NoRun, match="several"):
        find(None, tmp_path)


def test_what_a_killed_run_left_behind_is_passed_over_and_replaced(tmp_path: Path) -> None:
    (tmp_path / "run-1.json").write_text("{}")
    (tmp_path / "run-2.json").write_text("half a fi")
    left = published(a_run(9000, ended_process()), tmp_path)
    left.__enter__()  # and never left
    with pytest.raises(NoRun):
        find(9000, tmp_path)
    with published(replace(a_run(9000), url="http://new"), tmp_path):
        assert find(9000, tmp_path).url == "http://new"


def test_the_template_has_the_outputs_that_the_commands_look_for() -> None:
    outputs = Template.load(TEMPLATE, "http://127.0.0.1:1").outputs
    assert {stack.TABLE, stack.QUEUE, stack.DEAD_LETTERS, stack.SECRETS, stack.RULES_SOURCE} <= set(outputs)
    assert outputs[stack.QUEUE] == "http://127.0.0.1:1/123456789012/DeliveryQueue.fifo"


class Account:
    """Amazon, answering as told."""

    def __init__(self) -> None:
        services = ("cloudformation", "secretsmanager")
        self.clients: dict[str, Any] = {name: boto3.client(name, region_name="eu-central-1") for name in services}
        self.stubs = {name: Stubber(client) for name, client in self.clients.items()}
        for stub in self.stubs.values():
            stub.activate()

    def has(self, outputs: dict[str, str], **parameters: str) -> None:
        described = {
            "StackName": "prod", "CreationTime": "2026-11-02T12:00:00Z", "StackStatus": "CREATE_COMPLETE",
            "Outputs": [{"OutputKey": key, "OutputValue": value} for key, value in outputs.items()],
            "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        }  # fmt: skip
        self.stubs["cloudformation"].add_response("describe_stacks", {"Stacks": [described]}, {"StackName": "prod"})

    def find(self) -> stack.Stack:
        return deployed("prod", self.clients.__getitem__, RULES)


def test_a_deployed_stack_is_found_by_its_outputs() -> None:
    account = Account()
    account.has(OUTPUTS, BlooioBaseUrl="https://blooio.test/v4")
    found = account.find()
    assert (found.table, found.queue_url) == (OUTPUTS["DeliveryLogTable"], OUTPUTS["DeliveryQueueUrl"])
    assert (found.dead_letter_queue_url, found.blooio_base_url) == (
        OUTPUTS["DeadLetterQueueUrl"],
        "https://blooio.test/v4",
    )


def test_a_deployed_stack_says_where_its_rules_come_from_and_an_older_one_has_them_in_its_package() -> None:
    account = Account()
    for outputs in ({"RulesSource": "table"}, {"RulesSource": "package"}, {}):
        account.has(OUTPUTS | outputs)
    assert [account.find().rules_source for _ in range(3)] == ["table", "package", "package"]


def test_nothing_is_pushed_to_a_deployed_stack_that_would_not_run_it() -> None:
    account = Account()
    account.has(OUTPUTS)
    with pytest.raises(Wrong, match=r"deploy it once with `sam deploy --parameter-overrides RulesSource=table`"):
        Push.of(account.find(), as_json=False)


def test_a_deployed_stacks_key_is_asked_of_its_secret_store() -> None:
    account = Account()
    account.has(OUTPUTS)
    asked = {"SecretId": "arn:secret"}
    for answer in ('{"BLOOIO_API_KEY": ["bl_new", "bl_old"]}', "{}"):
        account.stubs["secretsmanager"].add_response("get_secret_value", {"SecretString": answer}, asked)
    found = account.find()
    assert found.api_key() == "bl_new"
    with pytest.raises(SecretsUnavailable, match="BLOOIO_API_KEY is not in the secret store"):
        found.api_key()


def test_a_stack_that_is_not_there_is_a_sentence() -> None:
    account = Account()
    account.stubs["cloudformation"].add_client_error("describe_stacks", "ValidationError", "does not exist")
    with pytest.raises(NoStack, match="no stack prod in eu-central-1"):
        account.find()


def test_another_projects_stack_is_a_sentence() -> None:
    account = Account()
    account.has({"DeliveryLogTable": "one"})
    with pytest.raises(NoStack, match="no output DeliveryQueueUrl, DeadLetterQueueUrl, SecretsId"):
        account.find()


def test_who_ends_leaves_the_file_of_whoever_has_its_port_by_now(tmp_path: Path) -> None:
    with published(a_run(9000, os.getppid()), tmp_path):
        (tmp_path / "run-9000.json").write_text(json.dumps(asdict(a_run(9000))))
    assert find(9000, tmp_path).pid == os.getpid()
