"""The report of the benchmark says of each figure what it is, what it should be, and what it was."""

from io import StringIO

import pytest
from rich.console import Console
from tests.bench.figures import Figure, compared, weighed
from tests.bench.measure import Took
from tests.bench.report import MET, MISSED, show, summary, verdict
from tests.bench.targets import Target

WARM = Took(cpu=[0.002, 0.004, 0.003], wall=[0.004, 0.004, 0.004])
FLOOR = Took(cpu=[0.002, 0.002, 0.002], wall=[0.002, 0.004, 0.008])
PLAIN = Took(cpu=[0.004, 0.004, 0.004], wall=[0.008, 0.008, 0.008])
RECEIVE = compared("receive", "CPU", {"ours": WARM, "floor": FLOOR, "plain": PLAIN})
FIGURES = [
    *RECEIVE,
    *weighed("memory", {"ours": 60.0, "plain": 80.0}, "MB"),
    Figure("route", 0.4, "ms", (0.3, 0.5)),
    Figure("a text / webhook", None, note="Left out: there is no jq here."),
]
WANTED = {"receive, CPU / floor": Target(1.25), "receive, CPU / plain": Target(0.75), "route": Target(0.5, "<", "ms"),
          "reads": Target(0, "=")}  # fmt: skip
TABLE = """\
what                  ratio (middle half)  target     met?    last time  raw
receive, CPU / floor  1.50 (1.25 to 1.75)  ≤ 1.25     missed  1.40       ours 3, floor 2, plain 4 ms
receive, CPU / plain  0.75 (0.62 to 0.88)  ≤ 0.75     met     –
memory / plain        0.75                                    –          ours 60, plain 80 MB
route                 0.4 ms (0.3 to 0.5)  < 0.50 ms  met     0.6 ms
a text / webhook      –                                       –          Left out: there is no jq here.

Of 4 targets 2 met, 1 not measured, 1 missed: receive, CPU / floor (1.50, ≤ 1.25).
"""


def test_the_table_has_each_ratio_beside_its_target_and_the_last_one() -> None:
    last = {"receive, CPU / floor": Figure("receive, CPU / floor", 1.4), "route": Figure("route", 0.6, "ms")}
    printed = StringIO()
    show(Console(width=200, file=printed), FIGURES, last, WANTED)
    assert [line.rstrip() for line in printed.getvalue().splitlines()] == TABLE.splitlines()


def test_a_ratio_is_the_median_of_the_ratios_of_each_round() -> None:
    (ratio,) = compared("receive", "wall", {"ours": WARM, "floor": FLOOR})
    assert ratio.value == 1.0  # of 2, 1 and 0.5; the sums would say 0.86
    assert ratio.middle == (0.75, 1.5)


@pytest.mark.parametrize(
    ("target", "value", "said"),
    [
        (Target(1.1), 1.1, MET),
        (Target(1.1), 1.1001, MISSED),
        (Target(0.5, "<"), 0.4999, MET),
        (Target(0.5, "<"), 0.5, MISSED),
        (Target(1, "="), 1.0, MET),
        (Target(1, "="), 0.9, MISSED),
        (Target(1, "="), 1.1, MISSED),
    ],
)
def test_a_target_is_met_up_to_its_edge(target: Target, value: float, said: str) -> None:
    assert verdict(Figure("it", value), target) == said


def test_a_ratio_that_misses_by_a_hair_is_shown_with_it() -> None:
    assert "it (1.10400, ≤ 1.10)" in summary([Figure("it", 1.104)], {"it": Target(1.1)})


def test_that_all_is_met_is_said() -> None:
    assert summary([Figure("it", 1.0)], {"it": Target(1.1)}) == "Of 1 targets 1 met, 0 missed."
