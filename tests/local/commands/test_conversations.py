"""Which chats keep something back: what is said of each, against states that the chats themselves have written."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from hookline.chats import Chats, Known
from hookline.state import Frozen, State
from local.commands import moments
from local.commands.conversations import Conversation, conversations
from local.commands.history import History

pytestmark = pytest.mark.usefixtures("in_utc")
NOW = datetime(2026, 11, 2, 14, 14, tzinfo=UTC)


def at(**later: float) -> int:
    return moments.to_ms(NOW + timedelta(**later))


PARKED = State(
    count=14, last=14, held_upto=9, passed_upto=9, since=at(hours=-2), parked_at=at(hours=-2),
    expires_at=at(hours=22), due_at=at(hours=22),
)  # fmt: skip
BEGIN = "oncall waits for an answer since 12:14 (2 h)"
WHEN, TOLD = "in one text when somebody replies or reacts, and", "at the latest. All of it went to a fallback."
UNTOLD = TOLD.replace("All of it went to a fallback", "No fallback was told of all that")
ALONE = State(count=1, last=1, held_upto=1, parked_at=at(hours=-2), expires_at=at(hours=3), due_at=at(hours=3))
HELD = State(count=3, last=3, held_upto=3, since=at(minutes=-1), due_at=at(hours=1, minutes=46))


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (PARKED, f"{BEGIN}: 14 messages go out {WHEN} are tried at 2026-11-03 12:14 {TOLD}"),
        (ALONE, f"{BEGIN}: 1 message goes out {WHEN} is tried at 17:14 {UNTOLD}"),
        (State(count=14, parked_at=at(hours=-2), frozen=Frozen(14, 14, {}, is_last=True)),
         f"{BEGIN}; 14 messages are on the way."),
        (State(parked_at=at(hours=-2)), f"{BEGIN}; nothing else is on the way."),
        (HELD, "oncall: 3 messages are held until 16:00."),
        (State(count=1, due_at=at(days=1)), "oncall: 1 message is held until 2026-11-03 14:14."),
        (State(count=2, due_at=at(seconds=17)), "oncall: 2 messages are held for another 17 s."),
        (State(count=1, due_at=at(seconds=-1)), "oncall: 1 message is held, and about to go out."),
        (State(count=5, frozen=Frozen(3, 3, {}), due_at=at(hours=1)), "oncall: 3 messages are on the way in one text."),
    ],
)  # fmt: skip
def test_what_a_chat_waits_for_is_said_as_one_says_it(state: State, sentence: str) -> None:
    assert Conversation("chat_1", "oncall", state).sentence(NOW) == sentence


def test_machines_are_told_for_what_and_until_when() -> None:
    parked, held = (Conversation("chat_1", "oncall", state).shown() for state in (PARKED, HELD))
    about = {"chat": "chat_1", "chat_name": "oncall"}
    since, until = at(hours=-2), at(hours=22)
    assert parked == {**about, "messages": 14, "waits_for": "answer", "since": since, "until": until}
    assert (held["waits_for"], held["messages"], held["until"]) == ("time", 3, HELD.due_at)


class Table:
    """The log's table, with the states of chats in it."""

    def __init__(self, cloud: Any, clock: Any) -> None:
        self._chats = Chats(cloud.clients("dynamodb"), "DeliveryLog", clock, 30)
        self.history = History(cloud.clients("dynamodb"), "DeliveryLog")
        self.names_asked = 0

    def add(self, chat: str, state: State) -> None:
        assert self._chats.save(chat, Known(), state)

    def names(self) -> dict[str, str]:
        self.names_asked += 1
        return {"chat_1": "oncall"}

    def found(self) -> list[tuple[str, State]]:
        return [(one.name, one.state) for one in conversations(self.history, self.names)]


@pytest.fixture
def table(cloud: Any, clock: Any) -> Table:
    return Table(cloud, clock)


def test_who_waits_for_an_answer_comes_before_what_goes_out_by_itself(table: Table) -> None:
    table.add("chat_2", HELD)
    table.add("chat_1", PARKED)
    table.add("chat_3", State(used=3, streak=3))
    table.add("chat_4", State(due_at=at(hours=1)))  # only its digest is still to be written down
    assert table.found() == [("oncall", PARKED), ("chat_2", HELD)]


def test_all_of_many_are_found(table: Table) -> None:
    for n in range(120):
        table.add(f"chat_{n}", HELD)
    assert len(table.found()) == 120


def test_where_nothing_waits_nobody_asks_for_the_rules(table: Table) -> None:
    assert (table.found(), table.names_asked) == ([], 0)


def test_a_table_of_an_earlier_version_knows_of_none(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local.commands.conversations.BY_DUE", "by_nothing")
    assert table.found() == []


def test_who_may_not_read_the_table_hears_so(cloud: Any) -> None:
    with pytest.raises(ClientError):
        conversations(History(cloud.clients("dynamodb"), "AnotherTable"), dict)
