"""The delivery log's table in memory: exactly the calls and expressions that DeliveryLog uses, and no others.

``test_table.py`` runs DeliveryLog's own tests against it, so that it behaves like the engines that are slower.
"""

import re
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Callable
from threading import Lock
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError

Item = dict[str, Any]  # in DynamoDB's own notation: {"id": {"S": "a"}}
Key = tuple[str, str]

_IN = re.compile(r"(#?\w+) IN \((.+)\)")
_CLAUSE = re.compile(r"(SET|REMOVE|ADD) ((?:(?! (?:SET|REMOVE|ADD) ).)+)")
_ABSENT = re.compile(r"attribute_not_exists\((#\w+)\)")
INDEXED = "message_id"
MOST_IN_A_TRANSACTION = 100


class ConditionFailed(ClientError):
    """As boto3 raises it."""

    def __init__(self, operation: str, old: Item | None) -> None:
        answer: Any = {
            "Error": {"Code": "ConditionalCheckFailedException", "Message": "The conditional request failed"}
        }
        super().__init__({**answer, **({"Item": old} if old else {})}, operation)


class Cancelled(ClientError):
    """As boto3 raises it for a transaction."""

    def __init__(self, is_met: list[bool]) -> None:
        codes = [{"Code": "None" if fine else "ConditionalCheckFailed"} for fine in is_met]
        answer: Any = {"Error": {"Code": "TransactionCanceledException", "Message": ""}, "CancellationReasons": codes}
        super().__init__(answer, "TransactWriteItems")


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
        self._numbers: defaultdict[str, list[int]] = defaultdict(list)  # the generations of each id, in order
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

    def transact_write_items(self, *, TransactItems: list[dict[str, Item]]) -> Item:  # noqa: N803
        """Do all of it or nothing; what one item finds, none of the others has changed."""
        assert len(TransactItems) <= MOST_IN_A_TRANSACTION
        with self._lock:
            steps = [self._step(kind, request) for item in TransactItems for kind, request in item.items()]
            keys = [key for key, _, _ in steps]
            assert len(keys) == len(set(keys)), "two items of a transaction are the same row"
            if not all(is_met for _, is_met, _ in steps):
                raise Cancelled([is_met for _, is_met, _ in steps])
            for key, _, new in steps:
                if new is None:
                    self._remove(key)
                else:
                    self._write(key, new)
        return {}

    def _step(self, kind: str, request: Item) -> tuple[Key, bool, Item | None]:
        """Return the row, whether its condition is met, and what it becomes."""
        _is_known(request["TableName"])
        if kind == "Put":
            return _key(request["Item"]), True, dict(request["Item"])
        old = self.items.get(_key(request["Key"]))
        if kind == "Delete":
            return _key(request["Key"]), True, None
        assert kind == "Update"
        names, values = request["ExpressionAttributeNames"], request["ExpressionAttributeValues"]
        is_met = all(_holds(one, old, names, values) for one in request["ConditionExpression"].split(" AND "))
        new = _updated(dict(old or request["Key"]), request["UpdateExpression"], names, values)
        return _key(request["Key"]), is_met, new

    def query(
        self,
        *,
        ExpressionAttributeValues: Item,  # noqa: N803
        Limit: int,  # noqa: N803
        IndexName: str = "",  # noqa: N803
        ConsistentRead: bool = False,  # noqa: N803
        **asked: str,
    ) -> Item:
        _is_known(asked["TableName"])
        if not IndexName:
            assert ConsistentRead
            return self._entries(ExpressionAttributeValues, Limit, asked["KeyConditionExpression"])
        assert (IndexName, asked["KeyConditionExpression"]) == ("by_message", "message_id = :id")
        wanted, newest = ExpressionAttributeValues[":id"], self._now_ms() - self.index_lag_ms
        hits = [key for key, at in self._indexed_at.items() if at <= newest and self.items[key][INDEXED] == wanted]
        return {
            "Items": [{name: self.items[key][name] for name in ("id", "generation", INDEXED)} for key in hits[:Limit]]
        }

    def _entries(self, values: Item, limit: int, condition: str) -> Item:
        assert condition == "id = :chat AND generation BETWEEN :first AND :last"
        first, last = (int(values[name]["N"]) for name in (":first", ":last"))
        chat = values[":chat"]["S"]
        numbers = self._numbers[chat]
        begin = bisect_left(numbers, first)
        mine = [number for number in numbers[begin : begin + limit] if number <= last]
        found = [dict(self.items[chat, str(number)]) for number in mine]
        more = (
            {"LastEvaluatedKey": {name: found[-1][name] for name in ("id", "generation")}} if found[limit - 1 :] else {}
        )
        return {"Items": found, **more}

    def scan(self, **_: Any) -> Item:
        return {"Items": [dict(item) for item in self.items.values()]}

    def _write(self, key: Key, new: Item) -> None:
        if new.get(INDEXED) == {"S": ""}:
            raise ClientError({"Error": {"Code": "ValidationException", "Message": "an empty key"}}, "UpdateItem")
        old = self.items.get(key)
        self.items[key] = new
        if old is None:
            insort(self._numbers[key[0]], int(key[1]))
        if INDEXED in new and (old is None or old.get(INDEXED) != new[INDEXED]):
            self._indexed_at[key] = self._now_ms()
        self.changed(old, new)

    def _remove(self, key: Key) -> None:
        if self.items.pop(key, None) is not None:
            self._numbers[key[0]].remove(int(key[1]))


def _is_known(table: str) -> None:
    if table != "DeliveryLog":
        raise NoSuchTable(table)


def _key(item: Item) -> Key:
    return item["id"]["S"], item["generation"]["N"]


def _holds(condition: str, old: Item | None, names: dict[str, str], values: Item) -> bool:
    if condition == "attribute_exists(id)":
        return old is not None
    if absent := _ABSENT.fullmatch(condition):
        return old is None or names.get(absent[1], absent[1]) not in old
    found = _IN.fullmatch(condition)
    assert found, f"an expression that the model doesn't know: {condition}"
    name = names.get(found[1], found[1])
    return old is not None and old.get(name) in [values[value] for value in found[2].split(", ")]


def _updated(item: Item, expression: str, names: dict[str, str], values: Item) -> Item:
    for verb, rest in _CLAUSE.findall(expression):
        for part in rest.strip().split(", "):
            _change(item, verb, part, names, values)
    return item


def _change(item: Item, verb: str, part: str, names: dict[str, str], values: Item) -> None:
    if verb == "SET":
        name, value = part.split(" = ")
        item[names.get(name, name)] = values[value]
    elif verb == "ADD":
        name, value = part.split(" ")
        item[name] = {"N": str(int(item.get(name, {"N": "0"})["N"]) + int(values[value]["N"]))}
    else:
        item.pop(names.get(part, part), None)
