"""What goes out is exactly as documented; what comes back may be more, or less."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from blooio import Content, LinkPreview, SendRequest, SentMessage


def test_the_smallest_request_has_nothing_but_the_text() -> None:
    assert SendRequest(content=Content(text="Hi")).to_json() == '{"content":{"type":"text","text":"Hi"}}'


def test_a_whole_request_has_the_fields_in_the_providers_spelling() -> None:
    content = Content(
        text="Grüße\n🔥",
        reply_to="msg_1",
        effect="slam",
        link_preview=LinkPreview(imageUrl="https://example.com/i.png", title="An example"),
    )
    assert SendRequest(content=content, dry_run=True).to_json() == (
        '{"content":{"type":"text","text":"Grüße\\n🔥","reply_to":"msg_1","effect":"slam",'
        '"link_preview":{"imageUrl":"https://example.com/i.png","title":"An example"}},"dry_run":true}'
    )


@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_every_text_arrives_as_it_was(text: str) -> None:
    said = SendRequest(content=Content(text=text)).to_json()
    assert json.loads(said.encode()) == {"content": {"type": "text", "text": text}}


@pytest.mark.parametrize("content", [{"text": ""}, {"text": "Hi", "colour": "red"}, {"text": "Hi", "type": "image"}])
def test_a_request_that_the_provider_does_not_document_is_a_mistake_of_ours(content: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SendRequest.model_validate({"content": content})


def test_the_documented_answer_is_read_field_by_field() -> None:
    given = {
        "id": "obj_a1b2c3d4",
        "chat_id": "chat_a1b2c3d4",
        "channel_id": "ch_a1b2c3d4",
        "channel_type": "blooio",
        "protocol": None,
        "direction": "outbound",
        "type": "text",
        "status": "queued",
        "error": {},
        "fallback": {"recommended": True, "reason": "not on iMessage"},
        "to": "+15551234567",
        "dry_run": False,
        "would_send": False,
        "preview": {},
    }
    assert SentMessage.model_validate(given).model_dump() == given


def test_fields_that_are_new_are_passed_over() -> None:
    assert SentMessage.model_validate({"id": "msg_1", "mood": {"good": True}}) == SentMessage(id="msg_1")


def test_what_is_missing_is_none() -> None:
    assert set(SentMessage.model_validate({}).model_dump().values()) == {None}
