"""What a process has used of the processor and of memory; Linux tells."""

import os
import re
import time
from pathlib import Path

POLL_S = 0.005
MEGABYTE_KB = 1024
# Of /proc/PID/stat behind the name, counted from 0: the parent; the time in the program and in the kernel, then the
# same two of the children that were waited for.
PARENT, TIMES = 1, slice(11, 15)
_TICKS = os.sysconf("SC_CLK_TCK")
_PEAK = re.compile(r"VmHWM:\s*(\d+) kB")


def own_s(pid: int) -> float:
    """Return the seconds that the processor has worked for it, all its threads together, to the microsecond."""
    # https://man7.org/linux/man-pages/man3/clock_getcpuclockid.3.html: another process's clock has this number.
    return time.clock_gettime(~pid << 3 | 2)


def peak_mb(pid: int) -> float:
    """Return the most memory that it had so far; none, when it has ended."""
    found = _PEAK.search(Path(f"/proc/{pid}/status").read_text(encoding="utf-8"))
    return int(found[1]) / MEGABYTE_KB if found else 0.0


def used_s(pid: int) -> float:
    """Return the same with all that it started and that has ended; only to a hundredth of a second."""
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
