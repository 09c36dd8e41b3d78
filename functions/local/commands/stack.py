"""The stack that a command is about: the one that runs on this machine, or a deployed one."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local.cloud.engine import Clients, clients_for
from local.commands import runs
from local.commands.errors import Wrong
from local.project import RULES

if TYPE_CHECKING:
    from hookline.rules.model import Rules

BLOOIO_BASE_URL = "https://api.blooio.com/v4"  # the template's default, for a stack that doesn't tell
CONNECT_SECONDS = 5  # somebody waits
FROM_PACKAGE, FROM_TABLE = "package", "table"  # where the rules of a stack come from
RULES_SOURCE = "RulesSource"
TABLE, QUEUE, DEAD_LETTERS, SECRETS = "DeliveryLogTable", "DeliveryQueueUrl", "DeadLetterQueueUrl", "SecretsId"


class NoStack(Wrong):
    """There is no such stack, or it isn't ours; the sentence says what to do."""


@dataclass(frozen=True)
class Stack:
    """What the commands need of it. ``api_key`` asks the secret store; it raises SecretsUnavailable."""

    name: str
    table: str
    queue_url: str
    dead_letter_queue_url: str
    blooio_base_url: str
    rules_file: Path
    clients: Clients
    api_key: Callable[[], str]
    is_deployed: bool = False
    rules_source: str = FROM_PACKAGE
    hook_url: str = ""  # with {source} in it
    receipts_url: str = ""

    def rules(self) -> "Rules":
        """Return the rules that its chats have their names from. Raises RulesError."""
        from hookline.rules.load import load, load_text  # a log without names needn't wait for it
        from local.commands.versions import Versions

        if self.rules_source == FROM_TABLE:
            versions = Versions(self.clients("dynamodb"), self.table)
            if version := versions.current():
                return load_text(versions.text(version), f"version {version}")
        return load(self.rules_file)


def find(name: str | None, region: str | None, profile: str | None, port: int | None) -> Stack:
    """Return the deployed stack of that name, or without a name the run on the port.

    Raises NoRun, NoStack, and what boto3 raises when the account can't be reached.
    """
    if name is None:
        return of_run(runs.find(port))
    import boto3  # 0.3 s that the other commands needn't wait
    from botocore.config import Config

    session = boto3.Session(region_name=region, profile_name=profile)
    rules_file = Path(os.environ.get("RULES") or RULES)
    patient = Config(connect_timeout=CONNECT_SECONDS)
    return deployed(name, cache(lambda service: session.client(service, config=patient)), rules_file)


def of_run(run: runs.Run) -> Stack:
    """Return the stack that a local run plays."""
    return Stack(
        name=f"the run on port {run.port}",
        table=run.outputs[TABLE],
        queue_url=run.outputs[QUEUE],
        dead_letter_queue_url=run.outputs[DEAD_LETTERS],
        blooio_base_url=run.blooio_base_url,
        rules_file=Path(run.rules_file),
        clients=clients_for(run.engine_url),
        api_key=lambda: _key_of_run(run),
        rules_source=run.outputs.get(RULES_SOURCE, FROM_PACKAGE),
        receipts_url=f"{run.url}/receipts",
    )


def secrets_of_run(run: runs.Run) -> Mapping[str, tuple[str, ...]]:
    """Return what its secret store has by now: rules that came after it began may have named new ones."""
    from hookline.secrets import parse

    store = clients_for(run.engine_url)("secretsmanager")
    return parse(store.get_secret_value(SecretId=run.outputs[SECRETS])["SecretString"])


def _key_of_run(run: runs.Run) -> str:
    from hookline.wiring import API_KEY  # it brings boto3 along, and what reads rules

    return run.secrets[API_KEY][0]


def deployed(name: str, clients: Clients, rules_file: Path) -> Stack:
    """Return a deployed stack by what CloudFormation says of it. Raises NoStack."""
    described = _described(name, clients("cloudformation"))
    outputs = {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}
    parameters = {given["ParameterKey"]: given["ParameterValue"] for given in described.get("Parameters", [])}
    if missing := [key for key in (TABLE, QUEUE, DEAD_LETTERS, SECRETS) if key not in outputs]:
        raise NoStack(f"The stack {name} has no output {', '.join(missing)}: it is another's, or not deployed whole.")
    return Stack(
        name=f"the stack {name}",
        table=outputs[TABLE],
        queue_url=outputs[QUEUE],
        dead_letter_queue_url=outputs[DEAD_LETTERS],
        blooio_base_url=parameters.get("BlooioBaseUrl") or BLOOIO_BASE_URL,
        rules_file=rules_file,
        clients=clients,
        api_key=lambda: _api_key(clients("secretsmanager"), outputs[SECRETS]),
        is_deployed=True,
        rules_source=outputs.get(RULES_SOURCE, FROM_PACKAGE),
        hook_url=outputs.get("HookUrl", ""),
        receipts_url=outputs.get("ReceiptsUrl", ""),
    )


def _described(name: str, client: Any) -> Mapping[str, Any]:
    try:
        [described] = client.describe_stacks(StackName=name)["Stacks"]
    except client.exceptions.ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        region = client.meta.region_name
        sentence = (
            f"There is no stack {name} in {region}; samconfig.toml has its name, --region and --profile say where."
        )
        raise NoStack(sentence) from error
    found: Mapping[str, Any] = described
    return found


def _api_key(client: Any, secret_id: str) -> str:
    from hookline.secrets import Secrets
    from hookline.wiring import API_KEY, now_ms

    return Secrets(lambda: client.get_secret_value(SecretId=secret_id)["SecretString"], now_ms).get(API_KEY)[0]
