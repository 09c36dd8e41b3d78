"""What somebody reads of a monitor of Datadog's."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hookline.sources import KINDS
from hookline.sources.datadog import content_key, describe
from hookline.sources.kind import MAX_TEXT

NOW = datetime(2026, 11, 2, 3, 12, tzinfo=UTC)
LINK = "https://app.datadoghq.com/event/event?id=77"


def payload(**changes: Any) -> dict[str, Any]:
    return {
        "id": "77", "title": "[P2] [Triggered on {host:db-1}] Disk is full", "transition": "Triggered", "type": "error",
        "body": "%%%\nLess than 3 % left. @webhook-phone @ann@example.com\n\n- - -\n\nThe monitor was last …",
        "priority": "P2", "scope": "env:prod,host:db-1", "status": "disk was > 0.97", "cycle": "c-1", "link": LINK,
        "date": "1793588952000",
    } | changes  # fmt: skip


@pytest.mark.parametrize(
    ("given", "where"),
    [
        (payload(), "db-1"),
        (payload(title="Disk of db-1 is full"), "db-1"),
        (payload(title="[Triggered on {pod_name:api-0}] Crash", scope="*"), "api-0"),
        (payload(title="Disk is full", scope="*"), ""),
    ],
)
def test_where_it_is_is_what_the_scope_says(given: dict[str, Any], where: str) -> None:
    assert describe(given, NOW).where == where


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (payload(), f"🔥 Disk is full on db-1\nLess than 3 % left.\ntriggered\n{LINK}"),
        (
            payload(transition="Recovered", title="[P2] [Recovered on {host:db-1}] Disk is full", type="success"),
            f"✅ Disk is full on db-1\nrecovered\n{LINK}",
        ),
        (payload(transition="Renotify"), f"🔥 Disk is full on db-1\nLess than 3 % left.\nstill not over\n{LINK}"),
        (payload(priority="P3", transition="Warn"), f"⚠️ Disk is full on db-1\nLess than 3 % left.\nwarning\n{LINK}"),
        (payload(body="", link=""), "🔥 Disk is full on db-1\ndisk was > 0.97\ntriggered"),
        (payload(scope="*", body="@webhook-phone", status="null", link="null"), "🔥 Disk is full on db-1\ntriggered"),
        (payload(title="Disk of db-1 is full", body="", status="", link=""), "🔥 Disk of db-1 is full\ntriggered"),
        (payload(scope="service:shop,env:prod", body="", status="", link=""), "🔥 Disk is full on shop\ntriggered"),
        # What Datadog suggests as a payload.
        (
            {"id": "7", "title": "[Warn] [Memory Alert]", "body": "%%%\n@webhook-phone\n%%%", "date": "1793588952000",
             "last_updated": "1793588952000", "event_type": "query_alert_monitor", "org": {"id": "1", "name": "x"}},
            "⚠️ Memory Alert\nwarning",
        ),
        # Names that somebody else may have chosen.
        (
            {"EVENT_TITLE": "Deploy finished", "ALERT_TRANSITION": "$ALERT_TRANSITION", "ALERT_TYPE": "info",
             "TEXT_ONLY_MSG": "shop 2.14", "LINK": LINK},
            f"🔔 Deploy finished\nshop 2.14\n{LINK}",
        ),
        ({"eventTitle": "Deploy failed", "alertType": "error"}, "🔥 Deploy failed"),
        ({"message": "Only a text."}, "🔔 Only a text."),
        ({"something": "else"}, "🔔 Webhook\nsomething: else"),
    ],
)  # fmt: skip
def test_a_monitor_is_told_by_its_name_where_it_is_and_what_it_went_over_to(given: Any, said: str) -> None:
    assert describe(given, NOW).text == said


@pytest.mark.parametrize(
    ("changes", "status", "severity"),
    [
        ({"priority": "null"}, "firing", "critical"),
        ({"transition": "Re-Triggered", "priority": "", "title": "Disk"}, "firing", "critical"),
        ({"transition": "Re-Warn", "priority": "", "title": "Disk"}, "firing", "warning"),
        ({"transition": "No Data", "priority": "", "title": "Disk"}, "firing", "warning"),
        ({"transition": "Re-No Data", "priority": "P1"}, "firing", "critical"),
        ({"priority": "P3"}, "firing", "warning"),
        ({"priority": "P4"}, "firing", "info"),
        ({"transition": "Warn Recovered"}, "resolved", "critical"),
        ({"transition": "", "priority": "", "title": "[P3] [Triggered] Disk"}, "firing", "warning"),
        ({"transition": "null", "title": "Disk", "priority": None}, "info", "critical"),
        ({"transition": "null", "title": "Disk", "priority": None, "type": "success"}, "info", "info"),
    ],
)
def test_status_and_severity_are_the_transitions_and_the_priority(
    changes: dict[str, Any], status: str, severity: str
) -> None:
    event = describe(payload(**changes), NOW)
    assert (event.status, event.severity) == (status, severity)


def test_what_rules_can_ask_of_a_monitor() -> None:
    event = describe(payload(), NOW)
    assert (event.title, event.body, event.url, event.thread) == ("Disk is full", "Less than 3 % left.", LINK, "c-1")
    assert event.fields == payload()
    assert KINDS["datadog"].id_paths == (("id",),)


def test_the_payload_to_enter_is_what_is_understood() -> None:
    entered = re.search(r"payload (\{.*\})\. ", KINDS["datadog"].setup)
    assert entered
    assert json.loads(entered[1]).keys() == payload().keys()


def test_a_payload_without_an_id_is_known_by_all_of_it() -> None:
    assert content_key(payload()) == content_key(dict(reversed(payload().items())))
    assert content_key(payload()) != content_key(payload(date="1793588953000"))


names = st.sampled_from(["id", *payload(), "alert_title", "event_msg"])
leaves: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20),
    st.sampled_from(["Triggered", "[P1] [", "[x] " * 300, "[" * 999, "host:,x:y", "@a " * 400, "y" * 900, "$ID"]),
)  # fmt: skip
anything = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=6), max_leaves=15
)


@settings(deadline=None, max_examples=100)
@given(anything | st.dictionaries(names, leaves, max_size=9))
def test_any_json_at_all_is_an_event_that_fits_on_a_screen(payload: Any) -> None:
    event = describe(payload, NOW)
    assert event.text.startswith(f"{event.icon} ")
    assert len(event.text) <= MAX_TEXT
    assert event.title
    json.loads(content_key(payload))
