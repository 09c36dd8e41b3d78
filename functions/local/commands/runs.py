"""Where the runs on this machine are: each leaves a file while it lasts, and the commands find it."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from local.commands.errors import Wrong
from local.project import RUNS

USUAL_PORT = 8787
_ONLY_MINE, _ONLY_MINE_TO_READ = 0o700, 0o600  # it holds the secrets of the run


class NoRun(Wrong):
    """No run is to be found; the sentence says what to do."""


@dataclass(frozen=True)
class Run:
    """One `hookline run`. ``outputs`` are named as those of a stack."""

    pid: int
    port: int
    url: str
    engine_url: str
    blooio_base_url: str
    rules_file: str
    outputs: Mapping[str, str]
    secrets: Mapping[str, tuple[str, ...]]


@contextmanager
def published(run: Run, folder: Path = RUNS) -> Iterator[None]:
    """Let the commands find the run meanwhile. Raises OSError when the folder can't be written."""
    folder.mkdir(mode=_ONLY_MINE, exist_ok=True)
    path = folder / f"run-{run.port}.json"
    draft = path.with_suffix(f".{run.pid}")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _ONLY_MINE_TO_READ), "w") as file:  # noqa: PTH123
        json.dump(asdict(run), file)
    draft.replace(path)
    try:
        yield
    finally:
        if run.pid in {other.pid for other in alive(folder) if other.port == run.port}:  # else it is another's by now
            path.unlink(missing_ok=True)


def find(port: int | None, folder: Path = RUNS) -> Run:
    """Return the run on the port; without one, that on the usual port, or the only one there is. Raises NoRun."""
    runs = {run.port: run for run in alive(folder)}
    if port is not None and port in runs:
        return runs[port]
    if port is None and USUAL_PORT in runs:
        return runs[USUAL_PORT]
    if port is None and len(runs) == 1:
        return next(iter(runs.values()))
    if not runs:
        raise NoRun(
            "Nothing runs here: start `hookline run` in another terminal, or name a deployed stack: --stack NAME."
        )
    known = ", ".join(str(known) for known in sorted(runs))
    asked = f"No run is on port {port}" if port is not None else "There are several runs"
    raise NoRun(f"{asked}; say which with --port: {known}.")


def alive(folder: Path = RUNS) -> Iterator[Run]:
    """Give the runs that go on."""
    for path in folder.glob("run-*.json"):
        try:
            run = Run(**json.loads(path.read_text(encoding="utf-8")))
            os.kill(run.pid, 0)
        except ProcessLookupError:
            continue  # it could not take its file along
        except (OSError, ValueError, TypeError):
            continue  # somebody else's, or of another version
        yield run
