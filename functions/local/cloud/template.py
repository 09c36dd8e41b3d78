"""template.yaml, read as what the local engine, gateway, worker and scheduler have to play."""

import importlib.util
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from local.cloud.intrinsics import ACCOUNT, REGION, Intrinsics, parse

__all__ = [
    "ACCOUNT",
    "REGION",
    "EventSource",
    "Function",
    "Queue",
    "Route",
    "Schedule",
    "Secret",
    "Table",
    "Template",
    "load_handler",
]

Handler = Callable[[Any, Any], Any]

# CloudFormation's defaults, for what the template leaves out.
DEFAULT_TIMEOUT_SECONDS = 3
DEFAULT_MEMORY_MB = 128
DEFAULT_BATCH_SIZE = 10

# Of a table's properties, those that decide how it behaves; encryption and backups have no meaning here.
TABLE_PROPERTIES = (
    "AttributeDefinitions",
    "KeySchema",
    "GlobalSecondaryIndexes",
    "LocalSecondaryIndexes",
    "BillingMode",
    "ProvisionedThroughput",
)
NOT_QUEUE_ATTRIBUTES = ("QueueName", "Tags")

# The types of event that are schedules, and the property that says when.
SCHEDULES = {"Schedule": "Schedule", "ScheduleV2": "ScheduleExpression"}
SECONDS = {"minute": 60, "hour": 3600, "day": 86_400}
_RATE = re.compile(r"rate\(([1-9]\d*) (minute|hour|day)s?\)")

_fresh = count()


@dataclass(frozen=True)
class Function:
    name: str
    code: Path
    handler: str
    timeout_seconds: int
    memory_mb: int
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Table:
    """``create`` and ``expiry`` are the keyword arguments of boto3's create_table and update_time_to_live."""

    name: str
    create: Mapping[str, Any]
    expiry: Mapping[str, Any] | None


@dataclass(frozen=True)
class Queue:
    """``attributes`` are those of boto3's create_queue; ``id`` is the logical id, ``name`` what SQS calls it."""

    id: str
    name: str
    url: str
    arn: str
    attributes: Mapping[str, str]


@dataclass(frozen=True)
class Secret:
    """``name`` is its logical id, which is also what a reference to it gives here."""

    name: str
    value: str


@dataclass(frozen=True)
class EventSource:
    function: str
    queue: Queue
    batch_size: int
    reports_failures: bool


@dataclass(frozen=True)
class Route:
    function: str
    method: str
    path: str


@dataclass(frozen=True)
class Schedule:
    """``name`` is the logical id that SAM gives it; ``seconds`` is its period."""

    function: str
    name: str
    seconds: int


class Template:
    def __init__(self, document: Mapping[str, Any], folder: Path, intrinsics: Intrinsics) -> None:
        self._folder = folder
        self._resources: Mapping[str, Any] = document["Resources"]
        self._outputs: Mapping[str, Any] = document.get("Outputs", {})
        self._resolve = intrinsics.resolve
        self._intrinsics = intrinsics
        self._globals = intrinsics.resolve(document.get("Globals", {}).get("Function", {}))

    @classmethod
    def load(cls, path: Path, endpoint_url: str, parameters: Mapping[str, str] = {}) -> "Template":
        """Read the template; ``parameters`` go before the defaults that it gives its own.

        Raises ValueError when a parameter has neither.
        """
        document = parse(path.read_text(encoding="utf-8"))
        return cls(document, path.resolve().parent, Intrinsics(document, endpoint_url, parameters))

    @property
    def functions(self) -> dict[str, Function]:
        return {name: self._function(name, properties) for name, properties in self._of_type("Serverless::Function")}

    @property
    def tables(self) -> list[Table]:
        return [_table(name, properties) for name, properties in self._of_type("DynamoDB::Table")]

    @property
    def queues(self) -> list[Queue]:
        """Every queue, a dead letter queue before the queues that name it: SQS refuses the other order."""
        queues = [self._queue(name, properties) for name, properties in self._of_type("SQS::Queue")]
        return sorted(queues, key=lambda queue: "RedrivePolicy" in queue.attributes)

    @property
    def secrets(self) -> list[Secret]:
        return [
            Secret(self._intrinsics.ref(name), properties.get("SecretString", ""))
            for name, properties in self._of_type("SecretsManager::Secret")
        ]

    @property
    def event_sources(self) -> list[EventSource]:
        queues = {queue.arn: queue for queue in self.queues}
        return [
            EventSource(
                function=properties["FunctionName"].rpartition(":")[2],
                queue=queues[properties["EventSourceArn"]],
                batch_size=int(properties.get("BatchSize", DEFAULT_BATCH_SIZE)),
                reports_failures="ReportBatchItemFailures" in properties.get("FunctionResponseTypes", []),
            )
            for _, properties in self._of_type("Lambda::EventSourceMapping")
        ]

    @property
    def routes(self) -> list[Route]:
        return [
            Route(name, event["Properties"]["Method"].upper(), event["Properties"]["Path"])
            for name, properties in self._of_type("Serverless::Function")
            for event in properties.get("Events", {}).values()
            if event["Type"] == "HttpApi"
        ]

    @property
    def schedules(self) -> list[Schedule]:
        """What invokes functions by the clock; ValueError for a time of day, which isn't played here."""
        return [
            Schedule(name, name + event_id, _seconds(event["Properties"][SCHEDULES[event["Type"]]]))
            for name, properties in self._of_type("Serverless::Function")
            for event_id, event in properties.get("Events", {}).items()
            if event["Type"] in SCHEDULES
        ]

    @property
    def outputs(self) -> dict[str, str]:
        """What a stack would tell of itself, with this machine's names."""
        outputs = {name: output for name, output in self._outputs.items() if self._intrinsics.is_there(output)}
        return {name: _text(self._resolve(output["Value"])) for name, output in outputs.items()}

    def event_source(self, queue_id: str) -> EventSource:
        """Return what reads the queue with this logical id; LookupError when nothing does."""
        for source in self.event_sources:
            if source.queue.id == queue_id:
                return source
        known = ", ".join(source.queue.id for source in self.event_sources) or "none"
        raise LookupError(
            f"No AWS::Lambda::EventSourceMapping reads the queue {queue_id}; those that are read: {known}."
        )

    def _of_type(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        for name, resource in self._resources.items():
            if resource["Type"] == f"AWS::{kind}" and self._intrinsics.is_there(resource):
                yield name, self._resolve(resource.get("Properties", {}))

    def _function(self, name: str, properties: Mapping[str, Any]) -> Function:
        merged = {**self._globals, **properties}
        variables: dict[str, Any] = {}
        for part in (self._globals, properties):
            variables |= part.get("Environment", {}).get("Variables", {})
        return Function(
            name=name,
            code=self._folder / merged["CodeUri"],
            handler=merged["Handler"],
            timeout_seconds=int(merged.get("Timeout", DEFAULT_TIMEOUT_SECONDS)),
            memory_mb=int(merged.get("MemorySize", DEFAULT_MEMORY_MB)),
            environment={variable: _text(value) for variable, value in variables.items()},
        )

    def _queue(self, name: str, properties: Mapping[str, Any]) -> Queue:
        attributes = {key: _text(value) for key, value in properties.items() if key not in NOT_QUEUE_ATTRIBUTES}
        physical = self._intrinsics.queue_name(name)
        return Queue(name, physical, self._intrinsics.ref(name), self._intrinsics.arn(name), attributes)


def _table(name: str, properties: Mapping[str, Any]) -> Table:
    create = {key: properties[key] for key in TABLE_PROPERTIES if key in properties}
    expiry = properties.get("TimeToLiveSpecification")
    return Table(
        name=name,
        create={"TableName": name, **create},
        expiry={"TableName": name, "TimeToLiveSpecification": expiry} if expiry else None,
    )


def _seconds(expression: str) -> int:
    rate = _RATE.fullmatch(expression)
    if rate is None:
        raise ValueError(f"The template has a schedule that isn't played here, only a rate is: {expression}.")
    return int(rate[1]) * SECONDS[rate[2]]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def load_handler(function: Function) -> Handler:
    """Import the function's module afresh and return its handler.

    It reads os.environ as it is imported: set that first. Every function's module is called app, so each gets
    a name of its own here. Raises ImportError or AttributeError when the template names what isn't there.
    """
    module_name, _, attribute = function.handler.rpartition(".")
    path = function.code / f"{module_name}.py"
    spec = importlib.util.spec_from_file_location(f"{function.name}_{module_name}_{next(_fresh)}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise ImportError(f"{function.name}: its handler {function.handler} should be in {path}, which isn't there.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    handler: Handler = getattr(module, attribute)
    return handler
