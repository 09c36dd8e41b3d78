"""Two engines for what is written to the table, moto and Amazon's own; and an outbox that keeps a chat to its pace."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from tests.conftest import Clock
from tests.dynamodb_local import dynamodb_local
from tests.layer.hookline.one_message import DAYS, LEASE
from tests.layer.hookline.paced_house import House

from hookline.log import DeliveryLog
from local.cloud.engine import clients_for

MOTO, AMAZONS = "moto", "dynamodb-local"
BOTH_ENGINES = pytest.mark.parametrize(
    "engine", [MOTO, pytest.param(AMAZONS, marks=pytest.mark.dynamodb)], indirect=True
)


@pytest.fixture(scope="session")
def _dynamodb_local() -> Iterator[str]:
    with dynamodb_local() as url:
        yield url


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> str:
    """Give the name of what holds the table: moto, unless a module is marked with BOTH_ENGINES."""
    return str(getattr(request, "param", MOTO))


@pytest.fixture
def cloud(cloud: Any, engine: str, request: pytest.FixtureRequest) -> Any:
    """Give the cloud with its table on that engine, empty; Amazon's is too old to send the row of a conflict along."""
    if engine == MOTO:
        return cloud
    clients = clients_for(request.getfixturevalue("_dynamodb_local"))
    for name in clients("dynamodb").list_tables()["TableNames"]:
        clients("dynamodb").delete_table(TableName=name)
    clients("dynamodb").create_table(**cloud.template.tables[0].create)
    return replace(cloud, clients=clients)


@pytest.fixture
def log(cloud: Any, clock: Clock) -> DeliveryLog:
    return DeliveryLog(cloud.clients("dynamodb"), "DeliveryLog", clock, LEASE, DAYS)


@pytest.fixture
def house(cloud: Any, clock: Clock) -> House:
    return House(cloud.clients("dynamodb"), clock)
