"""The benchmark compares things that come to the same."""

import pytest
from tests.bench.made import PLACES, TAKER, made
from tests.bench.rules import SAMPLES, Case


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("place", PLACES)
def test_both_engines_let_the_same_rule_tell_the_same(sample: str, place: str) -> None:
    told = Case(sample, made(PLACES[place], 40 if PLACES[place] in {None, 0} else 200)).ours()
    assert told == (None if place == "none" else (TAKER, told[1] if told else ""))
