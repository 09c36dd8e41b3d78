"""Rows of the one table, in DynamoDB's notation and out of it."""

from collections.abc import Sequence
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

OF_CHAT = "chat "  # what the id of such a row begins with; the provider's id of the chat follows
TOLD_OF = ("text", "body", "link_preview", "title", "where")  # of a delivery's row, what a private message says
_SERIALIZE, _DESERIALIZE = TypeSerializer().serialize, TypeDeserializer().deserialize


def key(row_id: str, generation: int) -> dict[str, Any]:
    """Return the key of a row."""
    return {"id": {"S": row_id}, "generation": {"N": str(generation)}}


def chat_key(chat: str, number: int = 0) -> dict[str, Any]:
    """Return the key of a chat's state, or of one of its entries; no delivery has such an id, nor a generation 0."""
    return key(OF_CHAT + chat, number)


def item(row: dict[str, Any]) -> dict[str, Any]:
    """Return the row as the table takes it; what is None isn't there."""
    return {name: _SERIALIZE(value) for name, value in given(row).items()}


def plain(found: dict[str, Any]) -> dict[str, Any]:
    """Return the row as Python has it; numbers are Decimal."""
    return {name: _DESERIALIZE(value) for name, value in found.items()}


def given(attributes: dict[str, Any]) -> dict[str, Any]:
    """Return the attributes that are not None."""
    return {name: value for name, value in attributes.items() if value is not None}


def update(
    table: str,
    row_key: dict[str, Any],
    changes: dict[str, Any],
    only_if: dict[str, Any],
    *,
    without: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the request, of UpdateItem or within a transaction, that sets attributes and removes those of ``without``.

    Its condition is that the row is as ``only_if`` says: an attribute has this value, or one of a list, or isn't there
    where the value is None. A row that there isn't yet is made only if that says so of something.
    """
    names = {f"#{name}": name for name in (*changes, *only_if, *without)}
    values = {f":{name}": _SERIALIZE(value) for name, value in changes.items()}
    conditions = [] if None in only_if.values() else ["attribute_exists(id)"]
    for name, wanted in only_if.items():
        if wanted is None:
            conditions.append(f"attribute_not_exists(#{name})")
            continue
        allowed = {f":is_{name}{n}": _SERIALIZE(value) for n, value in enumerate(_listed(wanted))}
        values |= allowed
        conditions.append(f"#{name} IN ({', '.join(allowed)})")
    parts = {"SET": [f"#{name} = :{name}" for name in changes], "REMOVE": [f"#{name}" for name in without]}
    return {
        "TableName": table,
        "Key": row_key,
        "UpdateExpression": " ".join(f"{verb} {', '.join(what)}" for verb, what in parts.items() if what),
        "ConditionExpression": " AND ".join(conditions),
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": values,
    }


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
