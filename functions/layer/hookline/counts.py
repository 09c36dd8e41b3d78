"""What the functions count and time: kept while they work, written as metrics when a handler ends."""

from collections import Counter, defaultdict
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aws_lambda_powertools import Metrics

_Share = tuple[str, str]  # a dimension beside the service, and its value; both empty for none
_WHOLE: _Share = ("", "")


class Counts:
    """Counts from any thread; each flush writes a line for all that has no share, and one for each share."""

    def __init__(self, metrics: "Metrics") -> None:
        self._metrics = metrics
        self._sums: defaultdict[_Share, Counter[str]] = defaultdict(Counter)
        self._times: defaultdict[str, list[float]] = defaultdict(list)
        self._lock = Lock()

    def add(self, name: str, source: str = "", *, reason: str = "") -> None:
        """Count one more of it; with a source, which has to be one of the rules', or a reason also among its like."""
        share = ("source", source) if source else ("reason", reason) if reason else _WHOLE
        with self._lock:
            self._sums[share][name] += 1

    def measure(self, name: str, ms: float) -> None:
        """Keep how long something took, once more."""
        with self._lock:
            self._times[name].append(ms)

    def flush(self) -> None:
        """Write what there is since the last time, if there is anything."""
        if not (self._sums or self._times):
            return
        with self._lock:
            sums, self._sums = self._sums, defaultdict(Counter)
            times, self._times = self._times, defaultdict(list)
            whole = sums.pop(_WHOLE, Counter())
            if whole or times:
                self._write(whole, times, _WHOLE)
            for share, counted in sums.items():
                self._write(counted, {}, share)

    def _write(self, sums: dict[str, int], times: dict[str, list[float]], share: _Share) -> None:
        dimension, value = share
        if dimension:
            self._metrics.add_dimensions(service=self._metrics.service or "", **{dimension: value})
        for name, total in sums.items():
            self._metrics.add_metric(name=name, unit="Count", value=total)
        for name, values in times.items():
            for ms in values:
                self._metrics.add_metric(name=name, unit="Milliseconds", value=ms)
        self._metrics.flush_metrics()
        self._metrics.clear_metrics()  # where metrics are switched off, Powertools would keep them for ever
