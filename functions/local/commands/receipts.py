"""Whether the provider's receipts seem to be missing: without them no reply can release what a chat keeps back."""

from collections.abc import Iterable
from datetime import datetime

from hookline.clock import MINUTE, SECOND_MS
from hookline.status import TOLD, Status
from local.commands.moments import to_ms
from local.commands.wanted import Row

SOON_MS = MINUTE * SECOND_MS  # the first receipt of a message comes within seconds
NO_RECEIPTS = (
    "No receipt from Blooio has ever arrived, so a reply can't release a chat: register {} as a webhook with Blooio "
    "for message.received, message.reaction, message.delivered, message.read and message.failed."
)


def seem_missing(rows: Iterable[Row], now: datetime, *, is_parked: bool) -> bool:
    """Return whether one should have come by now, and no row shows any. Pure.

    The note that the first has come is younger than the log is, so the rows may know more.
    """
    told = [row for row in rows if row["status"] in TOLD]
    is_due = is_parked or any(row["updated_at"] < to_ms(now) - SOON_MS for row in told)
    return is_due and all(row["status"] == Status.SENT and "acknowledged_at" not in row for row in told)
