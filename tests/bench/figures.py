"""Figures of the benchmark: ratios, each taken round by round, with what they were taken from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any

from tests.bench.measure import Took

MILLI = 1e-3
CLOCKS = {"CPU": "cpu", "wall": "wall"}  # as a table has them, and as Took has them


@dataclass(frozen=True, slots=True)
class Figure:
    """A ratio, or a quantity where it has a unit; one that couldn't be measured has no value and a note that says why.

    ``middle`` is what the middle half of the rounds lie between, ``raw`` whose figures it compares, in ``raw_unit``.
    """

    what: str
    value: float | None
    unit: str = ""
    middle: tuple[float, float] | None = None
    raw: Mapping[str, float] = field(default_factory=dict)
    raw_unit: str = "ms"
    note: str = ""

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> "Figure":
        """Read one that was kept as JSON. Raises TypeError when it is none."""
        return cls(**{**content, "middle": tuple(content["middle"]) if content.get("middle") else None})


def compared(what: str, clock: str, took: Mapping[str, Took]) -> list[Figure]:
    """Compare the first with each of the others by one of the clocks."""
    series: dict[str, list[float]] = {name: getattr(one, CLOCKS[clock]) for name, one in took.items()}
    raw = {name: median(one) / MILLI for name, one in series.items()}
    ours, *others = series
    return [_ratio(f"{what}, {clock} / {other}", series[ours], series[other], raw) for other in others]


def _ratio(what: str, ours: Sequence[float], other: Sequence[float], raw: Mapping[str, float]) -> Figure:
    ratios = [one / another for one, another in zip(ours, other, strict=True)]
    return Figure(what, median(ratios), middle=middle(ratios), raw=raw)


def taken(what: str, clock: str, took: Took) -> Figure:
    """Return what it takes by one of the clocks, beside nothing."""
    times = [one / MILLI for one in getattr(took, CLOCKS[clock])]
    return Figure(f"{what}, {clock}", median(times), "ms", middle(times))


def weighed(what: str, peaks: Mapping[str, float], unit: str) -> list[Figure]:
    """Compare the first with each of the others where each was taken once."""
    ours, *others = peaks
    return [Figure(f"{what} / {other}", peaks[ours] / peaks[other], raw=peaks, raw_unit=unit) for other in others]


def middle(values: Sequence[float]) -> tuple[float, float] | None:
    """Return the quartiles, if there are any."""
    if len(values) < 2:
        return None
    low, _, high = quantiles(values, n=4, method="inclusive")
    return low, high
