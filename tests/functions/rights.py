"""Stands where IAM stands: a function's client may do what template.yaml allows the function, and nothing else."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from botocore.exceptions import ClientError

from local.cloud.intrinsics import ACCOUNT, REGION, Intrinsics, parse
from local.project import TEMPLATE

ENDPOINT = "http://127.0.0.1"
DOCUMENT = parse(TEMPLATE.read_text(encoding="utf-8"))
# Of a batch each entry needs the right to the single thing.
SINGLE = {
    "SendMessageBatch": "SendMessage",
    "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
}
LEADING_KEYS = "dynamodb:LeadingKeys"
Request = Mapping[str, Any]


@dataclass(frozen=True)
class Right:
    action: str
    resource: str


@dataclass(frozen=True)
class Asked:
    """One thing that a call does; a transaction does several. ``keys`` are the rows, by the first part of their key."""

    right: Right
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Statement:
    right: Right
    keys: frozenset[str] | None  # of which rows; None: of any

    def allows(self, asked: Asked) -> bool:
        return self.right == asked.right and (self.keys is None or self.keys.issuperset(asked.keys))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def statements(function: str, **parameters: str) -> list[dict[str, Any]]:
    """Return the statements of the function's own policy, as they are with these parameters."""
    policies = DOCUMENT["Resources"][function]["Properties"]["Policies"]
    [policy] = Intrinsics(DOCUMENT, ENDPOINT, parameters).resolve(policies)
    found: list[dict[str, Any]] = policy["Statement"]
    return found


@cache
def allowed(function: str, rules_source: str) -> tuple[Statement, ...]:
    """Return what the function may do, one action to one resource each."""
    return tuple(
        Statement(Right(action, resource), _rows(statement.get("Condition")))
        for statement in statements(function, RulesSource=rules_source)
        for action in _list(statement["Action"])
        for resource in _list(statement["Resource"])
    )


def _rows(condition: Mapping[str, Any] | None) -> frozenset[str] | None:
    if condition is None:
        return None
    [(operator, keys)] = condition.items()
    assert (operator, list(keys)) == ("ForAllValues:StringEquals", [LEADING_KEYS]), "no other condition is known here"
    return frozenset(keys[LEADING_KEYS])


def asked_by(service: str, operation: str, request: Request) -> list[Asked]:
    """Return what a call of boto3's asks for, in IAM's words."""
    if operation == "TransactWriteItems":
        steps = [(f"{step}Item", what) for item in request["TransactItems"] for step, what in item.items()]
        return [asked for step, what in steps for asked in asked_by(service, step, what)]
    action = f"{service}:{SINGLE.get(operation, operation)}"
    match service:
        case "sqs":
            return [Asked(Right(action, f"arn:aws:sqs:{REGION}:{ACCOUNT}:{request['QueueUrl'].rpartition('/')[2]}"))]
        case "dynamodb":
            index = f"/index/{request['IndexName']}" if "IndexName" in request else ""
            table = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{request['TableName']}{index}"
            row = request.get("Key") or request.get("Item") or {}
            return [Asked(Right(action, table), tuple(row["id"].values()) if row else ())]
    return [Asked(Right(action, request["SecretId"]))]


@dataclass
class Iam:
    """Notes what each function asked for, and refuses what its policy doesn't allow."""

    used: dict[str, set[Right]] = field(default_factory=dict)
    denied: list[str] = field(default_factory=list)
    _running: tuple[str, str] = ("", "")

    @contextmanager
    def running(self, function: str, rules_source: str) -> Iterator[None]:
        """The clients that are made meanwhile are the function's, for life; without a name nobody looks."""
        before, self._running = self._running, (function, rules_source)
        try:
            yield
        finally:
            self._running = before

    def made(self, client: Any) -> None:
        """Take note of a client that somebody made."""
        function, rules_source = self._running
        if function:
            client.meta.events.register("before-parameter-build", self._asking(function, rules_source))

    def _asking(self, function: str, rules_source: str) -> Callable[..., None]:
        def asking(params: Request, model: Any, **_: Any) -> None:
            for asked in asked_by(model.service_model.service_name, model.name, params):
                if not any(statement.allows(asked) for statement in allowed(function, rules_source)):
                    self.denied.append(f"{function}: {asked}")
                    error = {"Code": "AccessDeniedException", "Message": f"{function} may not {asked}"}
                    raise ClientError({"Error": error}, model.name)  # type: ignore[arg-type]
                self.used.setdefault(function, set()).add(asked.right)

        return asking
