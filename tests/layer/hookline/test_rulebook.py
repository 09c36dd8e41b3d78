"""The rules of the table: when they are looked for, what replaces them, and what doesn't."""

import logging
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from hookline import rulebook
from hookline.errors import RulesError, RulesUnavailable
from hookline.rulebook import POINTER, REFUSED, SOONEST_MS, UNAVAILABLE, Rulebook
from hookline.rules.load import load_text
from hookline.rules.model import Rules

TEXT = "chats: {{a: chat_1}}\nsources: {{in: {{kind: json, auth: none}}}}\nrules: [{{name: {name}, chat: {chat}}}]\n"


def text(name: str, chat: str = "a") -> bytes:
    return TEXT.format(name=name, chat=chat).encode()


class Table:
    """The engine's table, which counts what is asked of it and can be out of reach."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.asked: list[int] = []
        self.trouble: Callable[[], None] = lambda: None

    def get_item(self, **given: Any) -> Any:
        self.asked.append(int(given["Key"]["generation"]["N"]))
        self.trouble()
        return self.client.get_item(**given)

    def put(self, generation: int, **attributes: Any) -> None:
        self.client.put_item(TableName="DeliveryLog", Item={**rulebook.key(generation), **attributes})

    def point(self, version: int) -> None:
        self.put(POINTER, version={"N": str(version)}, updated_at={"N": "1"})

    def push(self, version: int, content: bytes) -> None:
        self.put(version, **rulebook.stored(content))
        self.point(version)


def out_of_reach() -> None:
    raise EndpointConnectionError(endpoint_url="https://dynamodb.test")


def forbidden() -> None:
    raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "GetItem")


@pytest.fixture
def table(cloud: Any) -> Table:
    return Table(cloud.clients("dynamodb"))


LOOK_MS = 60_000


class Book:
    """A rulebook on the tests' clock, with what it counted."""

    def __init__(self, table: Any, clock: Any, deployed: Callable[[], Rules]) -> None:
        self.clock = clock
        self.counted: Counter[str] = Counter()
        self.book = Rulebook(
            table, "DeliveryLog", deployed, clock, lambda name: self.counted.update([name]), look_ms=LOOK_MS
        )

    def now(self) -> str:
        """Name the rule that runs."""
        return self.book.current().rules[0].name

    def after(self, ms: int) -> str:
        self.clock.ms += ms
        return self.now()


@pytest.fixture
def book(table: Table, clock: Any) -> Book:
    return Book(table, clock, lambda: load_text(text("deployed"), "rules.yaml"))


def test_nothing_is_asked_before_it_is_needed(table: Table, book: Book) -> None:  # noqa: ARG001 - it exists
    assert table.asked == []


def test_the_pushed_rules_run_from_the_first_event_on_and_the_deployed_file_is_not_read(
    table: Table, clock: Any
) -> None:
    table.push(3, text("pushed"))
    assert Book(table, clock, lambda: pytest.fail("It was read.")).now() == "pushed"
    assert table.asked == [POINTER, 3]


def test_until_something_is_pushed_the_deployed_file_runs_and_that_is_said_once(
    table: Table, book: Book, caplog: pytest.LogCaptureFixture
) -> None:
    assert [book.now(), book.after(LOOK_MS), book.after(LOOK_MS)] == ["deployed"] * 3
    assert caplog.messages == ["The rules of the deployed file are in use; `hookline push` replaces them."]
    table.push(1, text("pushed"))
    assert book.after(LOOK_MS) == "pushed"
    assert not book.counted


def test_a_push_runs_after_sixty_seconds_and_not_before(table: Table, book: Book) -> None:
    table.push(1, text("one"))
    assert book.now() == "one"
    table.push(2, text("two"))
    assert book.after(LOOK_MS - 1) == "one"
    assert book.after(1) == "two"


def test_an_hour_of_events_costs_one_small_read_a_minute(table: Table, book: Book) -> None:
    table.push(1, text("one"))
    assert {book.after(1000) for _ in range(3600)} == {"one"}
    assert Counter(table.asked) == {POINTER: 60, 1: 1}


def test_a_long_version_is_packed_and_runs(table: Table, book: Book) -> None:
    long = text("long") + b"# " + b"x" * rulebook.PLAIN_BYTES
    table.push(1, long)
    [row] = [row for row in table.client.scan(TableName="DeliveryLog")["Items"] if "content" in row]
    assert len(row["content"]["B"]) < 500
    assert book.now() == "long"


BAD = {
    "it has a mistake": (text("bad", chat="nobody"), {}, "rules version 2:3:27: unknown chat 'nobody'"),
    "it is not there": (None, {}, "The table has no such version."),
    "it was changed": (text("bad"), {"content": {"S": "{}"}}, "It is not what was pushed"),
    "it is not packed": (text("bad"), {"content": {"B": b"nonsense"}}, "gzipped"),
    "it has no checksum": (None, {"content": {"S": "{}"}}, "sha256"),
    "its content is of another type": (None, {"content": {"N": "1"}}, "S"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_version_is_refused_logged_and_counted_and_the_last_good_one_stays(
    table: Table, book: Book, caplog: pytest.LogCaptureFixture, case: str
) -> None:
    content, attributes, sentence = BAD[case]
    table.push(1, text("good"))
    book.now()
    if content or attributes:
        table.put(2, **(rulebook.stored(content) if content else {}) | attributes)
    table.point(2)
    assert book.after(LOOK_MS) == "good"
    [refused] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert refused.message == "rules refused"
    assert (refused.__dict__["version"], sentence in refused.__dict__["reason"]) == ("2", True)
    assert book.counted == {REFUSED: 1}


def test_a_refused_version_is_not_fetched_again_but_counted_for_as_long_as_it_is_meant_to_run(
    table: Table, book: Book
) -> None:
    table.push(1, text("good"))
    book.now()
    table.push(2, b"nonsense: [")
    assert {book.after(LOOK_MS) for _ in range(5)} == {"good"}
    assert Counter(table.asked) == {POINTER: 6, 1: 1, 2: 1}
    assert book.counted == {REFUSED: 5}
    table.push(3, text("mended"))
    assert book.after(LOOK_MS) == "mended"
    assert book.counted == {REFUSED: 5}


def test_after_a_refused_version_the_one_before_can_be_pointed_at_again(table: Table, book: Book) -> None:
    table.push(1, text("good"))
    book.now()
    table.push(2, b"nonsense: [")
    book.after(LOOK_MS)
    table.point(1)
    assert [book.after(LOOK_MS), book.after(LOOK_MS)] == ["good", "good"]
    assert book.counted == {REFUSED: 1}


@pytest.mark.parametrize("pointer", [{}, {"version": {"S": "2"}}, {"version": {"N": "1.5"}}, {"version": {"N": "-1"}}])
def test_a_pointer_to_nothing_is_refused(table: Table, book: Book, pointer: dict[str, Any]) -> None:
    table.push(1, text("good"))
    book.now()
    table.put(POINTER, **pointer)
    assert book.after(LOOK_MS) == "good"
    assert book.counted == {REFUSED: 1}


def test_a_pointer_that_is_gone_leaves_the_rules_in_use(table: Table, book: Book) -> None:
    table.push(1, text("good"))
    book.now()
    table.client.delete_item(TableName="DeliveryLog", Key=rulebook.key(POINTER))
    assert book.after(LOOK_MS) == "good"


def test_with_nothing_good_yet_a_bad_version_lets_the_deployed_file_run(table: Table, book: Book) -> None:
    table.push(1, b"nonsense: [")
    assert book.now() == "deployed"
    assert book.counted == {REFUSED: 1}


@pytest.mark.parametrize("trouble", [out_of_reach, forbidden])
def test_a_table_out_of_reach_leaves_the_rules_in_use_and_is_asked_again_no_sooner_than_after_five_seconds(
    table: Table, book: Book, trouble: Callable[[], None]
) -> None:
    table.push(1, text("one"))
    book.now()
    table.push(2, text("two"))
    table.asked.clear()
    table.trouble = trouble
    assert book.after(LOOK_MS) == "one"
    assert {book.after(100) for _ in range(49)} == {"one"}
    assert table.asked == [POINTER]
    assert book.after(SOONEST_MS - 4900) == "one"
    assert table.asked == [POINTER, POINTER]
    table.trouble = lambda: None
    assert book.after(SOONEST_MS) == "two"
    assert not book.counted


@pytest.mark.parametrize("trouble", [out_of_reach, forbidden])
def test_while_the_table_was_never_in_reach_nobody_knows_which_rules_run_and_the_deployed_file_does_not(
    table: Table, book: Book, trouble: Callable[[], None]
) -> None:
    table.push(1, text("pushed"))
    table.trouble = trouble
    for waited in (0, SOONEST_MS - 1):
        with pytest.raises(RulesUnavailable):
            book.after(waited)
    assert table.asked == [POINTER]
    assert book.counted == {UNAVAILABLE: 1}
    table.trouble = lambda: None
    assert book.after(1) == "pushed"
    assert book.counted == {UNAVAILABLE: 1}


def test_while_the_first_version_is_out_of_reach_the_deployed_file_does_not_run_either(
    table: Table, book: Book
) -> None:
    table.push(1, text("pushed"))
    table.trouble = lambda: out_of_reach() if table.asked[-1] == 1 else None
    with pytest.raises(RulesUnavailable):
        book.now()
    table.trouble = lambda: None
    assert book.after(SOONEST_MS) == "pushed"


def test_where_nothing_was_pushed_the_deployed_file_stays_when_the_table_goes_out_of_reach(
    table: Table, book: Book
) -> None:
    assert book.now() == "deployed"
    table.trouble = out_of_reach
    assert book.after(LOOK_MS) == "deployed"
    assert not book.counted


def test_a_version_out_of_reach_is_not_refused_but_fetched_soon(table: Table, book: Book) -> None:
    table.push(1, text("one"))
    book.now()
    table.push(2, text("two"))
    table.trouble = lambda: out_of_reach() if table.asked[-1] == 2 else None
    assert book.after(LOOK_MS) == "one"
    table.trouble = lambda: None
    assert book.after(SOONEST_MS) == "two"
    assert not book.counted


def test_where_nothing_was_ever_good_the_deployed_files_problems_are_raised(table: Table, clock: Any) -> None:
    book = Book(table, clock, lambda: load_text(b"nonsense: [", "rules.yaml"))
    for _ in range(2):
        with pytest.raises(RulesError, match=r"^rules\.yaml:2:1: this is not YAML"):
            book.now()
    table.push(1, text("pushed"))
    assert book.after(LOOK_MS) == "pushed"


def test_while_one_thread_looks_the_others_use_what_is_held(table: Table, book: Book) -> None:
    table.push(1, text("one"))
    book.now()
    table.push(2, text("two"))
    has_begun, may_end, seen = threading.Event(), threading.Event(), []

    def wait() -> None:
        has_begun.set()
        may_end.wait(10)

    table.trouble = wait
    book.clock.ms += LOOK_MS
    looking = threading.Thread(target=lambda: seen.append(book.now()))
    looking.start()
    assert has_begun.wait(10)
    assert book.now() == "one"
    may_end.set()
    looking.join(10)
    assert seen == ["two"]


def test_all_threads_wait_for_the_first_look(table: Table, book: Book) -> None:
    table.push(1, text("one"))
    everybody, seen = threading.Barrier(5), []

    def ask() -> None:
        everybody.wait(10)
        seen.append(book.now())

    threads = [threading.Thread(target=ask) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert seen == ["one"] * 5
    assert table.asked == [POINTER, 1]
