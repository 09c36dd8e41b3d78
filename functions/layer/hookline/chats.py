"""The rows of chats: the state of each, and an entry for everything of it that waits, oldest first.

They lie together under ``chat <id>``: generation 0 is the state, every other an entry by its number. One consistent
query reads them in their order, which no index could promise. A digest is told before its entries are closed: those of
rows that are closed already are gone.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from hookline.claim import LeaseLost
from hookline.clock import DAY, SECOND_MS
from hookline.digest import Entry
from hookline.rows import OF_CHAT, TOLD_OF, chat_key, item, key, update
from hookline.state import Closing, State
from hookline.status import WAITING, Status
from hookline.table import is_outdated

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PAGE = 1000  # entries of one query; they have some 250 bytes, and a query gives a megabyte at most
CLOSED_AT_ONCE = 50  # entries; each is two of the hundred items that a transaction may have
MOST_KNOWN = 1000  # chats whose state a process remembers
FAILED_WITH = {"code": "digest_failed", "reason": "the digest that told it could not be delivered"}


@dataclass(frozen=True, slots=True)
class Known:
    """A chat's state as it was seen last. A write goes by its version, so a memory that is old does no harm."""

    version: int = 0  # of a chat that has no state yet
    state: State = field(default_factory=State)


class Chats:
    """Reads and writes them. Every method raises ClientError or BotoCoreError when the table can't be reached."""

    def __init__(self, client: "DynamoDBClient", table: str, now_ms: Callable[[], int], days: int) -> None:
        self._client = client
        self._table = table
        self._now_ms = now_ms
        self._days = days
        self._known: dict[str, Known] = {}

    def known(self, chat: str) -> Known:
        """Return what this process has seen last, or as if the chat had no state."""
        return self._known.get(chat) or Known()

    def read(self, chat: str) -> Known:
        """Return what is written."""
        found = self._client.get_item(TableName=self._table, Key=chat_key(chat), ConsistentRead=True)
        return self._keep(chat, found.get("Item", {}))

    def save(self, chat: str, known: Known, state: State, also: Sequence[dict[str, Any]] = ()) -> bool:
        """Write the state and, in the same step, ``also``: items of a transaction, the first a row with its lease.

        Return False when somebody has written another state since; that is known then. Raises LeaseLost.
        """
        request = self._update(chat, known.version, state)
        try:
            if also:
                self._client.transact_write_items(TransactItems=[{"Update": request}, *also])  # type: ignore[list-item,typeddict-item]
            else:
                self._client.update_item(**request)
        except ClientError as error:
            if not is_outdated(error):
                raise
            if self.read(chat).version == known.version:
                raise LeaseLost(f"a message of {chat}") from error
            return False
        self._remember(chat, Known(known.version + 1, state))
        return True

    def change(self, chat: str, change: Callable[[State], State]) -> State:
        """Write what the change makes of the state that is written, and return that."""
        known = self.read(chat)
        while (state := change(known.state)) != known.state and not self.save(chat, known, state):
            known = self.known(chat)
        return state

    def entry(self, chat: str, entry: Entry, until: int = 0) -> dict[str, Any]:
        """Return the item of a transaction that adds an entry, which is needed ``until`` then at least (ms)."""
        row = item({"entry": entry.to_json(), "expires_at": self.expires_at(until)})
        return {"Put": {"TableName": self._table, "Item": {**chat_key(chat, entry.number), **row}}}

    def entries(self, chat: str, after: int, upto: int, page: int = PAGE) -> Iterator[list[Entry]]:
        """Give the entries with a number beyond ``after``, in order, page by page."""
        while after < upto:
            found = self._client.query(
                TableName=self._table,
                KeyConditionExpression="id = :chat AND generation BETWEEN :first AND :last",
                ExpressionAttributeValues=item({":chat": OF_CHAT + chat, ":first": after + 1, ":last": upto}),
                ConsistentRead=True,
                Limit=page,
            )
            if entries := [_entry(row) for row in found["Items"]]:
                yield entries
            if "LastEvaluatedKey" not in found:
                return
            after = int(found["LastEvaluatedKey"]["generation"]["N"])

    def close(self, chat: str, closing: Closing, has_time: Callable[[], bool]) -> bool:
        """Write to the rows what became of the digest that told them, as far as there is time.

        Return whether that was all. What is closed has no entry any more, so that it goes on where it stopped.
        """
        for page in self.entries(chat, 0, closing.upto, CLOSED_AT_ONCE):
            if not has_time():
                return False
            told = [entry for entry in page if not closing.thread or entry.thread == closing.thread]
            if told:
                self._close(chat, closing, told)
        return True

    def _close(self, chat: str, closing: Closing, entries: Sequence[Entry]) -> None:
        steps = [self._closed(chat, closing, entry) for entry in entries]
        try:
            self._transact(step for pair in steps for step in pair)
        except ClientError as error:
            if not is_outdated(error):
                raise
            # One of them has expired, or was closed otherwise; the others go on one by one.
            for row, entry in steps:
                self._transact_leniently([row])
                self._transact_leniently([entry])

    def _closed(self, chat: str, closing: Closing, entry: Entry) -> tuple[dict[str, Any], dict[str, Any]]:
        is_told = closing.status == Status.DIGESTED
        changes = {
            "status": closing.status,
            "digest": closing.digest,
            "updated_at": self._now_ms(),
            "expires_at": self.expires_at(),
            **({"told_at": closing.at} if is_told else {"error": FAILED_WITH}),
        }
        forgotten = TOLD_OF if entry.private and is_told else ()
        row = update(
            self._table, key(entry.id, entry.generation), changes, {"status": [*map(str, WAITING)]}, without=forgotten
        )
        return {"Update": row}, {"Delete": {"TableName": self._table, "Key": chat_key(chat, entry.number)}}

    def _transact(self, steps: Iterable[dict[str, Any]]) -> None:
        self._client.transact_write_items(TransactItems=list(steps))  # type: ignore[arg-type]

    def _transact_leniently(self, steps: Iterable[dict[str, Any]]) -> None:
        try:
            self._transact(steps)
        except ClientError as error:
            if not is_outdated(error):
                raise

    def _update(self, chat: str, version: int, state: State) -> dict[str, Any]:
        changes = {"state": state.to_json(), "version": version + 1, "expires_at": self.expires_at(state.expires_at)}
        waits = {"waits": "chat", "due_at": state.due_at} if state.due_at else {}
        gone = () if waits else ("waits", "due_at")
        return update(self._table, chat_key(chat), {**changes, **waits}, {"version": version or None}, without=gone)

    def _keep(self, chat: str, row: dict[str, Any]) -> Known:
        known = Known(int(row["version"]["N"]), State.from_json(row["state"]["S"])) if "version" in row else Known()
        self._remember(chat, known)
        return known

    def _remember(self, chat: str, known: Known) -> None:
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[chat] = known

    def expires_at(self, until: int = 0) -> int:
        """Return when a row may go, in seconds: not while something waits that may outlast the log's days."""
        return max(self._now_ms(), until) // SECOND_MS + self._days * DAY


def _entry(row: Any) -> Entry:
    return Entry.from_json(int(row["generation"]["N"]), row["entry"]["S"])
