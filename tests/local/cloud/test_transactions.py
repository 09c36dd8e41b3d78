"""A transaction of the local engine: all or nothing, whatever others write at the same time."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.conftest import Cloud

TABLE = "DeliveryLog"


def key(row_id: str, generation: int = 1) -> dict[str, Any]:
    return {"id": {"S": row_id}, "generation": {"N": str(generation)}}


def put(row_id: str, **more: Any) -> dict[str, Any]:
    return {"Put": {"TableName": TABLE, "Item": {**key(row_id), **more}}}


def only_if_new(row_id: str) -> dict[str, Any]:
    return {"Put": {"TableName": TABLE, "Item": key(row_id), "ConditionExpression": "attribute_not_exists(id)"}}


def only_if_there(row_id: str) -> dict[str, Any]:
    condition = {"TableName": TABLE, "Key": key(row_id), "ConditionExpression": "attribute_exists(id)"}
    return {"ConditionCheck": condition}


@pytest.fixture
def table(cloud: Cloud) -> Any:
    return cloud.clients("dynamodb")


def ids(table: Any) -> set[str]:
    return {item["id"]["S"] for item in table.scan(TableName=TABLE)["Items"]}


def test_all_of_it_is_done(table: Any) -> None:
    table.put_item(TableName=TABLE, Item=key("gone"))
    gone = {"Delete": {"TableName": TABLE, "Key": key("gone")}}
    table.transact_write_items(TransactItems=[put("a"), put("b"), gone])
    assert ids(table) == {"a", "b"}


def test_of_one_whose_last_condition_fails_nothing_is_left(table: Any) -> None:
    table.put_item(TableName=TABLE, Item={**key("old"), "text": {"S": "as it was"}})
    table.put_item(TableName=TABLE, Item=key("there"))
    changed = {
        "TableName": TABLE,
        "Key": key("old"),
        "UpdateExpression": "SET #text = :text",
        "ExpressionAttributeNames": {"#text": "text"},
        "ExpressionAttributeValues": {":text": {"S": "changed"}},
    }
    gone = {"Delete": {"TableName": TABLE, "Key": key("there")}}
    with pytest.raises(ClientError) as refused:
        table.transact_write_items(TransactItems=[put("new"), {"Update": changed}, gone, only_if_there("nobody")])
    reasons: Any = refused.value.response["CancellationReasons"]  # type: ignore[typeddict-item]
    assert [reason.get("Code") for reason in reasons][-1] == "ConditionalCheckFailed"
    assert ids(table) == {"old", "there"}
    assert table.get_item(TableName=TABLE, Key=key("old"))["Item"]["text"] == {"S": "as it was"}


def test_what_others_write_while_one_fails_stays_written(table: Any) -> None:
    table.put_item(TableName=TABLE, Item=key("there"))

    def fail(_: int) -> None:
        with pytest.raises(ClientError):
            table.transact_write_items(TransactItems=[put("never"), only_if_new("there")])

    def write(n: int) -> None:
        table.transact_write_items(TransactItems=[put(f"a{n}"), put(f"b{n}")])
        table.put_item(TableName=TABLE, Item=key(f"c{n}"))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: (fail if n % 2 else write)(n), range(120)))
    assert ids(table) == {"there", *(f"{name}{n}" for n in range(0, 120, 2) for name in "abc")}
