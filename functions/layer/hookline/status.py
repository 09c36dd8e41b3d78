"""What may become of a delivery."""

from enum import StrEnum


class Status(StrEnum):
    """Where a delivery stands."""

    SENDING = "sending"
    RETRYING = "retrying"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    HELD = "held"  # until its chat's pace or quiet hours let a digest through
    PARKED = "parked"  # until its recipient answers, or the wait is over
    DIGESTED = "digested"  # told as part of a digest
    FAILED = "failed"
    DEAD = "dead"
    DROPPED = "dropped"
    UNMATCHED = "unmatched"


TOLD = (Status.SENT, Status.DELIVERED, Status.READ)  # a receipt moves a row along these, never back
WAITING = frozenset({Status.HELD, Status.PARKED})  # with its chat
GIVEN_UP = frozenset({Status.FAILED, Status.DEAD})
