"""What is kept of the provider's webhooks: which message, which chat, when, and whether somebody takes care of it."""

import hashlib
import hmac
import json
from typing import Any

import pytest
from tests.conftest import NOON, Clock

from blooio import signature
from hookline.errors import BadCredentials, UnreadableBody
from hookline.models import Inbound, Receipt
from hookline.receipts import LONGEST_ACK, read
from hookline.secrets import Secrets

CHAT, KEY = "chat_a1", "whsec_1"


def posted(what: str, data: Any, *, key: str = KEY, **envelope: Any) -> Inbound:
    told = {"id": "evt_1", "type": f"message.{what}", "created_at": NOON - 5, "data": data, **envelope}
    return signed(json.dumps(told).encode(), key)


def signed(body: bytes, key: str = KEY) -> Inbound:
    digest = hmac.new(key.encode(), f"{NOON // 1000}.".encode() + body, hashlib.sha256).hexdigest()
    headers = {signature.HEADER: f"t={NOON // 1000},v1={digest}"}
    return Inbound("", "POST", headers, {}, body, "request-1", NOON)


def kept(what: str, **data: Any) -> Receipt | None:
    return read_of(posted(what, {"chat_id": CHAT, **data}))


def read_of(inbound: Inbound) -> Receipt | None:
    held = Secrets(lambda: json.dumps({"BLOOIO_WEBHOOK_SECRET": KEY}), lambda: NOON)
    return read(inbound, held, {CHAT})


def ack_of(what: str, **data: Any) -> str | None:
    receipt = kept(what, **data)
    assert receipt is not None
    return receipt.ack


@pytest.mark.parametrize("what", ["delivered", "read", "failed"])
@pytest.mark.parametrize("name", ["id", "message_id"])
def test_what_becomes_of_a_message_is_kept_by_its_id(what: str, name: str) -> None:
    assert kept(what, **{name: "msg_1"}) == Receipt(
        event_id="evt_1", what=what, chat=CHAT, message_id="msg_1", at=NOON - 5
    )


def test_a_failure_is_kept_with_its_reason() -> None:
    receipt = kept("failed", id="msg_1", error={"code": "carrier", "message": "no"})
    assert receipt is not None
    assert (receipt.code, receipt.reason) == ("carrier", "no")


@pytest.mark.parametrize(
    ("reply_to", "message_id"),
    [
        ("msg_1", "msg_1"),
        ({"id": "msg_1"}, "msg_1"),
        ({"message_id": "msg_1"}, "msg_1"),
        ({"id": None, "message_id": "msg_1"}, "msg_1"),
        ({}, ""),
        (None, ""),
        (7, ""),
        (["msg_1"], ""),
        ({"id": 7}, ""),
    ],
)
def test_a_reply_is_an_answer_in_its_chat_and_about_the_message_that_it_names(reply_to: Any, message_id: str) -> None:
    receipt = kept("received", id="msg_of_theirs", text="hello", reply_to=reply_to)
    assert receipt == Receipt(event_id="evt_1", what="received", chat=CHAT, message_id=message_id, at=NOON - 5)


@pytest.mark.parametrize("said", ["ack", "ACK", " Ack. ", "acked!", "Acknowledged...", "👍"])
def test_a_reply_that_says_no_more_than_that_acknowledges(said: str) -> None:
    assert ack_of("received", text=said) == said.strip().lower().rstrip(".!")


@pytest.mark.parametrize("said", ["", "ack that for me", "no ack", "👎", "thanks", None, 7, ["ack"]])
def test_any_other_reply_is_an_answer_and_its_words_are_not_kept(said: Any) -> None:
    assert ack_of("received", text=said) is None


@pytest.mark.parametrize(
    ("data", "message_id"),
    [({"message_id": "msg_1", "id": "evt"}, "msg_1"), ({"id": "msg_1"}, "msg_1"), ({}, "")],
)
def test_a_tapback_acknowledges_the_message_that_it_is_on(data: dict[str, str], message_id: str) -> None:
    receipt = kept("reaction", reaction="love", **data)
    assert receipt is not None
    assert (receipt.message_id, receipt.ack) == (message_id, "love")


@pytest.mark.parametrize(("reaction", "ack"), [(None, "reaction"), ("", "reaction"), ("x" * 99, "x" * LONGEST_ACK)])
def test_a_tapback_of_any_kind_acknowledges(reaction: str | None, ack: str) -> None:
    assert ack_of("reaction", message_id="msg_1", reaction=reaction) == ack


@pytest.mark.parametrize("action", ["remove", "removed"])
def test_a_tapback_that_is_taken_back_is_no_answer(action: str) -> None:
    assert kept("reaction", message_id="msg_1", reaction="love", action=action) is None


@pytest.mark.parametrize("action", ["add", "", None, ["remove"], {"type": "remove"}])
def test_a_tapback_that_is_put_on_is_an_answer_however_that_is_said(action: Any) -> None:
    assert ack_of("reaction", message_id="msg_1", reaction="love", action=action) == "love"


@pytest.mark.parametrize(
    "inbound",
    [
        posted("sent", {"id": "msg_1", "chat_id": CHAT}),
        posted("received", {"text": "hello", "chat_id": "chat_of_somebody_else"}),
        posted("received", {"text": "hello"}),
        posted("delivered", {"chat_id": CHAT}),
        posted("delivered", {"chat_id": CHAT, "id": 7}),
        posted("received", {"chat_id": CHAT}, id=""),
        posted("received", [CHAT]),
        posted("received", None),
        signed(b"[]"),
        signed(b"7"),
    ],
)
def test_what_is_of_no_use_is_not_kept(inbound: Inbound) -> None:
    assert read_of(inbound) is None


@pytest.mark.parametrize("created_at", [None, "2026-11-02T12:00:00Z", 1.5, {}])
def test_an_event_whose_time_is_no_number_of_milliseconds_came_some_time(created_at: Any) -> None:
    receipt = read_of(posted("received", {"chat_id": CHAT}, created_at=created_at))
    assert receipt is not None
    assert receipt.at == 0


def test_a_secret_that_was_just_replaced_is_asked_for(clock: Clock) -> None:
    answers = iter([{"BLOOIO_WEBHOOK_SECRET": "whsec_old"}, {"BLOOIO_WEBHOOK_SECRET": KEY}])
    held = Secrets(lambda: json.dumps(next(answers)), clock)
    held.get("BLOOIO_WEBHOOK_SECRET")
    clock.advance(60)
    assert read(posted("received", {"chat_id": CHAT}), held, {CHAT}) is not None


def test_a_wrong_signature_says_nothing_about_the_body() -> None:
    with pytest.raises(BadCredentials):
        read_of(signed(b"{", key="whsec_nearly"))
    with pytest.raises(UnreadableBody):
        read_of(signed(b"{"))
    with pytest.raises(UnreadableBody):
        read_of(signed(b"[" * 100_000))
