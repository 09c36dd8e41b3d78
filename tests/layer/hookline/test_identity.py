"""Who is the same event: what a retry has in common with the first try."""

import json
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookline.identity import (
    EventId,
    content_id,
    delivery_id,
    event_id,
    item_content_id,
    item_id,
    part_id,
    queue_key,
    send_key,
)
from hookline.models import Inbound
from hookline.sources import KINDS

ALERT = {
    "status": "firing",
    "labels": {"alertname": "DiskFull"},
    "startsAt": "2026-11-02T11:00:00Z",
    "fingerprint": "f1",
}
OTHER = ALERT | {"fingerprint": "f2"}
GROUP = {"groupKey": '{}:{alertname="DiskFull"}', "status": "firing", "alerts": [ALERT, OTHER]}


def of(kind: str, payload: Any, body: bytes = b"{}", request_id: str = "gw-1", **headers: str) -> EventId:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return event_id(Inbound("hook", "POST", named, {}, body, request_id, 0), KINDS[kind], payload)


def test_the_senders_own_key_comes_first() -> None:
    assert of("alertmanager", GROUP, idempotency_key="k-1", x_request_id="r-1") == EventId("key:k-1")


def test_a_request_id_counts_together_with_the_body_because_meshes_reuse_it() -> None:
    first, again, other = (of("alertmanager", GROUP, body, x_request_id="r-1") for body in (b"a", b"a", b"b"))
    assert first == again != other
    assert first.value.startswith("request:r-1:")
    assert not first.is_content


def test_an_empty_key_is_no_key() -> None:
    assert of("json", {}, idempotency_key="", x_request_id="") == EventId("gateway:gw-1")


@pytest.mark.parametrize("left", ["$ID", "null", " None ", "{{ id }}", "<id>", "%ID%", ""])
def test_what_a_template_leaves_where_it_knows_no_name_is_no_id(left: str) -> None:
    """It would make every event a copy of the first."""
    assert not of("datadog", {"id": left}).value.startswith("datadog:")
    assert of("datadog", {"id": "7001"}) == EventId("datadog:7001")


def test_long_keys_that_differ_in_their_last_letter_are_two_events() -> None:
    assert of("json", {}, idempotency_key="k" * 5000 + "1") != of("json", {}, idempotency_key="k" * 5000 + "2")
    assert of("json", {}, x_request_id="r" * 5000 + "1") != of("json", {}, x_request_id="r" * 5000 + "2")
    assert len(of("json", {}, idempotency_key="k" * 5000).value) < 300


def test_without_any_key_a_kind_that_identifies_nothing_is_told_apart_by_our_own_request_id() -> None:
    assert of("json", {"a": 1}, request_id="gw-1") != of("json", {"a": 1}, request_id="gw-2")


def test_the_retry_of_an_alertmanager_is_the_same_event_in_any_order() -> None:
    first = of("alertmanager", GROUP, request_id="gw-1")
    again = of("alertmanager", GROUP | {"alerts": [OTHER, ALERT], "receiver": "b"}, request_id="gw-2")
    assert first == again
    assert first.is_content


@pytest.mark.parametrize(
    "change",
    [{"groupKey": "other"}, {"status": "resolved"}, {"alerts": [ALERT]},
     {"alerts": [ALERT, OTHER, OTHER | {"fingerprint": "f3"}]},
     {"alerts": [ALERT, OTHER | {"status": "resolved"}]},
     {"alerts": [ALERT, OTHER | {"startsAt": "2026-11-02T12:00:00Z"}]}],
)  # fmt: skip
def test_anything_new_in_a_group_makes_a_new_event(change: dict[str, Any]) -> None:
    assert of("alertmanager", GROUP) != of("alertmanager", GROUP | change)


def test_a_double_click_sends_the_same_form() -> None:
    assert of("form", {"a": "1", "b": "2"}) == of("form", {"b": "2", "a": "1"}, request_id="gw-2")
    assert of("form", {"a": "1", "b": "2"}) != of("form", {"a": "1", "b": "3"})


def test_an_alert_is_the_same_item_whatever_its_annotations_say_now() -> None:
    kind = KINDS["alertmanager"]
    assert item_id(kind, ALERT) == item_id(kind, ALERT | {"annotations": {"summary": "98 %"}})
    assert item_id(kind, ALERT) != item_id(kind, ALERT | {"status": "resolved"})
    assert item_id(kind, ALERT) != item_id(kind, OTHER)
    assert item_id(KINDS["json"], ALERT) is None


def test_what_an_event_says_is_the_same_in_any_order_and_by_its_kinds_own_key_where_it_has_one() -> None:
    said = content_id(KINDS["json"], {"a": 1, "b": [2]})
    assert said == content_id(KINDS["json"], {"b": [2], "a": 1}) != content_id(KINDS["json"], {"a": 1, "b": ["2"]})
    assert said.is_content
    assert content_id(KINDS["alertmanager"], GROUP) == of("alertmanager", GROUP)
    assert item_content_id({"a": 1, "b": 2}) == item_content_id({"b": 2, "a": 1}) != item_content_id({"a": 1})


anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*ALERT, *GROUP]), inner, max_size=4),
)


@given(st.sampled_from(sorted(KINDS)), anything)
def test_any_payload_at_all_has_an_id_and_its_copy_has_the_same(kind: str, payload: Any) -> None:
    copy = json.loads(json.dumps(payload))
    assert of(kind, payload) == of(kind, copy)
    assert item_id(KINDS[kind], payload) == item_id(KINDS[kind], copy)
    assert content_id(KINDS[kind], payload) == content_id(KINDS[kind], copy)
    assert item_content_id(payload) == item_content_id(copy)


EVENT = EventId("key:k-1")


def test_a_delivery_is_one_text_for_one_chat_and_its_id_never_changes() -> None:
    assert delivery_id("am", EVENT, "all", "chat_1", 0) == "bf341e0a-73fc-5d0d-8b16-973a5930d4b2"
    assert delivery_id("am", EVENT, "all", "chat_1", 0) == delivery_id(
        "am", EventId("key:k-1", is_content=True), "all", "chat_1", 0
    )


names = st.tuples(st.text(max_size=4), st.text(max_size=4), st.text(max_size=4), st.text(max_size=4), st.integers(0, 3))


@given(names, names)
def test_two_deliveries_share_an_id_only_if_all_their_parts_are_the_same(
    one: tuple[str, str, str, str, int], two: tuple[str, str, str, str, int]
) -> None:
    ids = [delivery_id(source, EventId(event), rule, chat, n) for source, event, rule, chat, n in (one, two)]
    assert (ids[0] == ids[1]) is (one == two)


def test_a_generation_has_a_key_of_its_own_at_the_provider_and_a_request_one_in_the_queue() -> None:
    delivery = delivery_id("am", EVENT, "all", "chat_1", 0)
    keys = {
        delivery,
        send_key(delivery, 0),
        send_key(delivery, 1),
        queue_key(delivery, "gw-1"),
        queue_key(delivery, "gw-2"),
    }
    assert len({UUID(key) for key in keys}) == 5
    assert send_key(delivery, 1) == send_key(delivery, 1)
    assert queue_key(delivery, "gw-1") == queue_key(delivery, "gw-1")


def test_the_first_part_of_a_text_is_the_delivery_and_the_others_have_ids_of_their_own() -> None:
    delivery = delivery_id("am", EVENT, "all", "chat_1", 0)
    parts = [part_id(delivery, n) for n in range(1, 11)]
    assert parts[0] == delivery
    assert parts[1] == part_id(delivery, 2) == "31bc57ac-b6a7-58d8-95b8-c5ef2f85f42f"
    assert len({str(UUID(part)) for part in parts}) == 10
