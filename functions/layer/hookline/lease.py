"""Stage 1 of a delivery. Take a message for this worker: the row of its generation, and a lease on it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError

from hookline.claim import Claim, Decision, NotClaimed, Row, decide
from hookline.models import Message
from hookline.rows import TOLD_OF, item, key, plain
from hookline.status import Status
from hookline.table import Table


class Leases:
    """Takes messages, each for one worker at a time. Methods raise ClientError or BotoCoreError."""

    def __init__(self, table: Table, now_ms: Callable[[], int], lease_ms: int) -> None:
        self._table = table
        self._now_ms = now_ms
        self._lease_ms = lease_ms
        # Leases that this process is done with although it could not write so: no worker was lost by them.
        self._unclosed: set[tuple[str, int, int]] = set()

    def unclosed(self, claim: Claim) -> None:
        """Remember that this process is done with a lease, although it could not write so."""
        self._unclosed.add((claim.message.delivery_id, claim.generation, claim.lease_until))

    def take(self, message: Message, body: str, *, is_alone: bool) -> Claim | NotClaimed:
        """Take the message, in one conditional put when it is new, else as ``decide`` says of its latest generation."""
        if message.first_part and not message.replay and self._is_of_another_split(message):
            return NotClaimed(Decision.COPY)
        generation = 1
        while True:
            lease_until = self._now_ms() + self._lease_ms
            found = self._put_new(message, generation, body, lease_until)
            if found is None:
                self._begin(message, generation)
                return Claim(message, generation, body, lease_until, request_id=message.request_id)
            decision = decide(self._row(found), message, self._now_ms())
            latest = int(found.get("latest", generation)) if generation == 1 else generation
            if decision is Decision.NEXT or latest > generation:
                # The first row knows the latest; a crash may have left that one behind by one, hence the loop.
                generation = latest if latest > generation else generation + 1
                continue
            if decision is Decision.CLAIM and self._row(found).status is Status.SENDING and not is_alone:
                return NotClaimed(Decision.ALONE)
            return self._take_found(message, found, decision)

    def _begin(self, message: Message, generation: int) -> None:
        """Let the first row know of a later generation, and live as long: the way to the others leads through it."""
        if generation == 1:
            return
        first, expires_at = key(message.delivery_id, 1), self._table.expires_at(self._now_ms())
        self._table.update(first, {"latest": generation, "expires_at": expires_at}, {})
        if message.private:  # which the new row says now
            before = key(message.delivery_id, generation - 1)
            self._table.update(before, {"private": True}, {}, without=TOLD_OF)

    def _is_of_another_split(self, message: Message) -> bool:
        """Return whether the first part is one of so many others that the sender's retry would tell a lone last part.

        One that is under way is finished.
        """
        told_in = self._latest(message.first_part or "").get("parts")
        if told_in is None or told_in == message.parts:
            return False
        return self._latest(message.delivery_id).get("status") not in {Status.SENDING, Status.RETRYING}

    def _latest(self, row_id: str) -> dict[str, Any]:
        """Return the row of the latest generation, or nothing."""
        row = self._table.row(key(row_id, 1))
        return self._table.row(key(row_id, int(row["latest"]))) if "latest" in row else row

    def _put_new(self, message: Message, generation: int, body: str, lease_until: int) -> dict[str, Any] | None:
        """Put the row and return None, or return the row that is there already."""
        now = self._now_ms()
        row = {
            **message.model_dump(exclude={"delivery_id", "type", "replay"}, exclude_defaults=True),
            "id": message.delivery_id,
            "generation": generation,
            "status": Status.SENDING.value,
            "body": body,
            "lease_until": lease_until,
            "lost_leases": 0,
            "created_at": now,
            "updated_at": now,
            "expires_at": self._table.expires_at(now),
        }
        try:
            self._table.client.put_item(
                TableName=self._table.name,
                Item=item(row),
                ConditionExpression="attribute_not_exists(id)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            return self._found(error, message.delivery_id, generation)
        return None

    def _found(self, error: ClientError, row_id: str, generation: int) -> dict[str, Any]:
        """Return the row that a failed condition met. Engines that don't send it along are asked for it."""
        if error.response.get("Error", {}).get("Code") != "ConditionalCheckFailedException":
            raise error
        old: Any = error.response.get("Item")
        return plain(old) if old is not None else self._table.row(key(row_id, generation))

    def _take_found(self, message: Message, found: dict[str, Any], decision: Decision) -> Claim | NotClaimed:
        lease = int(found.get("lease_until", 0))
        if decision in {Decision.COPY, Decision.LEAVE}:
            return NotClaimed(decision, lease, str(found["status"]))
        now = self._now_ms()
        lost = int(found.get("lost_leases", 0)) + (self._row(found).status is Status.SENDING)
        lease_until = now + self._lease_ms
        changes: dict[str, Any] = {"status": Status.SENDING.value, "lease_until": lease_until, "lost_leases": lost}
        if found["status"] == Status.SENDING.value:
            # Whoever lost the lease may have sent it.
            changes["unsure_since"] = found.setdefault("unsure_since", found["updated_at"])
        if decision is Decision.CLOSE:
            reason = {"code": "worker_stopped", "reason": f"stopped the worker {lost} times"}
            changes |= {"status": Status.DEAD.value, "lease_until": 0, "error": reason}
        row_key, as_found = key(message.delivery_id, int(found["generation"])), {"lease_until": lease}
        if not self._table.update(row_key, changes | {"updated_at": now}, as_found | {"status": found["status"]}):
            return NotClaimed(Decision.LEAVE, lease_until)  # another worker was faster by a moment
        if decision is Decision.CLOSE:
            return NotClaimed(decision, status=Status.DEAD)
        return replace(Claim.of(found, lease_until), message=message)

    def _row(self, found: dict[str, Any]) -> Row:
        """Return the part that decides; a lease that this process could not give back is given back here."""
        row = Row.of(found)
        if (found["id"], int(found["generation"]), row.lease_until) in self._unclosed:
            return replace(row, status=Status.RETRYING, lease_until=0)
        return row
