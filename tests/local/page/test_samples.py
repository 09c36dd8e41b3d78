"""The samples of the sources that run, as if they came now and without anybody's proof."""

import json
from typing import Any

from tests.local.page.desk_of import NOON, FakeRunning

from hookline.clock import DAY, SECOND_MS
from hookline.sources import KINDS
from local.page.samples import samples
from local.recipe import recipe

LATER = NOON + 30 * DAY * SECOND_MS


def given(running: FakeRunning | None = None, now: int = LATER) -> list[dict[str, Any]]:
    return list(samples((running or FakeRunning()).rules, now))


def test_each_source_has_those_of_its_kind_in_the_order_of_the_rules() -> None:
    found = given()
    assert list(dict.fromkeys((one["source"], one["kind"]) for one in found)) == [
        ("alertmanager", "alertmanager"), ("contact", "form"), ("json", "json")
    ]  # fmt: skip
    [critical] = [one for one in found if one["name"] == "events/alertmanager_critical.json"]
    assert (critical["label"], critical["content_type"]) == ("critical: DiskAlmostFull", "application/json")


def test_what_it_tells_has_just_happened() -> None:
    [critical] = [one for one in given() if "critical" in one["name"]]
    assert json.loads(critical["body"])["alerts"][0]["startsAt"].startswith("2026-12-02T")


def test_no_sample_of_any_kind_carries_a_proof_or_what_belongs_to_the_way() -> None:
    sources = "".join(f"  {recipe(kind).sources}\n" for kind in KINDS)
    found = given(FakeRunning(f"chats: {{a: chat_1}}\nsources:\n{sources}rules: []\n"))
    assert {one["kind"] for one in found} == set(KINDS)
    names = {name for one in found for name in one["headers"]}
    assert {"x-github-event", "x-github-delivery", "webhook-id", "x-shopify-topic"} <= names
    assert not [name for name in names if "signature" in name or "token" in name]
    assert not names & {"authorization", "host", "content-length", "content-type", "user-agent", "x-forwarded-for"}
