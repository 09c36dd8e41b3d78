"""The delivery log's table in memory: exactly the calls and expressions that DeliveryLog uses, and no others.

``test_table.py`` runs DeliveryLog's own tests against it, so that it behaves like the engines that are slower.
"""

import re
from collections.abc import Callable
from threading import Lock
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError

Item = dict[str, Any]  # in DynamoDB's own notation: {"id": {"S": "a"}}
Key = tuple[str, str]

_IN = re.compile(r"(#?\w+) IN \((.+)\)")
INDEXED = "message_id"


class ConditionFailed(ClientError):
    """As boto3 raises it."""

    def __init__(self, operation: str, old: Item | None) -> None:
        answer: Any = {
            "Error": {"Code": "ConditionalCheckFailedException", "Message": "The conditional request failed"}
        }
        super().__init__({**answer, **({"Item": old} if old else {})}, operation)


class NoSuchTable(ClientError):
    """As boto3 raises it."""

    def __init__(self, table: str) -> None:
        super().__init__({"Error": {"Code": "ResourceNotFoundException", "Message": table}}, "PutItem")


class Table:
    """Stands in for the client. ``changed`` is told of every row before (None: new) and after a write."""

    exceptions = SimpleNamespace(ConditionalCheckFailedException=ConditionFailed, ResourceNotFoundException=NoSuchTable)

    def __init__(self, now_ms: Callable[[], int], index_lag_ms: int = 0) -> None:
        self.items: dict[Key, Item] = {}
        self.index_lag_ms = index_lag_ms
        self.changed: Callable[[Item | None, Item], object] = lambda _old, _new: None
        self._now_ms = now_ms
        self._indexed_at: dict[Key, int] = {}
        self._lock = Lock()  # DynamoDB's writes are atomic by themselves

    def put_item(self, *, TableName: str, Item: Item, ConditionExpression: str = "", **options: str) -> Item:  # noqa: N803
        _is_known(TableName)
        assert ConditionExpression in {"", "attribute_not_exists(id)"}
        with self._lock:
            old = self.items.get(_key(Item))
            if ConditionExpression and old is not None:
                raise ConditionFailed("PutItem", old if options else None)
            self._write(_key(Item), dict(Item))
        return {}

    def update_item(
        self,
        *,
        TableName: str,  # noqa: N803
        Key: Item,  # noqa: N803
        UpdateExpression: str,  # noqa: N803
        ConditionExpression: str = "",  # noqa: N803
        ExpressionAttributeNames: dict[str, str] | None = None,  # noqa: N803
        ExpressionAttributeValues: Item | None = None,  # noqa: N803
    ) -> Item:
        _is_known(TableName)
        names, values = ExpressionAttributeNames or {}, ExpressionAttributeValues or {}
        conditions = ConditionExpression.split(" AND ") if ConditionExpression else []
        with self._lock:
            old = self.items.get(_key(Key))
            if not all(_holds(condition, old, names, values) for condition in conditions):
                raise ConditionFailed("UpdateItem", None)
            self._write(_key(Key), _updated(dict(old or Key), UpdateExpression, names, values))
        return {}

    def get_item(self, *, TableName: str, Key: Item, ConsistentRead: bool) -> Item:  # noqa: N803
        _is_known(TableName)
        assert ConsistentRead
        found = self.items.get(_key(Key))
        return {} if found is None else {"Item": dict(found)}

    def query(self, *, IndexName: str, ExpressionAttributeValues: Item, Limit: int, **asked: str) -> Item:  # noqa: N803
        _is_known(asked["TableName"])
        assert (IndexName, asked["KeyConditionExpression"]) == ("by_message", "message_id = :id")
        wanted, newest = ExpressionAttributeValues[":id"], self._now_ms() - self.index_lag_ms
        hits = [key for key, at in self._indexed_at.items() if at <= newest and self.items[key][INDEXED] == wanted]
        return {
            "Items": [{name: self.items[key][name] for name in ("id", "generation", INDEXED)} for key in hits[:Limit]]
        }

    def scan(self, **_: Any) -> Item:
        return {"Items": [dict(item) for item in self.items.values()]}

    def _write(self, key: Key, new: Item) -> None:
        if new.get(INDEXED) == {"S": ""}:
            raise ClientError({"Error": {"Code": "ValidationException", "Message": "an empty key"}}, "UpdateItem")
        old = self.items.get(key)
        self.items[key] = new
        if INDEXED in new and (old is None or old.get(INDEXED) != new[INDEXED]):
            self._indexed_at[key] = self._now_ms()
        self.changed(old, new)


def _is_known(table: str) -> None:
    if table != "DeliveryLog":
        raise NoSuchTable(table)


def _key(item: Item) -> Key:
    return item["id"]["S"], item["generation"]["N"]


def _holds(condition: str, old: Item | None, names: dict[str, str], values: Item) -> bool:
    if condition == "attribute_exists(id)":
        return old is not None
    found = _IN.fullmatch(condition)
    assert found, f"an expression that the model doesn't know: {condition}"
    name = names.get(found[1], found[1])
    return old is not None and old.get(name) in [values[value] for value in found[2].split(", ")]


def _updated(item: Item, expression: str, names: dict[str, str], values: Item) -> Item:
    verb, _, rest = expression.partition(" ")
    for part in rest.split(", "):
        if verb == "SET":
            name, value = part.split(" = ")
            item[names.get(name, name)] = values[value]
        elif verb == "ADD":
            name, value = part.split(" ")
            item[name] = {"N": str(int(item.get(name, {"N": "0"})["N"]) + int(values[value]["N"]))}
        else:
            assert verb == "REMOVE", f"an expression that the model doesn't know: {expression}"
            item.pop(part, None)
    return item
