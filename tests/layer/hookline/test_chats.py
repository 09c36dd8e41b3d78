"""The rows of chats against a real table: who may write a state, and the entries of what waits."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from tests.conftest import NOON
from tests.layer.hookline.conftest import BOTH_ENGINES, MOTO
from tests.layer.hookline.one_message import DAYS, LEASE

from hookline import chats as rows_of_chats
from hookline.chats import FAILED_WITH, Chats, Known
from hookline.claim import Claim, LeaseLost
from hookline.digest import Entry
from hookline.log import DeliveryLog
from hookline.models import Message
from hookline.rows import item, plain
from hookline.state import Closing, State
from hookline.status import Status

pytestmark = BOTH_ENGINES

TABLE, CHAT, DIGEST = "DeliveryLog", "chat_a1", "digest-1"
PLENTY: Callable[[], bool] = lambda: True  # noqa: E731 - of time


@pytest.fixture
def cloud(cloud: Any, engine: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Amazon's engine is so old that its transactions have ten items at most."""
    if engine != MOTO:
        monkeypatch.setattr(rows_of_chats, "CLOSED_AT_ONCE", 5)
    return cloud


@pytest.fixture
def table(cloud: Any) -> Any:
    return cloud.clients("dynamodb")


@pytest.fixture
def chats(table: Any, clock: Any) -> Chats:
    return Chats(table, TABLE, clock, DAYS)


@pytest.fixture
def others(table: Any, clock: Any) -> Chats:
    """Give what another process has of the same table."""
    return Chats(table, TABLE, clock, DAYS)


def entry(number: int, thread: str = "", *, private: bool = False) -> Entry:
    return Entry(number, f"delivery-{number}", 1, NOON, f"Disk {number}", "", "info", thread, private=private)


def written(table: Any) -> dict[str, dict[str, Any]]:
    """Return all rows by their id, or by the number of an entry."""
    rows = [plain(one) for one in table.scan(TableName=TABLE, ConsistentRead=True)["Items"]]
    return {f"entry {row['generation']}" if "entry" in row else row["id"]: row for row in rows}


def hold(table: Any, chats: Chats, entries: Sequence[Entry]) -> None:
    """Put the rows of messages that wait, and their entries."""
    held = {"generation": 1, "status": "held", "lease_until": 0, "text": "secret", "title": "a", "body": "secret"}
    waiting = [{"Put": {"TableName": TABLE, "Item": item({"id": one.id, **held})}} for one in entries]
    items = [*waiting, *(chats.entry(CHAT, one) for one in entries)]
    for start in range(0, len(items), 25):
        puts = [{"PutRequest": {"Item": one["Put"]["Item"]}} for one in items[start : start + 25]]
        table.batch_write_item(RequestItems={TABLE: puts})


def claimed(log: DeliveryLog) -> Claim:
    message = Message(
        delivery_id="delivery-1", source="s", rule="r", event_id="e", request_id="q", chat=CHAT, chat_name="oncall",
        text="t", accepted_at=0,
    )  # fmt: skip
    claim = log.claim(message, "{}")
    assert isinstance(claim, Claim)
    return claim


def joining(log: DeliveryLog, chats: Chats, claim: Claim) -> list[dict[str, Any]]:
    """Return what is written together with the state when a message joins what waits."""
    return [{"Update": log.closing(claim, Status.HELD, {})}, chats.entry(CHAT, entry(1))]


# The state.


def test_a_chat_of_which_nothing_is_written_has_no_state(chats: Chats) -> None:
    assert chats.known(CHAT) == chats.read(CHAT) == Known()


def test_a_state_is_known_to_who_wrote_it_and_read_by_others(chats: Chats, others: Chats) -> None:
    assert chats.save(CHAT, Known(), State(streak=1))
    assert chats.known(CHAT) == others.read(CHAT) == others.known(CHAT) == Known(1, State(streak=1))


def test_who_has_seen_an_older_state_writes_nothing_and_knows_the_newer_one_then(chats: Chats, others: Chats) -> None:
    assert chats.save(CHAT, Known(), State(streak=1))
    assert not others.save(CHAT, Known(), State(streak=7))
    assert others.known(CHAT) == Known(1, State(streak=1))
    assert others.save(CHAT, others.known(CHAT), State(streak=2))
    assert chats.read(CHAT) == Known(2, State(streak=2))


def test_a_state_that_has_expired_is_begun_anew(chats: Chats, table: Any) -> None:
    chats.save(CHAT, Known(), State(streak=1))
    table.delete_item(TableName=TABLE, Key=item({"id": f"chat {CHAT}", "generation": 0}))
    assert not chats.save(CHAT, chats.known(CHAT), State(streak=2))
    assert chats.known(CHAT) == Known()
    assert chats.save(CHAT, Known(), State(streak=2))


def test_a_chat_is_found_by_when_something_is_due_only_while_something_is(chats: Chats, table: Any) -> None:
    chats.save(CHAT, Known(), State(due_at=7))
    [row] = written(table).values()
    assert (row["waits"], row["due_at"]) == ("chat", 7)
    chats.save(CHAT, chats.known(CHAT), State())
    [row] = written(table).values()
    assert not {"waits", "due_at"} & row.keys()


def test_a_state_and_its_entries_live_as_long_as_the_rows_of_messages(chats: Chats, table: Any, clock: Any) -> None:
    chats.save(CHAT, Known(), State(), [chats.entry(CHAT, entry(1))])
    assert {row["expires_at"] for row in written(table).values()} == {clock() // 1000 + DAYS * 86_400}


def test_a_state_and_what_is_known_of_the_key_share_a_row(chats: Chats, log: DeliveryLog, clock: Any) -> None:
    log.line.note_unauthorized(CHAT)
    assert chats.read(CHAT) == Known()
    assert chats.save(CHAT, Known(), State(streak=1))
    clock.advance(1)
    log.line.note_unauthorized(CHAT)
    assert chats.read(CHAT) == Known(1, State(streak=1))
    assert log.line.unauthorized_at(CHAT) == clock()


def test_a_process_remembers_so_many_chats_and_not_more(chats: Chats, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows_of_chats, "MOST_KNOWN", 2)
    names = ("chat_1", "chat_2", "chat_3")
    known = []
    for name in names:
        chats.save(name, Known(), State(streak=1))
        known.append([chats.known(each).version for each in names])
    assert known == [[1, 0, 0], [1, 1, 0], [0, 0, 1]]
    assert chats.read("chat_1").version == 1


def test_a_table_that_is_not_there_raises(table: Any, clock: Any) -> None:
    nowhere = Chats(table, "Elsewhere", clock, DAYS)
    with pytest.raises(table.exceptions.ResourceNotFoundException):
        nowhere.save(CHAT, Known(), State())
    with pytest.raises(table.exceptions.ResourceNotFoundException):
        nowhere.save(CHAT, Known(), State(), [nowhere.entry(CHAT, entry(1))])


# What joins.


def test_a_message_joins_what_waits_in_one_step_with_its_row(chats: Chats, log: DeliveryLog, table: Any) -> None:
    assert chats.save(CHAT, Known(), State(last=1), joining(log, chats, claimed(log)))
    rows = written(table)
    assert rows["delivery-1"]["status"] == "held"
    assert list(chats.entries(CHAT, 0, 9)) == [[entry(1)]]
    assert chats.read(CHAT) == Known(1, State(last=1))


def test_where_the_state_has_changed_neither_the_row_nor_an_entry_is_written(
    chats: Chats, others: Chats, log: DeliveryLog, table: Any
) -> None:
    others.save(CHAT, Known(), State(streak=1))
    claim = claimed(log)
    assert not chats.save(CHAT, Known(), State(last=1), joining(log, chats, claim))
    assert written(table)["delivery-1"]["status"] == "sending"
    assert list(chats.entries(CHAT, 0, 9)) == []
    assert chats.save(CHAT, chats.known(CHAT), State(last=1), joining(log, chats, claim))


def test_who_has_lost_the_message_to_another_worker_is_told_so_and_writes_nothing(
    chats: Chats, log: DeliveryLog, table: Any, clock: Any
) -> None:
    slow = claimed(log)
    clock.advance(LEASE)
    claimed(log)
    with pytest.raises(LeaseLost, match=CHAT):
        chats.save(CHAT, Known(), State(last=1), joining(log, chats, slow))
    assert written(table)["delivery-1"]["status"] == "sending"
    assert list(chats.entries(CHAT, 0, 9)) == []
    assert chats.read(CHAT) == Known()


# The entries.


def test_entries_come_in_the_order_of_their_numbers_page_by_page(chats: Chats, table: Any) -> None:
    chats.save(CHAT, Known(), State(last=25))
    chats.save("chat_a2", Known(), State(), [chats.entry("chat_a2", entry(3))])
    hold(table, chats, [entry(number) for number in range(25, 0, -1)])
    pages = list(chats.entries(CHAT, 0, 25, page=10))
    assert [len(page) for page in pages] == [10, 10, 5]
    assert [one for page in pages for one in page] == [entry(number) for number in range(1, 26)]


def test_what_is_read_is_what_was_written_last(chats: Chats, table: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a copy that lags behind, an entry or a turn of the chat could be missing."""
    make, consistent = table._make_api_call, []  # noqa: SLF001 - the one door all calls go through

    def call(name: str, request: dict[str, Any]) -> Any:
        consistent.append((name, request.get("ConsistentRead")))
        return make(name, request)

    monkeypatch.setattr(table, "_make_api_call", call)
    chats.read(CHAT)
    list(chats.entries(CHAT, 0, 1))
    assert consistent == [("GetItem", True), ("Query", True)]


def test_entries_come_from_behind_one_number_up_to_another(chats: Chats, table: Any) -> None:
    hold(table, chats, [entry(number) for number in range(1, 8)])
    assert [one.number for page in chats.entries(CHAT, 2, 5, page=2) for one in page] == [3, 4, 5]
    assert list(chats.entries(CHAT, 7, 7)) == []


# What a digest told.


def test_what_a_digest_told_has_its_row_closed_by_reference_to_it(chats: Chats, table: Any, clock: Any) -> None:
    hold(table, chats, [entry(1, "t"), entry(2)])
    clock.advance(60)
    assert chats.close(CHAT, Closing(DIGEST, 1, "digested", NOON), PLENTY)
    rows = written(table)
    told = rows["delivery-1"]
    assert (told["status"], told["digest"], told["told_at"], told["updated_at"]) == ("digested", DIGEST, NOON, clock())
    assert told["expires_at"] == clock() // 1000 + DAYS * 86_400
    assert told["text"] == "secret"
    assert rows["delivery-2"]["status"] == "held"
    assert [one.number for page in chats.entries(CHAT, 0, 9) for one in page] == [2]


def test_what_a_digest_that_failed_would_have_told_has_failed_with_it(chats: Chats, table: Any) -> None:
    hold(table, chats, [entry(1, private=True)])
    assert chats.close(CHAT, Closing(DIGEST, 1, "failed", NOON), PLENTY)
    [row] = written(table).values()
    assert (row["status"], row["digest"], row["error"]) == ("failed", DIGEST, FAILED_WITH)
    assert "told_at" not in row
    assert row["text"] == "secret"


def test_what_is_private_is_forgotten_once_a_digest_told_it(chats: Chats, table: Any) -> None:
    hold(table, chats, [entry(1, private=True), entry(2)])
    assert chats.close(CHAT, Closing(DIGEST, 2, "digested", NOON), PLENTY)
    rows = written(table)
    assert not {"text", "body", "title"} & rows["delivery-1"].keys()
    assert {"text", "body", "title"} <= rows["delivery-2"].keys()


def test_what_there_is_no_time_to_close_is_closed_at_the_next_turn(chats: Chats, table: Any) -> None:
    at_once = rows_of_chats.CLOSED_AT_ONCE
    count = 2 * at_once + 5
    hold(table, chats, [entry(number) for number in range(1, count + 1)])
    closing = Closing(DIGEST, count, "digested", NOON)
    for closed in (at_once, 2 * at_once):
        turns = iter([True, False])
        assert not chats.close(CHAT, closing, lambda turns=turns: next(turns))
        statuses = [row["status"] for row in written(table).values() if "status" in row]
        assert statuses.count("digested") == closed
        assert [page[0].number for page in chats.entries(CHAT, 0, count)] == [closed + 1]
    assert chats.close(CHAT, closing, PLENTY)
    assert {row["status"] for row in written(table).values()} == {"digested"}
    assert chats.close(CHAT, closing, PLENTY)


def test_a_row_that_has_expired_keeps_none_of_the_others_from_being_closed(chats: Chats, table: Any) -> None:
    hold(table, chats, [entry(number) for number in range(1, 4)])
    table.delete_item(TableName=TABLE, Key=item({"id": "delivery-2", "generation": 1}))
    assert chats.close(CHAT, Closing(DIGEST, 3, "digested", NOON), PLENTY)
    rows = written(table)
    assert {name: row["status"] for name, row in rows.items()} == {
        "delivery-1": "digested",
        "delivery-3": "digested",
    }


def test_a_row_that_was_closed_otherwise_stays_as_it_is(chats: Chats, table: Any) -> None:
    hold(table, chats, [entry(1), entry(2)])
    table.update_item(
        TableName=TABLE,
        Key=item({"id": "delivery-1", "generation": 1}),
        UpdateExpression="SET #status = :failed",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues=item({":failed": "failed"}),
    )
    assert chats.close(CHAT, Closing(DIGEST, 2, "digested", NOON), PLENTY)
    assert {name: row["status"] for name, row in written(table).items()} == {
        "delivery-1": "failed",
        "delivery-2": "digested",
    }


def test_a_digest_of_one_thread_closes_what_belongs_to_it_and_nothing_else(chats: Chats, table: Any) -> None:
    count = rows_of_chats.CLOSED_AT_ONCE + 20
    hold(table, chats, [entry(number, "t" if number % 3 == 0 else "") for number in range(1, count + 1)])
    upto = count - 5
    assert chats.close(CHAT, Closing(DIGEST, upto, "digested", NOON, "t"), PLENTY)
    told = [number for number in range(1, upto + 1) if number % 3 == 0]
    left = [number for number in range(1, count + 1) if number not in told]
    assert [one.number for page in chats.entries(CHAT, 0, count) for one in page] == left
    closed = [name for name, row in written(table).items() if row.get("status") == "digested"]
    assert sorted(closed) == sorted(f"delivery-{number}" for number in told)
