"""What a process has used of the processor, with all that it started and that has ended; Linux tells."""

import os
import time
from pathlib import Path

POLL_S = 0.005
# Of /proc/PID/stat behind the name, counted from 0: the parent; the time in the program and in the kernel, then the
# same two of the children that were waited for.
PARENT, TIMES = 1, slice(11, 15)
_TICKS = os.sysconf("SC_CLK_TCK")


def used_s(pid: int) -> float:
    """Return seconds, to a hundredth."""
    return sum(int(field) for field in _stat(Path(f"/proc/{pid}"))[TIMES]) / _TICKS


def wait_for_children(pid: int, patience_s: float = 10.0) -> None:
    """Wait until what the process started has ended and is counted. Raises TimeoutError."""
    deadline = time.monotonic() + patience_s
    while any(fields[PARENT] == str(pid) for fields in map(_stat, Path("/proc").glob("[0-9]*")) if fields):
        if time.monotonic() > deadline:
            raise TimeoutError(f"What process {pid} started hasn't ended after {patience_s:.0f} s.")
        time.sleep(POLL_S)


def _stat(process: Path) -> list[str]:
    try:
        return (process / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []  # it has ended meanwhile
