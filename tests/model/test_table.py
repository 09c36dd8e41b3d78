"""The model's table against DeliveryLog's own tests: whatever they demand of the other engines, it does too."""

from typing import Any

import pytest
from tests.layer.hookline.one_message import DAYS, LEASE
from tests.layer.hookline.test_lease import *  # noqa: F403 - every test there, once more with the table below
from tests.layer.hookline.test_line import *  # noqa: F403
from tests.layer.hookline.test_log import *  # noqa: F403
from tests.layer.hookline.test_threads import *  # noqa: F403
from tests.model.table import Table

from hookline.log import DeliveryLog

pytestmark: list[pytest.MarkDecorator] = []  # those tests ask for two engines, of which none is here


class OneTable:
    """What those tests know as ``cloud``."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def clients(self, service: str) -> Table:
        assert service == "dynamodb"
        return self._table


@pytest.fixture
def cloud(clock: Any) -> OneTable:
    """Give what stands in for moto: as many threads have to get along with it."""
    return OneTable(Table(clock))


@pytest.fixture
def log(cloud: OneTable, clock: Any) -> DeliveryLog:
    return DeliveryLog(cloud.clients("dynamodb"), "DeliveryLog", clock, LEASE, DAYS)
