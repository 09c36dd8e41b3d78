"""The service of a request is found among those that moto itself finds, which are looked for once."""

from moto import backends

from local.cloud import services


def test_the_names_are_those_that_moto_finds_and_are_looked_for_once() -> None:
    services.mend()
    names = backends.list_of_moto_modules()
    assert names == set(services._motos_names())  # noqa: SLF001 - what is mended
    assert {"sqs", "dynamodb", "secretsmanager"} <= names
    assert backends.list_of_moto_modules() is names
