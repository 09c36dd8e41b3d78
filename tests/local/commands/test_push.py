"""`hookline push` as it is typed, against the engine; and two who push at once."""

import asyncio
import base64
import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from botocore.exceptions import ClientError
from tests.dynamodb_local import dynamodb_local
from typer.testing import CliRunner

from hookline import rulebook
from hookline.rulebook import POINTER, Rulebook
from hookline.rules.model import Rules
from local.acquainted import Acquainted
from local.cli import app
from local.cloud.engine import clients_for
from local.cloud.template import Template
from local.commands import runs
from local.commands.errors import No
from local.commands.runs import Run, published
from local.commands.versions import MOST_BYTES, Version, Versions
from local.project import TEMPLATE
from local.provider.phone import Phone
from local.provider.simulator import simulator

RULES = "chats: {{a: chat_1}}\nsources: {{in: {{kind: json, auth: none}}}}\nrules: [{{name: {name}, chat: a}}]\n"
NOW = 1_793_620_800_000


def text(name: str) -> bytes:
    return RULES.format(name=name).encode()


def hookline(*arguments: str) -> Any:
    return CliRunner().invoke(app, arguments)


def push(*arguments: str) -> Any:
    """Return what the command answers to machines."""
    result = hookline("push", *arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture
def serve(cloud: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """Publish the engine as a run whose rules come from where the test says."""
    port = urlsplit(cloud.url).port or 0
    monkeypatch.setenv("PORT", str(port))
    runs_here: list[Any] = []

    def begin(source: str) -> None:
        outputs = Template.load(TEMPLATE, cloud.url, {"RulesSource": source}).outputs
        run = Run(
            pid=os.getpid(), port=port, url="http://127.0.0.1:1", engine_url=cloud.url, outputs=outputs, secrets={},
            blooio_base_url="http://127.0.0.1:1/v4", rules_file=str(tmp_path / "none.yaml"),
        )  # fmt: skip
        runs_here.append(published(run, runs.RUNS))
        runs_here[-1].__enter__()

    yield begin
    for run in runs_here:
        run.__exit__(None, None, None)


@pytest.fixture
def run(serve: Callable[[str], None]) -> None:
    serve("table")


@pytest.fixture
def rules(tmp_path: Path) -> Callable[[str], str]:
    def write(name: str) -> str:
        path = tmp_path / "mine.yaml"
        path.write_bytes(text(name))
        return str(path)

    return write


@pytest.fixture
def running(cloud: Any) -> Callable[[], str]:
    """Name the rule that a container which starts now would run."""

    def none() -> Rules:
        raise AssertionError("The deployed file would run.")

    def name() -> str:
        book = Rulebook(cloud.clients("dynamodb"), "DeliveryLog", none, lambda: NOW, pytest.fail, look_ms=0)
        return book.current().rules[0].name

    return name


@pytest.mark.usefixtures("run")
def test_a_push_says_what_runs_instead_of_what_and_from_when(rules: Any, running: Any) -> None:
    first = hookline("push", rules("one"))
    assert first.exit_code == 0
    assert first.stdout.startswith("Version 1 is pushed. On the run on port ")
    assert first.stdout.endswith(": the deployed file -> 1, in use within a second.\n")
    assert running() == "one"
    assert push(rules("two")) == {"version": 2, "before": 1, "changed": True}
    assert running() == "two"


@pytest.mark.usefixtures("run")
def test_rules_that_run_already_are_not_pushed_again(rules: Any) -> None:
    push(rules("one"))
    again = hookline("push", rules("one"))
    assert again.exit_code == 0
    assert again.stdout == "Nothing was pushed: these rules are version 1, which runs already.\n"
    assert push(rules("one")) == {"version": 1, "before": 1, "changed": False}
    assert len(push("--list")) == 1


@pytest.mark.usefixtures("run")
def test_rules_with_a_mistake_are_refused_with_its_line(tmp_path: Path, rules: Any, running: Any) -> None:
    push(rules("good"))
    (tmp_path / "bad.yaml").write_text(RULES.format(name="bad").replace("chat: a", "chat: b"))
    refused = hookline("push", str(tmp_path / "bad.yaml"))
    assert refused.exit_code == 1
    assert f"{tmp_path / 'bad.yaml'}:3:27: unknown chat 'b'" in refused.stderr
    assert "Nothing was pushed" in refused.stderr
    assert running() == "good"
    assert len(push("--list")) == 1


@pytest.mark.usefixtures("run")
def test_rules_of_which_a_test_fails_are_refused_with_what_differs(tmp_path: Path) -> None:
    (tmp_path / "event.json").write_text('{"title": "t"}')
    path = tmp_path / "tested.yaml"
    test = "tests: [{name: it tells, event: event.json, source: in, expect: [{rule: r, chat: a, text: other}]}]\n"
    path.write_text(text("r").decode() + test)
    refused = hookline("push", str(path))
    assert refused.exit_code == 1
    assert "FAILED  it tells" in refused.stderr
    assert "        -     other" in refused.stderr
    assert push("--list") == []
    path.write_text(path.read_text().replace("text: other", "text: …t"))
    assert push(str(path))["changed"]


@pytest.mark.usefixtures("run")
@pytest.mark.parametrize(
    "arguments",
    [[], ["/nowhere/rules.yaml"], ["a.yaml", "--list"], ["--list", "--rollback"], ["--rollback", "x"],
     ["--rollback", "--note", "why"]],
)  # fmt: skip
def test_a_wrong_call_is_a_sentence_and_exits_2(arguments: list[str]) -> None:
    result = hookline("push", *arguments)
    assert result.exit_code == 2
    assert result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.usefixtures("run")
def test_rules_that_are_too_large_are_refused(tmp_path: Path) -> None:
    noise = base64.b64encode(Random(1).randbytes(MOST_BYTES + 1))  # noqa: S311 - what can't be packed well
    (tmp_path / "large.yaml").write_bytes(text("large") + b"# " + noise)
    refused = hookline("push", str(tmp_path / "large.yaml"))
    assert refused.exit_code == 1
    assert "too large to be pushed" in refused.stderr
    assert push("--list") == []


@pytest.mark.usefixtures("run")
def test_rules_of_many_kilobytes_come_out_as_they_went_in(tmp_path: Path, cloud: Any, running: Any) -> None:
    long = text("long") + "# Straße 🔥\n".encode() * 20_000
    (tmp_path / "long.yaml").write_bytes(long)
    push(str(tmp_path / "long.yaml"))
    assert Versions(cloud.clients("dynamodb"), "DeliveryLog").text(1) == long
    assert running() == "long"


def test_where_the_deployed_file_runs_a_push_is_refused_with_what_to_do(serve: Any, rules: Any) -> None:
    serve("package")
    for arguments in ([rules("one")], ["--rollback"], ["--list"]):
        refused = hookline("push", *arguments)
        assert refused.exit_code == 2
        assert refused.stderr.endswith("a push would change nothing: start `hookline run` again.\n")


@pytest.mark.usefixtures("run")
def test_a_rollback_goes_back_to_what_ran_before_and_not_to_what_was_rolled_back(rules: Any, running: Any) -> None:
    for name in ("one", "two", "three"):
        push(rules(name))
    assert push("--rollback") == {"version": 2, "before": 3, "changed": True}
    push(rules("four"))
    back = hookline("push", "--rollback")
    assert back.exit_code == 0
    assert back.stdout.endswith(": 4 -> 2, in use within a second.\n")
    assert running() == "two"
    push("--rollback")
    assert running() == "one"
    first = hookline("push", "--rollback")
    assert first.exit_code == 1
    assert "Version 1 was the first" in first.stderr


@pytest.mark.usefixtures("run")
def test_a_rollback_goes_to_the_version_that_is_given(rules: Any, running: Any) -> None:
    for name in ("one", "two", "three"):
        push(rules(name))
    push("--rollback", "1")
    assert running() == "one"
    assert push("--rollback", "1") == {"version": 1, "before": 1, "changed": False}
    push("--rollback", "3")
    assert running() == "three"
    for unknown in ("0", "4"):
        refused = hookline("push", "--rollback", unknown)
        assert refused.exit_code == 1
        assert f"There is no version {unknown} of the rules" in refused.stderr
    assert running() == "three"


@pytest.mark.usefixtures("run")
def test_a_version_that_this_code_can_not_run_is_not_gone_back_to(rules: Any, cloud: Any, running: Any) -> None:
    versions = Versions(cloud.clients("dynamodb"), "DeliveryLog")
    versions.push(b"rules: {of: another age}", "", 0, NOW)
    push(rules("two"))
    refused = hookline("push", "--rollback")
    assert refused.exit_code == 1
    assert "Version 1 can't run with this code; version 2 stays." in refused.stderr
    assert running() == "two"


@pytest.mark.usefixtures("run")
def test_with_nothing_pushed_there_is_nothing_to_list_or_to_go_back_to() -> None:
    assert "Nothing was ever pushed" in hookline("push", "--list").stdout
    assert push("--list") == []
    assert hookline("push", "--rollback").exit_code == 1


@pytest.mark.usefixtures("run")
def test_the_list_has_a_line_for_each_version_and_a_mark_at_the_one_that_runs(rules: Any) -> None:
    push(rules("one"), "--note", "the first\x1b[2J")
    push(rules("two"))
    push("--rollback")
    first, second = hookline("push", "--list").stdout.splitlines()
    assert first.startswith("*    1  ")
    assert second.startswith("     2  ")
    assert "0.1 kB" in first
    assert "the first" in first
    assert "\x1b" not in first
    one, two = push("--list")
    assert (one["current"], one["note"], one["follows"]) == (True, "the first\x1b[2J", 0)
    assert (two["current"], two["note"], two["follows"]) == (False, "", 1)


@pytest.mark.usefixtures("run")
def test_who_sends_by_hand_may_name_a_chat_of_the_rules_that_were_pushed(tmp_path: Path, cloud: Any) -> None:
    (tmp_path / "more.yaml").write_bytes(text("r").replace(b"{a: chat_1}", b"{a: chat_1, more: chat_9}"))
    push(str(tmp_path / "more.yaml"))
    assert hookline("send", "more", "hello", "--no-wait").exit_code == 0
    [message] = cloud.clients("sqs").receive_message(QueueUrl=cloud.queue_url)["Messages"]
    assert json.loads(message["Body"])["chat"] == "chat_9"


def test_the_simulated_provider_looks_for_new_chats_before_a_message_is_sent() -> None:
    phone = Phone(["chat_0"], key="k")
    transport = httpx.ASGITransport(Acquainted(simulator(phone), lambda: phone.know(["chat_1"])))

    async def send(chat: str) -> httpx.Response:
        body = {"content": {"type": "text", "text": "hello"}}
        async with httpx.AsyncClient(transport=transport, headers={"authorization": "Bearer k"}) as client:
            return await client.post(f"http://phone/v4/chats/{chat}/messages", json=body)

    assert [asyncio.run(send(chat)).status_code for chat in ("chat_0", "chat_1", "chat_2")] == [201, 201, 404]


@pytest.mark.usefixtures("run")
def test_a_note_that_is_too_long_is_a_wrong_call(rules: Any) -> None:
    assert hookline("push", rules("one"), "--note", "x" * 201).exit_code == 2
    assert push("--list") == []


@pytest.mark.usefixtures("run")
def test_the_log_does_not_take_the_rules_for_a_delivery(rules: Any) -> None:
    push(rules("one"))
    assert json.loads(hookline("log", "--json").stdout) == []
    for command in ("log", "replay"):
        result = hookline(command, "rules")
        assert (result.exit_code, result.stderr.startswith("rules is too short")) == (2, True)


@pytest.fixture(scope="session")
def _dynamodb_local() -> Iterator[str]:
    with dynamodb_local() as url:
        yield url


@pytest.fixture(params=["moto", pytest.param("dynamodb-local", marks=pytest.mark.dynamodb)])
def versions(request: pytest.FixtureRequest, cloud: Any) -> Versions:
    """Give each test both engines."""
    if request.param == "moto":
        return Versions(cloud.clients("dynamodb"), "DeliveryLog")
    client = clients_for(request.getfixturevalue("_dynamodb_local"))("dynamodb")
    for name in client.list_tables()["TableNames"]:
        client.delete_table(TableName=name)
    client.create_table(**cloud.template.tables[0].create)
    return Versions(client, "DeliveryLog")


def test_versions_count_up_and_the_pointer_follows(versions: Versions) -> None:
    assert versions.current() == 0
    assert [versions.push(text(name), name, n, NOW + n) for n, name in enumerate("abc")] == [1, 2, 3]
    assert versions.current() == 3
    digests = [rulebook.digest(text(name)) for name in "abc"]
    assert versions.all() == [
        Version(n + 1, NOW + n, n, len(text("a")), digests[n], "abc"[n]) for n in range(3)
    ]  # fmt: skip
    assert versions.text(2) == text("b")


def test_who_pushes_after_another_did_is_told_so_and_leaves_nothing_behind(versions: Versions) -> None:
    versions.push(text("a"), "", 0, NOW)
    with pytest.raises(No, match="Somebody else pushed rules at the same moment, so nothing was changed"):
        versions.push(text("b"), "", 0, NOW)
    with pytest.raises(No, match="Somebody else"):
        versions.point(1, 7, NOW)
    assert (versions.current(), len(versions.all())) == (1, 1)


def test_of_ten_who_push_at_once_one_does_and_the_others_leave_nothing_behind(versions: Versions) -> None:
    def one(n: int) -> int | None:
        with suppress(No):
            return versions.push(text(f"r{n}"), "", 0, NOW)
        return None

    with ThreadPoolExecutor(10) as pool:
        pushed = list(filter(None, pool.map(one, range(10))))
    assert pushed == [1]
    assert (versions.current(), len(versions.all())) == (1, 1)


def test_a_version_that_nothing_points_at_is_skipped(versions: Versions) -> None:
    versions.push(text("a"), "", 0, NOW)
    left = {**rulebook.key(2), **rulebook.stored(text("left"))}
    versions.client.put_item(TableName="DeliveryLog", Item=left)
    assert versions.push(text("c"), "", 1, NOW) == 3
    assert versions.current() == 3


def test_what_a_push_writes_never_expires(versions: Versions) -> None:
    versions.push(text("a"), "", 0, NOW)
    rows = versions.client.scan(TableName="DeliveryLog")["Items"]
    assert {row["generation"]["N"] for row in rows} == {str(POINTER), "1"}
    assert not any("expires_at" in row for row in rows)


def test_other_trouble_of_the_table_is_not_taken_for_another_pusher(versions: Versions) -> None:
    with pytest.raises(ClientError, match="ResourceNotFound"):
        replace(versions, table="NoSuchTable").push(text("a"), "", 0, NOW)
