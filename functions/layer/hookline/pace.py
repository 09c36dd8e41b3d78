"""What a delivery asks of its chat's pace, and the answers."""

from dataclasses import dataclass
from typing import Any, Protocol

from hookline.claim import Claim
from hookline.models import Message, Receipt
from hookline.status import Status
from hookline.turn import HasTime


@dataclass(frozen=True, slots=True)
class Ready:
    """The claim may be sent now, as it is in here."""

    claim: Claim


@dataclass(frozen=True, slots=True)
class Waits:
    """The message has joined what its chat has waiting; ``status`` is that of its row."""

    status: Status


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the provider said of an attempt after which only the person's answer helps."""

    code: str | None
    error: dict[str, Any]
    attempt: dict[str, Any] | None


class Pace(Protocol):
    """What stands between a claim and its attempt, and what comes of it later.

    Every method raises ClientError or BotoCoreError when the table can't be reached, LeaseLost when somebody else has
    the message now, QueueRefused and RulesUnavailable.
    """

    def admit(self, claim: Claim, has_time: HasTime) -> Ready | Waits:
        """Return whether the claim may be sent now."""

    def refused(self, claim: Claim, refusal: Refusal, has_time: HasTime) -> Waits | None:
        """Park the chat until somebody answers; None where nothing can wait, or was tried for the last time."""

    def taken(self, claim: Claim) -> None:
        """Learn that the provider took as many in a row."""

    def untaken(self, claim: Claim) -> None:
        """Learn that a text which was let through reached nobody. What this can't write does no harm."""

    def settled(self, message: Message, status: Status, has_time: HasTime) -> None:
        """Close what a digest told, after it was sent or given up; ``status`` is that of its row."""

    def answered(self, receipt: Receipt, has_time: HasTime) -> None:
        """Let the chat go on: somebody replied or reacted."""

    def latest(self, chat: str) -> tuple[str, int] | None:
        """Return the delivery and generation that the chat was told last, as far as anybody counted."""

    def advance(self, chat: str, has_time: HasTime) -> None:
        """Do what is due in the chat, as far as there is time."""
