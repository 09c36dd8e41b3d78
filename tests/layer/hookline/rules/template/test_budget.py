"""What the operators do, and where they stop."""

from typing import Any

import pytest

from hookline.rules.template.budget import LARGEST, MAX_OUTPUT, MAX_RANGE, MAX_TEXT, Budget, Exhausted, size


@pytest.fixture
def budget() -> Budget:
    return Budget()


def test_texts_lists_and_numbers_are_added(budget: Budget) -> None:
    assert budget.add("a", "b") == "ab"
    assert budget.add([1], [2]) == [1, 2]
    assert budget.add(1, 0.5) == 1.5
    assert budget.multiply("ab", 2) == budget.multiply(2, "ab") == "abab"
    assert budget.multiply(6, 7) == 42


def test_nothing_is_joined_as_nothing(budget: Budget) -> None:
    assert budget.concatenate(None, 1) == "1"
    assert budget.concatenate("a", [1]) == "a[1]"


@pytest.mark.parametrize(
    ("left", "right", "sentence"),
    [
        ("a", 1, "a text and a number can't be added; `~` joins texts"),
        (None, 1, "nothing and a number can't be added; `~` joins texts"),
        ({}, [], "an object and a list can't be added; `~` joins texts"),
    ],
)
def test_what_can_not_be_added_is_said_so(budget: Budget, left: Any, right: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match="can't be added") as failed:
        budget.add(left, right)
    assert str(failed.value) == sentence


def test_nothing_grows_without_end(budget: Budget) -> None:
    half = "x" * (MAX_TEXT // 2 + 1)
    for grow in (
        lambda: budget.concatenate(half, half),
        lambda: budget.add(half, half),
        lambda: budget.multiply("x", MAX_TEXT + 1),
        lambda: budget.multiply(LARGEST, 2),
        lambda: budget.range(MAX_RANGE + 1),
        lambda: budget.listed(*[half] * 9),
        lambda: budget.mapped("a", [half] * 9),
        lambda: budget.spend("x" * (MAX_TEXT + 1)),
        lambda: [budget.output(half) for _ in range(1 + MAX_OUTPUT // len(half))],
    ):
        with pytest.raises(Exhausted):
            grow()


def test_output_is_counted_anew_for_each_evaluation(budget: Budget) -> None:
    for _ in range(3):
        budget.begin()
        assert budget.output("x" * MAX_OUTPUT)


def test_time_runs_out_in_a_loop(budget: Budget, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hookline.rules.template.budget.MAX_SECONDS", -1)
    budget.begin()
    with pytest.raises(Exhausted, match="it takes too much time"):
        budget.tick()


def test_a_list_in_itself_many_times_over_is_as_large_as_it_would_be_written() -> None:
    value: Any = [1]
    for _ in range(60):
        value = [value, value]
    assert size(value) > 100_000
