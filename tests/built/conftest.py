"""What `sam build` makes of the project, once per session, and a Python 3.13 with Lambda's runtime client in it."""

import os
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import NoReturn, TypeVar

import pytest
from tests.built import tools
from tests.built.tools import Build, Missing

from local.project import ROOT

__all__ = ["ROOT", "Build", "missing"]
Found = TypeVar("Found")


def missing(what: str) -> NoReturn:
    """End the test: with a reason on a developer's machine, as a failure where everything has to run."""
    if os.environ.get("HOOKLINE_REQUIRE_ALL") == "1":
        pytest.fail(f"HOOKLINE_REQUIRE_ALL is set, but {what}")
    pytest.skip(f"What gets deployed was NOT tested: {what}")


def there(found: Callable[[], Found]) -> Found:
    try:
        return found()
    except Missing as error:
        missing(str(error))


@pytest.fixture(scope="session")
def sam() -> Callable[..., str]:
    program = there(tools.sam)
    return lambda *arguments: tools.run(program, *arguments)


@pytest.fixture(scope="session")
def build() -> Iterator[Callable[[str], Build]]:
    """Return a function that builds for an architecture, each only once."""
    there(tools.sam)
    there(tools.lambda_python)
    with tempfile.TemporaryDirectory() as folder:
        yield cache(lambda architecture: tools.build(architecture, Path(folder, architecture)))


@pytest.fixture(scope="session")
def runtime_python() -> Path:
    return there(tools.runtime_python)
