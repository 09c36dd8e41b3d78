"""Several things at once, a single one in the thread that asks."""

from threading import Barrier, get_ident

import pytest

from hookline.side_by_side import SideBySide

WAIT = 10.0  # seconds


def test_a_single_thing_is_done_by_the_caller() -> None:
    with SideBySide(2) as pool:
        assert list(pool.map(lambda _: get_ident(), ["one"])) == [get_ident()]
        assert list(pool.map(str, [])) == []


def test_several_are_done_at_once_and_come_in_order() -> None:
    both = Barrier(2)

    def met(name: str) -> tuple[str, bool]:
        both.wait(WAIT)
        return name, get_ident() == this

    this = get_ident()
    with SideBySide(2) as pool:
        assert list(pool.map(met, ["one", "two"])) == [("one", False), ("two", False)]


def test_what_one_raises_is_raised() -> None:
    with SideBySide(2) as pool, pytest.raises(ZeroDivisionError):
        list(pool.map(lambda n: 1 / n, [0]))
