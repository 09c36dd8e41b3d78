"""Two engines for what is written to the table, moto and Amazon's own; and an outbox that keeps a chat to its pace."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from tests.conftest import Clock
from tests.dynamodb_local import dynamodb_local
from tests.layer.hookline.paced_house import House

from local.cloud.engine import clients_for

ENGINES = ["moto", pytest.param("dynamodb-local", marks=pytest.mark.dynamodb)]


@pytest.fixture(scope="session")
def _dynamodb_local() -> Iterator[str]:
    with dynamodb_local() as url:
        yield url


def on_engine(request: pytest.FixtureRequest, cloud: Any) -> Any:
    """Return the cloud with its table on the engine that the request names, empty."""
    if request.param == "moto":
        return cloud
    clients = clients_for(request.getfixturevalue("_dynamodb_local"))
    for name in clients("dynamodb").list_tables()["TableNames"]:
        clients("dynamodb").delete_table(TableName=name)
    clients("dynamodb").create_table(**cloud.template.tables[0].create)
    return replace(cloud, clients=clients)


@pytest.fixture
def house(cloud: Any, clock: Clock) -> House:
    return House(cloud.clients("dynamodb"), clock)
