"""What somebody reads of what is written on Slack."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.layer.hookline.sources.anything import anything

from hookline.identity import event_id
from hookline.models import Inbound
from hookline.sources.kind import MAX_TEXT, Greeting
from hookline.sources.slack import KIND, describe, greet, readable

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
LINK = "https://slack.com/app_redirect?team=T1&channel=C1"


def call(**event: Any) -> dict[str, Any]:
    return {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": {"channel": "C1"} | event}


def message(text: Any = "The till is stuck.", **changes: Any) -> str:
    return describe(call(**({"type": "message", "user": "U1", "ts": "17.1", "text": text} | changes)), NOW).text


def test_a_message_is_its_own_headline() -> None:
    assert message() == f"💬 The till is stuck.\nfrom U1 in C1\n{LINK}"


@pytest.mark.parametrize(
    ("changes", "icon_and_end"),
    [
        ({"type": "app_mention"}, ("📣", "from U1 in C1")),
        ({"channel_type": "im"}, ("💬", "from U1, directly")),
        ({"username": "deploys", "subtype": "bot_message"}, ("💬", "from deploys in C1")),
        ({"user": None, "bot_profile": {"name": "ci"}}, ("💬", "from ci in C1")),
        ({"user": None}, ("💬", "from somebody in C1")),
        ({"subtype": "message_deleted"}, ("💬", "from U1 in C1 (deleted)")),
    ],
)
def test_below_it_stands_who_wrote_it_and_where(changes: dict[str, Any], icon_and_end: tuple[str, str]) -> None:
    said = message(**changes).splitlines()
    assert (said[0].split()[0], said[1]) == icon_and_end


def test_of_a_change_what_is_written_now_is_told() -> None:
    changed = {"user": "U2", "text": "It is free again.", "ts": "17.1"}
    assert message(None, user=None, subtype="message_changed", message=changed) == (
        f"💬 It is free again.\nfrom U2 in C1 (changed)\n{LINK}"
    )


def test_files_are_named_where_nothing_is_written() -> None:
    assert message("", files=[{"name": "till.jpg"}, {"name": "log.txt"}, "?"]).startswith("💬 till.jpg, log.txt\n")
    assert message("", subtype="channel_join").startswith("💬 channel join\n")


def test_answers_belong_to_the_thread_that_they_are_in() -> None:
    first, answer = (describe(call(type="message", text="x", **ids), NOW).thread
                     for ids in ({"ts": "17.1"}, {"ts": "18.2", "thread_ts": "17.1"}))  # fmt: skip
    assert first == answer == "C1 17.1"


def test_a_long_message_is_cut_and_still_has_its_link() -> None:
    said = message("many words " * 200)
    assert len(said) <= MAX_TEXT
    assert "more)\nfrom U1 in C1\n" in said
    assert said.endswith(LINK)


@pytest.mark.parametrize(
    ("marked", "said"),
    [
        ("<@U1> and <@U2|ann>", "@U1 and @ann"),
        ("<#C1|store-2> or <#C2>", "#store-2 or #C2"),
        ("<!here> <!subteam^S1|@oncall> <!subteam^S1>", "@here @oncall @subteam"),
        ("<https://x.example|the page>", "the page (https://x.example)"),
        ("<https://x.example> <mailto:a@x.example|a@x.example>", "https://x.example a@x.example (mailto:a@x.example)"),
        ("1 &lt; 2 &amp;&amp; 3 &gt; 2", "1 < 2 && 3 > 2"),
        ("a\nb", "a\nb"),
        ("<", "<"),
        ("", ""),
        (None, ""),
    ],
)
def test_slacks_marks_are_read_as_what_they_show(marked: Any, said: str) -> None:
    assert readable(marked) == said


def test_any_other_event_says_its_name_and_what_it_is_about() -> None:
    reaction = {"type": "reaction_added", "user": "U1", "reaction": "eyes", "item": {"channel": "C1", "ts": "17.1"}}
    event = describe(call(**reaction), NOW)
    assert event.text == f"🔔 reaction added: eyes\nby U1 in C1\n{LINK}"
    assert event.thread == "C1 17.1"
    created = call(type="channel_created", channel={"id": "C9", "name": "tills", "creator": "U1"})
    assert describe(created, NOW).text.startswith("🔔 channel created: tills\nby somebody in C9\n")
    joined = call(type="team_join", user={"id": "U9", "real_name": "Ann Kask", "name": "ann"})
    assert describe(joined, NOW).text.startswith("🔔 team join: Ann Kask\nby ann in C1\n")


def test_when_slack_holds_events_back_somebody_hears_of_it() -> None:
    event = describe({"type": "app_rate_limited", "team_id": "T1", "minute_rate_limited": 1}, NOW)
    assert event.text == "⚠️ Slack holds events back\nThere were too many in one hour."


def test_the_old_token_is_never_told() -> None:
    for payload in ({"token": "Qm4o"}, call(type="message", text="x") | {"token": "Qm4o"}):
        assert "Qm4o" not in repr(describe(payload, NOW))


def test_the_question_whose_address_it_is_is_answered_with_its_challenge() -> None:
    asked = {"type": "url_verification", "challenge": "3eZb", "token": "Qm4o"}
    assert greet(asked) == Greeting("url_verification", {"challenge": "3eZb"})
    for other in (call(type="message"), asked | {"challenge": 7}, {"challenge": "3eZb"}, [], None):
        assert greet(other) is None


def test_a_retry_is_the_same_delivery() -> None:
    def identity(headers: dict[str, str], request: str) -> str:
        payload = call(type="message", text="x")
        return event_id(Inbound("slack", "POST", headers, {}, b"{}", request, 0), KIND, payload).value

    assert identity({}, "r1") == identity({"x-slack-retry-num": "1"}, "r2") == "slack:Ev1"


NAMES = ["type", "event", "text", "user", "channel", "channel_type", "ts", "thread_ts", "team_id", "message", "subtype",
         "files", "name", "id", "item", "reaction", "bot_profile", "username", "challenge", "token"]  # fmt: skip


@settings(deadline=None, max_examples=200)
@given(anything(NAMES, ["message", "app_mention", "event_callback", "<@U1|ann>", "<http://x|y>"]), st.booleans())
def test_any_json_at_all_is_an_event_that_fits_on_a_screen(payload: Any, is_inside: bool) -> None:  # noqa: FBT001
    payload = call(**payload) if is_inside and isinstance(payload, dict) else payload
    event = describe(payload, NOW)
    assert event.text.startswith(f"{event.icon} ")
    assert len(event.text) <= MAX_TEXT
    assert event.title
    greet(payload)
