"""The rows of the log as the page shows them, followed while it is open; and which webhooks were told before."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from tests.local.commands.test_history import Log
from tests.test_run import eventually

from hookline.status import Status
from local.commands.history import History
from local.commands.wanted import Row, Wanted
from local.page import deliveries as module
from local.page.deliveries import Deliveries, delivery
from local.page.repeats import Repeats


class Page:
    """What is told of the log."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.told: list[dict[str, Any]] = []
        self.amended: dict[int, str] = {}
        self.deliveries = Deliveries(log.history, self.told.append, log.clock)
        self.repeats = Repeats(log.history, self._amend, self.deliveries.take)
        self.deliveries.also = self.repeats.look

    def _amend(self, n: int, found: dict[str, Any]) -> None:
        self.amended[n] = found["verdict"]

    def come(self, n: int, name: str, request: str) -> None:
        self.repeats.add({"n": n, "deliveries": [{"delivery_id": f"delivery-{name}"}]}, f"request-{request}")

    def names(self) -> list[tuple[str, str]]:
        return [(row["delivery_id"].removeprefix("delivery-"), row["status"]) for row in self.told]


@pytest.fixture
def page(cloud: Any, clock: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    monkeypatch.setattr(module, "SOON_SECONDS", 0.01)
    page = Page(Log(cloud, clock))
    yield page
    page.deliveries.close()


def test_a_row_is_shown_without_what_is_internal(page: Page) -> None:
    page.log.add("a", Status.FAILED)
    [row] = page.log.history.generations("delivery-a")
    shown = delivery(row)
    assert shown.pop("created_at") == row["created_at"]
    assert shown.pop("updated_at") == row["updated_at"]
    [attempt] = shown.pop("attempts")
    assert attempt == {"at": row["updated_at"], "took": 5, "verdict": "invalid", "http_status": 422,
                       "code": "validation_failed", "reason": "No."}  # fmt: skip
    assert shown.pop("error")["reason"] == "No."
    assert shown == {
        "delivery_id": "delivery-a", "generation": 1, "source": "json", "rule": "all", "chat": "chat_oncall",
        "chat_name": "oncall", "text": "Text a", "status": "failed", "digest": None, "fallback_to": None,
        "fallback_of": None, "message_id": "", "copies": 0, "event_id": "event-a", "reason": "",
        "acknowledged_at": None,
    }  # fmt: skip


def test_a_page_begins_with_what_is_there_and_hears_of_what_changes(page: Page) -> None:
    page.log.add("a")
    page.deliveries.begin()
    eventually(lambda: page.names() == [("a", "sent")])
    claim = page.log.claim(page.log.message("b"))
    eventually(lambda: page.names()[1:] == [("b", "sending")])
    page.log.clock.advance(1)
    page.log.log.close(claim, Status.SENT, {"message_id": "msg_1"})
    eventually(lambda: page.names()[2:] == [("b", "sent")])
    assert [row["delivery_id"] for row in page.deliveries.latest()] == ["delivery-a", "delivery-b"]
    assert page.told[-1]["message_id"] == "msg_1"


def test_of_an_event_that_nobody_hears_there_is_no_delivery(page: Page) -> None:
    page.log.log.record(
        "unmatched-1", Status.UNMATCHED, {"source": "json", "event_id": "e", "reason": "no rule matched"}
    )
    page.log.add("a")
    page.deliveries.begin()
    eventually(lambda: page.names() == [("a", "sent")])


def test_a_second_time_it_begins_with_what_came_meanwhile(page: Page) -> None:
    page.deliveries.begin()
    page.deliveries.end()
    page.log.add("a")
    page.deliveries.begin()
    eventually(lambda: page.names() == [("a", "sent")])


@dataclass(frozen=True)
class LateHistory(History):
    """Its engine is there from the second time on."""

    asked: list[int] = field(default_factory=list)

    def latest(self, wanted: Wanted, limit: int) -> list[Row]:
        self.asked.append(limit)
        if len(self.asked) == 1:
            raise EndpointConnectionError(endpoint_url="http://127.0.0.1")  # type: ignore[no-untyped-call]
        return super().latest(wanted, limit)


def test_an_engine_that_is_gone_is_asked_again(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SELDOM_SECONDS", 0.01)
    page.log.add("a")
    history = LateHistory(page.log.history.client, page.log.history.table)
    page.deliveries = Deliveries(history, page.told.append, page.log.clock)
    page.deliveries.begin()
    eventually(lambda: page.names() == [("a", "sent")])
    assert len(history.asked) > 1


def test_a_webhook_that_was_counted_as_a_copy_is_a_duplicate(page: Page) -> None:
    page.log.add("a", request="1")
    page.come(1, "a", "1")
    page.come(2, "a", "2")
    page.come(3, "a", "3")
    page.repeats.look()
    assert page.amended == {}
    page.log.log.count_copy(page.log.message("a", request="2"))
    page.repeats.look()
    assert page.amended == {2: "duplicate"}
    assert [row["copies"] for row in page.told] == [0, 1]
    page.log.log.count_copy(page.log.message("a", request="3"))
    page.repeats.look()
    assert page.amended == {2: "duplicate", 3: "duplicate"}


def test_one_that_is_told_anew_is_none(page: Page) -> None:
    page.log.add("a", Status.FAILED, request="1")
    page.come(1, "a", "1")
    page.log.claim(page.log.message("a", request="2").model_copy(update={"replay": True}))
    page.come(2, "a", "2")
    page.come(3, "a", "3")
    page.repeats.look()
    page.log.log.count_copy(page.log.message("a", request="3"))
    page.repeats.look()
    assert page.amended == {3: "duplicate"}
    assert {row["generation"] for row in page.told} == {1, 2}


def test_one_that_is_described_twice_came_once(page: Page) -> None:
    page.log.add("a", request="1")
    page.come(1, "a", "1")
    page.come(1, "a", "1")
    page.log.log.count_copy(page.log.message("a", request="9"))
    page.repeats.look()
    assert page.amended == {}


def test_one_whose_turn_does_not_come_is_not_asked_for_for_ever(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local.page.repeats.PATIENCE_SECONDS", -1)
    page.come(1, "a", "1")
    page.come(2, "a", "2")
    page.repeats.look()
    page.log.add("a", request="1")
    page.log.log.count_copy(page.log.message("a", request="2"))
    page.repeats.look()
    assert page.amended == {}
