"""Which rows of the log somebody asks for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from boto3.dynamodb.types import TypeSerializer

Row = dict[str, Any]  # one generation of a delivery, as the log has it

_SERIALIZE = TypeSerializer().serialize


@dataclass(frozen=True)
class Wanted:
    """Which rows to read, by attribute: the values that it may have, and the least that it may be."""

    one_of: Mapping[str, Collection[str]] = field(default_factory=dict)
    least: Mapping[str, int] = field(default_factory=dict)

    def takes(self, row: Row) -> bool:
        is_one = all(row.get(name) in values for name, values in self.one_of.items())
        return is_one and all(row.get(name, 0) >= value for name, value in self.least.items())

    def filter(self) -> dict[str, Any]:
        """Return the same as arguments of DynamoDB's Scan."""
        names: dict[str, str] = {}
        values: dict[str, Any] = {}
        parts = []
        for name, allowed in self.one_of.items():
            given = {f":{name}{n}": _SERIALIZE(value) for n, value in enumerate(allowed)}
            parts.append(f"#{name} IN ({', '.join(given)})")
            names[f"#{name}"] = name
            values |= given
        for name, least in self.least.items():
            parts.append(f"#{name} >= :least_{name}")
            names[f"#{name}"], values[f":least_{name}"] = name, _SERIALIZE(least)
        if not parts:
            return {}
        return {
            "FilterExpression": " AND ".join(parts),
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
        }
