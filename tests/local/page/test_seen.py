"""The last webhooks are kept, and who sends them doesn't wait until they are explained."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.local.page.desk_of import NOON, FakeRunning, answer, event
from tests.test_run import eventually

from local.page import seen as module
from local.page.seen import Seen

LARGE = 4 * 1024 * 1024


class Page:
    """What is told of, with or without somebody who listens."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.is_watched = False
        self.running = FakeRunning()
        self.seen = Seen(tuple, lambda: self.is_watched, self._tell, lambda: NOON, pause=lambda _: None)

    def _tell(self, webhook: dict[str, Any], request_id: str | None) -> None:
        assert request_id is None or request_id.startswith("request-")
        self.told.append(webhook)

    def come(self, title: str, **more: Any) -> None:
        self.seen.add(
            event("json", {"title": title, **more}), answer(200, reason="no rule matched"), self.running.rules
        )

    def titles(self, most: int = 100, most_bytes: int = LARGE) -> list[str]:
        return [webhook["title"] for webhook in self.seen.latest(most, most_bytes)]


@pytest.fixture
def page() -> Iterator[Page]:
    page = Page()
    page.seen.start()
    yield page
    page.seen.close()


def test_one_that_comes_while_somebody_watches_is_told_at_once(page: Page) -> None:
    page.is_watched = True
    page.come("a")
    eventually(lambda: page.titles() == ["a"])
    assert [webhook["verdict"] for webhook in page.told] == ["no rule"]


def test_while_nobody_watches_it_is_only_kept(page: Page) -> None:
    page.come("a")
    page.come("b")
    assert (page.titles(), page.told) == ([], [])
    page.seen.catch_up()
    assert page.titles() == ["a", "b"]


def test_the_last_come_last_and_the_oldest_are_left_out(page: Page) -> None:
    for n in range(5):
        page.come(str(n))
    page.seen.catch_up()
    assert page.titles(most=2) == ["3", "4"]


def test_so_many_are_kept(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 3)
    for n in range(5):
        page.come(str(n))
    page.seen.catch_up()
    assert page.titles() == ["2", "3", "4"]
    assert len(page.told) == 3


def test_large_ones_are_forgotten_sooner(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 2500)
    for n in range(5):
        page.come(str(n), more="x" * 1000)
    page.seen.catch_up()
    assert page.titles() == ["3", "4"]
    assert page.titles(most_bytes=1500) == ["4"]


def test_of_a_storm_all_are_told_at_once_and_explained_after_it() -> None:
    page = Page()
    for n in range(module.IN_PEACE + 10):
        page.come(str(n))
    page.is_watched = True
    page.seen._round()  # noqa: SLF001 - what the thread does
    assert len(page.told) == module.IN_PEACE + 10
    assert len([webhook for webhook in page.told if webhook["title"]]) == module.IN_A_STORM
    page.seen._round()  # noqa: SLF001
    page.seen._round()  # noqa: SLF001
    assert page.titles() == [str(n) for n in range(module.IN_PEACE + 10)]


def test_what_is_found_out_later_stays_with_it() -> None:
    page = Page()
    for n in range(module.FEW + 2):
        page.come(str(n))
    page.seen._round()  # noqa: SLF001 - the last isn't explained yet
    n = page.told[-1]["n"]
    page.seen.amend(n, {"verdict": "duplicate"})
    page.seen._round()  # noqa: SLF001
    assert page.seen.latest(1, LARGE)[0] | {"body": ""} == page.told[-1] | {"body": ""}
    assert (page.told[-1]["title"], page.told[-1]["verdict"]) == (str(module.FEW + 1), "duplicate")


def test_of_one_that_is_forgotten_nothing_is_found_out(page: Page) -> None:
    page.seen.amend(99, {"verdict": "duplicate"})
    assert page.told == []


def test_of_one_that_comes_after_the_end_nobody_is_told(page: Page) -> None:
    page.is_watched = True
    page.seen.close()
    page.come("a")
    eventually(lambda: not page.seen._thread.is_alive())  # noqa: SLF001 - it may not be told after this
    assert page.told == []
