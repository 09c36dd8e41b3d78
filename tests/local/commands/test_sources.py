"""`hookline sources`: the kinds, and of each what to paste where."""

import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from hookline.rules.examine import examine
from hookline.rules.load import load_text
from hookline.sources import KINDS
from local.cli import app
from local.commands import runs, sources
from local.commands.check import check
from local.commands.runs import Run, published
from local.commands.sources import Place, listed, told
from local.commands.stack import deployed
from local.recipe import CHAT

CHATS = f"chats: {{{CHAT}: {{id: chat_a1b2c3d4, fallback: office}}, office: {{id: chat_2, fallback: {CHAT}}}}}\n"
URL = "http://127.0.0.1:8787"


def hookline(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["sources", *arguments])


@pytest.fixture(autouse=True)
def _nothing_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    find = runs.find
    monkeypatch.setattr(runs, "find", lambda port: find(port, tmp_path))


@pytest.fixture
def _a_run(tmp_path: Path, cloud: Any) -> Iterator[None]:
    rules = tmp_path / "rules.yaml"
    rules.write_text("""
chats: {mara: chat_1}
sources: {alerts: {kind: alertmanager, auth: {bearer: T}}}
rules: [{name: all, chat: mara}]
""")
    run = Run(
        pid=os.getpid(), port=8787, url=URL, engine_url=cloud.url, blooio_base_url="", rules_file=str(rules),
        outputs=cloud.template.outputs, secrets={},
    )  # fmt: skip
    # As when the rules that name it came after the run began.
    cloud.clients("secretsmanager").put_secret_value(SecretId="Secrets", SecretString='{"T": "local-token"}')
    with published(run, tmp_path):
        yield


def test_every_kind_is_listed_with_its_proofs_the_best_first() -> None:
    result = hookline("--json")
    assert result.exit_code == 0
    assert [(line["kind"], tuple(line["proofs"])) for line in json.loads(result.stdout)] == [
        (kind.name, kind.proofs) for kind in KINDS.values()
    ]
    plain = hookline().stdout
    assert all(f"\n{kind} " in plain for kind in KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_to_be_pasted_loads_and_has_nothing_wrong(kind: str, tmp_path: Path) -> None:
    result = hookline(kind)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    beginning = lines.index("sources:")
    pasted = CHATS + "\n".join(lines[beginning : lines.index("", lines.index("rules:"))])
    assert [str(problem) for problem in examine(pasted.encode(), "rules.yaml").problems] == []
    file = tmp_path / "rules.yaml"
    file.write_text(pasted)
    assert list(check(file).problems) == []
    [source] = load_text(pasted.encode(), "rules.yaml").sources.values()
    assert source.kind == kind
    assert source.secret is None or f"Into the secrets, as {source.secret}:" in lines


@pytest.mark.parametrize("kind", KINDS)
def test_of_every_kind_it_is_said_who_sends_and_what_to_enter_there(kind: str) -> None:
    about = json.loads(hookline(kind, "--json").stdout)
    assert KINDS[kind].sender
    assert KINDS[kind].setup
    assert about["address"] in about["setup"]
    assert about["address"].startswith("https://…/hooks/")


@pytest.mark.usefixtures("_a_run")
def test_of_a_run_the_address_and_the_line_to_try_are_its_own() -> None:
    about = json.loads(hookline("alertmanager", "--json").stdout)
    assert about["address"] == f"{URL}/hooks/alerts"
    assert about["curl"].startswith(f"curl {URL}/hooks/alerts -H 'Authorization: Bearer local-token' ")
    assert "chat: mara" in about["yaml"]
    assert json.loads(hookline("json", "--json").stdout)["curl"] is None
    assert "To try it here:" in hookline("alertmanager").stdout


@pytest.mark.usefixtures("_a_run")
def test_a_port_on_which_nothing_runs_is_said() -> None:
    result = hookline("json", "--port", "1")
    assert result.exit_code == 2
    assert "No run is on port 1" in result.stderr


def test_of_a_stack_the_address_is_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    class CloudFormation:
        def describe_stacks(self, StackName: str) -> Any:  # noqa: N803 - boto3's spelling
            assert StackName == "hookline"
            names = ("DeliveryLogTable", "DeliveryQueueUrl", "DeadLetterQueueUrl", "SecretsId")
            outputs = {**dict.fromkeys(names, "x"), "HookUrl": "https://abc.example.com/hooks/{source}"}
            return {"Stacks": [{"Outputs": [{"OutputKey": k, "OutputValue": v} for k, v in outputs.items()]}]}

    stack = deployed("hookline", lambda _: CloudFormation(), Path("nowhere.yaml"))
    told("json", Place.of_stack(stack), as_json=True)
    about = json.loads(capsys.readouterr().out)
    assert (about["address"], about["curl"]) == ("https://abc.example.com/hooks/json", None)


def test_an_unknown_kind_has_a_suggestion() -> None:
    result = hookline("alertmanger")
    assert result.exit_code == 2
    assert result.stderr == "There is no kind 'alertmanger'; did you mean 'alertmanager'?\n"


def test_the_list_fits_into_eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = io.StringIO()
    monkeypatch.setattr(sources, "console", lambda: Console(file=shown, width=80, force_terminal=True, no_color=True))
    listed(as_json=False)
    rows = shown.getvalue().splitlines()
    assert len(rows) == len(KINDS) + 3  # none is folded
