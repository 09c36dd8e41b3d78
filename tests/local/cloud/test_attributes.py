"""Rows are written as moto itself writes them, whatever types their values have."""

from typing import Any

import pytest
from moto.core.serialize import BaseJSONSerializer
from tests.conftest import Cloud

from local.cloud import attributes

TABLE = "DeliveryLog"
KEY = {"id": {"S": "1"}, "generation": {"N": "1"}}
ROW: dict[str, Any] = {
    **KEY,
    "text": {"S": "Åse – 🔥"},
    "empty": {"S": ""},
    "bytes": {"B": b"\x00\x1f\x8b"},
    "yes": {"BOOL": True},
    "no": {"BOOL": False},
    "nothing": {"NULL": True},
    "names": {"SS": ["a", "b"]},
    "numbers": {"NS": ["1", "2.5"]},
    "list": {"L": [{"N": "0"}, {"L": []}, {"M": {"S": {"S": "a name like a type's"}}}, {"B": b"\xff"}]},
    "map": {"M": {"attempts": {"L": [{"M": {"at": {"N": "17936"}, "reason": {"NULL": True}}}]}, "none": {"M": {}}}},
}


def answers(dynamodb: Any) -> list[Any]:
    """Return the row as every kind of question gives it."""
    some = {"KeyConditionExpression": "id = :id", "ExpressionAttributeValues": {":id": {"S": "1"}}}
    change = {"UpdateExpression": "SET copies = :n", "ExpressionAttributeValues": {":n": {"N": "1"}}}
    return [
        dynamodb.get_item(TableName=TABLE, Key=KEY)["Item"],
        *dynamodb.scan(TableName=TABLE)["Items"],
        *dynamodb.query(TableName=TABLE, **some)["Items"],
        *dynamodb.batch_get_item(RequestItems={TABLE: {"Keys": [KEY]}})["Responses"][TABLE],
        dynamodb.update_item(TableName=TABLE, Key=KEY, ReturnValues="ALL_OLD", **change)["Attributes"],
    ]


def test_every_type_comes_back_as_it_was_put(cloud: Cloud) -> None:
    dynamodb = cloud.clients("dynamodb")
    dynamodb.put_item(TableName=TABLE, Item=ROW)
    for row in answers(dynamodb):
        assert {**row, "names": None, "numbers": None} == {**ROW, "names": None, "numbers": None}
        assert [sorted(row["names"]["SS"]), sorted(row["numbers"]["NS"])] == [["a", "b"], ["1", "2.5"]]


def test_it_is_what_moto_writes(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    dynamodb = cloud.clients("dynamodb")
    dynamodb.put_item(TableName=TABLE, Item=ROW)
    mended = answers(dynamodb)
    dynamodb.put_item(TableName=TABLE, Item=ROW)
    monkeypatch.setattr(BaseJSONSerializer, "_serialize_type_structure", attributes._motos_structure)  # noqa: SLF001
    assert answers(dynamodb) == mended
