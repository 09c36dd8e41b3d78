"""Mends moto's transactions, so that they are what Amazon documents: all or nothing, and apart from other requests.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
moto copies the whole table before each and puts that back when a condition fails, with whatever others wrote meanwhile.
"""

import copy
from collections.abc import Callable, Iterator, Sequence
from threading import RLock
from types import SimpleNamespace
from typing import Any

from moto.dynamodb import models
from moto.dynamodb.models import DynamoDBBackend, Table

# One lock for all tables: a transaction may be about several.
_LOCK = RLock()
_ALONE = ("put_item", "update_item", "delete_item", "get_item", "query", "scan")
_motos_transact = DynamoDBBackend.transact_write_items

Step = dict[str, dict[str, Any]]  # {"Put": {…}} and its kind


def mend() -> None:
    """Make every transaction from now on a real one. A second call changes nothing."""
    if DynamoDBBackend.transact_write_items is _transact:
        return
    models.copy = SimpleNamespace(deepcopy=_without_tables)
    DynamoDBBackend.transact_write_items = _transact
    for name in _ALONE:
        setattr(DynamoDBBackend, name, _alone(getattr(DynamoDBBackend, name)))


def _transact(backend: Any, steps: Sequence[Step]) -> None:
    with _LOCK:
        before = [(table, key, copy.deepcopy(table.get_item(*key))) for table, key in _rows(backend, steps)]
        try:
            _motos_transact(backend, steps)
        except Exception:
            for table, key, item in before:
                _put_back(table, key, item)
            raise


def _rows(backend: Any, steps: Sequence[Step]) -> Iterator[tuple[Table, tuple[Any, Any]]]:
    """Give the rows that the steps are about."""
    for step in steps:
        for request in step.values():
            table = backend.get_table(request["TableName"])
            yield table, backend.get_keys_value(table, request.get("Key") or request["Item"])


def _put_back(table: Table, key: tuple[Any, Any], item: Any) -> None:
    if item is None:
        table.delete_item(*key)
    elif table.has_range_key:
        table.items[key[0]][key[1]] = item
    else:
        table.items[key[0]] = item


def _without_tables(value: Any) -> Any:
    """Return a copy, but the table itself: only the rows of a transaction have to be put back."""
    return value if isinstance(value, Table) else copy.deepcopy(value)


def _alone(call: Callable[..., Any]) -> Callable[..., Any]:
    def made(*arguments: Any, **options: Any) -> Any:
        with _LOCK:
            return call(*arguments, **options)

    return made
