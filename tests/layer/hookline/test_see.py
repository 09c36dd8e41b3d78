"""What an event says when its kind can't say it."""

import json
import logging
from typing import Any

import pytest

from hookline.models import JSON, Inbound
from hookline.see import Seen, see
from hookline.sources import Kind


def stumble(*_: Any) -> Any:
    raise KeyError("secret")


def broken(name: str) -> Kind:
    return Kind(name=name, reads=frozenset({"json"}), describe=stumble, describe_item=stumble)


def seen(kind: Kind, payload: JSON) -> Seen:
    body = json.dumps(payload).encode()
    return see(Inbound("in", "POST", {}, {}, body, "gw-1", 1_793_620_800_000), kind, payload)


def test_what_its_kind_stumbles_over_is_told_as_plain_json(caplog: pytest.LogCaptureFixture) -> None:
    found = seen(broken("odd"), {"title": "Disk full"})
    assert (found.event.title, found.event_of({"title": "One"}).title) == ("Disk full", "One")
    assert [record.levelno for record in caplog.records] == [logging.ERROR] * 2
    assert "secret" not in caplog.text


def test_what_even_plain_json_stumbles_over_is_told_as_a_webhook_of_its_kind(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("hookline.see.KINDS", {"json": broken("json")})
    found = seen(broken("json"), {"title": "Disk full"})
    assert (found.event.title, found.event.text) == ("Webhook", "json")
    odd = seen(broken("odd"), {"title": "Disk full"})
    assert (odd.event.text, odd.event_of({"n": 1}).text) == ("odd", "odd")
    assert "secret" not in caplog.text
