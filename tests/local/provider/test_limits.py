"""Told to, the simulated provider takes only so many texts in a row before the person answers."""

import asyncio
import itertools
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from blooio.outcome import Verdict, classify
from local.provider.phone import Phone
from local.provider.simulator import simulator

KEY = "bl_live_test"
CHAT, HOME = "chat_ops", "chat_home"
NOON = datetime(2026, 5, 28, 12, tzinfo=UTC)
YEAR_S = 365 * 24 * 60 * 60
REFUSED = 429


class Provider:
    """One phone, asked over HTTP."""

    def __init__(self) -> None:
        self.time = NOON.timestamp()
        self._numbers, self._keys = itertools.count(1), itertools.count(1)
        phone = Phone([CHAT, HOME], KEY, lambda: self.time, lambda: f"{next(self._numbers)}")
        self.app = simulator(phone)

    def ask(self, *requests: tuple[str, str, Any], key: str = "") -> list[httpx.Response]:
        """Make the requests at once and return their answers."""

        async def run() -> list[httpx.Response]:
            headers = {"Authorization": f"Bearer {KEY}", **({"Idempotency-Key": key} if key else {})}
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://phone", headers=headers) as client:
                asked = [client.request(method, path, json=body) for method, path, body in requests]
                return await asyncio.gather(*asked)

        return asyncio.run(run())

    def get(self, path: str) -> Any:
        [answer] = self.ask(("GET", path, None))
        return answer.json()

    def limit(self, streak: Any, chat: str = "*") -> httpx.Response:
        return self.put({"chat_id": chat, "streak": streak})

    def put(self, body: Any) -> httpx.Response:
        [answer] = self.ask(("PUT", "/limits", body))
        return answer

    def send(self, key: str = "", chat: str = CHAT, text: str = "Disk full", **more: Any) -> httpx.Response:
        body = {"content": {"type": "text", "text": text}, **more}
        [answer] = self.ask(("POST", f"/v4/chats/{chat}/messages", body), key=key)
        return answer

    def statuses(self, times: int, chat: str = CHAT) -> list[int]:
        return [self.send(f"key {next(self._keys)}", chat).status_code for _ in range(times)]

    def do(self, deed: str, chat: str = CHAT, **more: str) -> None:
        [answer] = self.ask(("POST", f"/{deed}", {"chat_id": chat, **more}))
        assert answer.is_success

    def arrived(self) -> list[str]:
        return [message["text"] for message in self.get("/messages")]

    def conversation(self, chat: str = CHAT) -> dict[str, Any]:
        [found] = [each for each in self.get("/conversations") if each["chat_id"] == chat]
        return dict(found)


@pytest.fixture
def provider() -> Provider:
    return Provider()


def test_without_a_limit_a_chat_takes_any_number(provider: Provider) -> None:
    assert provider.get("/limits") == {"limits": []}
    assert provider.statuses(20) == [201] * 20


def test_one_text_too_many_is_refused_in_a_sentence_and_reaches_nobody(provider: Provider) -> None:
    provider.limit(2)
    assert provider.statuses(2) == [201, 201]
    answer = provider.send(text="one too many")
    assert answer.status_code == REFUSED
    said = "This chat takes 2 texts in a row without an answer, and more once the person has replied or reacted."
    assert answer.json() == {"error": {"code": "conversation_streak_limit", "message": said, "details": None}}
    assert "retry-after" not in answer.headers
    assert provider.arrived() == ["Disk full"] * 2


def test_the_client_understands_that_only_the_person_helps(provider: Provider) -> None:
    provider.limit(1)
    provider.send()
    answer = provider.send()
    assert classify(answer.status_code, answer.headers, answer.content, NOON).verdict is Verdict.AWAIT_RECIPIENT
    assert answer.json()["error"]["message"].startswith("This chat takes 1 text without an answer, ")


@pytest.mark.parametrize(("deed", "more"), [("reply", {"text": "On it"}), ("react", {"reaction": "question"})])
def test_a_reply_or_any_reaction_begins_anew(provider: Provider, deed: str, more: dict[str, str]) -> None:
    provider.limit(2)
    assert provider.statuses(3) == [201, 201, REFUSED]
    provider.do(deed, **more)
    assert provider.statuses(3) == [201, 201, REFUSED]


def test_a_reaction_to_an_old_message_helps_too(provider: Provider) -> None:
    provider.limit(2)
    first = provider.send().json()["id"]
    assert provider.statuses(2) == [201, REFUSED]
    provider.do("react", message_id=first, reaction="like")
    assert provider.statuses(1) == [201]


def test_an_answer_counts_in_its_own_chat_only(provider: Provider) -> None:
    provider.limit(1)
    assert provider.statuses(2) + provider.statuses(2, HOME) == [201, REFUSED] * 2
    provider.do("reply", HOME, text="On it")
    assert provider.statuses(1) + provider.statuses(1, HOME) == [REFUSED, 201]


def test_neither_time_nor_reading_helps(provider: Provider) -> None:
    provider.limit(1)
    provider.send()
    provider.time += YEAR_S
    provider.do("read")
    assert provider.statuses(1) == [REFUSED]


def test_what_was_sent_before_the_limit_counts(provider: Provider) -> None:
    provider.statuses(3)
    provider.limit(3)
    assert provider.statuses(1) == [REFUSED]
    provider.limit(4)
    assert provider.statuses(2) == [201, REFUSED]


def test_a_limit_of_its_own_is_out_of_reach_of_the_general_one(provider: Provider) -> None:
    provider.limit(1)
    provider.limit(2, HOME)
    assert provider.statuses(2) == [201, REFUSED]
    assert provider.statuses(3, HOME) == [201, 201, REFUSED]


def test_null_for_one_chat_means_any_number_there(provider: Provider) -> None:
    provider.limit(None, HOME)
    provider.limit(1)
    assert provider.statuses(3, HOME) == [201] * 3
    assert provider.statuses(2) == [201, REFUSED]
    unlimited, general = {"chat_id": HOME, "streak": None}, {"chat_id": "*", "streak": 1}
    assert provider.get("/limits") == {"limits": [unlimited, general]}


def test_null_for_every_chat_removes_the_limit_of_those_that_have_none_of_their_own(provider: Provider) -> None:
    provider.limit(1)
    provider.limit(1, HOME)
    provider.limit(None)
    assert provider.statuses(2) == [201, 201]
    assert provider.statuses(2, HOME) == [201, REFUSED]


def test_a_chat_named_alone_has_no_limit_of_its_own_any_more(provider: Provider) -> None:
    provider.limit(1)
    provider.limit(3, HOME)
    assert provider.put({"chat_id": HOME}).json() == {"limits": [{"chat_id": "*", "streak": 1}]}
    assert provider.statuses(2, HOME) == [201, REFUSED]


def test_nothing_named_switches_all_limits_off(provider: Provider) -> None:
    provider.limit(1)
    provider.limit(1, HOME)
    assert provider.put({}).json() == {"limits": []}
    assert provider.statuses(2) == [201, 201]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"streak": 0}, "streak"),
        ({"streak": 101}, "streak"),
        ({"streak": "4"}, "streak"),
        ({"streak": True}, "streak"),
        ({"streak": 4.5}, "streak"),
        ({"chat_id": "", "streak": 4}, "chat_id"),
        ({"chat_id": None, "streak": 4}, "chat_id"),
        ({"chat": CHAT, "streak": 4}, "chat"),
        ({"chat_id": CHAT, "steak": 4}, "steak"),
        ([], ""),
    ],
)
def test_a_limit_that_is_not_understood_is_refused_and_changes_nothing(
    provider: Provider, body: Any, field: str
) -> None:
    provider.limit(7)
    answer = provider.put(body)
    assert answer.status_code == 422
    [complaint] = answer.json()["error"]["details"]
    assert complaint["field"] == field
    assert complaint["message"]
    assert provider.get("/limits") == {"limits": [{"chat_id": "*", "streak": 7}]}


@pytest.mark.parametrize("streak", [1, 100])
def test_the_widest_and_the_narrowest_limit_are_limits(provider: Provider, streak: int) -> None:
    assert provider.limit(streak).json() == {"limits": [{"chat_id": "*", "streak": streak}]}


def test_a_known_key_gets_its_original_answer_although_the_chat_takes_no_more(provider: Provider) -> None:
    provider.limit(1)
    first = provider.send("k1")
    again = provider.send("k1")
    assert (again.status_code, again.json()) == (200, first.json())
    assert provider.send("k1", text="Disk empty").status_code == 409
    assert provider.send("k2").status_code == REFUSED


def test_a_replay_is_not_counted(provider: Provider) -> None:
    provider.limit(2)
    assert [provider.send("k1").status_code for _ in range(5)] == [201, 200, 200, 200, 200]
    assert provider.statuses(2) == [201, REFUSED]


def test_what_was_refused_has_not_used_up_its_key(provider: Provider) -> None:
    provider.limit(1)
    provider.send("k1")
    assert provider.send("k2").status_code == REFUSED
    provider.do("reply", text="On it")
    assert provider.send("k2").status_code == 201


def test_what_was_rejected_or_refused_is_not_counted(provider: Provider) -> None:
    provider.limit(2)
    provider.ask(("PUT", "/faults", {"sequence": ["failed", "503", "ok", "failed"]}))
    assert provider.send().json()["status"] == "failed"
    assert provider.send().status_code == 503
    assert provider.statuses(3) == [201, 201, 201]
    assert provider.statuses(1) == [REFUSED]


def test_what_turned_out_undeliverable_later_was_accepted_and_stays_counted(provider: Provider) -> None:
    provider.limit(1)
    provider.send()
    provider.do("fail")
    assert provider.statuses(1) == [REFUSED]


def test_what_was_accepted_without_an_answer_is_counted(provider: Provider) -> None:
    provider.limit(1)
    provider.ask(("PUT", "/faults", {"sequence": ["bad-json"]}))
    assert provider.statuses(2) == [201, REFUSED]


def test_a_dry_run_is_neither_counted_nor_refused(provider: Provider) -> None:
    provider.limit(1)
    assert provider.send(dry_run=True).status_code == 200
    assert provider.statuses(1) == [201]
    assert provider.send(dry_run=True).json()["would_send"] is True


def test_of_many_at_once_no_more_are_taken_than_the_limit(provider: Provider) -> None:
    provider.limit(4)
    sends = [("POST", f"/v4/chats/{CHAT}/messages", {"content": {"type": "text", "text": str(n)}}) for n in range(20)]
    assert sorted(answer.status_code for answer in provider.ask(*sends)) == [201] * 4 + [REFUSED] * 16
    assert len(provider.arrived()) == 4


def test_requests_tell_the_refusals_by_the_limit_from_others(provider: Provider) -> None:
    provider.limit(1)
    provider.ask(("PUT", "/faults", {"sequence": ["ok", "ok", "429"]}))
    provider.statuses(3)
    fields = ("status", "code", "answer", "accepted")
    assert [tuple(each[name] for name in fields) for each in provider.get("/requests")] == [
        (201, None, 201, True),
        (429, "conversation_streak_limit", 429, False),
        (429, "rate_limited", "429", False),
    ]


def test_a_conversation_tells_how_its_chat_stands(provider: Provider) -> None:
    provider.limit(2)
    provider.statuses(2)
    [provider.send(key) for key in ("k1", "k2", "k2")]
    stands = {key: provider.conversation()[key] for key in ("limit", "in_a_row", "refused")}
    assert stands == {"limit": 2, "in_a_row": 2, "refused": 2}
    provider.do("react", reaction="like")
    provider.limit(None)
    stands = {key: provider.conversation()[key] for key in ("limit", "in_a_row", "refused")}
    assert stands == {"limit": None, "in_a_row": 0, "refused": 0}


def test_conversations_have_both_sides_and_the_reactions(provider: Provider) -> None:
    first = provider.send(text="Disk full").json()["id"]
    provider.send(chat=HOME, text="Dinner?")
    provider.do("react", message_id=first, reaction="question")
    provider.do("react", message_id=first, reaction="like")
    provider.do("fail", message_id=first)
    provider.do("reply", text="On it", message_id=first)
    home, ops = provider.get("/conversations")
    assert (home["chat_id"], [text["text"] for text in home["texts"]]) == (HOME, ["Dinner?"])
    outbound, inbound = ops["texts"]
    [shown] = [message for message in provider.get("/messages") if message["id"] == first]
    assert outbound == {**shown, "direction": "outbound", "reaction": "like"}
    assert outbound["status"] == "failed"
    assert (inbound["direction"], inbound["text"], inbound["reply_to"]) == ("inbound", "On it", first)
    assert inbound["reaction"] is None
    assert set(provider.arrived()) == {"Disk full", "Dinner?"}


def test_what_was_rejected_is_in_no_conversation(provider: Provider) -> None:
    provider.ask(("PUT", "/faults", {"sequence": ["failed"]}))
    provider.send()
    assert provider.get("/conversations") == []
