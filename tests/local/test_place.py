"""Where a run is: the local engine is found beside the gateway, and by nobody who wasn't meant."""

import pytest

from local.place import Place
from local.project import RULES


@pytest.mark.parametrize("host", ["127.0.0.1", "172.17.0.1"])
def test_the_engine_listens_on_the_one_address_of_the_gateway(host: str) -> None:
    assert Place.of(host, 8787, RULES, {}).engine_host == host


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "::1", "localhost"])  # noqa: S104 - nothing is bound
def test_of_all_addresses_the_engine_listens_on_this_machines_own_alone(host: str) -> None:
    assert Place.of(host, 8787, RULES, {}).engine_host == "127.0.0.1"
