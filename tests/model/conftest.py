"""Worlds for the scenarios, and how long Hypothesis searches."""

import logging
import os
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, settings

# The same three hundred examples each time: a change fails by its own fault. The long search looks for new ones.
settings.register_profile(
    "model",
    deadline=None,
    derandomize=True,
    max_examples=300,
    stateful_step_count=30,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "long", settings.get_profile("model"), derandomize=False, max_examples=20_000, stateful_step_count=60
)
MODEL = settings.get_profile(os.environ.get("HYPOTHESIS_PROFILE", "model"))


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Every run makes thousands of lines that nobody reads."""
    logger = logging.getLogger("hookline")
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    yield
    logger.setLevel(before)


_FIGURES: list[str] = []


@pytest.fixture
def report() -> Callable[[str, object], None]:
    """Return what prints a figure at the end of the run."""
    return lambda what, figure: _FIGURES.append(f"{what}: {figure}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _FIGURES:
        terminalreporter.section("what the model measured")
        for figure in _FIGURES:
            terminalreporter.write_line(figure)
