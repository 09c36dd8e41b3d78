"""What a shell completes: names from the rules, deliveries of a run on this machine; within a second, or not at all."""

import io
import json
import os
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr
from pathlib import Path
from typing import Any

import typer

from local.commands import runs
from local.commands.printable import printable
from local.project import ROOT, RULES

PATIENCE_SECONDS = 1.0  # whoever presses Tab waits for it
MOST_DELIVERIES = 50
_SHORT_ID = 8  # characters
_LONGEST_HELP = 50

Found = tuple[str, str]  # a value, and what a shell may say beside it
Complete = Callable[[typer.Context, str], list[Found]]


def quietly(find: Callable[[typer.Context, str], Iterable[Found]]) -> Complete:
    """Complete with what is found, and with nothing where that fails or takes long: a prompt is no place for errors."""

    def complete(context: typer.Context, incomplete: str) -> list[Found]:
        try:
            with redirect_stderr(io.StringIO()), _bounded():
                return [
                    (value, _in_short(about)) for value, about in find(context, incomplete) if value == printable(value)
                ]
        except Exception:  # noqa: BLE001 - in the middle of a line nobody wants to read what went wrong
            return []

    return complete


@contextmanager
def _bounded() -> Iterator[None]:
    """Raise TimeoutError when the patience is over."""

    def stop(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _in_short(about: str) -> str:
    line = printable(" ".join(about.split()))
    return line if len(line) <= _LONGEST_HELP else line[: _LONGEST_HELP - 1] + "…"


@quietly
def chats(context: typer.Context, _incomplete: str) -> Iterator[Found]:
    """Give the names of the chats, with their ids."""
    for name, chat in _block(context, "chats").items():
        yield str(name), str(chat.get("id", "") if isinstance(chat, dict) else chat)


@quietly
def sources(context: typer.Context, _incomplete: str) -> Iterator[Found]:
    """Give the names of the sources, with their kinds."""
    for name, source in _block(context, "sources").items():
        yield str(name), str(source.get("kind", "")) if isinstance(source, dict) else ""


@quietly
def rules(context: typer.Context, _incomplete: str) -> Iterator[Found]:
    """Give the names of the rules, with their conditions."""
    found = _read(context).get("rules")
    for rule in found if isinstance(found, list) else ():
        if isinstance(rule, dict) and isinstance(name := rule.get("name"), str):
            yield name, str(rule.get("when", ""))


@quietly
def kinds(_context: typer.Context, _incomplete: str) -> Iterator[Found]:
    """Give the kinds of senders."""
    from hookline.sources import KINDS

    for kind in KINDS.values():
        yield kind.name, kind.sender


@quietly
def statuses(_context: typer.Context, _incomplete: str) -> Iterator[Found]:
    """Give where a delivery can stand."""
    from hookline.status import Status

    for status in Status:
        yield status.value, ""


@quietly
def alerts(_context: typer.Context, _incomplete: str) -> Iterator[Found]:
    """Give which alerts can matter to a first rules file."""
    from local.commands.answers import ALERTS

    yield from ALERTS.items()


@quietly
def deliveries(context: typer.Context, incomplete: str) -> Iterator[Found]:
    """Give the latest deliveries of the run on this machine; a deployed table takes too long to ask."""
    if context.params.get("stack"):
        return
    run = runs.find(context.params.get("port"))
    rows = sorted(_page(run.engine_url, run.outputs["DeliveryLogTable"], incomplete), key=_created_at, reverse=True)
    length = _SHORT_ID if len(incomplete) <= _SHORT_ID else None
    for row in rows[:MOST_DELIVERIES]:
        about = [row.get(name, {}).get("S", "") for name in ("status", "chat_name", "text")]
        yield row["id"]["S"][:length], " ".join(about)


def _page(engine_url: str, table: str, beginning: str) -> list[Any]:
    """Return what a first look into the table gives: with no more than Python has, boto3 takes half a second."""
    from urllib.request import ProxyHandler, Request, build_opener  # as below: every command imports this module

    asked = {
        "TableName": table,
        "FilterExpression": "begins_with(id, :beginning) AND attribute_exists(#status)",
        "ExpressionAttributeNames": {"#status": "status"},
        "ExpressionAttributeValues": {":beginning": {"S": beginning}},
    }
    headers = {
        "X-Amz-Target": "DynamoDB_20120810.Scan",
        "Content-Type": "application/x-amz-json-1.0",
        "Authorization": "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request",
    }
    request = Request(engine_url, json.dumps(asked).encode(), headers)  # noqa: S310 - the run wrote the address itself
    with build_opener(ProxyHandler({})).open(request, timeout=PATIENCE_SECONDS) as answer:
        items: list[Any] = json.load(answer)["Items"]
    return items


def _created_at(row: Mapping[str, Any]) -> int:
    return int(row.get("created_at", {}).get("N", 0))


@quietly
def stacks(_context: typer.Context, _incomplete: str) -> Iterator[Found]:
    """Give the stacks that samconfig.toml names."""
    import tomllib

    with (ROOT / "samconfig.toml").open("rb") as file:
        environments = tomllib.load(file)
    for name, environment in environments.items():
        if isinstance(environment, dict):
            stack = environment.get("global", {}).get("parameters", {}).get("stack_name")
            if isinstance(stack, str):
                yield stack, f"--config-env {name}"


@quietly
def profiles(_context: typer.Context, _incomplete: str) -> Iterator[Found]:
    """Give the profiles that the files of the AWS CLI name."""
    import configparser

    folder, found = Path.home() / ".aws", configparser.RawConfigParser(strict=False)
    found.read([os.environ.get("AWS_CONFIG_FILE", folder / "config")], encoding="utf-8")
    found.read([os.environ.get("AWS_SHARED_CREDENTIALS_FILE", folder / "credentials")], encoding="utf-8")
    for name in dict.fromkeys(section.removeprefix("profile ") for section in found.sections()):
        if not name.startswith(("sso-session ", "services ")):
            yield name, ""


@quietly
def ports(_context: typer.Context, _incomplete: str) -> Iterator[Found]:
    """Give the ports of the runs on this machine."""
    for run in runs.alive():
        yield str(run.port), run.rules_file


def _block(context: typer.Context, name: str) -> dict[Any, Any]:
    block = _read(context).get(name)
    return block if isinstance(block, dict) else {}


def _read(context: typer.Context) -> dict[Any, Any]:
    """Return what is in the rules file, also while it is being written and no rules yet."""
    from hookline.rules.yaml_tree import read

    path = _file(context)
    data = read(path.read_text(encoding="utf-8"), path.name).data
    return data if isinstance(data, dict) else {}


def _file(context: typer.Context) -> Path:
    """Return the file that the command would go by: the one that is named, or else that of the run or the usual one."""
    if "rules" in context.params:
        # Behind an option whose value is still to come, Typer leaves the arguments where they were.
        given = context.params["rules"] or next(iter(context.args), None)
        return Path(given or os.environ.get("RULES") or RULES)
    if "port" in context.params and not context.params.get("stack"):
        try:
            return Path(runs.find(context.params["port"]).rules_file)
        except runs.NoRun:
            pass
    return Path(os.environ.get("RULES") or RULES)
