"""What must be true of every run when it is over: nothing lost, nothing doubled, all in order."""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise, permutations
from typing import Any

from boto3.dynamodb.types import TypeDeserializer
from tests.model.provider import Sent
from tests.model.table import Item
from tests.model.world import World

from hookline.clock import SECOND_MS
from hookline.identity import send_key
from hookline.models import Message
from hookline.patience import STUCK_AFTER
from hookline.state import State
from hookline.status import GIVEN_UP, TOLD, Status
from hookline.variant import ASKING, NO_LINKS, NO_REPLY

Row = dict[str, Any]

VARIANTS = [""] + ["+".join(names) for n in (1, 2, 3) for names in permutations((ASKING, NO_REPLY, NO_LINKS), n)]
DIGEST = re.compile(r"(\d+) more in ")
# Closed without the provider's word, so that it may have arrived all the same.
UNSURE = {"stuck", "too_old", "worker_stopped"}
NEXT = {status: TOLD[n:] for n, status in enumerate(TOLD)}


def plain(item: Item) -> Row:
    return {name: TypeDeserializer().deserialize(value) for name, value in item.items()}


def never_goes_back(old: Item | None, new: Item) -> str:
    """Return what is wrong with a write: a told row may move on or fail, a closed one stays closed."""
    before, after = (row["status"]["S"] if row and "status" in row else "" for row in (old, new))
    if before == Status.DIGESTED:
        return "" if after == before else f"{before} became {after}"
    is_fine = (
        before not in {*TOLD, *GIVEN_UP}
        or before == after
        or (before in TOLD and (after in NEXT[before] or after in GIVEN_UP))
    )
    return "" if is_fine else f"{before} became {after}"


class Verdict:
    """Judges a world whose queue has been drained; every method asserts one promise."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.rows: defaultdict[str, list[Row]] = defaultdict(list)
        for item in world.table.items.values():
            if "status" in item:  # else it is of a chat, or a thread
                self.rows[item["id"]["S"]].append(plain(item))
        self._arrived: defaultdict[str, list[Sent]] = defaultdict(list)
        for sent in world.provider.sent:
            self._arrived[sent.key].append(sent)

    def all(self) -> None:
        assert self._world.provider.two_bodies == []
        assert self._world.queue.dead == []
        self.nothing_is_lost()
        self.nothing_is_doubled()
        self.all_is_in_order()
        self.failures_that_were_told_are_known()
        self.digests_stand_for_what_they_say()
        self.nothing_waits()

    def nothing_is_lost(self) -> None:
        for message in self._world.accepted:
            self._is_told(message.delivery_id)
        for row in self._every_row():
            is_superseded = row["status"] == Status.DROPPED and "digest" in row
            assert row["status"] in {*TOLD, *GIVEN_UP, Status.DIGESTED} or is_superseded, row

    def nothing_is_doubled(self) -> None:
        counted = 0
        for row in self._every_row():
            if "fallback_of" in row:
                assert self._was_passed_on(row), f"stands in for what didn't fail: {row}"
            arrived = self._of(row)
            counted += len(arrived)
            assert len([sent for sent in arrived if sent.is_on_phone]) <= 1, row
            if row["status"] == Status.DIGESTED:
                assert arrived == [], f"told by itself and in a digest: {row}"
            if row["status"] in GIVEN_UP and row["error"].get("code") not in UNSURE:
                assert all(not sent.is_on_phone or "failed" in sent.receipts for sent in arrived), row
        assert counted == len(self._world.provider.sent), "the phone shows what no row knows"

    def all_is_in_order(self) -> None:
        """Compare only what was told the usual way: once, in its own chat, never passed by as a stuck head."""
        numbers = {message.delivery_id: n for n, message in enumerate(self._world.accepted)}
        places: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for row in self._every_row():
            # Where nothing is counted nobody knows that a message waits: the next is tried, and may be taken.
            is_overtaken = row["status"] == Status.DIGESTED and row["chat"] not in self._world.manners
            if row["id"] not in numbers or row["generation"] != 1 or row.get("urgent") or is_overtaken:
                continue
            teller = self._teller(row)
            if teller and not teller.get("urgent") and not _was_stuck(teller):
                [sent] = [sent for sent in self._of(teller) if sent.is_on_phone]
                places[row["chat"]].append((self._world.provider.sent.index(sent), numbers[row["id"]]))
        for chat, told in places.items():
            assert all(before[1] < after[1] for before, after in pairwise(sorted(told))), (chat, sorted(told))

    def failures_that_were_told_are_known(self) -> None:
        """A receipt that says `failed` must not be dropped: its message would be lost without a fallback.

        Not when the provider's answer named no message: then nobody can tell whose receipt it is.
        """
        for row in self._every_row():
            for sent in self._of(row):
                if "failed" in sent.receipts and "read" not in sent.receipts and row.get("message_id") == sent.id:
                    assert row["status"] in GIVEN_UP, row

    def digests_stand_for_what_they_say(self) -> None:
        """What a digest says at its beginning is how many messages were closed by it."""
        told: defaultdict[str, list[Row]] = defaultdict(list)
        for row in self._every_row():
            if row["status"] == Status.DIGESTED:
                told[row["digest"]].append(row)
        for digest, members in told.items():
            [teller] = self.rows[digest]
            assert teller["chat"] == members[0]["chat"]
            said = DIGEST.match(str(teller["text"]))
            count = sum(int(member.get("stands_for", 1)) for member in members)
            assert int(said[1]) == count if said else len(members) == 1, (teller, count)

    def nothing_waits(self) -> None:
        """No entry is left, no chat is looked after any more."""
        for row_id, number in self._world.table.items:
            assert not (row_id.startswith("chat ") and number != "0"), row_id
        for (row_id, _), item in self._world.table.items.items():
            if row_id.startswith("chat ") and "state" in item:
                state = State.from_json(item["state"]["S"])
                assert (state.count, state.frozen, state.closing) == (0, None, None), state

    def _teller(self, row: Row) -> Row | None:
        """Return the row of what told it: itself, or a digest; None when nothing did."""
        if row["status"] == Status.DIGESTED:
            row = self.rows[row["digest"]][-1]
        return row if row["status"] in TOLD else None

    def _is_told(self, delivery_id: str) -> None:
        rows = sorted(self.rows[delivery_id], key=lambda row: int(row["generation"]))
        assert [row["generation"] for row in rows] == list(range(1, len(rows) + 1))
        assert rows, f"{delivery_id} has no row"
        for earlier in rows[:-1]:
            assert earlier["status"] in GIVEN_UP, "told a second time although it had been told"
        for row in rows:
            if row["status"] in TOLD:
                assert [sent for sent in self._of(row) if sent.is_on_phone], row
            elif row["status"] == Status.DIGESTED:
                assert self.rows[row["digest"]][-1]["status"] in {*TOLD, *GIVEN_UP}, row
                self._is_linked(row)
            else:
                assert row["error"]["code"]
                assert row["error"]["reason"]
                self._is_linked(row)

    def _is_linked(self, row: Row) -> None:
        if "fallback_to" in row:
            assert [other["fallback_of"] for other in self.rows[row["fallback_to"]]] == [row["id"]]
            self._is_told(row["fallback_to"])

    def _was_passed_on(self, stand_in: Row) -> bool:
        return any(
            row["status"] in {*GIVEN_UP, Status.DIGESTED} and row.get("fallback_to") == stand_in["id"]
            for row in self.rows[stand_in["fallback_of"]]
        )

    def _every_row(self) -> Iterator[Row]:
        return (row for rows in self.rows.values() for row in rows)

    def _of(self, row: Row) -> list[Sent]:
        keys = {send_key(row["id"], int(row["generation"]), variant) for variant in VARIANTS}
        return [sent for key in keys for sent in self._arrived.get(key, [])]


def _was_stuck(row: Row) -> bool:
    since = row.get("failing_since")
    return bool(since) and row["told_at"] - since >= STUCK_AFTER * SECOND_MS


def where_it_went(world: World, message: Message) -> list[str]:
    """Return the chats in which the phone shows a message, in order of time."""
    return [sent.chat for sent in world.provider.phone if sent.text == message.text]
