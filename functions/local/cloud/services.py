"""Mends how moto finds the service that a request is for: it lists its own folder, two hundred names, for each request.

That was half of what the engine did, under a lock that every other request waited for.
"""

from functools import cache

from moto import backends

_motos_names = backends.list_of_moto_modules


@cache
def _names() -> frozenset[str]:
    return frozenset(_motos_names())


def mend() -> None:
    """Let the folder be listed once. A second call changes nothing."""
    backends.list_of_moto_modules = _names
