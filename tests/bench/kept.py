"""What was measured last, kept in a file: to compare with, and for the simulation of bursts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.bench.figures import Figure

BEFORE = "before.json"
# What the simulation reads (tests/bench/bursts.py) of each half: its warm and its cold time.
_FLAT = {"receive": ("receive.warm_wall_ms", "receive.cold_wall_ms"),
         "deliver": ("deliver.warm_wall_ms_per_message", "deliver.cold_wall_ms")}  # fmt: skip


class Unreadable(Exception):
    """A file that has something else than the figures of a run."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A run: when, on what machine, and its figures by what they are of."""

    at: str
    machine: str
    figures: Mapping[str, Figure]

    def content(self) -> dict[str, Any]:
        kept = {what: asdict(figure) for what, figure in self.figures.items()}
        return {"at": self.at, "machine": self.machine, **flat(self.figures), "figures": kept}


def read(file: Path) -> Kept | None:
    """Return what the file keeps, if it is there. Raises Unreadable."""
    if not file.exists():
        return None
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        figures = {what: Figure.read(figure) for what, figure in content["figures"].items()}
        return Kept(content["at"], content["machine"], figures)
    except (ValueError, TypeError, KeyError, AttributeError) as why:
        raise Unreadable(f"{file} is not what a benchmark has written; delete it.") from why


def write(file: Path, run: Kept) -> None:
    """Write it in one go; what the file had is kept beside it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f"{file.name}.new")
    new.write_text(json.dumps(run.content(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if file.exists():
        file.replace(file.with_name(BEFORE))
    new.replace(file)


def merged(before: Kept | None, figures: Sequence[Figure]) -> dict[str, Figure]:
    """Return the figures, and of what wasn't measured this time those of the last."""
    return {**(before.figures if before else {}), **{figure.what: figure for figure in figures}}


def flat(figures: Mapping[str, Figure]) -> dict[str, float]:
    """Return the times of both halves, in ms; a new container's first event comes after its start."""
    found = {}
    for name, (warm_key, cold_key) in _FLAT.items():
        warm, cold = (figures.get(f"{name}, {what}, wall / floor") for what in ("an event", "cold start"))
        if warm:
            found[warm_key] = warm.raw["ours"]
        if warm and cold:
            found[cold_key] = cold.raw["ours"] + warm.raw["ours"]
    return found
