"""The messages of a routed event: how many, for whom, with what."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hookline.compose import MAX_ITEMS, Composed, compose
from hookline.identity import EventId, delivery_id, part_id
from hookline.models import Inbound, Message
from hookline.route import route
from hookline.rules.expression import Expressions
from hookline.rules.model import Rules
from hookline.see import Seen, see
from hookline.sources import KINDS

CHATS = {
    "oncall": {"id": "chat_a1"},
    "office": {"id": "chat_b2", "limit": 200},
    "twin": {"id": "chat_a1", "limit": 100},
}
WORDS = " ".join(f"word{n}" for n in range(100))
FAILS = "payload.amount / 0"
ALERT = {"status": "firing", "labels": {"alertname": "Disk"}, "startsAt": "2026-11-02T11:00:00Z", "fingerprint": "f1"}
OTHER = ALERT | {"fingerprint": "f2", "labels": {"alertname": "Cpu"}}
ALERTS = {"groupKey": "g", "status": "firing", "alerts": [ALERT, OTHER]}


def composed(
    rule: dict[str, Any], payload: Any = None, kind: str = "json", request_id: str = "gw-1", **headers: str
) -> Composed:
    rules = Rules.model_validate(
        {
            "chats": CHATS,
            "sources": {"in": {"kind": kind, "auth": "none"}},
            "rules": [{"name": "page", "chat": "oncall"} | rule],
        }
    )
    body = json.dumps({} if payload is None else payload)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    inbound = Inbound("in", "POST", named, {}, body.encode(), request_id, 1_793_620_800_000)
    seen, expressions = see(inbound, KINDS[kind], json.loads(body)), Expressions()
    return compose(seen, route("in", seen.scope(), rules, expressions), rules, expressions, 7)


def messages(rule: dict[str, Any], payload: Any = None, kind: str = "json", **more: str) -> list[Message]:
    return composed(rule, payload, kind, **more).messages


def test_the_options_of_a_rule_are_frozen_into_its_message() -> None:
    [message] = messages(
        {
            "effect": "slam",
            "urgent": True,
            "thread": " incident {{ payload.n }}\n",
            "reply_to": "{{ payload.message }}",
            "link_preview": {"image": "https://example.com/{{ payload.n }}.png", "title": "Graph\n{{ payload.n }}"},
        },
        {"n": 7, "message": "msg_1"},
    )
    assert (message.effect, message.urgent, message.thread, message.reply_to) == ("slam", True, "incident 7", "msg_1")
    assert message.link_preview == {"image": "https://example.com/7.png", "title": "Graph 7"}
    assert message.because == "it has no condition"
    assert message.queued_at == 7


def test_a_message_without_options_carries_none() -> None:
    [message] = messages({})
    assert message.model_dump(
        include={"effect", "urgent", "thread", "reply_to", "link_preview"}, exclude_none=True
    ) == {"urgent": False}


def test_an_option_that_fails_is_left_out_and_told() -> None:
    result = composed(
        {
            "text": "t",
            "thread": "{{ 1/0 }}",
            "reply_to": "{{ 1/0 }}",
            "link_preview": {"image": "{{ 1/0 }}", "title": "t"},
        }
    )
    [message] = result.messages
    assert (message.text, message.thread, message.reply_to, message.link_preview) == ("t", None, None, {"title": "t"})
    assert [failure.option for failure in result.failures] == ["thread", "reply_to", "link_preview"]


def test_without_a_thread_of_the_rule_the_kinds_own_is_kept_and_with_each_the_items() -> None:
    assert [message.thread for message in messages({}, ALERTS, "alertmanager")] == ["g"]
    each = {"each": "payload.alerts"}
    assert [message.thread for message in messages(each, ALERTS, "alertmanager")] == ["f1", "f2"]
    own = each | {"thread": "{{ item.labels.alertname }}"}
    assert [message.thread for message in messages(own, ALERTS, "alertmanager")] == ["Disk", "Cpu"]
    none = each | {"thread": "{{ item.labels.nosuch }}"}
    assert [message.thread for message in messages(none, ALERTS, "alertmanager")] == [None, None]


def test_each_item_is_told_in_its_own_words() -> None:
    numbered = messages({"each": "payload.x", "text": "{{ item.n }}"}, {"x": [{"n": 1}, {"n": 2}]})
    assert [message.text for message in numbered] == ["1", "2"]
    said = [message.text for message in messages({"each": "payload.alerts"}, ALERTS, "alertmanager")]
    assert ["Disk" in text for text in said] == [True, False]


def test_two_items_that_are_the_same_are_told_once() -> None:
    rule = {"each": "payload.alerts", "text": "{{ item.labels.alertname }}", "split": True}
    assert [message.text for message in messages(rule, ALERTS | {"alerts": [ALERT, OTHER, ALERT]}, "alertmanager")] == [
        "Disk",
        "Cpu",
    ]


@pytest.mark.parametrize(
    ("each", "told"),
    [("payload.empty", 0), ("payload.missing", 1), ("payload.text", 1), ("payload", 1), ("none", 1)],
)
def test_each_on_anything_but_items_sends_one_message_in_the_kinds_words(each: str, told: int) -> None:
    result = composed({"each": each, "text": "{{ item.n }}!"}, {"title": "Hello", "empty": [], "text": "abc"})
    [message] = result.messages
    assert message.text.startswith("🔔 Hello")
    assert "⚠" not in message.text
    assert message.because == "it has no condition; its `each` gave no items"
    assert [(failure.option, failure.why) for failure in result.failures] == [("each", "it gives no list")] * told


def test_an_each_that_fails_sends_one_message_in_the_kinds_words_that_says_so() -> None:
    result = composed({"each": "payload.x / 0", "text": "{{ item.n }}!"}, {"title": "Hello", "x": 1})
    [message] = result.messages
    assert message.text.startswith("🔔 Hello\nx: 1\n⚠ `each` of the rule “page” failed: ")
    assert message.because == "it has no condition; its `each` failed"
    assert [failure.option for failure in result.failures] == ["each"]


def test_a_rule_whose_condition_failed_sends_one_message_in_the_kinds_words_that_says_so() -> None:
    rule = {"when": FAILS, "each": "payload.x", "text": "{{ item }}", "effect": "slam"}
    [message] = messages(rule, {"title": "Hello", "amount": 1, "x": [1, 2]})
    assert message.text.startswith("🔔 Hello\n")
    assert message.text.endswith("\n⚠ Sent because the condition of the rule “page” failed.")
    assert message.because is not None
    assert message.because.startswith("its condition failed: ")
    assert message.effect == "slam"


def test_what_fails_for_every_item_alike_is_told_once() -> None:
    result = composed({"each": "payload", "text": "{{ 1 / 0 }}"}, [{"n": n} for n in range(9)])
    assert len(result.messages) == 9
    assert [failure.option for failure in result.failures] == ["text"]


def test_the_reason_is_kept_shortly() -> None:
    rule = {"when": " or ".join(["payload.x"] * 99) + " or true", "chat": "{{ 1/0 }}", "otherwise": "oncall"}
    [message] = messages(rule)
    assert message.because is not None
    assert len(message.because) <= 200
    assert message.because.endswith("; its `chat` failed, hence `otherwise`")


def test_a_long_text_is_cut_by_the_limit_of_each_chat() -> None:
    whole, short = messages({"chat": ["oncall", "office"], "text": WORDS})
    assert whole.text == WORDS
    assert short.chat_name == "office"
    assert len(short.text) <= 200
    assert short.text.endswith(" more)")


def test_the_kinds_own_text_is_cut_by_the_limit_too() -> None:
    [message] = messages({"chat": "office"}, {"title": "x " * 60, "body": "y " * 90})
    assert len(message.text) <= 200


def test_a_text_that_is_split_is_a_delivery_for_each_part_in_their_order() -> None:
    rule = {"chat": ["oncall", "office"], "text": WORDS, "split": True}
    whole, *parts = messages(rule)
    [cut] = messages(rule | {"chat": "office", "split": False})
    assert (whole.chat_name, whole.text) == ("oncall", WORDS)
    assert {(part.chat, part.chat_name, part.tried) for part in parts} == {("chat_b2", "office", ("chat_a1",))}
    assert [part.delivery_id for part in parts] == [part_id(cut.delivery_id, n) for n in range(1, len(parts) + 1)]
    assert [part.text.split()[0] for part in parts] == [f"({n}/4)" for n in (1, 2, 3, 4)]
    assert " ".join(part.text.partition(" ")[2] for part in parts) == WORDS


def test_a_text_has_an_id_that_its_chats_have_in_common_and_each_split_of_it_another() -> None:
    rule = {"chat": ["oncall", "office"], "text": "short", "split": True}
    one, other = messages(rule)
    assert one.text_id == other.text_id
    assert (one.parts, one.first_part) == (1, None)
    whole, *parts = messages(rule | {"text": WORDS})
    assert (whole.text_id, len({part.text_id for part in (whole, *parts)})) == (one.text_id, 5)
    assert {(part.parts, part.first_part) for part in parts[1:]} == {(4, parts[0].delivery_id)}
    assert messages(rule | {"split": False})[0].parts is None


def test_a_split_text_shows_its_effect_once_and_its_card_last_and_stays_in_its_thread() -> None:
    rule = {"effect": "slam", "link_preview": {"title": "t"}, "reply_to": "m1", "thread": "s", "urgent": True}
    first, *_, last = messages(rule | {"chat": "office", "text": WORDS, "split": True})
    assert (first.effect, last.effect) == ("slam", None)
    assert (first.link_preview, last.link_preview) == (None, {"title": "t"})
    for part in (first, last):
        assert (part.reply_to, part.thread, part.urgent) == ("m1", "s", True)
    [whole] = messages(rule | {"text": WORDS, "split": True})
    assert (whole.effect, whole.link_preview) == ("slam", {"title": "t"})


def test_every_part_may_be_told_again_after_the_same_time() -> None:
    rule = {"chat": "office", "each": "payload.alerts", "text": WORDS, "split": True, "repeat": "1h"}
    parts = messages(rule, ALERTS, "alertmanager")
    assert len(parts) == 8
    assert {part.repeat for part in parts} == {3600}


def ids(rule: dict[str, Any], payload: Any, kind: str = "json", **more: str) -> list[str]:
    return [message.delivery_id for message in messages(rule, payload, kind, **more)]


KNOWN_BY = {
    "nothing": ({"request_id": "gw-1"}, {"request_id": "gw-2"}),
    "a request id": ({"x_request_id": "r-1"}, {"x_request_id": "r-2"}),
    "a key": ({"idempotency_key": "k-1"}, {"idempotency_key": "k-2"}),
    "a delivery id of the kind's own": (
        {"kind": "github", "x_github_delivery": "d-1"},
        {"kind": "github", "x_github_delivery": "d-2"},
    ),
}


@pytest.mark.parametrize("known_by", KNOWN_BY)
def test_a_rule_that_says_repeat_goes_by_the_content_whatever_the_event_is_known_by(known_by: str) -> None:
    one, two = KNOWN_BY[known_by]
    rule = {"repeat": "1h"}
    assert ids(rule, {"a": 1, "b": 2}, **one) == ids(rule, {"b": 2, "a": 1}, **two) != ids(rule, {"a": 2}, **two)
    [message] = messages(rule, {"a": 1}, **one)
    assert (message.repeat, message.once) == (3600, True)


@pytest.mark.parametrize("known_by", KNOWN_BY)
def test_without_repeat_it_is_known_as_it_always_was(known_by: str) -> None:
    one, two = KNOWN_BY[known_by]
    assert ids({}, {"a": 1}, **one) != ids({}, {"a": 1}, **two)
    [message] = messages({}, {"a": 1}, **one)
    assert message.delivery_id == delivery_id("in", EventId(message.event_id), "page", "chat_a1", 0)
    assert (message.repeat, message.once) == (None, False)


def test_no_id_has_changed_without_repeat_and_none_of_content_with_it() -> None:
    assert ids({}, {"a": 1}) == ["f4fa7a74-5fbd-561b-8319-4a53fa7ed359"]
    assert ids({"each": "payload"}, [1, 1])[1] == "3921a056-9784-556a-88ba-b28f336c22eb"
    alerts = ["df05ce4a-3109-5f44-9f59-a2c837c33337"]
    assert ids({}, ALERTS, "alertmanager") == ids({"repeat": "1h"}, ALERTS, "alertmanager") == alerts
    each = ["3ee1338e-2c7f-589a-84a6-b419fef779a6", "21820589-ee80-5987-81aa-a1ea72651622"]
    assert ids({"each": "payload.alerts"}, ALERTS, "alertmanager") == each
    assert messages({"repeat": "1h"}, ALERTS, "alertmanager")[0].once is False


def test_with_each_a_rule_that_says_repeat_goes_by_the_content_of_the_item() -> None:
    rule = {"each": "payload", "text": "{{ item.n }}", "repeat": "1h"}
    one, two = messages(rule, [{"n": 1}, {"n": 2}, {"n": 1}])
    assert (one.text, two.text, one.repeat) == ("1", "2", 3600)
    assert ids(rule, [{"n": 2}, {"n": 3}], request_id="gw-2")[0] == two.delivery_id
    many = [{"n": n} for n in range(MAX_ITEMS + 1)]
    assert ids(rule, many) == ids(rule, many, request_id="gw-2")


def test_two_names_of_one_chat_are_told_once_whatever_their_limits() -> None:
    [message] = messages({"chat": ["oncall", "twin"], "text": WORDS, "split": True})
    assert message.chat_name == "oncall"
    assert len(messages({"chat": ["twin", "oncall"], "text": WORDS, "split": True})) > 5


def test_of_many_items_the_rest_is_counted() -> None:
    said = messages({"each": "payload", "text": "{{ item }}"}, list(range(500)))
    assert len(said) == MAX_ITEMS + 1
    first, *named = said[-1].text.splitlines()
    assert (first, named[0], named[-1], len(named)) == ("… and 480 more at the same time:", "• 🔔 20", "• …", 11)


def test_of_the_rest_the_most_urgent_are_named() -> None:
    alerts = [{"title": f"t{n}", "status": "firing", "severity": "warning"} for n in range(30)]
    alerts[29]["severity"], alerts[22]["status"] = "critical", "resolved"
    [*_, rest] = messages({"each": "payload", "text": "{{ item.title }}"}, alerts)
    lines = rest.text.splitlines()
    assert (lines[1], lines[-1]) == ("• 🔥 t29", "• ✅ t22")


anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just("long words " * 200),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*ALERT, *ALERTS, "x"]), inner, max_size=4)
    ),
)
templates = st.sampled_from(
    ["{{ payload.x }}", "{{ item }}", "{{ 1 / payload.x }}", "{{ payload.x.y.z }}", WORDS, "", "x"]
)


@settings(deadline=None)
@given(
    st.sampled_from(sorted(KINDS)),
    anything,
    st.fixed_dictionaries(
        {"chat": st.sampled_from(["office", ["oncall", "office", "twin"]]), "split": st.booleans()},
        optional={
            "each": st.sampled_from(["payload", "payload.x", "payload.alerts", "1 / payload.x"]),
            "when": st.sampled_from(["payload.x / 0", "payload.x or true", "1 / 0"]),
            "text": templates,
            "thread": templates,
            "reply_to": templates,
            "link_preview": st.fixed_dictionaries({"image": templates, "title": templates.filter(bool)}),
        },
    ),
)
def test_no_payload_makes_a_rule_raise_or_say_what_its_chat_does_not_take(
    kind: str, payload: Any, rule: dict[str, Any]
) -> None:
    said = messages(rule, payload, kind)
    assert said
    assert len({message.delivery_id for message in said}) == len(said)
    for message in said:
        assert message.text.strip()
        assert len(message.text) <= CHATS[message.chat_name].get("limit", 2000)  # type: ignore[operator]
        assert Message.model_validate_json(message.model_dump_json()) == message


def test_the_names_of_an_event_are_gathered_once_for_all_templates_of_a_text(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []
    real: Callable[..., Any] = Seen.scope
    monkeypatch.setattr(Seen, "scope", lambda *names: made.append(names) or real(*names))
    messages({}, {"title": "t"})
    assert len(made) == 1  # for the conditions
    messages({"text": "t", "thread": "t", "reply_to": "t"}, {"title": "t"})
    assert len(made) == 3
