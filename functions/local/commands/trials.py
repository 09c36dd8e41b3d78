"""Tries every template on samples in a process that may die, and says which ones killed it."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from local.commands.trial import BYTES, SECONDS

PATIENCE_S = 60  # for all of them; the processor's time is bounded for each
TOO_MUCH = f"it takes more than {SECONDS * 1000:.0f} ms of processor time or {BYTES >> 20} MiB, or aborts the process"


@dataclass(frozen=True)
class Trial:
    """A template and the number of the scope it is tried with; ``each`` gives the item."""

    source: str
    is_text: bool
    scope: int
    each: str | None = None


def tried(templates: Mapping[str, str], scopes: Sequence[Any], trials: Sequence[Trial]) -> dict[int, str]:
    """Return why trials failed, by their numbers."""
    failed: dict[int, str] = {}
    begin = 0
    while begin < len(trials):
        rest = [asdict(trial) for trial in trials[begin:]]
        given = json.dumps({"templates": dict(templates), "scopes": scopes, "trials": rest})
        lines = subprocess.run(
            [sys.executable, "-m", "local.commands.trial"],
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=False,
            timeout=PATIENCE_S,
        ).stdout.splitlines()
        for line in lines:
            number, _, said = line.partition(" ")
            failed[begin + int(number)] = json.loads(said) if said else TOO_MUCH
        if not lines:
            raise RuntimeError("The process that tries templates didn't start.")
        begin += len(lines)
    return {n: why for n, why in failed.items() if why}
