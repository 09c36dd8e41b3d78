"""The buttons post what a sender would, and say what they do, or why they do nothing."""

import asyncio
import json
from collections import Counter
from http import HTTPStatus
from random import Random
from typing import Any

import httpx
import pytest
from tests.local.page.desk_of import RULES, FakeRunning

from hookline.clock import to_datetime
from hookline.sources import KINDS
from local.page.buttons import STORM, Buttons, What
from local.page.door import Turned
from local.page.send import Sender, Webhook
from local.recipe import recipe


class Taker(Sender):
    """Takes what is sent; ``status`` is answered."""

    def __init__(self, running: FakeRunning) -> None:
        super().__init__("http://127.0.0.1:8787", running, lambda: 0)  # type: ignore[arg-type]
        self.sent: list[Webhook] = []
        self.status = 202
        self.breaks_at = -1  # the line breaks once, at the post of this number

    async def send(self, webhook: Webhook) -> httpx.Response:
        await asyncio.sleep(0)
        if len(self.sent) == self.breaks_at:
            self.breaks_at = -1
            raise Turned(HTTPStatus.BAD_REQUEST, "It can't be sent: the line broke.")
        self.sent.append(webhook)
        return httpx.Response(self.status)


class Board:
    def __init__(self, rules: str = RULES, *, live: bool = False) -> None:
        self.running = FakeRunning(rules)
        self.taker = Taker(self.running)
        self.changes: list[Any] = []
        changed = lambda: self.changes.append(self.buttons.shown())  # noqa: E731
        self.buttons = Buttons(self.taker, self.running, changed, Random(1), live=live)  # type: ignore[arg-type]  # noqa: S311

    def press(self, what: What) -> Any:
        return asyncio.run(self.buttons.press(what))

    def shown(self) -> dict[str, Any]:
        return {button["name"]: button for button in self.buttons.shown()}

    def events(self) -> list[Any]:
        """Return what the webhooks that were sent say."""
        kinds = {name: KINDS[source.kind] for name, source in self.running.rules.sources.items()}
        bodies = [(kinds[one.source], json.loads(one.body)) for one in self.taker.sent]
        return [kind.describe(body, to_datetime(0)) for kind, body in bodies]


def test_an_alert_fires_and_is_resolved_under_the_same_thread() -> None:
    board = Board()
    assert board.press("alert") == {"sent": 1, "over": 0, "refused": 0}
    label = board.shown()["resolve"]["label"]
    assert board.press("resolve") == {"sent": 1, "over": 1, "refused": 0}
    fired, resolved = board.events()
    assert (fired.status, resolved.status) == ("firing", "resolved")
    assert fired.thread == resolved.thread != ""
    assert label == f"Resolve {fired.title} on {fired.fields.get('pod') or fired.fields['instance']}"


def test_nothing_is_resolved_twice() -> None:
    board = Board()
    assert board.shown()["resolve"]["source"] is None
    board.press("alert")
    assert board.shown()["resolve"]["source"] == "alertmanager"
    board.press("resolve")
    with pytest.raises(Turned, match="Nothing is firing: send an alert first"):
        board.press("resolve")


def test_who_clicks_twice_during_a_storm_resolves_once_and_fires_nothing() -> None:
    board = Board()
    clicks: list[What] = ["storm", "resolve", "resolve"]

    async def click() -> list[Any]:
        return await asyncio.gather(*map(board.buttons.press, clicks), return_exceptions=True)

    storm, resolved, turned = asyncio.run(click())
    assert resolved == {"sent": 1, "over": 1, "refused": 0}
    assert str(turned) == "Nothing is firing: send an alert first."
    assert len(board.taker.sent) == storm["sent"] + 1


def test_a_storm_is_of_fifty_different_alerts_some_of_which_resolve_meanwhile() -> None:
    board = Board()
    answer = board.press("storm")
    events = board.events()
    fired = [event.thread for event in events if event.status == "firing"]
    resolved = [event.thread for event in events if event.status == "resolved"]
    assert (len(fired), len(set(fired))) == (STORM, STORM)
    assert len(Counter(event.title for event in events)) == 5
    assert 0 < len(resolved) == len(set(resolved)) < STORM / 2
    assert all(thread in fired for thread in resolved)
    assert events[-1].status == "firing"
    assert answer == {"sent": len(events), "over": len(resolved), "refused": 0}
    assert len({one.body for one in board.taker.sent}) == len(events)
    assert board.shown()["resolve"]["source"] == "alertmanager"


def test_somebody_fills_in_the_form() -> None:
    board = Board()
    assert board.press("form") == {"sent": 1, "over": 0, "refused": 0}
    [sent] = board.taker.sent
    assert (sent.source, sent.content_type, sent.is_new) == ("contact", "application/x-www-form-urlencoded", True)
    assert "message=" in sent.body


def test_what_was_not_taken_is_counted() -> None:
    board = Board()
    board.taker.status = 503
    assert board.press("alert") == {"sent": 0, "over": 0, "refused": 1}


def test_what_one_of_a_storm_can_not_do_stands_in_nobody_elses_way() -> None:
    board = Board()
    board.taker.breaks_at = 7
    answer = board.press("storm")
    assert answer["refused"] == 1
    assert answer["sent"] == len(board.taker.sent) > STORM


def test_when_nothing_can_be_sent_it_is_said_why() -> None:
    board = Board()
    board.taker.breaks_at = 0
    with pytest.raises(Turned, match="It can't be sent"):
        board.press("alert")


def test_the_page_is_told_when_a_button_does_something_else() -> None:
    board = Board()
    board.press("alert")
    [after] = board.changes
    assert after == board.buttons.shown()


@pytest.mark.parametrize(
    "kind", ["grafana", "datadog", "uptime-kuma", "healthchecks", "pagerduty", "sentry", "github", "gitlab"]
)
def test_where_there_is_no_alertmanager_the_sender_there_is_tells_of_trouble(kind: str) -> None:
    board = Board(f"chats: {{a: chat_1}}\nsources:\n  {recipe(kind).sources}\nrules: []\n")
    board.press("alert")
    assert [event.status for event in board.events()] == ["firing"]
    assert board.press("storm")["sent"] >= STORM
    assert all(one.is_new for one in board.taker.sent)


def test_another_senders_trouble_ends_under_its_own_thread() -> None:
    board = Board("chats: {a: chat_1}\nsources: {g: {kind: grafana, auth: {hmac: S}}}\nrules: []\n")
    board.press("alert")
    board.press("resolve")
    fired, resolved = board.events()
    assert (fired.status, resolved.status) == ("firing", "resolved")
    assert fired.thread == resolved.thread


def test_rules_without_alerts_or_forms_have_no_buttons_for_them() -> None:
    board = Board("chats: {a: chat_1}\nsources: {in: {kind: json, auth: none}}\nrules: []\n")
    assert {button["source"] for button in board.shown().values()} == {None}
    with pytest.raises(Turned, match="No source of these rules is a form"):
        board.press("form")


def test_what_was_fired_at_other_rules_is_not_resolved() -> None:
    board = Board()
    board.press("alert")
    board.running.use("chats: {a: chat_1}\nsources: {in: {kind: json, auth: none}}\nrules: []\n")
    assert board.shown()["resolve"]["source"] is None


@pytest.mark.parametrize("what", ["alert", "resolve", "storm", "form"])
def test_live_nothing_is_made_up(what: What) -> None:
    board = Board(live=True)
    with pytest.raises(Turned, match="LIVE=1"):
        board.press(what)
    assert board.taker.sent == []
    assert board.shown()[what]["source"] is None
