"""What it takes to keep chats to their pace."""

from collections.abc import Callable
from dataclasses import dataclass

from hookline.chats import Chats
from hookline.log import DeliveryLog
from hookline.models import Message, Wake
from hookline.room import Room


@dataclass(frozen=True, slots=True)
class Means:
    """What the parts of a chat's turn work with: its rows, the log, the rules, the queue, the metrics, the clock."""

    chats: Chats
    log: DeliveryLog
    room_of: Callable[[str], Room]
    forward: Callable[[Message | Wake], object]
    count: Callable[[str], None]
    now_ms: Callable[[], int]
