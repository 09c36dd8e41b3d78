"""Which alerts somebody takes care of: of rows as the log has them, newest last."""

from datetime import UTC, datetime
from typing import Any

import pytest

from local.commands import moments
from local.commands.alerts import Alerts, missing_digests

pytestmark = pytest.mark.usefixtures("in_utc")
NOW = datetime(2026, 11, 2, 14, 14, tzinfo=UTC)
BEGIN = moments.to_ms(datetime(2026, 11, 2, 12, tzinfo=UTC))


def row(name: str, minute: int = 0, **more: Any) -> dict[str, Any]:
    """Return a row of an alert that was told to on-call; ``minute`` is when it came."""
    at = BEGIN + minute * 60_000
    told = {"status": "delivered", "phase": "firing", "title": name, "thread": name, "source": "grafana", "told_at": at}
    return {"id": f"{name}-{minute}", "chat_name": "oncall", "created_at": at, "accepted_at": at, **told, **more}


def acknowledged(minute: int, by: str = "like") -> dict[str, Any]:
    return {"acknowledged_at": BEGIN + minute * 60_000, "acknowledged_by": by}


def said(*rows: dict[str, Any]) -> str:
    return Alerts(rows).summary()


def test_an_alert_is_open_until_somebody_takes_care_of_it() -> None:
    assert said(row("CPU")) == "● Of these 1 alert is not acknowledged yet: CPU (oncall)."
    assert said(row("CPU", **acknowledged(1))) == ""


def test_several_are_counted_and_named() -> None:
    rows = [row("CPU"), row("Disk", 1, chat_name="office"), row("CPU", 2, thread="on another machine")]
    assert said(*rows) == "● Of these 3 alerts are not acknowledged yet: CPU x2 (oncall), Disk (office)."


def test_of_very_many_the_rest_is_counted() -> None:
    assert said(*(row(f"a{n}") for n in range(8))).endswith("a5 (oncall), and 2 others.")


def test_a_story_is_one_alert_however_often_and_to_whom_it_was_told() -> None:
    rows = [row("CPU"), row("CPU", 1, chat_name="office"), row("CPU", 240)]
    assert said(*rows) == "● Of these 1 alert is not acknowledged yet: CPU (oncall, office)."


def test_an_end_closes_what_fired_before_it_and_not_what_fires_after() -> None:
    over = row("CPU", 5, phase="resolved", status="held")
    assert said(row("CPU"), over) == ""
    assert said(row("CPU"), over, row("CPU", 6)) != ""
    assert said(row("CPU", source="datadog"), over) != ""


def test_who_takes_care_later_of_the_same_story_takes_care_of_all_of_it() -> None:
    assert said(row("CPU"), row("CPU", 240, chat_name="office", **acknowledged(241))) == ""
    assert said(row("CPU", **acknowledged(1)), row("CPU", 240)) != ""


def test_what_a_digest_told_is_acknowledged_with_it() -> None:
    member = row("CPU", status="digested", digest="d-1")
    digest = {**row("12 more", 3, phase="info", digest=4, thread=None), "id": "d-1"}
    assert said(member, digest) == "● Of these 1 alert is not acknowledged yet: CPU (oncall)."
    assert said(member, digest | acknowledged(5)) == ""
    assert missing_digests([member]) == ["d-1"]
    assert missing_digests([member, digest]) == []


def test_what_is_no_alert_or_was_not_told_is_no_open_alert() -> None:
    rows = [row("a", phase="info"), row("b", phase="resolved"), row("c", status="held"), row("d", status="failed")]
    assert said(*rows, {"id": "e", "status": "unmatched", "created_at": BEGIN}) == ""


def test_an_alert_without_a_story_stands_by_itself() -> None:
    rows = [row("CPU", thread=None), row("CPU", 1, thread=None, **acknowledged(2))]
    assert said(*rows) == "● Of these 1 alert is not acknowledged yet: CPU (oncall)."


def test_an_alert_without_a_title_goes_by_what_it_says() -> None:
    assert (
        said(row("", text="\x1b[31mCPU\nhot")) == "● Of these 1 alert is not acknowledged yet: \ufffd[31mCPU (oncall)."
    )
    assert said(row("", rule="all")) == "● Of these 1 alert is not acknowledged yet: all (oncall)."


def test_an_alert_that_is_private_is_counted_and_not_named() -> None:
    assert said(row("Diagnosis", private=True)) == "● Of these 1 alert is not acknowledged yet: (private) (oncall)."


def test_who_acknowledged_is_said_with_the_time() -> None:
    one = row("CPU", **acknowledged(2, "ack"))
    found = Alerts([one]).acknowledged(one)
    assert found
    assert found.said(NOW) == "✓ acknowledged 12:02 (ack)"
