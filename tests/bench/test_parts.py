"""Each part of the benchmark gives the figures that its targets are about, and the last ones are kept."""

import json
import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.bench import asked, events, kept, parts
from tests.bench.__main__ import main
from tests.bench.bursts import MEASURED_ELSEWHERE, times
from tests.bench.deployed import FUNCTIONS
from tests.bench.figures import CLOCKS, Figure, compared
from tests.bench.kept import Kept, Unreadable
from tests.bench.measure import Took
from tests.bench.parts import QUICK, beside
from tests.bench.peers import Measured
from tests.bench.targets import TARGETS
from tests.built import tools

from hookline import gateway
from hookline.intake import Intake
from hookline.rules.load import load_text
from hookline.secrets import Secrets

TOOK = Took([0.002, 0.002], [0.004, 0.004])
THREE = {"ours": TOOK, "floor": TOOK, "plain": TOOK}
HALVES = [
    figure
    for name in ("receive", "deliver")
    for what in ("an event", "cold start")
    for figure in compared(f"{name}, {what}", "wall", THREE)
]


class Measurer:
    """Stands in for the bench: each takes the same, and asks for one thing."""

    def cold(self, *_: object) -> Mapping[str, Took]:
        return THREE

    def warm(self, *_: object) -> tuple[Mapping[str, Took], Mapping[str, float]]:
        return THREE, {"ours": 60.0, "floor": 50.0, "plain": 80.0}

    def batches(self, _: int) -> Mapping[str, Took]:
        return {"1 message": TOOK, "10 to 10 chats": TOOK, "10 to 1 chat": TOOK}

    def payload(self, _: int) -> Took:
        return TOOK

    def requests(self, *_: object) -> Counter[str]:
        return Counter({"SendMessageBatch": 1})


def test_every_target_is_of_something_that_is_measured() -> None:
    bench: Any = Measurer()
    built = [figure for part in parts.BUILT.values() for figure in part(bench, QUICK)]
    figures = {figure.what: figure for figure in [*built, *parts.rules(QUICK)]}
    assert set(TARGETS) <= set(figures)
    assert {what for what in figures if "cold start" in what} == {
        f"{name}, cold start, {clock} / {other}"
        for name in FUNCTIONS
        for clock in CLOCKS
        for other in ("floor", "plain")
    }


def test_what_is_asked_counts_by_message() -> None:
    counts = Counter({"UpdateItem": 20, "PutItem": 10, "Query": 5, "POST": 10})
    assert [(one.what, one.value) for one in asked.delivered("ten", counts, 10)] == [
        ("ten: writes", 3.0),
        ("ten: reads", 0.5),
        ("ten: texts", 1.0),
    ]


def test_the_webhook_of_ten_messages_makes_ten() -> None:
    rules, secrets = load_text(events.rules().encode(), "rules.yaml"), Secrets(lambda: json.dumps(events.SECRETS), int)
    intake = Intake(lambda: rules, secrets, lambda messages: ["queued"] * len(messages), print, int, print, print)  # type: ignore[arg-type]
    assert len(intake.take(gateway.read(asked.webhook_of(10), 10**6)).deliveries) == 10


def test_a_tool_that_is_not_here_has_its_sentence_for_a_figure() -> None:
    ours, absent = Measured("Hookline", "1", 2.0, 4.0, 1, ""), Measured("webhook", "", None, None, 0, "Left out.")
    assert [(one.value, one.note) for one in beside(ours, absent)] == [(None, "Left out.")] * 2
    assert [one.value for one in beside(ours, Measured("Apprise", "2", 4.0, 4.0, 1, ""))] == [0.5, 1.0]


def test_figures_come_back_as_they_were_kept(tmp_path: Path) -> None:
    first = Kept("2026-11-01T10:00:00+01:00", "a machine", {one.what: one for one in HALVES})
    second = Kept("2026-11-02T10:00:00+01:00", "a machine", {"none": Figure("none", None, note="Left out.")})
    kept.write(tmp_path / "new" / "last.json", first)
    assert kept.read(tmp_path / "new" / "last.json") == first
    kept.write(tmp_path / "new" / "last.json", second)
    assert kept.read(tmp_path / "new" / "last.json") == second
    assert kept.read(tmp_path / "new" / "before.json") == first


def test_bursts_goes_by_what_was_kept(tmp_path: Path) -> None:
    kept.write(tmp_path / "last.json", Kept("", "", {one.what: one for one in HALVES}))
    content = json.loads((tmp_path / "last.json").read_text(encoding="utf-8"))
    assert {name: content[name] for name in MEASURED_ELSEWHERE} == {
        name: pytest.approx(8.0 if "cold" in name else 4.0) for name in MEASURED_ELSEWHERE
    }
    assert times(content).deliver_cold == pytest.approx(0.004)


def test_what_was_not_measured_this_time_stays_as_it_was() -> None:
    last = Kept("", "", {"a": Figure("a", 1.0), "b": Figure("b", 1.0)})
    assert kept.merged(last, [Figure("b", 2.0)]) == {"a": Figure("a", 1.0), "b": Figure("b", 2.0)}
    assert kept.flat({}) == {}


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"at": "", "machine": "", "figures": {"a": {"who": 1}}}'])
def test_a_file_of_something_else_is_said_to_be_so(tmp_path: Path, content: str) -> None:
    (tmp_path / "last.json").write_text(content, encoding="utf-8")
    with pytest.raises(Unreadable, match=r"last\.json is not what a benchmark has written; delete it\."):
        kept.read(tmp_path / "last.json")


def test_a_missing_sam_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("SAM", raising=False)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setattr(tools, "lambda_python", lambda: "python")
    monkeypatch.setattr(tools, "runtime_python", lambda: Path("python"))
    with pytest.raises(SystemExit) as ended:
        main(["--only", "cold"], tmp_path / "last.json")
    said = capsys.readouterr().err.splitlines()
    assert ended.value.code == 2
    assert said[-1] == "Nothing was measured: there is no sam: install aws-sam-cli, or name it in the variable SAM."
    assert not (tmp_path / "last.json").exists()


def test_a_part_that_there_is_not_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--only", "cold,hot"])
    assert "there is no hot, only cold, warm, batches, payload, requests, rules, peers" in capsys.readouterr().err
