"""Counts: from any thread, in as few lines as CloudWatch's format allows, and none when there is nothing."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from aws_lambda_powertools import Metrics

from hookline.counts import Counts


@pytest.fixture
def counts() -> Counts:
    return Counts(Metrics(namespace="stack", service="deliver"))


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_what_ten_threads_count_is_one_sum(counts: Counts, capsys: pytest.CaptureFixture[str]) -> None:
    with ThreadPoolExecutor(10) as threads:
        list(threads.map(lambda _: counts.add("Sent"), range(500)))
    counts.flush()
    counts.flush()
    [line] = lines(capsys)
    assert (line["Sent"], line["service"]) == ([500.0], "deliver")


def test_sources_and_reasons_have_a_line_each(counts: Counts, capsys: pytest.CaptureFixture[str]) -> None:
    for source in ("a", "b", "a"):
        counts.add("Accepted", source)
    counts.add("Rejected", reason="too_large")
    counts.add("Sent")
    counts.flush()
    told = [
        (line.get("source"), line.get("reason"), line.get("Accepted"), line.get("Rejected")) for line in lines(capsys)
    ]
    assert told == [
        (None, None, None, None), ("a", None, [2.0], None), ("b", None, [1.0], None), (None, "too_large", None, [1.0])
    ]  # fmt: skip


def test_of_more_times_than_a_line_holds_none_is_lost_or_gets_another_dimension(
    counts: Counts, capsys: pytest.CaptureFixture[str]
) -> None:
    counts.add("Accepted", "a")
    for ms in range(250):
        counts.measure("ProviderLatency", ms)
    counts.flush()
    of_times = [line for line in lines(capsys) if "ProviderLatency" in line]
    assert [len(line["ProviderLatency"]) for line in of_times] == [100, 100, 50]
    assert sorted(ms for line in of_times for ms in line["ProviderLatency"]) == list(range(250))
    assert [line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] for line in of_times] == [[["service"]]] * 3


def test_where_metrics_are_switched_off_nothing_is_written_or_kept(
    counts: Counts, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "true")
    counts.add("Sent")
    counts.flush()
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED")
    counts.add("Held")
    counts.flush()
    [line] = lines(capsys)
    assert "Sent" not in line
